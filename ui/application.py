"""Starts the program: the frame is painted at once, everything heavy is loaded behind it."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QLibraryInfo,
    QLocale,
    QObject,
    QTranslator,
    Signal,
)
from PySide6.QtWidgets import QApplication

from ui import moments, theme
from ui.errors import Presenter
from ui.main_window import MainWindow
from wimdesk import memory
from wimdesk.errors import Damaged, ProfileBusy, WimdeskError, WrongKey
from wimdesk.i18n import _, locale_name, nearest, set_content_language, set_language
from wimdesk.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from sync.client.engine import SyncEngine
    from ui.desk import Desk
    from ui.rest import Rest
    from wimdesk.app import App

log = logging.getLogger(__name__)
_SWITCH_SECONDS = 0.0005
"""How long a thread may compute before it lets another one have its turn: with Python's own 5 ms the window stands
still for a tenth of a second where two threads look something up, as it asks for its turn many times in a picture."""


def run(folder: Path, passphrase: str | None = None) -> int:
    """Open the window on the profile in the folder and stay until it is closed. Returns the exit code."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    program = Program(application, folder, passphrase)
    program.start()
    program.presenter.install()
    try:
        return application.exec()
    finally:
        program.presenter.uninstall()
        program.close()


class Opener(QObject):
    """Opens a profile in a thread of its own. Emits ``opened``, ``locked`` (is it new?), ``damaged`` or ``refused``.

    ``damaged`` carries the sentence and when the newest whole backup was made, empty where there is none.
    """

    opened = Signal(object)
    locked = Signal(bool, str)
    damaged = Signal(str, str)
    refused = Signal(object)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._thread: threading.Thread | None = None

    def open(self, passphrase: str | None) -> None:
        """Begin; one of the signals follows in the GUI thread."""
        self._thread = threading.Thread(target=self._run, args=(passphrase,), name="opening", daemon=True)
        self._thread.start()

    def restore(self, passphrase: str | None) -> None:
        """Put the newest whole backup in place and open; one of the signals follows in the GUI thread."""
        self._thread = threading.Thread(target=self._restore, args=(passphrase,), name="restoring", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until nothing is being opened."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, passphrase: str | None) -> None:
        from wimdesk.app import DATABASE, App
        from wimdesk.services import home  # noqa: F401 - loaded here, so that the window need not wait for it
        from wimdesk.store import keys

        known = (self._folder / keys.FILE).exists() or (self._folder / DATABASE).exists()
        if not passphrase and keys.needs_passphrase(self._folder):
            self.locked.emit(not known, "")
            return
        try:
            app = App.open(self._folder, passphrase)
        except WrongKey as problem:
            self.locked.emit(not known, str(problem))
        except Damaged as problem:
            self.damaged.emit(str(problem), self._newest_backup(passphrase))
        except WimdeskError as problem:
            self.refused.emit(problem)
        else:
            self.opened.emit(app)

    def _newest_backup(self, passphrase: str | None) -> str:
        from wimdesk.app import App

        try:
            return App.newest_backup(self._folder, passphrase).at
        except WimdeskError:
            return ""

    def _restore(self, passphrase: str | None) -> None:
        from wimdesk.app import App

        try:
            done = App.restore(self._folder, passphrase)
            app = App.open(self._folder, passphrase)
        except WimdeskError as problem:
            self.refused.emit(problem)
        else:
            app.told.insert(0, done.sentence(moments.moment(done.copy.at)))
            self.opened.emit(app)


class Program(QObject):
    """The running program: one window, at most one open profile."""

    ready = Signal()

    def __init__(self, application: QApplication, folder: Path, passphrase: str | None) -> None:
        super().__init__()
        memory.share_arenas()
        self._switching = sys.getswitchinterval()
        self._application = application
        application.setApplicationName("WIMDesk")  # a screen reader says it
        self._passphrase = passphrase
        self._translator = QTranslator(self)
        self._computer_language = nearest(QLocale.system().uiLanguages())
        self.settings = Settings(folder / "settings.json")
        self.settings.begin_in(self._computer_language)
        self.speak()
        self.dress()
        self.window = MainWindow(self.settings)
        self.presenter = Presenter(self.window, self.window.notices)
        self.app: App | None = None
        self.engine: SyncEngine | None = None
        self.desk: Desk | None = None
        self._rest: Rest | None = None
        self._closed = False
        self._opener = Opener(folder, self)
        self._opener.opened.connect(self._take)
        self._opener.locked.connect(self._ask_passphrase)
        self._opener.damaged.connect(self._rescue)
        self._opener.refused.connect(self._refuse)
        self.window.painted.connect(lambda: self.open(self._passphrase))

    def start(self) -> None:
        """Show the window; opening the profile begins when it has been painted."""
        sys.setswitchinterval(_SWITCH_SECONDS)
        self.window.show()

    def open(self, passphrase: str | None) -> None:
        """Open the profile behind the painted window."""
        self._passphrase = passphrase or None
        self._opener.open(passphrase)

    def close(self) -> None:
        """Finish what was asked for, and let go of the profile."""
        if self._closed:
            return
        self._closed = True
        sys.setswitchinterval(self._switching)
        self._opener.wait()
        if self._rest is not None:
            self._rest.timer.stop()
        if self.desk is not None:
            self.desk.bridge.close()
            self.desk.tasks.close()
        if self.engine is not None:
            self.engine.stop()
        if self.app is not None:
            self.app.close()

    def speak(self) -> None:
        """Use the language of the settings everywhere, also in Qt's own dialogs."""
        code = self.settings.text("language")
        set_language(code)
        set_content_language(self.settings.text("content_language"))
        QLocale.setDefault(moments.locale(code))
        self._application.setLayoutDirection(QLocale().textDirection())
        QCoreApplication.removeTranslator(self._translator)
        if self._translator.load(
            f"qtbase_{locale_name(code)}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        ):
            QCoreApplication.installTranslator(self._translator)

    def dress(self) -> None:
        """Use the look of the settings."""
        scheme = self.settings.text("scheme")
        contrast = True if scheme == "contrast" else None
        wanted: theme.Scheme = "light" if scheme == "light" else "dark" if scheme == "dark" else "system"
        density: theme.Density = "compact" if self.settings.text("density") == "compact" else "comfortable"
        theme.apply(self._application, wanted, self.settings.number("text_percent") / 100, density, contrast)

    def _take(self, app: App) -> None:
        from sync.client.engine import SyncEngine
        from ui.bridge import Bridge
        from ui.desk import Desk
        from ui.rest import Rest
        from ui.tasks import Tasks

        self.app = app
        self.engine = SyncEngine(app)
        tasks = Tasks(app, self.presenter.present, self)
        self.desk = Desk(app, self.engine, tasks, Bridge(app, self.engine, self), self.window.notices)
        self._rest = Rest(self.desk, self)
        # From here on there is one object that writes the settings.
        self.settings = self.window.settings = app.settings
        app.settings.begin_in(self._computer_language)
        app.settings.on(self._on_setting)
        if app.settings.flag("first_run_done") or _is_known(app):
            app.settings.put("first_run_done", True)
            self._begin()
        else:
            self._ask_first()

    def _begin(self) -> None:
        if self.desk is None or self.engine is None:
            return
        self.window.show_frame()
        self.window.take(self.desk)
        self.engine.start()
        self.desk.app.follow_files()
        if self.desk.app.told:
            self.window.notices.warn(_("Please read this"), " ".join(self.desk.app.told))
        self.ready.emit()

    def _ask_first(self) -> None:
        from ui.first_run import FirstRun

        if self.desk is None:
            return
        first = FirstRun(self.desk)
        first.finished.connect(self._begin)
        self.window.show_layer(first)

    def _ask_passphrase(self, fresh: bool, sentence: str) -> None:
        from ui.unlock import Unlock

        unlock = Unlock(fresh, sentence)
        unlock.given.connect(self._unlock)
        self.window.show_layer(unlock)

    def _unlock(self, passphrase: str) -> None:
        self.window.show_frame()
        self.open(passphrase)

    def _rescue(self, sentence: str, backup_at: str) -> None:
        from ui.rescue import Rescue

        rescue = Rescue(sentence, backup_at)
        rescue.restore.connect(lambda: self._opener.restore(self._passphrase))
        rescue.again.connect(lambda: self._unlock(self._passphrase or ""))
        rescue.leave.connect(self.window.close)
        self.window.show_layer(rescue)

    def _refuse(self, problem: WimdeskError) -> None:
        from ui.unlock import Refusal

        title = _("WIMDesk is already open") if isinstance(problem, ProfileBusy) else _("Your data can't be opened")
        refusal = Refusal(title, str(problem))
        refusal.again.connect(lambda: self._unlock(self._passphrase or ""))
        refusal.leave.connect(self.window.close)
        self.window.show_layer(refusal)

    def _on_setting(self, name: str) -> None:
        if name in {"language", "content_language"}:
            self.window.flush()
            self.speak()
            self.window.retranslate()
        elif name in {"scheme", "density", "text_percent"}:
            self.dress()
            if name == "text_percent":
                # Widths were scaled when the pages were made: they are made anew for the new size.
                self.window.flush()
                self.window.retranslate()
        elif name == "site_id":
            self.window.refresh_frame()


def _is_known(app: App) -> bool:
    who = app.identity()
    return bool(who.organisation_name) or who.enrolled or who.sample
