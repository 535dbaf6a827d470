"""Sync without a network: save a file, load the answer, pass on what somebody else saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget

from sync.bundles import SUFFIX
from sync.client import bundles
from sync.client.engine import SyncEngine
from ui import moments
from ui.widgets.banner import Banner
from ui.widgets.buttons import SecondaryButton
from ui.widgets.card import Card
from ui.widgets.flow import Flow
from ui.widgets.labels import Text, Tone
from wimdesk import clock
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _

if TYPE_CHECKING:
    from ui.desk import Desk

T = TypeVar("T")


def dropped_file(data: QMimeData) -> Path | None:
    """Return the one file of a sync that is being dragged, None for anything else."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix.lower() == SUFFIX else None


class FilesCard(Card):
    """Three things to do with files, and below them what came of the last one. Emits ``loaded``."""

    loaded = Signal()

    def __init__(self, desk: Desk, engine: SyncEngine, parent: QWidget | None = None) -> None:
        super().__init__(_("Sync by file"), parent=parent)
        self._desk, self._engine = desk, engine
        self._path = Path()
        self._next: Callable[[], object] = self._choose_answer
        """What the button beside the outcome does."""
        self.add(Text(_("No network? Save your changes to a file, on a stick or for a mail."), wrap=True))
        about = _("Anybody with a network can pass it on and bring you the answer. Nobody on the way can read it.")
        self.add(Text(about, wrap=True))
        self.saved = Text("", "muted", wrap=True)
        self.add(self.saved)
        self.save_button = SecondaryButton(_("Save to a file…"), "download")
        self.save_button.clicked.connect(self._choose_place)
        self.load_button = SecondaryButton(_("Load a file…"), "folder-open")
        self.load_button.clicked.connect(self._choose_file)
        self._pressed: QPushButton = self.save_button
        row = Flow(8)
        row.fill([self.save_button, self.load_button])
        self.content.addSpacing(4)
        self.add(row)
        self.add(Text(_("You can also drop a file on this page."), "muted", wrap=True))
        self.outcome = Banner("info", "")
        self.outcome.acted.connect(lambda: self._next())
        self.outcome.hide()
        self.add(self.outcome)
        self._show_saved()

    def save_to(self, path: Path) -> None:
        """Save what waits, and the wish for what is new."""
        self._work(lambda: bundles.save(self._engine, path), partial(self._after_saving, path))

    def take(self, path: Path) -> None:
        """Load an answer for this computer; say what any other file is, and what can be done with it."""
        self._path = path
        self._work(lambda: bundles.look(self._desk.app, path), self._after_looking)

    def pass_on(self, out: Path) -> None:
        """Send the file that was taken over the network; the answer goes into `out`."""
        path = self._path
        work = partial(bundles.carry, self._engine, path, out)
        self._work(work, partial(self._after_passing, out), self._fail_passing)

    # ------------------------------------------------------------- what comes of it

    def _after_saving(self, path: Path, saved: bundles.Saved) -> None:
        self._say("circle-check", [_("Saved: {name}").format(name=path.name), *saved.sentences()])

    def _after_looking(self, look: bundles.Look) -> None:
        if look.kind == "answer" and look.mine:
            path = self._path
            self._work(lambda: bundles.load(self._engine, path), self._after_loading)
        elif look.kind == "answer":
            self._say("info", [look.sentence()], tone="info")
        else:
            next_step = _("With a network you can pass it on now. The answer is saved as a file.")
            self._next = self._choose_answer
            self._say("info", [look.sentence(), next_step], _("Pass it on…"), "info")

    def _after_loading(self, done: bundles.Loaded) -> None:
        goes_on = done.again or done.more or done.old
        self._say("info" if goes_on else "circle-check", done.sentences(), tone="info" if goes_on else "ok")
        self.loaded.emit()

    def _after_passing(self, out: Path, look: bundles.Look) -> None:
        told = _("It was passed on. The answer is in {name}.").format(name=out.name)
        if look.mine:
            self._next = partial(self.take, out)
            self._say("circle-check", [told, _("It is for this computer: load it.")], _("Load it"))
        else:
            self._say("circle-check", [told, _("Give it back to whoever gave you the file.")])

    def _fail_passing(self, problem: WimdeskError) -> None:
        """The file is still the one that was chosen: it can be tried again as soon as there is a network."""
        self._rest(False)
        self._say("triangle-alert", [str(problem)], _("Pass it on…"), "warn")

    def _fail(self, problem: WimdeskError) -> None:
        self._rest(False)
        self._say("triangle-alert", [str(problem)], tone="warn")

    def _say(self, icon: str, told: list[str], action: str = "", tone: Tone = "ok") -> None:
        if not action and self.outcome.button.hasFocus():
            self.load_button.setFocus(Qt.FocusReason.OtherFocusReason)  # before its button goes, and the focus with it
        self.outcome.say(icon, told[0], "\n".join(told[1:]), action, tone)
        self.outcome.show()
        if action:
            self.outcome.button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_saved()

    def _show_saved(self) -> None:
        self._desk.tasks.read(self, bundles.saved_at, done=self._tell_saved, key="saved")

    def _tell_saved(self, at: str) -> None:
        text = _("A file was saved: {moment}. Load the answer when it comes.").format(moment=moments.moment(at))
        self.saved.setText(text if at else "")
        self.saved.setVisible(bool(at))

    # ------------------------------------------------------------- how it is done

    def _work(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[WimdeskError], None] | None = None
    ) -> None:
        self._rest(True)

        def finish(found: T) -> None:
            self._rest(False)
            done(found)

        self._desk.tasks.work(self, lambda _progress: work(), done=finish, failed=failed or self._fail)

    def _rest(self, resting: bool) -> None:
        """Nothing can be pressed meanwhile; whoever works with keys goes on where they were."""
        focus = QApplication.focusWidget()
        if resting and isinstance(focus, QPushButton) and self.isAncestorOf(focus):
            self._pressed = focus
        for button in (self.save_button, self.load_button, self.outcome.button):
            button.setEnabled(not resting)
        if not resting:
            (self._pressed if self._pressed.isVisible() else self.load_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose_place(self) -> None:
        self._choose_new(_("Save to a file"), f"wimdesk-{clock.now()[:10]}{SUFFIX}", self.save_to)

    def _choose_answer(self) -> None:
        self._choose_new(_("Save the answer"), f"{self._path.stem}-answer{SUFFIX}", self.pass_on)

    def _choose_new(self, title: str, name: str, then: Callable[[Path], None]) -> None:
        chosen, _filter = QFileDialog.getSaveFileName(self, title, name, _kinds())
        if chosen:
            path = Path(chosen)
            then(path if path.suffix else path.with_suffix(SUFFIX))

    def _choose_file(self) -> None:
        chosen, _filter = QFileDialog.getOpenFileName(self, _("Load a file"), "", _kinds())
        if chosen:
            self.take(Path(chosen))


def _kinds() -> str:
    return _("Files of a sync") + f" (*{SUFFIX})"
