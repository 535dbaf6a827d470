from __future__ import annotations

import itertools
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QColor, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.sidebar import Sidebar
from ui.statusbar import StatusBar
from ui.widgets.banner import Banner, UndoBar
from ui.widgets.buttons import IconButton, LinkButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.chartcard import ChartCard
from ui.widgets.choice import RadioCard
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField, read_date
from ui.widgets.empty import EmptyState
from ui.widgets.field import FieldRow
from ui.widgets.figure import Figure
from ui.widgets.folding import FilterButton
from ui.widgets.header import PageHeader
from ui.widgets.labels import Chip, plain_name
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.linechart import EndLabel, LineChart, spread
from ui.widgets.number import NumberField, parse_number
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate, fits_below, row_list
from ui.widgets.search import SearchField
from ui.widgets.tags import TagsField
from wimdesk.pdf.chart import Chart, Series

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

SECTIONS = [("home", "Home", "house"), ("library", "Library", "library"), ("sync", "Sync centre", "refresh-cw")]
FRENCH = QLocale(QLocale.Language.French, QLocale.Country.France)
SHARES = Chart(
    "Share of women",
    (
        Series("Women", (("Aug", 15.0), ("Sep", None), ("Oct", 15.4))),
        Series("Supervisors", (("Aug", 9.0), ("Sep", 9.1), ("Oct", 9.4))),
    ),
    "%",
    20.0,
    "Two lines rise.",
)


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    theme.apply(qapp, "light", contrast=False)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def activate(qtbot: QtBot, widget: QWidget) -> None:
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()


def rows_view() -> QListView:
    view = row_list("Practices")
    model = QStandardItemModel(view)
    for title in ("Ventilation checks", "Night-shift transport"):
        item = QStandardItem(title)
        item.setData(
            Row(title, "Weekly ventilation walk-round", "Peru", [(0, 5)], [(7, 18)], "err", "Adopted"), ROW_ROLE
        )
        model.appendRow(item)
    view.setModel(model)
    view.setCurrentIndex(model.index(0, 0))
    return view


def gallery() -> QWidget:
    root = QWidget()
    column = QVBoxLayout(root)
    sidebar = Sidebar(SECTIONS)
    sidebar.set_owner("WIM Arequipa", "Cerro Azul site")
    header = PageHeader("Library")
    header.set_chip("Draft", "warn")
    header.add_action(SearchField("Search practices"))
    tags = TagsField([("ppe", "Safety & PPE"), ("health", "Health")], "Themes")
    tags.set_value(["ppe"])
    card = Card("Workforce", "6 of 7 filled")
    card.add(FieldRow("&Women employed", NumberField(), "As on the last day"))
    for widget in (
        sidebar,
        StatusBar(),
        header,
        card,
        Chip("Peru"),
        Banner("cloud-off", "You are offline.", "Nothing is lost.", "Try now", "warn"),
        PrimaryButton("Adopt", "check"),
        SecondaryButton("Bookmark", "bookmark"),
        QuietButton("Table", "table"),
        LinkButton("Clear"),
        IconButton("printer", "Print"),
        EmptyState("library", "Practices you adopt will be here.", "Find one"),
        rows_view(),
        FieldRow("&Born", DateField()),
        ChoiceField([("running", "Running")], "State"),
        RadioCard("Shift supervisor"),
        RadioCard("", "(empty)"),
        Figure("Women in workforce"),
        ChartCard(SHARES, "September was not submitted."),
        LanguageMapField("Title"),
        tags,
    ):
        column.addWidget(widget)
    return root


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_widget_can_be_shown_in_both_themes_and_directions(
    qtbot: QtBot, qapp: QApplication, scheme: theme.Scheme, direction: Qt.LayoutDirection
) -> None:
    qapp.setLayoutDirection(direction)
    root = gallery()
    qtbot.addWidget(root)
    root.resize(900, 1800)
    root.show()
    theme.apply(qapp, scheme, 1.2)
    picture = root.grab().toImage()
    assert picture.pixelColor(2, 2) == theme.token("window")
    theme.apply(qapp, "light")


