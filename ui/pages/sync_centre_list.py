"""The left side of the Sync centre: what needs a decision, what waits, what was refused, what was done."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from ui import moments, theme
from ui.pages.record_list import Item, RecordList
from ui.places import PLACES
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate
from ui.widgets.rowtext import draw_lines
from wimdesk.i18n import _, ngettext
from wimdesk.services.removals import Removal
from wimdesk.services.sizes import size_text
from wimdesk.services.sync_review import Decision, Done, Parcel, Review

_Index = QModelIndex | QPersistentModelIndex
_CARD, _GAP, _HEADING = 57, 8, 34
_PAD = 14
_CLEAR = 7
"""Pixels between a card and the scroll bar."""
_LEAST_NAME = 150
"""Where less would be left for the name its state is not painted: the heading says it too."""
FILES = "files:sync"
"""The row that leads to what can be done with files."""
_ICONS = {
    "contact_detail": "phone",
    "indicator": "chart-column",
    "membership_type": "users",
    "post_holding": "users",
}
"""Of what no page shows by itself."""


def icon_of(type_name: str) -> str:
    """Return the icon of a record type."""
    place = PLACES.get(type_name)
    return place.icon if place is not None else _ICONS.get(type_name, "file-text")


class CardDelegate(RowDelegate):
    """Paints each row as a card with a chip at its end, and headings as a quiet line."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(theme.px(240), theme.px(_HEADING if _is_heading(index) else _CARD + _GAP))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, Row):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if _is_heading(index):
            self._paint_heading(painter, option, row)
        else:
            self._paint_card(painter, option, row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        place = option.rect.adjusted(theme.px(6), theme.px(8), -theme.px(10), 0)  # clear of the scroll bar
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(theme.token("text2"))
        painter.setFont(theme.font(12, 600))
        painter.drawText(
            place, QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft) | middle, row.title
        )
        painter.setFont(theme.font(12, 500))
        painter.drawText(
            place, QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignRight) | middle, row.meta
        )

    def _paint_card(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        card = option.rect.adjusted(1, 1, -theme.px(_CLEAR), -theme.px(_GAP))
        card = QStyle.visualRect(option.direction, option.rect, card)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        width = 2 if chosen else 1
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(QPen(theme.token("accent" if chosen else "border_strong" if hovered else "border"), width))
        painter.setBrush(theme.token("surface"))
        half = width / 2
        painter.drawRoundedRect(QRectF(card).adjusted(half, half, -half, -half), 8, 8)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.token("accent_text"), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(card).adjusted(4.5, 4.5, -4.5, -4.5), 6, 6)
        inner = card.adjusted(theme.px(_PAD), theme.px(8), -theme.px(_PAD), -theme.px(8))
        inner = self._lead(painter, option, inner, row)
        inner = self._chip(painter, option, inner, row)
        half_height = inner.height() // 2
        upper = QRect(inner.left(), inner.top(), inner.width(), half_height)
        lower = QRect(inner.left(), inner.top() + half_height, inner.width(), half_height)
        for place, text, font, colour in (
            (upper, row.title, theme.font(14, 600), "text"),
            (lower, row.meta, theme.font(12, 500), "text2"),
        ):
            draw_lines(
                painter, place, text, text_font=font, colour=theme.token(colour), leading=half_height,
                direction=option.direction,
            )  # fmt: skip

    def _chip(self, painter: QPainter, option: QStyleOptionViewItem, inner: QRect, row: Row) -> QRect:
        """Draw the state in a rounded field at the end and return what room is left."""
        if not row.state:
            return inner
        font = theme.font(12, 600)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(row.state) + theme.px(22)
        if inner.width() - width - theme.px(12) < theme.px(_LEAST_NAME):
            return inner
        height = theme.px(20)
        spot = QRect(inner.right() + 1 - width, inner.top() + (inner.height() - height) // 2, width, height)
        spot = QStyle.visualRect(option.direction, inner, spot)
        toned = row.state_tone in {"ok", "warn", "err", "info"}
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.token(f"{row.state_tone}_soft" if toned else "sunken"))
        painter.drawRoundedRect(QRectF(spot), height / 2, height / 2)
        painter.setPen(theme.token(row.state_tone if toned else "text2"))
        painter.drawText(spot, Qt.AlignmentFlag.AlignCenter, row.state)
        rest = inner.adjusted(0, 0, -(width + theme.px(12)), 0)
        return QStyle.visualRect(option.direction, inner, rest)


