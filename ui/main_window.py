"""The window: sections at the left, one page, the line at the bottom, and the keys that work everywhere."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QLocale, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import moments, navigation, tab_order, theme
from ui.focus import FocusKeeper
from ui.notices import Notices
from ui.placeholder import Placeholder
from ui.sidebar import Sidebar
from ui.statusbar import Connection, StatusBar
from ui.widgets.labels import tool_tip
from wimdesk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sync.client.engine import SyncStatus
    from ui.desk import Desk
    from ui.page import Page
    from ui.palette import Command, Palette
    from ui.undo import Undoing
    from wimdesk.services.home import Frame
    from wimdesk.settings import Settings

SIZE = QSize(1366, 740)
FOLDS_BELOW = 1150
_CLOSING_SECONDS = 10
_STATES: dict[str, Connection] = {
    "off": "not_set_up",
    "idle": "online",
    "running": "syncing",
    "offline": "offline",
    "problem": "trouble",
}


class MainWindow(QWidget):
    """Painted before anything is read; `take` gives it the desk. Emits ``painted`` once."""

    painted = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.desk: Desk | None = None
        self.settings = settings
        self.undoing: Undoing | None = None
        self.palette_box: Palette | None = None
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._was_painted = False
        self._warned = False
        self._frame: Frame | None = None
        self.setWindowTitle("WIMDesk")
        self.setAccessibleName("WIMDesk")
        self.setMinimumSize(760, 520)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._layers = QStackedWidget()
        self._outer.addWidget(self._layers)
        self._inside = QWidget()
        self._layers.addWidget(self._inside)
        self._build()
        self._focus = FocusKeeper(self.page, lambda: self.sidebar, self)
        self._add_keys()
        self._restore_size()

    # ------------------------------------------------------------- what it is made of

    def _build(self) -> None:
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._middle = QHBoxLayout()
        self._middle.setSpacing(0)
        self.ground = QFrame()
        theme.mark(self.ground, role="page")
        right = QVBoxLayout(self.ground)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        self.notices = Notices(self.ground, self.ground)
        self.stack = QStackedWidget()
        self.stack.addWidget(Placeholder())
        right.addWidget(self.notices)
        right.addWidget(self.stack, 1)
        self._middle.addWidget(self.ground, 1)
        column.addLayout(self._middle, 1)
        self._bottom = column
        self._build_edges()

    def _build_edges(self) -> None:
        """Make the sections and the line at the bottom in the current language."""
        self.sidebar = Sidebar([(each.key, _(each.label), each.icon) for each in navigation.SECTIONS])
        self.sidebar.selected.connect(self.show_page)
        self._middle.insertWidget(0, self.sidebar)
        self.status = StatusBar()
        self.status.set_connection("not_set_up")
        self.status.sync_requested.connect(self.sync_now)
        self._bottom.addWidget(self.status)
        self._fold()
        self._show_last_state()

    def _add_keys(self) -> None:
        for number, each in enumerate(navigation.SECTIONS, start=1):
            self._key(f"Ctrl+{number}", partial(self.go_to, each.key))
        self._key("Ctrl+,", partial(self.go_to, "settings"))
        self._key("Ctrl+K", self.open_palette)
        self._key("Ctrl+S", self._say_saved)
        self._key("F5", self.sync_now)
        self._key("F1", self.show_help)
        self._key("Ctrl+E", self.write_event)
        self._key(QKeySequence.StandardKey.Undo, self.undo)
        self._key("Ctrl+Y", self.redo)
        self._key("Ctrl+Shift+Z", self.redo)

    def _key(self, keys: str | QKeySequence.StandardKey, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(act)

    # ------------------------------------------------------------- the profile is open

    def take(self, desk: Desk) -> None:
        """Work on this desk from now on: show the page where the person left."""
        from ui.palette import Palette
        from ui.undo import Undoing

        self.desk = desk
        desk.go = self.go_to
        self.undoing = Undoing(desk, self)
        self.notices.take_back = self.undoing.take_back
        self.palette_box = Palette(desk, self._commands, self.ground)
        desk.bridge.changed.connect(lambda _change: self.refresh_frame())
        desk.bridge.synced.connect(self._show_sync)
        desk.tasks.saving.connect(self._show_saving)
        desk.tasks.not_saved.connect(lambda sentence: self.status.set_saved("not_saved", sentence))
        self.refresh_frame()
        if desk.engine is not None:
            self._show_sync(desk.engine.latest)
        self.show_page(self.settings.text("last_page"))

    def show_layer(self, widget: QWidget) -> None:
        """Show something instead of the whole frame, such as the first questions."""
        self._layers.addWidget(widget)
        self._layers.setCurrentWidget(widget)

    def show_frame(self) -> None:
        """Show the frame again and drop what stood before it."""
        layer = self._layers.currentWidget()
        self._layers.setCurrentWidget(self._inside)
        if layer is not None and layer is not self._inside:
            self._layers.removeWidget(layer)
            layer.deleteLater()

    def show_page(self, key: str, record_id: str = "") -> None:
        """Show a page, built on first use, and one record on it where an id is given."""
        desk = self.desk
        if desk is None:
            self.sidebar.select(self._current)
            return
        entry = navigation.entry(key)
        if self._current in self._pages and self._current != entry.key:
            self._pages[self._current].flush()
            self.notices.page_left()
        page = self._pages.get(entry.key)
        if page is None:
            page = entry.make(desk)
            self._pages[entry.key] = page
            self.stack.addWidget(page)
        if self.palette_box is not None:
            self.palette_box.hide()
        self.stack.setCurrentWidget(page)
        self._current = entry.key
        self.sidebar.select(entry.key)
        self.settings.put("last_page", entry.key)
        if record_id:
            page.show_record(record_id)

    def go_to(self, key: str, record_id: str = "") -> None:
        """Show a page and let the keys go on from its beginning."""
        self.show_page(key, record_id)
        page, focus = self.page(), QApplication.focusWidget()
        if page is not None and not (focus is not None and page.isAncestorOf(focus)):
            page.setFocus(Qt.FocusReason.OtherFocusReason)

    def page(self) -> Page | None:
        """Return the page that shows."""
        return self._pages.get(self._current)

    def show_help(self) -> None:
        """Show the help of the page that shows."""
        page = self.page()
        self.go_to("help", page.help_topic() if page is not None else "home")

    def write_event(self) -> None:
        """Go to where an event is written down."""
        from ui.pages.home_steps import EVENT  # with it come the words of the page, too heavy for the first paint

        self.go_to("home", EVENT)

    def sync_now(self) -> None:
        """Ask for a sync, or say what is needed for one."""
        if self.desk is None:
            return
        if self._frame is not None and not self._frame.enrolled:
            self.notices.say(_("Sync is not set up yet. Your data is safe here."))
        elif self.desk.engine is not None:
            self.desk.engine.sync_now()

    def undo(self) -> None:
        """Take back the latest act."""
        self.flush()
        if self.undoing is not None:
            self.undoing.undo()

    def redo(self) -> None:
        """Bring back what was taken back."""
        if self.undoing is not None:
            self.undoing.redo()

    def open_palette(self) -> None:
        """Show the box to find everything."""
        if self.palette_box is not None:
            self.palette_box.open()

    def flush(self) -> None:
        """Save at once what is being typed on any page."""
        for page in self._pages.values():
            page.flush()

    def retranslate(self) -> None:
        """Say everything in the current language, and write numbers as it does."""
        self.setLocale(QLocale())  # what is in the window goes by it, and it was made in another language
        for edge in (self.sidebar, self.status):
            edge.hide()
            edge.deleteLater()
        self._build_edges()
        self.notices.retranslate()
        shown = self.page()
        place = tab_order.place(shown) if shown is not None else -1
        for page in self._pages.values():
            page.retranslate()
        if shown is not None:
            # What has just been made is not visible yet, and only what is visible can take the focus.
            QTimer.singleShot(0, shown, partial(tab_order.go_to_place, shown, place))
        if self.desk is not None:
            from ui.palette import Palette

            if self.palette_box is not None:
                self.palette_box.deleteLater()
            self.palette_box = Palette(self.desk, self._commands, self.ground)
            self.sidebar.select(self._current)
            self.refresh_frame()
            if self.desk.engine is not None:
                self._show_sync(self.desk.engine.latest)

    # ------------------------------------------------------------- what stands round the page

    def refresh_frame(self) -> None:
        """Read the names, what waits and what needs a decision."""
        if self.desk is None:
            return
        from wimdesk.services import home

        site = self.settings.text("site_id")
        self.desk.tasks.read(self, home.frame, site, done=self._show_frame_facts, key="frame")

    def _show_frame_facts(self, frame: Frame) -> None:
        from wimdesk.services import leaving

        self._frame = frame
        name = frame.organisation or "WIMDesk"
        self.sidebar.set_owner(name, _("Sample data") if frame.sample else frame.site)
        self.settings.put("last_state", json.dumps({"name": name, "site": frame.site}))
        self.sidebar.set_badge("sync", frame.decisions)
        self.status.set_waiting(frame.waiting)
        self.status.set_last_sync(moments.moment(frame.last_success) if frame.last_success else "")
        if frame.left and self.desk is not None:
            self.notices.warn(_("Your organisation has left the Alliance"), frame.left)
            self.desk.tasks.write(self, leaving.note_told)
        if not frame.enrolled:
            self.status.set_connection("not_set_up")
        elif self.desk is not None and (self.desk.engine is None or self.desk.engine.latest.state == "off"):
            self.status.set_connection("online" if frame.last_success else "offline")

    def _show_sync(self, status: SyncStatus) -> None:
        self.status.set_connection(_STATES[status.state])
        self.status.setToolTip(tool_tip(status.sentence))
        if status.state != "running":
            self.refresh_frame()

    def _show_saving(self, writes: int) -> None:
        if writes:
            # A save takes a few milliseconds: a word that flickers would only worry.
            QTimer.singleShot(200, self, self._show_if_still_saving)
        else:
            self.status.set_saved("saved")

    def _show_if_still_saving(self) -> None:
        if self.desk is not None and self.desk.tasks.writes:
            self.status.set_saved("saving")

    def _show_last_state(self) -> None:
        try:
            known = json.loads(self.settings.text("last_state") or "{}")
            self.sidebar.set_owner(str(known.get("name", "WIMDesk")), str(known.get("site", "")))
        except (ValueError, AttributeError):
            self.sidebar.set_owner("WIMDesk", "")

    def _say_saved(self) -> None:
        self.flush()
        self.notices.say(_("Saved already. WIMDesk saves by itself."))

    def _commands(self) -> list[Command]:
        from ui.palette import Command

        return [
            Command(_("Sync now"), "refresh-cw", "F5", self.sync_now),
            Command(_("Write down an event"), "calendar", "Ctrl+E", self.write_event),
            Command(_("Help for this page"), "circle-help", "F1", self.show_help),
            Command(_("Take back the last change"), "undo-2", "Ctrl+Z", self.undo),
        ]

    # ------------------------------------------------------------- size and end

    def focusNextPrevChild(self, forward: bool) -> bool:
        page = self.page()
        if page is not None:
            tab_order.arrange(page)
        moved = super().focusNextPrevChild(forward)
        focus = QApplication.focusWidget()
        if focus is not None:
            tab_order.reveal(focus)
        return moved

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            # Queued, so that nothing heavy begins before this painting has reached the screen.
            QTimer.singleShot(0, self, self.painted.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "sidebar"):
            self._fold()
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._all_saved() and not self._warned:
            # Closing now would lose what was typed: the banner says why; closing again means it.
            self._warned = True
            event.ignore()
            return
        size = self.normalGeometry().size()
        wide = "max" if self.isMaximized() else ""
        if size.isValid():
            self.settings.put("window", f"{size.width()}x{size.height()}{wide}")
        super().closeEvent(event)

    def _all_saved(self) -> bool:
        """Save what is being typed and wait for it; say whether all of it is saved."""
        if self.desk is None:
            return True
        failed: list[str] = []
        remember = self.desk.tasks.not_saved.connect(failed.append)
        self.flush()
        limit = QDeadlineTimer(_CLOSING_SECONDS * 1000)
        while self.desk.tasks.writes and not limit.hasExpired():
            QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 20)
        self.desk.tasks.not_saved.disconnect(remember)
        return not failed and not self.desk.tasks.writes

    def _fold(self) -> None:
        self.sidebar.set_collapsed(self.width() < theme.px(FOLDS_BELOW))

    def _restore_size(self) -> None:
        text = self.settings.text("window").removesuffix("max")
        width, _x, height = text.partition("x")
        size = QSize(int(width), int(height)) if width.isdigit() and height.isdigit() else SIZE
        screen = QApplication.primaryScreen()
        self.resize(size.boundedTo(screen.availableSize()))
        if self.settings.text("window").endswith("max"):
            self.setWindowState(Qt.WindowState.WindowMaximized)
