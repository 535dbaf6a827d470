from __future__ import annotations

import re
import sys

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QFontInfo, QImage, QPalette
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

import resources
from ui import icons, theme
from ui.sidebar import Mark, NavRow, Sidebar
from ui.tokens import LIGHT, PAIRS, THEMES


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def none_refs_lost() -> int:
    probe = QObject()
    probe.setObjectName("x")
    before = sys.getrefcount(None)
    for _round in range(200):
        probe.setObjectName("x")
    return before - sys.getrefcount(None)


def test_the_contrast_formula_knows_black_on_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", list(THEMES))
def test_every_pair_of_colours_can_be_read(name: str) -> None:
    tokens = THEMES[name]
    weak = [
        f"{fg} on {bg}: {contrast(tokens[fg], tokens[bg]):.2f} < {least}"
        for fg, bg, least in PAIRS
        if contrast(tokens[fg], tokens[bg]) < least
    ]
    assert not weak


@pytest.mark.parametrize("name", ["contrast_light", "contrast_dark"])
def test_high_contrast_texts_reach_seven_to_one(name: str) -> None:
    tokens = THEMES[name]
    assert [f"{fg} on {bg}" for fg, bg, least in PAIRS if least > 4 and contrast(tokens[fg], tokens[bg]) < 7] == []


def test_every_theme_has_the_same_tokens() -> None:
    assert {name: set(tokens) for name, tokens in THEMES.items()} == {name: set(LIGHT) for name in THEMES}


def test_no_reference_of_none_gets_lost() -> None:
    assert abs(none_refs_lost()) < 20


@pytest.mark.parametrize("name", list(THEMES))
def test_the_drawn_marks_have_the_colours_of_their_theme(name: str) -> None:
    for file, token in {"check": "on_accent", "minus": "on_accent", "chevron": "text2", "dot": "accent"}.items():
        drawn = resources.path("look", f"{file}-{name}.svg").read_text(encoding="utf-8")
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", drawn)) == {THEMES[name][token]}, file


def test_the_style_sheet_holds_no_colour_of_its_own() -> None:
    source = resources.path("look", "theme.qss").read_text(encoding="utf-8")
    assert re.findall(r"[:\s]#[0-9A-Fa-f]{3,8}\b", source) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_apply_sets_palette_sheet_and_font(qapp: QApplication, scheme: theme.Scheme) -> None:
    theme.apply(qapp, scheme)
    tokens = THEMES[scheme]
    assert theme.theme_name() == scheme
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(tokens["window"])
    assert qapp.palette().color(QPalette.ColorRole.Highlight) == QColor(tokens["accent"])
    assert tokens["accent_soft"] in qapp.styleSheet()
    assert "$" not in qapp.styleSheet()
    assert QFontInfo(theme.font(14, 600)).family() == "Inter"
    assert theme.token("accent") == QColor(tokens["accent"])


def test_everything_grows_with_the_text_size(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 1.5)
    try:
        assert theme.font(14).pixelSize() == 21
        assert qapp.font().pixelSize() == 21
        assert "font-size: 33px" in qapp.styleSheet()
        assert icons.icon("house").actualSize(icons.QSize(99, 99)).width() == 27
    finally:
        theme.apply(qapp, "light")
    assert qapp.font().pixelSize() == 14


def test_the_text_size_stays_within_its_bounds(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 9.0)
    assert theme.text_scale() == 1.5
    theme.apply(qapp, "light", 0.1)
    assert theme.text_scale() == 0.9
    theme.apply(qapp, "light")


def test_high_contrast_can_be_chosen(qapp: QApplication) -> None:
    theme.apply(qapp, "dark", contrast=True)
    assert theme.theme_name() == "contrast_dark"
    assert theme.is_dark()
    assert theme.is_high_contrast()
    theme.apply(qapp, "light", contrast=False)
    assert theme.theme_name() == "light"


def strongest(image: QImage) -> QColor:
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    x, y = max(points, key=lambda at: image.pixelColor(*at).alpha())
    return image.pixelColor(x, y)


def close(one: QColor, other: str) -> bool:
    """Soft edges round a channel by one or two."""
    wanted = QColor(other)
    pairs = zip(one.getRgb()[:3], wanted.getRgb()[:3], strict=True)
    return all(abs(mine - theirs) <= 3 for mine, theirs in pairs)


def test_icons_are_tinted_and_follow_the_theme(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    button = QPushButton()
    icons.attach(button, "house", "accent", 18)
    before = strongest(button.icon().pixmap(18, 18).toImage())
    theme.apply(qapp, "dark")
    after = strongest(button.icon().pixmap(18, 18).toImage())
    theme.apply(qapp, "light")
    assert close(before, THEMES["light"]["accent"])
    assert close(after, THEMES["dark"]["accent"])


def test_icons_are_sharp_on_fine_screens(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    fine = icons.pixmap("house", "text", 18, 2.0)
    assert (fine.width(), fine.devicePixelRatio()) == (36, 2.0)


def test_every_icon_can_be_drawn_and_takes_its_colour_from_the_theme(qapp: QApplication) -> None:
    theme.apply(qapp, "light")
    names = sorted(path.stem for path in resources.path("icons").glob("*.svg"))
    assert len(names) >= 45
    for name in names:
        assert strongest(icons.pixmap(name, "err", 18).toImage()).alpha() > 128, name
        assert "currentColor" in resources.path("icons", f"{name}.svg").read_text(encoding="utf-8"), name


def test_an_unknown_icon_or_token_is_noticed(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon")
    with pytest.raises(KeyError):
        theme.token("no-such-token")


def test_fonts_and_icons_carry_their_licences() -> None:
    assert "SIL OPEN FONT LICENSE" in resources.path("fonts", "OFL.txt").read_text(encoding="utf-8")
    assert "ISC License" in resources.path("icons", "LICENSE.txt").read_text(encoding="utf-8")
    for font in resources.path("fonts").glob("Inter-*.ttf"):
        assert font.stat().st_size < 300_000, font.name


def test_with_the_largest_letters_the_sidebar_keeps_its_circle_on_a_low_screen(
    dressed: QApplication, qtbot: QtBot
) -> None:
    sidebar = Sidebar([(str(number), "Home", "house") for number in range(9)])
    qtbot.addWidget(sidebar)
    sidebar.set_collapsed(True)
    sidebar.resize(90, 690)
    sidebar.show()
    theme.apply(dressed, "light", theme.MAX_SCALE)
    (mark,) = sidebar.findChildren(Mark)
    qtbot.waitUntil(lambda: mark.height() == mark.width() == theme.px(36))
    rows = sidebar.findChildren(NavRow)
    qtbot.waitUntil(lambda: max(row.geometry().bottom() for row in rows) < sidebar.height() == 690)
