"""The left side of the window: whose desk this is, the sections, and how much waits in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QStyle, QVBoxLayout, QWidget

from ui import icons, theme
from ui.sides import margins
from ui.widgets.labels import Text, hairline, initials, tool_tip
from wimdesk.i18n import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, COLLAPSED_WIDTH = 212, 56
_BESIDE = 78
"""Pixels that the mark and the margins beside the names take."""
HELP, SETTINGS = "help", "settings"
_BY_KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}

Section = tuple[str, str, str]
"""A section as (key, label, icon)."""


class NavRow(QPushButton):
    """One section: icon, text and, when something waits there, a number."""

    def __init__(self, label: str, icon: str, quiet: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(label, parent)
        self._icon, self._quiet, self._badge, self._folded = icon, quiet, 0, False
        self._ring = False
        self.is_current = False
        """Whether its page is shown now. Not the check mark of a button: that is read aloud as one of a form."""
        theme.mark(self, role="nav")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.set_badge(0)

    def set_badge(self, count: int) -> None:
        """Show how much waits; zero hides the badge."""
        self._badge = count
        waiting = ngettext("{count} waiting", "{count} waiting", count).format(count=count)
        self.setAccessibleName(f"{self.text()}, {waiting}" if count else self.text())
        self.update()

    def set_current(self, current: bool) -> None:
        """Mark it as the section that is shown now."""
        self.is_current = current
        self.setAccessibleDescription(_("You are here") if current else "")
        self.update()

    def set_folded(self, folded: bool) -> None:
        """Show the icon only; the text becomes a tool tip."""
        self._folded = folded
        self.setToolTip(tool_tip(self.text() if folded else ""))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(COLLAPSED_WIDTH - 16), theme.px(38))

    def minimumSizeHint(self) -> QSize:
        """Return how far it gives way where large letters meet a low screen."""
        return QSize(theme.px(COLLAPSED_WIDTH - 16), theme.px(30))

    def focusInEvent(self, event: QFocusEvent) -> None:
        # The ring is for those who use the keyboard; a window that opens or a mouse click shows none.
        self._ring = event.reason() in _BY_KEYBOARD
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ring = False
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if self.is_current or self.underMouse():
            painter.setBrush(theme.token("accent_soft" if self.is_current else "sunken"))
            painter.drawRoundedRect(box, 8, 8)
        if self._ring or (self.is_current and theme.is_high_contrast()):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.token("accent"), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        self._paint_words(painter)
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        token = "accent_text" if self.is_current else "text2" if self._quiet else "text"
        side, left = theme.px(18), theme.px(12)
        spot = self._mirrored(QRect(left, (self.height() - side) // 2, side, side))
        tint = "accent_text" if self.is_current else "text2"
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter.drawPixmap(spot, icons.pixmap(self._icon, tint, 18, self.devicePixelRatioF(), rtl))
        if self._folded:
            if self._badge:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.token("warn"))
                painter.drawEllipse(self._mirrored(QRect(left + side - 2, theme.px(7), 8, 8)))
            return
        start = left + side + theme.px(12 if not self._quiet else 9)
        end = self._paint_badge(painter) if self._badge else self.width() - theme.px(8)
        place = QRect(start, 0, end - start, self.height())
        painter.setFont(theme.font(14, 600 if self.is_current else 500))
        painter.setPen(theme.token(token))
        text = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, place.width())
        side_flag = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(self._mirrored(place), side_flag | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_badge(self, painter: QPainter) -> int:
        """Paint the badge and return where it begins."""
        painter.setFont(theme.font(12, 700))
        text = str(self._badge) if self._badge < 1000 else "999+"
        height = theme.px(20)
        width = max(theme.px(24), painter.fontMetrics().horizontalAdvance(text) + theme.px(12))
        left = self.width() - theme.px(10) - width
        place = self._mirrored(QRect(left, (self.height() - height) // 2, width, height))
        high = theme.is_high_contrast()
        painter.setPen(QPen(theme.token("warn"), 1) if high else Qt.PenStyle.NoPen)
        painter.setBrush(theme.token("warn_soft"))
        painter.drawRoundedRect(QRectF(place), height / 2, height / 2)
        painter.setPen(theme.token("warn"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        return left - theme.px(4)

    def _mirrored(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)


class Mark(QWidget):
    """The organisation's initials in a circle, while it has no picture of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_initials(self, letters: str) -> None:
        """Change the letters."""
        self._letters = letters
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(36), theme.px(36))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.token("accent"))
        painter.drawEllipse(self.rect())
        painter.setPen(theme.token("on_accent"))
        painter.setFont(theme.font(14, 600))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._letters)
        painter.end()


