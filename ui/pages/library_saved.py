"""The line above the results: saved searches and reading lists to choose from, to keep, and to send."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.forms.reading_list import ReadingListForm
from ui.sides import margins
from ui.widgets.buttons import IconButton, SecondaryButton
from ui.widgets.combo import ChoiceField
from wimdesk.events import Changed
from wimdesk.i18n import _, ngettext
from wimdesk.services import reading_lists
from wimdesk.services.question import Question
from wimdesk.services.reading_lists import LIST, SEARCH, Saved
from wimdesk.store.record import Scope

_ALL = ""


class SavedBar(QWidget):
    """``chosen`` is emitted with what was chosen, or None for the whole library."""

    chosen = Signal(object)

    def __init__(self, desk: Desk, asked: Callable[[], Question], item: Callable[[], str]) -> None:
        """`asked` says what the page asks for now, `item` which practice is shown."""
        super().__init__()
        self._desk, self._asked, self._item = desk, asked, item
        self._known: dict[str, Saved] = {}
        self._scopes: list[Scope] = []
        self._wanted = _ALL
        self.choice = ChoiceField([(_ALL, _("Whole library"))], _("Saved searches and reading lists"), quiet=True)
        self.choice.changed.connect(self._choose)
        self.keep = IconButton("bookmark", _("Save this search"))
        self.keep.clicked.connect(self._save)
        self.put = IconButton("plus", _("Put this practice on a reading list"))
        self.put.clicked.connect(self._put)
        self.off = IconButton("minus", _("Take this practice off the reading list"))
        self.off.clicked.connect(self._take_off)
        self.bin = IconButton("trash-2", _("Move to the trash"))
        self.bin.clicked.connect(self._remove)
        line = QHBoxLayout()
        line.setContentsMargins(margins(4, 0, 4, 0))
        line.setSpacing(2)
        line.addWidget(self.choice, 1)
        for button in (self.keep, self.put, self.off, self.bin):
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(margins(8, 4, 4, 4))
        column.setSpacing(4)
        column.addLayout(line)
        self._column = column
        self._form: ReadingListForm | None = None
        self.send: dict[Scope, SecondaryButton] = {}
        self.group = ChoiceField((), _("Working group"))
        self.to_group = SecondaryButton(_("Send to this working group"), "send")
        self.to_group.setToolTip(_("It shows with those who take part in the group; the whole Alliance may read it."))
        self.to_group.clicked.connect(lambda: self._send(self.group.value() or ""))
        self._groups = QWidget()
        below = QVBoxLayout(self._groups)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        below.addWidget(self.group)
        below.addWidget(self.to_group, 0, Qt.AlignmentFlag.AlignLeading)
        self._groups.hide()
        for scope, words in reading_lists.named():
            self.send[scope] = send = SecondaryButton(words, "send")
            send.clicked.connect(lambda _on=False, scope=scope: self._send(scope))
            send.hide()
            column.addWidget(send, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._groups)
        self.reload()

    def reload(self) -> None:
        """Read anew what is kept."""
        self._desk.tasks.read(self, reading_lists.stock, done=self._take, key="saved")

    def changed(self, change: Changed) -> None:
        """Follow what was kept here or came by a sync."""
        if change.touches(SEARCH, LIST, "working_group", "reply"):
            self.reload()

    def current(self) -> Saved | None:
        """Return what is chosen."""
        return self._known.get(self.choice.value() or _ALL)

    def show_list(self, record: str) -> bool:
        """Choose a reading list; say whether there is one of this id."""
        known = record in self._known
        if known:
            self.choice.set_value(record)
        else:
            self._wanted = record  # may be on its way
        return known

    def show_all(self) -> None:
        """Go back to the whole library without telling."""
        self.choice.blockSignals(True)
        self.choice.set_value(_ALL)
        self.choice.blockSignals(False)
        self._show_acts()

    def _take(self, stock: tuple[list[Saved], list[Scope], list[tuple[str, str]]]) -> None:
        found, scopes, groups = stock
        chosen = self.group.value()
        self.group.set_value(None)  # else a group that was closed would stay on offer
        self.group.set_options(groups)
        if chosen in dict(groups):
            self.group.set_value(chosen)
        before = self.current()
        self._known = {each.id: each for each in found}
        self._scopes = scopes
        kinds = {SEARCH: _("Search: {name}"), LIST: _("Reading list: {name}")}
        options = [(each.id, kinds[each.kind].format(name=each.name)) for each in found]
        now = self._wanted or (before.id if before else _ALL)
        self._wanted = _ALL
        self.choice.blockSignals(True)
        self.choice.set_value(_ALL)  # else what is gone would stay on offer
        self.choice.set_options([(_ALL, _("Whole library")), *options])
        self.choice.set_value(now if now in self._known else _ALL)
        self.choice.blockSignals(False)
        if self.current() != before:
            self._choose()
        else:
            self._show_acts()

    def _choose(self) -> None:
        self._show_acts()
        self.chosen.emit(self.current())

    def _show_acts(self) -> None:
        saved = self.current()
        is_mine = saved is not None and saved.kind == LIST and saved.mine
        self.off.setVisible(is_mine)
        self.bin.setVisible(saved is not None and saved.mine)
        for scope, button in self.send.items():
            button.setVisible(is_mine and scope in self._scopes)
        self._groups.setVisible(is_mine and self.group.count() > 0)
        self._show_form(saved.id if is_mine and saved else "")

    def _show_form(self, record: str) -> None:
        if self._form is not None and self._form.binder.record_id != record:
            self._form.flush()
            self._form.deleteLater()
            self._form = None
        if record and self._form is None:
            self._form = ReadingListForm(self._desk, record)
            self._column.insertWidget(1, self._form)

    def _save(self) -> None:
        def done(made: str) -> None:
            self._wanted = made
            self.reload()
            self._desk.notices.say(_("Saved. What fits later is among the answers, too."))

        def failed(problem: Exception) -> None:
            self._desk.notices.warn(str(problem))

        self._desk.tasks.write(self, reading_lists.save_search, self._asked(), done=done, failed=failed)

    def _put(self) -> None:
        item, saved = self._item(), self.current()
        if not item:
            return
        if saved is not None and saved.kind == LIST and saved.mine:
            self._change(saved, item, there=True)
            return
        mine = [each for each in self._known.values() if each.kind == LIST and each.mine]
        if mine:
            self._change(mine[-1], item, there=True)
            return

        def done(made: str) -> None:
            self._wanted = made
            self.reload()

        self._desk.tasks.write(self, reading_lists.begin, "", [item], done=done)

    def _take_off(self) -> None:
        saved = self.current()
        if saved is not None and self._item():
            self._change(saved, self._item(), there=False)

    def _change(self, saved: Saved, item: str, *, there: bool) -> None:
        words = _("On the list “{name}”.") if there else _("No longer on the list “{name}”.")
        told = words.format(name=saved.name)

        tell = self._desk.notices.offer_undo
        self._desk.tasks.write(self, reading_lists.put, saved.id, item, there, done=lambda act: tell(told, act))

    def _remove(self) -> None:
        saved = self.current()
        if saved is None:
            return
        tell, words = self._desk.notices.offer_undo, _("Moved to the trash. The practices stay.")
        self._desk.tasks.write(self, reading_lists.remove, saved, done=lambda act: tell(words, act))

    def _send(self, to: str) -> None:
        saved = self.current()
        if saved is None or not to:
            return
        if self._form is not None:
            self._form.flush()

        def done(sent: tuple[str, int]) -> None:
            words = _("Sent. It goes with the next sync.")
            if sent[1]:
                more = ngettext("{count} practice was left out: only you have it.",
                                "{count} practices were left out: only you have them.", sent[1])  # fmt: skip
                words = f"{words} {more.format(count=sent[1])}"
            self._desk.notices.say(words)

        def failed(problem: Exception) -> None:
            self._desk.notices.warn(str(problem))

        self._desk.tasks.write(self, reading_lists.send, saved.id, to, done=done, failed=failed)
