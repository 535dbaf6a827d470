"""The fields that people fill in: numbers, dates, languages, tags, choices, and the search."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QApplication

from tests.ui.widget_seat import dressed as dressed
from ui import theme
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField, read_date
from ui.widgets.field import FieldRow
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.number import NumberField, parse_number
from ui.widgets.search import SearchField
from ui.widgets.tags import TagsField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

FRENCH = QLocale(QLocale.Language.French, QLocale.Country.France)


# ---------------------------------------------------------------- numbers


def test_empty_is_not_zero(qtbot: QtBot) -> None:
    field = NumberField("Training hours", FRENCH)
    qtbot.addWidget(field)
    assert field.value() is None
    assert field.is_empty()
    field.setText("0")
    assert field.value() == 0
    assert not field.is_empty()
    field.set_value(None)
    assert field.value() is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("412,5", "412.5"),
        ("412.5", "412.5"),
        ("1386", "1386"),
        ("1\u202f386,5", "1386.5"),
        ("1 386", "1386"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("0", "0"),
    ],
)
def test_numbers_are_read_the_french_way(text: str, expected: str) -> None:
    assert parse_number(text, FRENCH) == Decimal(expected)


@pytest.mark.parametrize("text", ["", "   ", "abc", "12 women", "1e5", "inf", "nan", "1,2,3", "--1"])
def test_what_is_no_number_is_not_read(text: str) -> None:
    assert parse_number(text, FRENCH) is None


def test_a_point_groups_thousands_where_that_is_the_custom() -> None:
    spanish = QLocale(QLocale.Language.Spanish, QLocale.Country.Spain)
    assert parse_number("12.386,5", spanish) == Decimal("12386.5")
    assert parse_number("412,5", spanish) == Decimal("412.5")


def test_arabic_digits_and_western_ones_are_read_in_egypt() -> None:
    egypt = QLocale(QLocale.Language.Arabic, QLocale.Country.Egypt)
    assert parse_number("٤١٢٫٥", egypt) == Decimal("412.5")
    assert parse_number("412.5", egypt) == Decimal("412.5")


def test_typing_a_number_shows_it_in_the_reader_s_way(qtbot: QtBot) -> None:
    field = NumberField("Hours", FRENCH)
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.changed):
        qtbot.keyClicks(field, "1386.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == FRENCH.toString(1386.5, "f", 1)
    assert field.value() == Decimal("1386.5")


def test_an_unreadable_number_is_kept_and_explained(qtbot: QtBot) -> None:
    field = NumberField("Hours", FRENCH)
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "12 women")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "12 women"
    assert field.value() is None
    assert "412,5" in field.problem()


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2021", "2021"), ("2021-3", "2021-03"), ("2021/3/5", "2021-03-05"), (" 2021-03-05 ", "2021-03-05"), ("", None)],
)
def test_dates_may_be_partial(text: str, expected: str | None) -> None:
    assert read_date(text) == (expected, "")


@pytest.mark.parametrize("text", ["2021-13", "2021-02-30", "05/03/2021", "soon", "0000", "21"])
def test_a_wrong_date_gets_a_sentence(text: str) -> None:
    value, sentence = read_date(text)
    assert value is None
    assert sentence.endswith(".")


def test_whole_days_want_the_day() -> None:
    assert read_date("2021-03", whole_days=True)[0] is None
    assert read_date("2021-03-05", whole_days=True) == ("2021-03-05", "")


def test_a_date_is_tidied_on_leaving(qtbot: QtBot) -> None:
    field = DateField("Born")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "2021/3/5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == "2021-03-05"


# ---------------------------------------------------------------- other fields


def test_languages_are_edited_as_a_map(qtbot: QtBot) -> None:
    field = LanguageMapField("Title")
    qtbot.addWidget(field)
    field.set_value({"en": "Ventilation", "fr": "Aération"})
    assert field.value() == {"en": "Ventilation", "fr": "Aération"}
    with qtbot.waitSignal(field.changed):
        qtbot.keyClicks(field.editor("en"), " checks")
    field.add_language("es")
    assert field.value() == {"en": "Ventilation checks", "fr": "Aération"}
    assert field.editor("fr").accessibleName() == "Title, Français"
    field.set_value(None)
    assert field.value() == {}


def test_tags_are_added_by_label_and_taken_away(qtbot: QtBot) -> None:
    field = TagsField([("ppe", "Safety & PPE"), ("health", "Health")], "Themes")
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.changed):
        qtbot.keyClicks(field.edit, "health")
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert field.value() == ["health"]
    qtbot.keyClicks(field.edit, "unknown")
    qtbot.keyClick(field.edit, Qt.Key.Key_Return)
    assert field.value() == ["health"]
    field.edit.clear()
    qtbot.keyClick(field.edit, Qt.Key.Key_Backspace)
    assert field.value() == []


def test_a_message_marks_the_field_and_is_spoken(qtbot: QtBot) -> None:
    row = FieldRow("Women who left", NumberField(), "On paper")
    qtbot.addWidget(row)
    row.set_message("More than the women employed.", "err")
    assert row.editor.property("state") == "err"
    assert row.editor.accessibleDescription() == "More than the women employed."
    row.clear_message()
    assert (row.editor.property("state"), row.message()) == ("normal", "On paper")


def test_escape_empties_the_search_and_says_so(qtbot: QtBot) -> None:
    field = SearchField("Search practices")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "ventilation")
    assert not field.clear_button.isHidden()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), field.clear_button.isHidden()) == ("", True)


def test_the_pictures_of_the_search_grow_with_the_letters(qapp: QApplication, qtbot: QtBot) -> None:
    field = SearchField("Search practices")
    qtbot.addWidget(field)
    theme.apply(qapp, "light", text_scale=1.5, contrast=False)
    try:
        field.resize(300, 54)
        qtbot.waitUntil(lambda: field.clear_button.iconSize().width() == 24)
        assert field.textMargins().left() >= 24
    finally:
        theme.apply(qapp, "light", contrast=False)


def test_a_choice_holds_codes_and_loses_none(qtbot: QtBot) -> None:
    field = ChoiceField([("running", "Running"), ("done", "Done")], "State")
    qtbot.addWidget(field)
    assert field.value() == "running"
    with qtbot.waitSignal(field.changed):
        field.set_value("done")
    field.set_value("unheard-of")
    assert field.value() == "unheard-of"
    field.set_value(None)
    assert field.value() is None


@pytest.fixture
def typing_for(qapp: QApplication) -> Iterator[Callable[[int], None]]:
    """Return what sets for how many milliseconds typed letters belong together: half a second is short for a stall."""
    before = qapp.keyboardInputInterval()
    yield qapp.setKeyboardInputInterval
    qapp.setKeyboardInputInterval(before)


def test_a_space_within_a_typed_name_goes_on_typing(qtbot: QtBot, typing_for: Callable[[int], None]) -> None:
    typing_for(60_000)
    field = ChoiceField([("", "–"), ("cr", "Costa Rica"), ("cm", "Costa Mesa")], "Country")
    qtbot.addWidget(field)
    field.show()
    qtbot.keyClicks(field, "costa m")
    assert (field.value(), field.view().isVisible()) == ("cm", False)
    typing_for(20)
    qtbot.wait(50)
    qtbot.keyClick(field, Qt.Key.Key_Space)
    assert field.view().isVisible()
    field.hidePopup()


def test_texts_begin_with_the_readers_language(qtbot: QtBot, speak: Callable[[str], None]) -> None:
    speak("fr")
    field = LanguageMapField("Nom")
    qtbot.addWidget(field)
    field.add_language("en")
    qtbot.keyClicks(field.editor("fr"), "Femmes")
    qtbot.keyClicks(field.editor("en"), "Women")
    assert list(field.value()) == ["fr", "en"]
    again = LanguageMapField("Nom")
    qtbot.addWidget(again)
    again.set_value({"en": "Women", "fr": "Femmes"})
    assert list(again.value().items()) == [("fr", "Femmes"), ("en", "Women")]