class Sidebar(QFrame):
    """Navigation between sections; emits ``selected`` with the key of the section (or "help", "settings")."""

    selected = Signal(str)

    def __init__(self, sections: Sequence[Section], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAccessibleName(_("Sections"))
        self._rows: dict[str, NavRow] = {}
        self._folded = False
        self._owner = ("", "")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(margins(8, 0, 9, 8))
        self._column.setSpacing(4)
        self._add_owner()
        for key, label, icon in sections:
            self._add_row(key, label, icon)
        self._column.addStretch(1)
        line = hairline(self)
        self._column.addWidget(line)
        self._column.addSpacing(2)
        self._add_row(HELP, _("Help & training"), "circle-help", quiet=True)
        self._add_row(SETTINGS, _("Settings"), "settings", quiet=True)
        self._face()
        self._resize()

    def set_owner(self, name: str, site: str) -> None:
        """Show the organisation's name (with its initials) and the site."""
        self._mark.show_initials(initials(name))
        self._owner = (name, site)
        self._site.setVisible(bool(site))
        self._mark.setToolTip(tool_tip(name))
        self._fit_owner()
        # Layouts remember how large these wanted to be, also when letters have grown.
        for part in (self._mark, *self._rows.values()):
            part.updateGeometry()

    def set_badge(self, key: str, count: int) -> None:
        """Show how much waits in a section; zero hides the badge."""
        self._rows[key].set_badge(count)

    def select(self, key: str) -> None:
        """Mark a section as the one shown, without emitting ``selected``."""
        for other, row in self._rows.items():
            row.set_current(other == key)

    def keys(self) -> list[str]:
        """Return the keys of all rows from top to bottom."""
        return list(self._rows)

    def row(self, key: str) -> NavRow:
        """Return the row of a section."""
        return self._rows[key]

    def set_collapsed(self, collapsed: bool) -> None:
        """Fold to icons, for narrow windows."""
        self._folded = collapsed
        for row in self._rows.values():
            row.set_folded(collapsed)
        self._words.setVisible(not collapsed)
        self._resize()

    def _fit_owner(self) -> None:
        """Show as much of the names as there is room for, and all of them to the mouse and to the ear."""
        room = theme.px(WIDTH) - theme.px(_BESIDE)
        for text, label in zip(self._owner, (self._name, self._site), strict=True):
            label.ensurePolished()
            label.setText(label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room))
            label.setToolTip(tool_tip(text))
            label.setAccessibleName(text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_words"):
            self._resize()
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._face()
        super().changeEvent(event)

    def _add_owner(self) -> None:
        owner = QWidget(self)
        owner.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._owner_line = line = QHBoxLayout(owner)
        line.setSpacing(10)
        self._mark = Mark()
        line.addWidget(self._mark)
        self._words = QWidget()
        words = QVBoxLayout(self._words)
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(0)
        self._name = Text("", "strong")
        self._site = Text("", "caption")
        for text in (self._name, self._site):
            text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            words.addWidget(text)
        line.addWidget(self._words, 1)
        self._column.addWidget(owner)

    def _add_row(self, key: str, label: str, icon: str, quiet: bool = False) -> None:
        row = NavRow(label, icon, quiet)
        row.clicked.connect(lambda: self._choose(key))
        self._rows[key] = row
        self._column.addWidget(row)

    def _choose(self, key: str) -> None:
        self.select(key)
        self.selected.emit(key)

    def _face(self) -> None:
        # The style sheet does not mirror a border by itself.
        theme.mark(self, rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft)

    def _resize(self) -> None:
        sides = (2, 2) if self._folded else (8, 4)
        self._owner_line.setContentsMargins(margins(sides[0], 14, sides[1], 12))
        self.setFixedWidth(theme.px(COLLAPSED_WIDTH if self._folded else WIDTH) + 1)
        self._fit_owner()
        # Layouts remember how large these wanted to be, also when letters have grown.
        for part in (self._mark, *self._rows.values()):
            part.updateGeometry()
