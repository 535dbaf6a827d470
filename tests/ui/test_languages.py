"""Row P01 through the door: another language while the window is open, a mirrored screen, three languages at once."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, QMargins, QPoint, Qt
from PySide6.QtGui import QFontInfo, QImage
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.program_seat import folder as folder
from tests.ui.program_seat import program as program
from tests.ui.program_seat import settle, shown, texts
from tests.ui.test_every_page import ENTRIES, cut, sideways
from ui import icons, moments, theme
from ui.pages.settings import SettingsPage
from ui.sides import margins, parted
from ui.widgets.date import read_date
from ui.widgets.labels import Text
from ui.widgets.number import parse_number
from wimdesk.i18n import LANGUAGES, bare, isolated, missing, ngettext, set_language, translator
from wimdesk.services import money

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.application import Program

ARABIC = "ar"
FROM_RIGHT = "\u200f"


def speak(program: Program, qtbot: QtBot, code: str, setting: str = "language") -> None:
    """Choose a language on the page of settings, as a person does, with the window open."""
    program.window.show_page("settings")
    page = shown(program)
    assert isinstance(page, SettingsPage)
    getattr(page, setting).set_value(code)
    settle(qtbot, program)
    QApplication.sendPostedEvents()


@pytest.fixture(autouse=True)
def _nothing_missing_yet() -> None:
    """Count the texts without a translation from here on: other tests make up words."""
    translator.cache_clear()


@pytest.fixture
def speak_arabic(dressed: QApplication) -> None:
    set_language(ARABIC)
    dressed.setLayoutDirection(Qt.LayoutDirection.RightToLeft)


def left_of(widget: QWidget) -> int:
    return widget.mapToGlobal(QPoint(0, 0)).x()


def tip(picture: QImage) -> float:
    """Return where the ink lies at half height on average, counted from the left: where the tip of an arrow is."""
    spots = [(x, picture.pixelColor(x, y).alpha()) for x in range(picture.width()) for y in (8, 9)]
    return sum(x * ink for x, ink in spots) / sum(ink for _x, ink in spots)


def test_row_p01_languages_of_the_screen_change_while_the_window_is_open(program: Program, qtbot: QtBot) -> None:
    """ar: layout mirrored on every page, 6 plural forms right; each language whole, and nothing shows in English."""
    window = program.window
    for code in (ARABIC, "pt-BR", ARABIC, "fr", "es", "en"):
        speak(program, qtbot, code)
        mirrored = code == ARABIC
        assert (QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft) is mirrored
        assert QLocale().name().startswith(code[:2])
        for entry in ENTRIES:
            window.show_page(entry.key)
            settle(qtbot, program)
            page = shown(program)
            assert (left_of(window.sidebar) > left_of(page)) is mirrored, (code, entry.key)
            assert page.locale().name() == QLocale().name(), "numbers follow the language too"
            qtbot.waitUntil(lambda: not [*cut(window), *sideways(window)])
        assert window.sidebar.row("home").text() == translator(code).gettext("Home")
        assert missing(code) == frozenset(), code
    one, many = "{count} member", "{count} members"
    speak(program, qtbot, ARABIC)
    counted = [bare(ngettext(one, many, n).format(count=n)) for n in (0, 1, 2, 3, 11, 100)]
    assert counted == ["لا أعضاء", "عضو واحد", "عضوان", "3 أعضاء", "11 عضوًا", "100 عضو"]


def test_row_p01_screen_content_and_documents_have_languages_of_their_own(program: Program, qtbot: QtBot) -> None:
    """An Arabic screen shows themes in French and offers documents in Portuguese."""
    speak(program, qtbot, ARABIC)
    speak(program, qtbot, "fr", "content_language")
    speak(program, qtbot, "pt-BR", "document_language")
    program.window.show_page("initiatives")
    settle(qtbot, program)
    said = texts(shown(program))
    assert "données" in said
    assert "المحاور" in said
    program.window.show_page("submissions")
    settle(qtbot, program)
    assert shown(program).language.value() == "pt-BR"  # type: ignore[attr-defined]  # the page's own choice
    assert translator("pt-BR").gettext("Home") == "Início"


def test_a_word_without_a_translation_is_counted_on_the_page_of_settings(program: Program, qtbot: QtBot) -> None:
    speak(program, qtbot, "fr")
    assert "n’a pas encore de traduction" not in texts(shown(program))
    assert translator("fr").gettext("A word of tomorrow") == "A word of tomorrow"
    speak(program, qtbot, "en")
    speak(program, qtbot, "fr")
    assert "1 texte n’a pas encore de traduction" in texts(shown(program))


def test_arabic_letters_come_from_a_font_that_ships(dressed: QApplication) -> None:
    assert theme.font(14).families() == ["Inter", "Noto Sans Arabic"]
    assert QFontInfo(theme.font(14)).family() == "Inter"
    metrics_of = theme.font(14)
    metrics_of.setFamilies(["Noto Sans Arabic"])
    assert QFontInfo(metrics_of).family() == "Noto Sans Arabic"


def test_names_stand_where_lines_begin_and_arrows_point_the_other_way(dressed: QApplication, qtbot: QtBot) -> None:
    dressed.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    ground = QWidget()
    qtbot.addWidget(ground)
    name, number = Text("Ana Quispe", parent=ground), Text("12", parent=ground)
    number.setAlignment(Qt.AlignmentFlag.AlignRight)
    assert name.alignment() & Qt.AlignmentFlag.AlignRight
    assert number.alignment() & Qt.AlignmentFlag.AlignLeft
    ground.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    assert name.alignment() & Qt.AlignmentFlag.AlignLeft
    assert number.alignment() & Qt.AlignmentFlag.AlignRight
    there, back = (icons.pixmap("chevron-right", "text", 18, 1, mirrored).toImage() for mirrored in (False, True))
    assert tip(there) - 1 > tip(back) == pytest.approx(17 - tip(there), abs=0.5)


def test_what_is_put_into_an_arabic_sentence_keeps_its_direction(dressed: QApplication) -> None:
    said = translator(ARABIC).gettext("Good morning, {name}").format(name="Ana (SN)")
    assert "\u2068Ana (SN)\u2069" in said
    assert bare(said) == "صباح الخير، Ana (SN)"
    assert isolated("+51 900") == "+51 900", "the screen is English now"
    field = translator(ARABIC).gettext("{field}: {after}").format(field="اسم", after="Ana")
    assert field == "\u200f\u2068اسم\u2069: \u2068Ana\u2069", "nothing else in it says that it runs from the right"
    assert bare(field) == "اسم: Ana"


def test_words_joined_by_dots_follow_each_other_from_the_right(
    dressed: QApplication, speak_arabic: None, qtbot: QtBot
) -> None:
    label = Text("Member · +51 900 · دور")
    qtbot.addWidget(label)
    assert label.text() == "\u200f\u2068Member\u2069 · \u2068+51 900\u2069 · \u2068دور\u2069"
    assert margins(1, 2, 3, 4) == QMargins(3, 2, 1, 4)
    assert parted("Member") == "Member", "one part alone keeps its own direction by itself"


def test_the_hint_of_the_box_runs_from_the_right(program: Program, qtbot: QtBot) -> None:
    def hint() -> str:
        box = program.window.palette_box
        assert box is not None
        return next(each.text() for each in box.findChildren(Text) if "Esc" in each.text())

    assert not hint().startswith(FROM_RIGHT)
    speak(program, qtbot, ARABIC)
    qtbot.waitUntil(lambda: hint().startswith(FROM_RIGHT))
    assert hint().removeprefix(FROM_RIGHT).startswith("Enter"), "its first word is of another script"


def test_what_an_arabic_keyboard_writes_is_read() -> None:
    assert parse_number("١٬٢٣٤٫٥", moments.locale(ARABIC)) == Decimal("1234.5")
    assert read_date("٢٠٢٦-١٠-٣١") == ("2026-10-31", "")
    assert money.read("١٢٫٥٠", "EUR", ARABIC) == (1250, "")


def test_every_language_calls_itself_by_its_own_name(program: Program, qtbot: QtBot) -> None:
    speak(program, qtbot, "es")
    page = shown(program)
    assert isinstance(page, SettingsPage)
    assert [page.language.itemText(row) for row in range(page.language.count())] == list(LANGUAGES.values())
