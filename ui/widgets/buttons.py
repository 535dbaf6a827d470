"""Buttons in the four ranks of the design: one primary on a screen, secondary ones, quiet ones and links."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from ui import icons, theme
from ui.widgets.labels import plain_name, tool_tip

_ICON_GAP = 6


class ActionButton(QPushButton):
    """A button with a text and, if wanted, an icon; the icon follows the theme and keeps its distance to the text."""

    role = "secondary"
    icon_token = "text"

    def __init__(self, text: str, icon: str | None = None, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._words = text
        self._folded = self._named = self._tipped = False
        self._icon = icon
        self._token = self.icon_token
        theme.mark(self, role=self.role)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._draw_icon()

    def show_icon(self, icon: str | None, token: str | None = None) -> None:
        """Change the icon; None takes it away."""
        self._icon, self._token = icon, token or self._token
        self._draw_icon()

    def setText(self, text: str) -> None:
        self._words = text
        self._say()

    def words(self) -> str:
        """Return the text, also while only the icon shows."""
        return self._words

    def fold(self, folded: bool = True) -> None:
        """Show only the icon, where there is one: the words are spoken, and shown as a tool tip."""
        if folded != self._folded and self._icon is not None:
            self._folded = folded
            self._say()

    def _say(self) -> None:
        super().setText("" if self._folded else self._words)
        words = plain_name(self._words) if self._folded else ""
        if self._named or (words and not self.accessibleName()):
            self._named = bool(words)
            self.setAccessibleName(words)
        if self._tipped or (words and not self.toolTip()):
            self._tipped = bool(words)
            self.setToolTip(tool_tip(words))
        self._draw_icon()  # the gap beside the icon depends on whether there is a text

    def set_slim(self, slim: bool = True) -> None:
        """Make the button 24 pixels high, for bars."""
        theme.mark(self, slim=slim)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event):
            self.click()  # Qt does this only in dialogs
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.LayoutDirectionChange}:
            self._draw_icon()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        if self._icon is None:
            self.setIcon(QIcon())
            return
        gap = _ICON_GAP if self.text() else 0
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setIcon(icons.icon(self._icon, self._token, 16, mirrored, gap))
        self.setIconSize(QSize(theme.px(16) + theme.px(gap), theme.px(16)))


class PrimaryButton(ActionButton):
    """The next thing to do; at most one on a screen."""

    role = "primary"
    icon_token = "on_accent"


class SecondaryButton(ActionButton):
    """Something else that can be done here."""


class QuietButton(ActionButton):
    """An action without an outline, for bars and banners."""

    role = "quiet"
    icon_token = "text2"


class LinkButton(ActionButton):
    """An action that reads like a link, such as "Clear"."""

    role = "link"
    icon_token = "link"


class TitleLink(LinkButton):
    """A link whose words come from data: what has no room is cut, and stands whole in the tool tip."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title.replace("&", "&&"), parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(title)
        self.setToolTip(tool_tip(title))

    def sizeHint(self) -> QSize:
        """Return the room for all words."""
        hint = super().sizeHint()
        shown, whole = (
            self.fontMetrics().horizontalAdvance(plain_name(words)) for words in (self.text(), self.words())
        )
        return QSize(hint.width() + whole - shown, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), theme.px(120)), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics = self.fontMetrics()
        edges = super().sizeHint().width() - metrics.horizontalAdvance(plain_name(self.text()))
        words = metrics.elidedText(plain_name(self.words()), Qt.TextElideMode.ElideRight, self.width() - edges)
        QPushButton.setText(self, words.replace("&", "&&"))


class IconButton(QToolButton):
    """A square button with an icon only; its name is spoken and shown as a tool tip."""

    def __init__(
        self, icon: str, name: str, token: str = "text2", size: int = 18, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._token, self._size = icon, token, size
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_name(name)
        self._draw_icon()

    def set_name(self, name: str) -> None:
        """Say what the button does, for the ear and as a tool tip."""
        self.setAccessibleName(plain_name(name))
        self.setToolTip(tool_tip(plain_name(name)))

    def show_icon(self, icon: str, token: str | None = None) -> None:
        """Change the icon and, if given, its colour."""
        self._icon, self._token = icon, token or self._token
        self._draw_icon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event):
            self.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.LayoutDirectionChange}:
            self._draw_icon()
        super().changeEvent(event)

    def _draw_icon(self) -> None:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setIcon(icons.icon(self._icon, self._token, self._size, mirrored))
        self.setIconSize(QSize(theme.px(self._size), theme.px(self._size)))


def _is_enter(event: QKeyEvent) -> bool:
    return event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat()
