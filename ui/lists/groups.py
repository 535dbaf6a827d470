"""Saved searches above a list, as live groups: each with how many answer it now."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QListView, QMenu, QVBoxLayout, QWidget

from ui import theme
from ui.desk import Desk
from ui.forms.saved_search import SavedSearchForm
from ui.lists.lines import HEIGHT, LineDelegate
from ui.widgets.buttons import IconButton, LinkButton, QuietButton
from ui.widgets.labels import tool_tip
from ui.widgets.rows import ROW_ROLE, Row, row_list
from wimdesk.i18n import _
from wimdesk.services import groups
from wimdesk.services.groups import Group
from wimdesk.services.question import Question

_MOST = 3.5
"""So many groups show at once: half a row says that there are more."""
_ID = int(Qt.ItemDataRole.UserRole)


class GroupList(QWidget):
    """``asked`` tells the question of the group that was chosen, an empty one where it was left again."""

    asked = Signal(object)

    def __init__(
        self, desk: Desk, type_name: str, counted: Callable[[int], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._type = type_name
        self._counted = counted
        self._groups: list[Group] = []
        self._question = Question()
        self._made = ""
        self._folded = False
        self.form: SavedSearchForm | None = None
        self.save_button = LinkButton(_("Save this search"), "bookmark")
        self.save_button.set_slim()
        self.save_button.clicked.connect(self.save)
        self.menu_button = IconButton("ellipsis", _("More about this group"))
        self.menu_button.clicked.connect(self._open_menu)
        self.head = QuietButton(_("Groups"), "chevron-down")
        self.head.set_slim()
        self.head.clicked.connect(lambda: self.fold(not self._folded))
        self.view: QListView = row_list(_("Groups"), LineDelegate())
        self.view.itemDelegate().setParent(self.view)
        self._model = QStandardItemModel(0, 1, self.view)
        self.view.setModel(self._model)
        self.view.clicked.connect(self._go)
        self.view.activated.connect(self._go)
        top = QWidget()
        top.setFixedHeight(theme.px(34))  # whether there is a button in it or not
        line = QHBoxLayout(top)
        line.setContentsMargins(8, 0, 8, 0)
        line.setSpacing(4)
        line.addWidget(self.head)
        line.addStretch(1)
        line.addWidget(self.save_button)
        line.addWidget(self.menu_button)
        self._name_room = QVBoxLayout()
        self._name_room.setContentsMargins(16, 0, 16, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 6)
        column.setSpacing(0)
        column.addWidget(top)
        column.addLayout(self._name_room)
        column.addWidget(self.view)
        self._arrange()

    def show_groups(self, found: Sequence[Group]) -> None:
        """Show the groups with their counts."""
        self._groups = list(found)
        self._model.setRowCount(0)
        for group in self._groups:
            count = self.locale().toString(group.count)
            item = QStandardItem(group.name)
            item.setEditable(False)
            item.setData(group.id, _ID)
            item.setData(Row(group.name, meta=count, icon="users"), ROW_ROLE)
            item.setData(f"{group.name}, {self._counted(group.count)}", Qt.ItemDataRole.AccessibleTextRole)
            item.setToolTip(tool_tip(group.name))
            self._model.appendRow(item)
        self._arrange()
        self._name_new()

    def show_question(self, question: Question) -> None:
        """Mark the group that asks the same; offer to save what no group asks."""
        self._question = question
        self._arrange()

    def fold(self, folded: bool) -> None:
        """Show the first line only, or the groups too."""
        self._folded = folded
        self._arrange()

    def counts(self) -> dict[str, int]:
        """Return how many are in each group, by name."""
        return {group.name: group.count for group in self._groups}

    def current(self) -> Group | None:
        """Return the group whose question is asked now."""
        return next((group for group in self._groups if group.question == self._question), None)

    def save(self) -> None:
        """Keep what is asked now, and put the cursor into its name."""
        self._desk.tasks.write(self, groups.save, self._type, self._question, done=self._saved)

    def rename(self, saved_search: str) -> None:
        """Put the cursor into the name of a group."""
        self._end_naming()
        self.form = SavedSearchForm(self._desk, saved_search)
        self.form.ended.connect(self._end_naming, Qt.ConnectionType.QueuedConnection)
        self._name_room.addWidget(self.form)
        self.form.setFocus(Qt.FocusReason.OtherFocusReason)

    def remove(self, saved_search: str) -> None:
        """Move a group to the trash; who is in it stays."""
        self._end_naming()
        self._desk.tasks.write(self._desk.tasks, groups.remove, saved_search, done=self._removed)

    def flush(self) -> None:
        """Save a name that is being typed."""
        if self.form is not None:
            self.form.binder.flush()

    def _saved(self, saved_search: str) -> None:
        self._made = saved_search
        self._name_new()

    def _name_new(self) -> None:
        """A group that was just made gets its name as soon as it stands in the list."""
        if self._made and any(group.id == self._made for group in self._groups):
            made, self._made = self._made, ""
            self.rename(made)

    def _removed(self, act: int) -> None:
        self._desk.notices.offer_undo(_("Group moved to the trash. Who is in it stays."), act)

    def _end_naming(self) -> None:
        form, self.form = self.form, None
        if form is not None:
            had_focus = form.name.hasFocus()
            form.binder.flush()
            self._name_room.removeWidget(form)
            form.hide()
            form.deleteLater()
            if had_focus:
                self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go(self, index: QModelIndex) -> None:
        group = self._groups[index.row()]
        self.asked.emit(Question() if group.question == self._question else group.question)

    def _open_menu(self) -> None:
        group = self.current()
        if group is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("Rename"), lambda: self.rename(group.id))
        menu.addAction(_("Move to the trash"), lambda: self.remove(group.id))
        menu.popup(self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft()))

    def _arrange(self) -> None:
        current = self.current()
        self.save_button.setVisible(current is None and not self._question.is_empty)
        self.menu_button.setVisible(current is not None)
        self.head.setVisible(bool(self._groups))
        self.head.show_icon("chevron-right" if self._folded else "chevron-down")
        self.head.setAccessibleDescription(_("folded") if self._folded else "")
        self.view.setVisible(bool(self._groups) and not self._folded)
        self.view.setFixedHeight(theme.px(round(HEIGHT * min(len(self._groups), _MOST))))
        self.setVisible(bool(self._groups) or not self._question.is_empty)
        row = self._groups.index(current) if current is not None else -1
        if row >= 0:
            self.view.setCurrentIndex(self._model.index(row, 0))
        else:
            self.view.setCurrentIndex(QModelIndex())
            self.view.clearSelection()
