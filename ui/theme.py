"""Gives the whole application its look from the colour tokens, and tells painters the current colours and sizes."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

import resources
from ui.tokens import LIGHT, PAIRS, THEMES

__all__ = [
    "PAIRS",
    "THEMES",
    "apply",
    "css",
    "density",
    "font",
    "generation",
    "is_dark",
    "is_high_contrast",
    "mark",
    "notifier",
    "palette",
    "px",
    "qss",
    "text_scale",
    "theme_name",
    "token",
]

Scheme = Literal["system", "light", "dark"]
Density = Literal["comfortable", "compact"]

FAMILIES = ["Inter", "Noto Sans Arabic"]
"""The first one with a letter draws it; what none has comes from the system."""
MIN_SCALE, MAX_SCALE = 0.9, 1.5
_FONT_SIZES = (12, 13, 14, 15, 16, 18, 22, 24, 28)
_FONT_FILES = (
    *("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf"),
    *("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"),
)
_LENGTHS = (6, 16, 18, 20, 24, 30, 32, 34, 38)


class Notifier(QObject):
    """Says when the look changed, for those who keep something drawn (icons, rich text)."""

    changed = Signal()


@dataclass
class _Look:
    name: str = "light"
    scheme: Scheme = "light"
    scale: float = 1.0
    density: Density = "comfortable"
    contrast: bool | None = None
    generation: int = 0
    busy: bool = False
    watching: bool = False
    fonts_loaded: bool = False
    tokens: dict[str, str] = field(default_factory=lambda: LIGHT)
    colours: dict[str, QColor] = field(default_factory=dict)
    notifier: Notifier | None = None


_look = _Look()


def apply(
    app: QApplication,
    scheme: Scheme = "system",
    text_scale: float = 1.0,
    density: Density = "comfortable",
    contrast: bool | None = None,
) -> None:
    """Dress the application; call once before the first window and again when a setting changes.

    ``text_scale`` runs from 0.9 to 1.5; ``contrast`` None follows the computer's wish for high contrast.
    Where all is as it was, nothing is drawn anew.
    """
    _load_fonts()
    before = (_look.name, _look.scale, _look.density)
    _look.busy = True
    try:
        _set_colour_scheme(app, scheme)
        _look.scheme, _look.density, _look.contrast = scheme, density, contrast
        _look.scale = min(MAX_SCALE, max(MIN_SCALE, text_scale))
        _look.name = _resolve_name(app, scheme, contrast)
        is_dressed = bool(app.styleSheet())
        if is_dressed and (_look.name, _look.scale, _look.density) == before:
            return
        _look.tokens = THEMES[_look.name]
        _look.colours = {}
        _look.generation += 1
        if not is_dressed:
            app.setStyle("Fusion")
        app.setFont(font(14))
        app.setPalette(palette())
        QDir.setSearchPaths("look", [str(resources.path("look"))])
        app.setStyleSheet(qss())
    finally:
        _look.busy = False
    _watch_system(app)
    notifier().changed.emit()


def token(name: str) -> QColor:
    """Return the current colour of a token; raises KeyError for an unknown name."""
    colour = _look.colours.get(name)
    if colour is None:
        colour = _look.colours[name] = QColor(_look.tokens[name])
    return QColor(colour)


def css(name: str) -> str:
    """Return the current colour as ``#RRGGBB``, for rich text."""
    return _look.tokens[name]


def px(length: float) -> int:
    """Scale a length in pixels with the text-size setting."""
    return round(length * _look.scale)


def font(size: int, weight: int = 400) -> QFont:
    """Return the interface font at a design size in pixels (scaled) and a CSS weight."""
    result = QFont(FAMILIES)
    result.setPixelSize(px(size))
    result.setWeight(QFont.Weight(weight))
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return result


def mark(widget: QWidget, **properties: str | bool) -> None:
    """Set the properties the style sheet asks for (role, tone, state) and have the widget dressed anew."""
    changed = [key for key, value in properties.items() if widget.property(key) != value]
    for key in changed:
        widget.setProperty(key, properties[key])
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


