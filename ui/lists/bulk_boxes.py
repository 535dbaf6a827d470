"""The boxes in which a person says what becomes of all the records chosen: their tags, or one field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QStackedWidget, QWidget

from ui import theme
from ui.forms import editors
from ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.combo import ChoiceField
from ui.widgets.flow import Flow
from ui.widgets.labels import Text
from ui.widgets.popup import Popup
from wimdesk.i18n import _, ngettext
from wimdesk.store.record import Info

Field = tuple[str, Info, Callable[[], QWidget]]
"""A field that can be set for many: its name, what its column says of itself, and what makes its editor."""
_MOST_TAGS = 12


class TagBox(Popup):
    """``added`` and ``removed`` tell a tag."""

    added = Signal(str)
    removed = Signal(str)

    def __init__(self, count: int, here: Mapping[str, int], known: Sequence[str], parent: QWidget) -> None:
        words = ngettext("Tags of {count} chosen", "Tags of {count} chosen", count)
        super().__init__(words.format(count=count), parent)
        self.setFixedWidth(theme.px(300))
        self.column.addWidget(Text(words.format(count=self.locale().toString(count)), "strong"))
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(_("Add a tag"))
        self.edit.setAccessibleName(_("Add a tag"))
        completer = QCompleter(list(known), self.edit)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        popup = completer.popup()
        if popup is not None:
            theme.mark(popup, role="popup")
            popup.setAccessibleName(_("What can be added"))
        self.edit.setCompleter(completer)
        self.edit.returnPressed.connect(self._add)
        button = SecondaryButton(_("Add"), "plus")
        button.clicked.connect(self._add)
        line = QHBoxLayout()
        line.addWidget(self.edit, 1)
        line.addWidget(button)
        self.column.addLayout(line)
        if here:
            self.column.addWidget(Text(_("Take away"), "head"))
            flow = Flow()
            flow.setFixedWidth(theme.px(276))
            for tag, many in list(here.items())[:_MOST_TAGS]:
                link = LinkButton(f"{tag}  {self.locale().toString(many)}".replace("&", "&&"), "x")
                link.set_slim()
                link.setAccessibleName(_("Take away {tag}").format(tag=tag))
                link.clicked.connect(partial(self._remove, tag))
                flow.add(link)
            flow.setFixedHeight(flow.heightForWidth(theme.px(276)))
            self.column.addWidget(flow)

    def first(self) -> QWidget:
        return self.edit

    def _add(self) -> None:
        if self.edit.text().strip():
            self.added.emit(self.edit.text())
            self.close()

    def _remove(self, tag: str) -> None:
        self.removed.emit(tag)
        self.close()


class SetBox(Popup):
    """``wanted`` tells (field, value)."""

    wanted = Signal(str, object)

    def __init__(self, count: int, fields: Sequence[Field], parent: QWidget) -> None:
        words = ngettext("Set a field of {count} chosen", "Set a field of {count} chosen", count)
        super().__init__(words.format(count=count), parent)
        self._fields = fields
        self.setFixedWidth(theme.px(300))
        self.column.addWidget(Text(words.format(count=self.locale().toString(count)), "strong"))
        self.field = ChoiceField([(name, _(info["label"])) for name, info, _make in fields], _("Field"))
        self.field.changed.connect(self._show_editor)
        self.column.addWidget(self.field)
        self._stack = QStackedWidget()
        self._editors = [make() for _name, _info, make in fields]
        for editor, (_name, info, _make) in zip(self._editors, fields, strict=True):
            editor.setAccessibleName(_(info["label"]))
            self._stack.addWidget(editor)
        self.column.addWidget(self._stack)
        button = PrimaryButton(_("Set it for all chosen"), "check")
        button.clicked.connect(self.apply)
        self.column.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)

    def first(self) -> QWidget:
        return self.field

    def editor(self) -> QWidget:
        """Return the editor of the chosen field."""
        return self._editors[self._stack.currentIndex()]

    def apply(self) -> None:
        """Tell what was chosen, and close."""
        name, info, _make = self._fields[self._stack.currentIndex()]
        self.wanted.emit(name, editors.value(self.editor(), info))
        self.close()

    def _show_editor(self) -> None:
        self._stack.setCurrentIndex(max(0, self.field.currentIndex()))
