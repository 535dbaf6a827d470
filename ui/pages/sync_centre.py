"""The Sync centre: what needs a decision, what waits to be sent, what was done, and how the connection is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from sync.client.engine import SyncStatus
from ui import theme
from ui.forms.join import JoinForm
from ui.page import Page
from ui.pages.sync_centre_decision import DecisionCard
from ui.pages.sync_centre_files import FilesCard, dropped_file
from ui.pages.sync_centre_list import FILES, SyncList
from ui.pages.sync_centre_parts import DoneCard, ParcelCard, StateBanner
from ui.pages.sync_centre_removal import RemovalCard
from ui.places import PLACES
from ui.sides import margins
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.card import Card, scrolling
from ui.widgets.empty import EmptyState
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _
from wimdesk.services import sync_review
from wimdesk.services.removals import Removal
from wimdesk.services.sync_review import Decision, Done, Parcel, Review

_LIST, _LIST_SHARE = 396, 0.4
"""How wide the list is, and which part of the page it takes at most."""
_NARROW = 480
"""Below this width of the right side a decision is shown in one column."""
Item = Decision | Removal | Parcel | Done | str
"""What a row of the list can stand for."""
_JOIN = "join:code"


class SyncCentrePage(Page):
    """The list at the left; at the right one banner, and below it what was chosen."""

    key = "sync"

    def build(self) -> None:
        """Make the header, the list and the room for what is chosen."""
        self._review = Review()
        # A change of language builds all anew: where the reader stands and what was chosen outlives it.
        self._shown: str = getattr(self, "_shown", "")
        self._wanted = ""
        self._chosen: dict[str, dict[str, int]] = getattr(self, "_chosen", {})
        """What was chosen for each record before it was saved; it outlives a look elsewhere."""
        self._skipped: set[str] = getattr(self, "_skipped", set())
        self._saving = ""
        self.decision: DecisionCard | None = None
        self._detail: QWidget | None = None
        self._item: Item | None = None
        """What the detail was made of: as long as it is the same, the detail stays and keeps the focus."""
        self.header.set_title(_("Sync centre"))
        self.connect_button = SecondaryButton(_("Connect with a code"), "key-round")
        self.connect_button.clicked.connect(self._connect)
        self.connect_button.hide()
        self.file_button = SecondaryButton(_("Sync by file"), "usb")
        self.file_button.setToolTip(_("Save, load or pass on a file where there is no network"))
        self.file_button.clicked.connect(self._show_files)
        self.file_button.hide()
        self.sync_button = PrimaryButton(_("Sync now"), "refresh-cw")
        self.sync_button.setToolTip(_("Send and fetch now (F5)"))
        self.sync_button.clicked.connect(self.sync_now)
        self.header.add_action(self.connect_button)
        self.header.add_action(self.file_button)
        self.header.add_action(self.sync_button)
        self.setAcceptDrops(True)
        self.list = SyncList()
        self.list.chosen.connect(self._choose)
        row = QHBoxLayout()
        row.setContentsMargins(margins(theme.px(22), theme.px(4), 0, 0))
        row.setSpacing(0)
        row.addWidget(self.list)
        row.addWidget(self._right(), 1)
        self.body.addLayout(row, 1)
        for keys, step in (("Alt+Left", -1), ("Alt+Right", 1)):
            self.add_shortcut(keys, partial(self._step, step))
        if not getattr(self, "_listens", False):
            self._listens = True
            self.desk.bridge.synced.connect(self._show_status)

    def refresh(self) -> None:
        """Read everything anew."""
        self.desk.tasks.read(self, sync_review.load, done=self._take, key="review")

    def show_record(self, record_id: str) -> None:
        """Show what is to be decided or waits for a record."""
        self._wanted = record_id
        self.refresh()

    def flush(self) -> None:
        """Keep in mind what was chosen."""
        self._remember()

    def sync_now(self) -> None:
        """Ask for a sync at once."""
        if self.desk.engine is not None and self._review.enrolled:
            self.desk.engine.sync_now()

    def showEvent(self, event: QShowEvent) -> None:
        fresh = self._fresh
        super().showEvent(event)
        if fresh and not self._missed:
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def hideEvent(self, event: QHideEvent) -> None:
        self._remember()
        super().hideEvent(event)

    def _share_width(self) -> None:
        """On a small screen, or with large letters, the list leaves room for what was chosen."""
        width = min(theme.px(_LIST), round(self.width() * _LIST_SHARE))
        self.list.setFixedWidth(width)
        if self.decision is not None:
            self.decision.set_narrow(self.width() - width < theme.px(_NARROW))

    # ------------------------------------------------------------- what is read

    def _right(self) -> QWidget:
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(24, 12, 24, 24)
        self._column.setSpacing(14)
        self.banner = StateBanner()
        self.banner.acted.connect(self._act)
        self._column.addWidget(self.banner)
        self.empty = EmptyState("circle-check", _("Nothing needs a decision. What waits and what was done is listed."))
        self._column.addWidget(self.empty)
        self._column.addStretch(1)
        self.area = scrolling(inside)
        self.area.setAccessibleName(_("What was chosen in the list"))
        return self.area

    def _take(self, review: Review) -> None:
        self._remember()
        self._review = review
        self.list.show_review(review)
        self.sync_button.setVisible(review.enrolled)
        self.file_button.setVisible(review.enrolled)
        self.connect_button.setVisible(not review.enrolled and not review.sample)
        self._show_status(self._status())
        known = self.list.model.records()
        wanted, self._wanted = self._wanted, ""
        if wanted:
            rows = (f"{kind}:{wanted}" for kind in ("decision", "refused", "waiting"))
            self._shown = next((row for row in rows if row in known), "")
        if self._shown not in known and (review.enrolled or self._shown != _JOIN):
            self._shown = self._first()
        self.list.choose(self._shown)
        self._show_detail()

    def _first(self) -> str:
        """Return the first decision that was not put off, else the first thing refused."""
        waiting = [each.record for each in self._review.decisions if each.record not in self._skipped]
        found = waiting or [each.record for each in self._review.decisions]
        if found or self._review.removals:
            return f"decision:{found[0]}" if found else f"removal:{self._review.removals[0].space}"
        return f"refused:{self._review.refused[0].record}" if self._review.refused else ""

    def _status(self) -> SyncStatus:
        return self.desk.engine.latest if self.desk.engine is not None else SyncStatus()

    def _show_status(self, status: SyncStatus) -> None:
        self.banner.show_status(status, self._review)
        running = status.state == "running"
        self.sync_button.setEnabled(not running)
        if not running and self.isVisible() and self.sender() is self.desk.bridge:
            self.refresh()

    # ------------------------------------------------------------- what is chosen

    def _choose(self, row: str) -> None:
        if row != self._shown:
            self._remember()
            self._shown = row
            # Tab into the list makes a row the current one without marking it as chosen.
            self.list.choose(row)
            self._show_detail()

    def _show_detail(self) -> None:
        item = self._find()
        if item is not None and item == self._item:
            if isinstance(item, Decision) and self.decision is not None:
                self.decision.set_place(self._review.decisions.index(item), len(self._review.decisions))
            return
        self._item = item
        focus = self._focus_inside()
        if self._detail is not None:
            self._column.removeWidget(self._detail)
            self._detail.hide()
            self._detail.deleteLater()
        self.decision = None
        self._detail = self._make_detail(item)
        self.empty.setVisible(self._detail is None)
        if self._detail is not None:
            self._column.insertWidget(1, self._detail)
        self._share_width()
        if focus is not None:
            self._focus_again(focus)

    def _find(self) -> Item | None:
        """Return what the chosen row stands for."""
        kind, _colon, name = self._shown.partition(":")
        if kind == "decision":
            return next((each for each in self._review.decisions if each.record == name), None)
        if kind == "removal":
            return next((each for each in self._review.removals if each.space == name), None)
        if kind == "done":
            return next((each for each in self._review.done if each.at == name), None)
        parcels = {"waiting": self._review.waiting, "refused": self._review.refused}.get(kind, ())
        return (
            self._shown
            if self._shown in {_JOIN, FILES}
            else next((each for each in parcels if each.record == name), None)
        )

    def _make_detail(self, item: Item | None) -> QWidget | None:
        if isinstance(item, Decision):
            return self._make_decision(item)
        if isinstance(item, Removal):
            return self._make_removal(item)
        if isinstance(item, Parcel):
            return self._make_parcel(item)
        if isinstance(item, Done):
            return DoneCard(item)
        if item == FILES and self.desk.engine is not None:
            card = FilesCard(self.desk, self.desk.engine)
            card.loaded.connect(self.refresh)
            return card
        return self._make_join() if item else None

    def _make_decision(self, decision: Decision) -> DecisionCard:
        card = DecisionCard(decision, self._review.decisions.index(decision), len(self._review.decisions))
        card.choose(self._chosen.get(decision.record, {}))
        card.decided.connect(self._decide)
        card.later.connect(self._put_off)
        card.stepped.connect(self._step)
        self.decision = card
        return card

    def _make_removal(self, removal: Removal) -> RemovalCard:
        card = RemovalCard(self.desk, removal)
        card.answered.connect(self.refresh)
        return card

    def _focus_inside(self) -> QWidget | None:
        focus = QApplication.focusWidget()
        return focus if focus is not None and self._detail is not None and self._detail.isAncestorOf(focus) else None

    def _focus_again(self, before: QWidget) -> None:
        """Whoever works with keys goes on at the same value, else at the first one, else on the page."""
        name = before.accessibleName()
        cards = self.decision.every_card() if self.decision is not None else []
        same = [card for card in cards if card.accessibleName() == name]
        found = same or [card for card in cards if card.isChecked()] or cards
        next_one: QWidget = found[0] if found else self.area
        next_one.setFocus(Qt.FocusReason.OtherFocusReason)

    def _make_join(self) -> Card:
        card = Card(_("Connect with a code"))
        form = JoinForm(self.desk)
        form.joined.connect(self._joined)
        card.add(form)
        card.setFocusProxy(form.code)
        return card

    def _make_parcel(self, parcel: Parcel) -> ParcelCard:
        card = ParcelCard(parcel)
        page = PLACES[parcel.type].page if parcel.type in PLACES else "organisation"
        record = "" if page == "metrics" or parcel.type in {"activity", "participation"} else parcel.record
        card.open_button.clicked.connect(lambda: self.desk.navigate(page, record))
        card.again_button.clicked.connect(lambda: self._send_again(parcel))
        return card

    def _send_again(self, parcel: Parcel) -> None:
        self.desk.tasks.write(self, sync_review.send_again, parcel.type, parcel.record, done=self._sent_again)

    def _sent_again(self, _waits: bool) -> None:
        self.refresh()
        self.sync_now()

    def _remember(self) -> None:
        if self.decision is not None:
            self._chosen[self.decision.decision.record] = self.decision.chosen()

    def _step(self, step: int) -> None:
        records = [each.record for each in self._review.decisions]
        if self.decision is None or not records:
            return
        here = self.decision.decision.record
        place = records.index(here) + step if here in records else 0
        if 0 <= place < len(records):
            self._choose(f"decision:{records[place]}")

    def _put_off(self) -> None:
        if self.decision is None:
            return
        self._skipped.add(self.decision.decision.record)
        rest = [each.record for each in self._review.decisions if each.record not in self._skipped]
        if not rest:
            self._skipped.clear()
            self.desk.notices.say(_("It stays here until you decide. Both versions are safe."))
            return
        self._choose(f"decision:{rest[0]}")

    def _decide(self, chosen: dict[str, int]) -> None:
        # A second press while the first is being saved would find everything decided.
        if self.decision is None or self._saving == self.decision.decision.record:
            return
        decision = self.decision.decision
        self._saving = decision.record
        self.desk.tasks.write(
            self, sync_review.decide, decision.type, decision.record, chosen,
            done=lambda _nothing: self._saved(decision), failed=self._refuse,
        )  # fmt: skip

    def _saved(self, decision: Decision) -> None:
        self._saving = ""
        self._chosen.pop(decision.record, None)
        if self.decision is not None and self.decision.decision.record == decision.record:
            self.decision, self._item = None, None
        self._shown = ""
        self.desk.notices.offer_undo(_("{name} is decided.").format(name=decision.caption))
        self.refresh()

    def _refuse(self, problem: WimdeskError) -> None:
        self._saving = ""
        self.desk.notices.warn(str(problem))
        self.refresh()

    # ------------------------------------------------------------- what the banner offers

    def _act(self) -> None:
        engine = self.desk.engine
        if self.banner.act == "connect":
            self._connect()
        elif engine is not None and self.banner.act == "cancel":
            engine.cancel()
            self.banner.show_stopping()
        elif self.banner.act == "again":
            self.sync_now()
        elif self.banner.act == "words":
            self.desk.navigate("computers")

    def _connect(self) -> None:
        """Let the code be typed right here."""
        self._remember()
        self._shown = _JOIN
        self.list.choose(_JOIN)
        self._show_detail()
        if self._detail is not None:
            self._detail.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_files(self) -> None:
        """Let files be saved and loaded right here."""
        self._remember()
        self._shown = FILES
        self.list.choose(FILES)
        self._show_detail()
        if isinstance(self._detail, FilesCard):
            self._detail.save_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._review.enrolled and dropped_file(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData())
        if path is None:
            return
        event.acceptProposedAction()
        self._show_files()
        if isinstance(self._detail, FilesCard):
            self._detail.take(path)

    def _joined(self) -> None:
        self.desk.notices.say(_("This computer has joined. The first sync begins."))
        self.refresh()