def _is_heading(index: _Index) -> bool:
    return not index.flags() & Qt.ItemFlag.ItemIsSelectable


class SyncList(RecordList):
    """The list; each row is named "removal:", "decision:", "refused:", "waiting:" "done:" or "files:" and an id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("What needs a decision, what waits, what was done"), parent=parent)
        self.view.setItemDelegate(CardDelegate(self.view))
        theme.mark(self.view, ground="window")

    def show_review(self, review: Review) -> None:
        """Show everything, the decisions first; stay on what was chosen."""
        items: list[Item] = []
        if review.decisions or review.removals:
            items += [_heading(_("Needs your decision"), str(len(review.decisions) + len(review.removals)))]
            items += [_removal_item(each) for each in review.removals]
            items += [_decision_item(each) for each in review.decisions]
        if review.refused:
            items += [_heading(_("Not taken"), str(len(review.refused)))]
            items += [_refused_item(each) for each in review.refused]
        size = f"{len(review.waiting)} · {size_text(review.waiting_size)}" if review.waiting else ""
        items += [_heading(_("Waiting to send"), size or _("nothing"))]
        items += [_waiting_item(each) for each in review.waiting if each.seen_by != "own"]
        own = [each for each in review.waiting if each.seen_by == "own"]
        if own:
            items += [_heading(_("Sealed, for our own computers only"), str(len(own)))]
            items += [_waiting_item(each) for each in own]
        if review.enrolled:
            files = Row(_("Sync by file"), meta=_("Save, load or pass on a file"), icon="usb")
            items += [_heading(_("Without a network"), ""), Item(FILES, files)]
        if review.done:
            items += [_heading(_("Done"), "")]
            items += [_done_item(each) for each in review.done]
        self.show_items(items)


def _heading(title: str, meta: str) -> Item:
    return Item("", Row(title, meta=meta), f"{title}, {meta}" if meta else title)


def _decision_item(found: Decision) -> Item:
    if found.is_deletion:
        chip = _("Deleted?")
    else:
        count = len(found.questions)
        chip = ngettext("{count} field", "{count} fields", count).format(count=count)
    meta = f"{found.type_label} · {found.summary}"
    row = Row(found.caption, meta=meta, state=chip, state_tone="warn", icon=icon_of(found.type))
    return Item(f"decision:{found.record}", row)


def _removal_item(found: Removal) -> Item:
    meta = " · ".join([*(label for label, _count in found.kinds), *found.authors[:1]])
    return Item(
        f"removal:{found.space}", Row(found.title, meta=meta, state=_("Removed?"), state_tone="warn", icon="trash-2")
    )


def _waiting_item(found: Parcel) -> Item:
    meta = " · ".join((found.type_label, size_text(found.size), moments.moment(found.at)))
    row = Row(found.caption, meta=meta, state=_("Waiting"), state_tone="text2", icon=icon_of(found.type))
    return Item(f"waiting:{found.record}", row)


def _refused_item(found: Parcel) -> Item:
    row = Row(found.caption, meta=found.type_label, state=_("Not taken"), state_tone="err", icon=icon_of(found.type))
    return Item(f"refused:{found.record}", row, f"{found.caption}. {found.type_label}. {found.sentence}")


def _done_item(found: Done) -> Item:
    chip, tone = (_("Done"), "ok") if found.ok else (_("Not finished"), "warn")
    row = Row(found.title, meta=found.summary, state=chip, state_tone=tone, icon="refresh-cw")
    return Item(f"done:{found.at}", row)
