"""Draws the bundled line icons in the current colours, sharp at every screen scaling."""

from __future__ import annotations

import weakref
from functools import lru_cache
from typing import Protocol

import shiboken6
from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

import resources
from ui import theme

__all__ = ["IconLabel", "attach", "icon", "paint", "pixmap"]

_RATIOS = (1.0, 1.5, 2.0)
_MIRRORED = frozenset({"arrow-left", "arrow-right", "chevron-left", "chevron-right", "send", "undo-2", "external-link"})

_icons: dict[tuple[object, ...], QIcon] = {}
_pixmaps: dict[tuple[object, ...], QPixmap] = {}
_generation = [-1]


class TakesIcon(Protocol):
    """Anything with a ``setIcon``: buttons, actions, tabs."""

    def setIcon(self, icon: QIcon, /) -> None:
        """Show the icon."""


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return resources.path("icons", f"{name}.svg").read_text(encoding="utf-8")


def paint(painter: QPainter, rect: QRectF, name: str, colour: str) -> None:
    """Paint an icon into ``rect``; ``colour`` is ``#RRGGBB``. FileNotFoundError for an unknown name."""
    from PySide6.QtSvg import QSvgRenderer  # loaded late: the first window need not wait for it

    QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode())).render(painter, rect)


def pixmap(
    name: str, token: str = "text2", size: int = 18, ratio: float = 1.0, mirrored: bool = False, pad: int = 0
) -> QPixmap:
    """Return a square icon of ``size`` (scaled by the text size) for one device pixel ratio.

    ``pad`` adds empty room after the icon (before it when ``mirrored``), as buttons glue icon and text together.
    """
    _drop_stale()
    key = (name, token, size, ratio, mirrored, pad)
    found = _pixmaps.get(key)
    if found is not None:
        return found
    _source(name)  # an unknown name is noticed before a painter is open
    side, room = theme.px(size), theme.px(pad)
    result = QPixmap(round((side + room) * ratio), round(side * ratio))
    result.setDevicePixelRatio(ratio)
    result.fill(Qt.GlobalColor.transparent)
    painter = QPainter(result)
    if mirrored and name in _MIRRORED:
        painter.translate(side + 2 * room if room else side, 0)
        painter.scale(-1, 1)
    left = room if mirrored else 0
    paint(painter, QRectF(left, 0, side, side), name, theme.css(token))
    painter.end()
    _pixmaps[key] = result
    return result


def icon(name: str, token: str = "text2", size: int = 18, mirrored: bool = False, pad: int = 0) -> QIcon:
    """Return an icon tinted with a colour token, with a disabled state, for screens of ratio 1 to 2."""
    _drop_stale()
    key = (name, token, size, mirrored, pad)
    found = _icons.get(key)
    if found is not None:
        return found
    result = QIcon()
    for ratio in _RATIOS:
        result.addPixmap(pixmap(name, token, size, ratio, mirrored, pad), QIcon.Mode.Normal)
        result.addPixmap(pixmap(name, token, size, ratio, mirrored, pad), QIcon.Mode.Selected)
        result.addPixmap(pixmap(name, "disabled", size, ratio, mirrored, pad), QIcon.Mode.Disabled)
    _icons[key] = result
    return result


def attach(target: TakesIcon, name: str, token: str = "text2", size: int = 18) -> None:
    """Give ``target`` an icon and renew it whenever the look changes, as long as the target lives."""
    target.setIcon(icon(name, token, size))
    known = weakref.ref(target)

    def renew() -> None:
        living = known()
        if living is None or not shiboken6.isValid(living):
            theme.notifier().changed.disconnect(renew)
            return
        living.setIcon(icon(name, token, size))

    theme.notifier().changed.connect(renew)


def _drop_stale() -> None:
    if _generation[0] != theme.generation():
        _generation[0] = theme.generation()
        _icons.clear()
        _pixmaps.clear()


class IconLabel(QWidget):
    """A small picture beside a text; it has no accessible name unless given one, as the text says it all."""

    def __init__(self, name: str, token: str = "text2", size: int = 18, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_icon(self, name: str, token: str | None = None) -> None:
        """Change the picture, and its colour if one is given."""
        self._name, self._token = name, token or self._token
        self.update()

    def sizeHint(self) -> QSize:
        side = theme.px(self._size)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.StyleChange:
            self.updateGeometry()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        token = self._token if self.isEnabled() else "disabled"
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        drawn = pixmap(self._name, token, self._size, self.devicePixelRatioF(), mirrored)
        side = theme.px(self._size)
        painter = QPainter(self)
        painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, drawn)
        painter.end()