def theme_name() -> str:
    """Return the theme in use: light, dark, contrast_light or contrast_dark."""
    return _look.name


def is_dark() -> bool:
    """Tell whether the theme in use is a dark one."""
    return _look.name.endswith("dark")


def is_high_contrast() -> bool:
    """Tell whether the theme in use is a high-contrast one."""
    return _look.name.startswith("contrast")


def text_scale() -> float:
    """Return the text-size factor in use."""
    return _look.scale


def density() -> Density:
    """Return the list density in use."""
    return _look.density


def generation() -> int:
    """Return a number that grows with each change of look, so that caches know when they are stale."""
    return _look.generation


def notifier() -> Notifier:
    """Return the object whose ``changed`` signal follows each change of look."""
    if _look.notifier is None:
        _look.notifier = Notifier()
    return _look.notifier


def palette() -> QPalette:
    """Build the palette of the theme in use, for what the style sheet does not reach."""
    role = QPalette.ColorRole
    result = QPalette()
    for key, wanted in {
        role.Window: "window",
        role.Base: "surface",
        role.AlternateBase: "sunken",
        role.Text: "text",
        role.WindowText: "text",
        role.ButtonText: "text",
        role.BrightText: "on_accent",
        role.Button: "raised",
        role.Light: "raised",
        role.Midlight: "border",
        role.Shadow: "border_strong",
        role.Highlight: "accent",
        role.HighlightedText: "on_accent",
        role.Link: "link",
        role.LinkVisited: "link",
        role.PlaceholderText: "text3",
        role.Mid: "border",
        role.Dark: "border_strong",
        role.ToolTipBase: "text",
        role.ToolTipText: "surface",
        role.Accent: "accent",
    }.items():
        result.setColor(key, token(wanted))
    for key in (role.Text, role.WindowText, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, token("disabled"))
    return result


def qss() -> str:
    """Return the style sheet of the theme in use."""
    template = string.Template(resources.path("look", "theme.qss").read_text(encoding="utf-8"))
    values = dict(_look.tokens)
    values |= {f"f{size}": f"{px(size)}px" for size in _FONT_SIZES}
    values |= {f"h{length}": f"{px(length)}px" for length in _LENGTHS}
    # Qt drops a radius above half the box, so radii of round things come from the scaled length.
    values |= {f"r{length}": f"{px(length) // 2}px" for length in _LENGTHS}
    high = is_high_contrast()
    values |= {"theme": _look.name, "line": "2px" if high else "1px"}
    values["edge"] = f"1px solid {css('border_strong')}" if high else "0"
    return template.substitute(values)


def _load_fonts() -> None:
    if _look.fonts_loaded:
        return
    for file in _FONT_FILES:
        QFontDatabase.addApplicationFont(str(resources.path("fonts", file)))
    _look.fonts_loaded = True


def _set_colour_scheme(app: QApplication, scheme: Scheme) -> None:
    hints = app.styleHints()
    if scheme == "system":
        hints.unsetColorScheme()
    else:
        hints.setColorScheme(Qt.ColorScheme.Dark if scheme == "dark" else Qt.ColorScheme.Light)


def _resolve_name(app: QApplication, scheme: Scheme, contrast: bool | None) -> str:
    hints = app.styleHints()
    base = scheme if scheme != "system" else "light"
    if scheme == "system" and hints.colorScheme() == Qt.ColorScheme.Dark:
        base = "dark"
    if contrast is None:
        contrast = hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
    return f"contrast_{base}" if contrast else base


def _watch_system(app: QApplication) -> None:
    if _look.watching:
        return
    hints = app.styleHints()
    hints.colorSchemeChanged.connect(_follow_system)
    hints.accessibility().contrastPreferenceChanged.connect(_follow_system)
    _look.watching = True


def _follow_system() -> None:
    app = QGuiApplication.instance()
    if _look.busy or not isinstance(app, QApplication):
        return
    if _resolve_name(app, _look.scheme, _look.contrast) != _look.name:
        apply(app, _look.scheme, _look.scale, _look.density, _look.contrast)