def test_every_interactive_widget_has_a_name(qtbot: QtBot) -> None:
    root = gallery()
    qtbot.addWidget(root)
    interactive = (QAbstractButton, QLineEdit, QPlainTextEdit, QListView, QTableView)
    nameless = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, interactive) or widget.objectName().startswith("qt_"):
            continue
        if type(widget).__name__ in {"QTableCornerButton", "QHeaderView"} or widget.metaObject().className() in {
            "QTableCornerButton"
        }:
            continue
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or (text and not widget.isHidden()) or widget.isHidden()):
            nameless.append(widget)
    assert nameless == []


def test_names_never_show_the_keyboard_mark() -> None:
    assert plain_name("&Safety && PPE") == "Safety & PPE"
    row = FieldRow("&Born", DateField())
    assert row.editor.accessibleName() == "Born"
    assert row.label.buddy() is row.editor


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


# ---------------------------------------------------------------- charts


def test_a_chart_tells_its_values_gaps_and_target(qtbot: QtBot) -> None:
    chart = LineChart()
    chart.setLocale(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    qtbot.addWidget(chart)
    chart.show_chart(SHARES)
    told = chart.accessibleDescription()
    assert chart.accessibleName() == "Share of women"
    for part in (
        "Two lines rise.",
        "Women: Aug 15%",
        "Sep no figure",
        "Oct 15.4%",
        "Supervisors: Aug 9%",
        "Target 20%",
    ):
        assert part in told


def test_end_labels_never_overlap() -> None:
    ends = [EndLabel("a", "accent", 50.0), EndLabel("b", "copper", 51.0), EndLabel("c", "ok", 99.0)]
    spread(ends, 15.0, 0.0, 100.0)
    heights = sorted(end.y for end in ends)
    assert all(later - earlier >= 15 for earlier, later in itertools.pairwise(heights))
    assert heights[-1] <= 92.5


def count_colour(chart: LineChart, colour: QColor) -> int:
    image = chart.grab().toImage()
    wanted = colour.rgb()
    return sum(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_a_gap_is_left_open_and_no_figures_are_said(qtbot: QtBot) -> None:
    chart = LineChart()
    qtbot.addWidget(chart)
    chart.resize(460, 220)
    whole = Series("Women", (("Aug", 15.0), ("Sep", 15.0), ("Oct", 15.0)))
    broken = Series("Women", (("Aug", 15.0), ("Sep", None), ("Oct", 15.0)))
    chart.show_chart(Chart("x", (whole,)))
    full = count_colour(chart, theme.token("accent"))
    chart.show_chart(Chart("x", (broken,)))
    assert 0 < count_colour(chart, theme.token("accent")) < full * 0.8
    chart.show_chart(Chart("x", (Series("Women", (("Aug", None),)),)))
    assert count_colour(chart, theme.token("accent")) == 0


def test_the_table_shows_the_same_figures(qtbot: QtBot) -> None:
    card = ChartCard(SHARES)
    qtbot.addWidget(card)
    assert card.table.rowCount() == 3
    assert [card.table.item(row, 1).text() for row in (0, 1, 2)][1] == "no figure"
    assert card.table.accessibleName() == "Share of women"


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


def test_filters_that_find_no_room_wait_behind_a_button(dressed: QApplication, qtbot: QtBot) -> None:
    ground, pane = QWidget(), QLabel("Themes")
    qtbot.addWidget(ground)
    line = QHBoxLayout(ground)
    button = FilterButton(pane, 1000)
    for part in (button, pane):
        line.addWidget(part)
    ground.show()
    button.fit(1100)
    assert (button.isHidden(), pane.isHidden()) == (True, False)
    button.fit(900)
    assert (button.isHidden(), pane.isHidden()) == (False, True)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not pane.isHidden()
    button.show_chosen(2)
    assert button.accessibleName() == "Filters, 2 chosen", "what is folded away never hides why a list is short"


def test_the_state_of_a_long_title_stands_in_the_line_below(dressed: QApplication) -> None:
    row = Row("Internal regulation of the Alliance", meta="version 1", state="To acknowledge")
    assert fits_below(230, row)
    assert not fits_below(600, row), "beside the title, where there is room"


def test_undo_is_offered_once(qtbot: QtBot) -> None:
    back: list[str] = []
    bar = UndoBar()
    qtbot.addWidget(bar)
    bar.offer("Contact deleted.", lambda: back.append("contact"))
    assert bar.isVisible()
    qtbot.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    assert (back, bar.isVisible()) == (["contact"], False)
    bar.offer("Contact deleted.", lambda: back.append("late"), seconds=0.01)
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert back == ["contact"]


def test_one_of_two_values_is_chosen_by_keyboard(qtbot: QtBot) -> None:
    root = QWidget()
    column = QVBoxLayout(root)
    mine, shared = RadioCard("+51 958 114 207"), RadioCard("+51 958 114 720")
    column.addWidget(mine)
    column.addWidget(shared)
    qtbot.addWidget(root)
    activate(qtbot, root)
    mine.setChecked(True)
    mine.setFocus()
    qtbot.keyClick(mine, Qt.Key.Key_Down)
    assert shared.isChecked()
    assert not mine.isChecked()


# ---------------------------------------------------------------- lists and frame


def test_rows_show_marks_selection_and_density(qtbot: QtBot, qapp: QApplication) -> None:
    view = rows_view()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    image = view.viewport().grab().toImage()
    assert image.pixelColor(0, 50) == theme.token("accent")
    assert image.pixelColor(200, 4) == theme.token("accent_soft")
    marked = theme.token("mark").rgb()
    assert any(image.pixel(x, 150 - 26) == marked or image.pixel(x, 45) == marked for x in range(400))
    assert view.sizeHintForRow(0) == 104
    theme.apply(qapp, "light", density="compact")
    assert view.sizeHintForRow(0) == 64
    theme.apply(qapp, "light")


def test_rows_are_mirrored_for_right_to_left(qtbot: QtBot, qapp: QApplication) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    view = rows_view()
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    image = view.viewport().grab().toImage()
    assert image.pixelColor(image.width() - 1, 50) == theme.token("accent")
    assert image.pixelColor(0, 50) != theme.token("accent")


def test_a_list_may_be_compact_for_itself(qtbot: QtBot) -> None:
    view = rows_view()
    qtbot.addWidget(view)
    view.setItemDelegate(RowDelegate(view, density="compact"))
    assert view.sizeHintForRow(0) == 64


def test_the_sidebar_tells_which_section_was_chosen(qtbot: QtBot) -> None:
    bar = Sidebar(SECTIONS)
    qtbot.addWidget(bar)
    activate(qtbot, bar)
    assert bar.keys() == ["home", "library", "sync", "help", "settings"]
    with qtbot.waitSignal(bar.selected) as chosen:
        qtbot.mouseClick(bar.row("library"), Qt.MouseButton.LeftButton)
    assert chosen.args == ["library"]
    assert list(filter(lambda key: bar.row(key).is_current, bar.keys())) == ["library"]
    bar.row("library").setFocus()
    qtbot.keyClick(bar.row("library"), Qt.Key.Key_Down)
    assert bar.row("sync").hasFocus()
    with qtbot.waitSignal(bar.selected) as chosen:
        qtbot.keyClick(bar.row("sync"), Qt.Key.Key_Space)
    assert chosen.args == ["sync"]


def test_badges_are_spoken_and_the_sidebar_folds(qtbot: QtBot) -> None:
    bar = Sidebar(SECTIONS)
    qtbot.addWidget(bar)
    bar.set_badge("sync", 2)
    assert bar.row("sync").accessibleName() == "Sync centre, 2 waiting"
    bar.set_badge("sync", 0)
    assert bar.row("sync").accessibleName() == "Sync centre"
    wide = bar.width()
    bar.set_collapsed(True)
    assert bar.width() < wide / 3
    assert bar.row("sync").toolTip() == "Sync centre"


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


def test_enter_presses_a_button_also_outside_dialogs(qtbot: QtBot) -> None:
    pressed: list[str] = []
    root = QWidget()
    column = QVBoxLayout(root)
    for button in (SecondaryButton("Open"), IconButton("x", "Close")):
        column.addWidget(button)
        button.clicked.connect(
            lambda _on=False, button=button: pressed.append(button.accessibleName() or button.text())
        )
        qtbot.addWidget(root)
        root.show()
        qtbot.keyClick(button, Qt.Key.Key_Return)
    assert pressed == ["Open", "Close"]


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
