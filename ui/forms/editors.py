"""Reads and fills the editor of a field, whatever widget it is, by what the field's column says of itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Protocol, cast

from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QWidget

from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.number import NumberField
from ui.widgets.tags import TagsField
from wimdesk.i18n import _
from wimdesk.store.record import Info


class _Connects(Protocol):
    def connect(self, slot: Callable[..., object], /) -> object:
        """Call the slot with each change."""


class _Valued(Protocol):
    """What our own fields have in common."""

    changed: _Connects

    def value(self) -> object:
        """Return what is entered."""

    def set_value(self, value: object, /) -> None:
        """Show a value."""


def make(info: Info) -> QWidget:
    """Return a fitting empty editor for a column."""
    match info["kind"]:
        case "long_text":
            edit = QPlainTextEdit()
            edit.setTabChangesFocus(True)
            return edit
        case "texts" | "long_texts":
            return LanguageMapField(multiline=info["kind"] == "long_texts")
        case "choice":
            return ChoiceField([("", "–"), *((code, _(words)) for code, words in info.get("choices", {}).items())])
        case "codes":
            return TagsField(free=True)
        case "day" | "month":
            return DateField()
        case "integer" | "decimal":
            return NumberField()
        case "flag":
            return QCheckBox(_(info["label"]))
    return QLineEdit()


def on_change(editor: QWidget, slot: Callable[[], object]) -> None:
    """Call the slot after each change of what is entered."""
    if isinstance(editor, QCheckBox):
        editor.toggled.connect(lambda _on: slot())
    elif isinstance(editor, DateField | NumberField):
        # Their own signal is silent while what is typed can't be read; the form wants to say so.
        editor.textChanged.connect(lambda _text: slot())
    elif hasattr(editor, "changed"):
        cast("_Valued", editor).changed.connect(lambda *_more: slot())
    elif isinstance(editor, QLineEdit):
        editor.textChanged.connect(lambda _text: slot())
    elif isinstance(editor, QPlainTextEdit):
        editor.textChanged.connect(slot)
    else:
        raise TypeError(type(editor).__name__)


def value(editor: QWidget, info: Info) -> object:
    """Return what is entered, as the column takes it; a date that can't be read is kept as it was typed."""
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, DateField):
        return editor.value() or editor.text().strip()
    if isinstance(editor, NumberField):
        return _number(editor.value(), info)
    if hasattr(editor, "value"):
        found = cast("_Valued", editor).value()
        if isinstance(found, Decimal):
            return _number(found, info)
        return "" if found is None and info["kind"] not in {"integer", "decimal"} else found
    if isinstance(editor, QPlainTextEdit):
        return editor.toPlainText()
    return cast("QLineEdit", editor).text()


def show(editor: QWidget, found: object) -> None:
    """Show a value of the record without announcing it as a change."""
    blocked = editor.blockSignals(True)
    try:
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(found))
        elif isinstance(editor, DateField):
            editor.set_value(str(found or ""))
        elif hasattr(editor, "set_value"):
            cast("_Valued", editor).set_value(found)
        elif isinstance(editor, QPlainTextEdit):
            editor.setPlainText(str(found or ""))
        elif isinstance(editor, QLineEdit):
            editor.setText(str(found or ""))
            editor.setCursorPosition(0)  # a long text is read from its beginning
    finally:
        editor.blockSignals(blocked)


def unreadable(editor: QWidget, info: Info) -> str:
    """Return a sentence where what is entered can't be kept as a value of this column, else an empty text."""
    if isinstance(editor, NumberField):
        if not editor.is_readable():
            return editor.problem()
        found = editor.value()
        if found is not None and info["kind"] == "integer" and found != found.to_integral_value():
            return _("Write a whole number, without a fraction.")
    if isinstance(editor, DateField):
        return editor.problem()
    return ""


def in_words(found: object, info: Info) -> str:
    """Return a value as a person reads it."""
    if found in (None, "", {}, []):
        return _("empty")
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, dict):
        return " / ".join(str(text) for text in found.values())
    if isinstance(found, list):
        return ", ".join(str(each) for each in found)
    return _(info.get("choices", {}).get(str(found), "")) or str(found)


def _number(found: Decimal | None, info: Info) -> int | float | None:
    if found is None:
        return None
    return int(found) if info["kind"] == "integer" else float(found)
