"""The results of the library as painted rows; a screen reader hears each row as one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.widgets.labels import tool_tip
from ui.widgets.rows import ROW_ROLE, Row
from wimdesk.i18n import _
from wimdesk.records.library_item import STATES
from wimdesk.search import marks
from wimdesk.services.library import Entry, Result
from wimdesk.services.library_words import country_name, short_date

_TONES = {
    "draft": "warn",
    "submitted": "info",
    "in_review": "info",
    "returned": "warn",
    "withdrawn": "text2",
    "archived": "text2",
}
_ICONS = {
    "draft": "pencil",
    "submitted": "send",
    "in_review": "eye",
    "returned": "undo-2",
    "withdrawn": "undo-2",
    "archived": "inbox",
}
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ResultModel(QAbstractListModel):
    """At most a thousand entries; rows are made when they are painted."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._result = Result("", (), 0, {}, {})
        self._themes: dict[str, tuple[str, str]] = {}
        self._rows: dict[int, Row] = {}

    def set_themes(self, themes: Mapping[str, tuple[str, str]]) -> None:
        """Take the words and colours of the themes: key -> (title, colour token)."""
        self._themes = dict(themes)
        self._rows.clear()

    def show_result(self, result: Result) -> None:
        """Replace everything."""
        self.beginResetModel()
        self._result = result
        self._rows = {}
        self.endResetModel()

    def add_summaries(self, result: Result, summaries: Mapping[str, str]) -> None:
        """Take the summaries that were read behind the first ones, unless another result is shown by now."""
        if result is self._result and summaries:
            self._result = replace(result, summaries={**result.summaries, **summaries})
            self._rows = {at: row for at, row in self._rows.items() if self._result.entries[at].id not in summaries}
            first = next(at for at, entry in enumerate(self._result.entries) if entry.id in summaries)
            self.dataChanged.emit(self.index(first), self.index(self.rowCount() - 1))

    def entry(self, row: int) -> Entry | None:
        """Return the entry of a row, or None."""
        return self._result.entries[row] if 0 <= row < len(self._result.entries) else None

    def find(self, item_id: str) -> int:
        """Return the row of an item, or -1."""
        return next((row for row, entry in enumerate(self._result.entries) if item_id in (entry.id, *entry.others)), -1)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._result.entries)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        entry = self.entry(index.row())
        if entry is None:
            return None
        if role == ROW_ROLE:
            return self._row(index.row(), entry)
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(entry.title)
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole}:
            return self._sentence(entry) if role == Qt.ItemDataRole.AccessibleTextRole else self._result.summary(entry)
        return None

    def _row(self, at: int, entry: Entry) -> Row:
        if at not in self._rows:
            question = self._result.question
            text = self._result.passages.get(entry.id) or self._result.summary(entry)
            words, icon, tone = _said(entry)
            self._rows[at] = Row(
                title=entry.title,
                snippet=text,
                meta=self._meta(entry),
                title_marks=tuple(marks(entry.title, question)),
                snippet_marks=tuple(marks(text, question)),
                dot=self._colour(entry),
                state=words,
                state_icon=icon,
                state_tone=tone,
            )
        return self._rows[at]

    def _colour(self, entry: Entry) -> str:
        first = entry.themes[0] if entry.themes else ""
        return self._themes[first][1] if first in self._themes else "text3"

    def _meta(self, entry: Entry) -> str:
        first = entry.themes[0] if entry.themes else ""
        theme = self._themes[first][0] if first in self._themes else first
        # The place and the date come first: a long theme may be cut.
        there = " ".join(code.upper() for code in entry.languages) if len(entry.languages) > 1 else ""
        parts = (country_name(entry.country_code), short_date(entry.issued) if entry.issued else "", there, theme)
        return " · ".join(part for part in parts if part)

    def _sentence(self, entry: Entry) -> str:
        state = _said(entry)[0]
        summary = self._result.summary(entry).rstrip(".")
        return ". ".join(part for part in (entry.title, summary, self._meta(entry), state) if part)


def _said(entry: Entry) -> tuple[str, str, str]:
    """Return what stands at the end of a row, its icon and its colour."""
    if entry.state in _TONES:
        return _(STATES[entry.state]), _ICONS.get(entry.state, ""), _TONES[entry.state]
    if entry.check:
        return _("Check"), "clock", "warn"
    if entry.reused:
        return _("Used by {count}").format(count=entry.reused), "circle-check", "ok"
    return "", "", "ok"
