from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
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

from tests.ui.widget_seat import SHARES
from tests.ui.widget_seat import dressed as dressed
from ui import theme
from ui.sidebar import Sidebar
from ui.statusbar import StatusBar
from ui.widgets.banner import Banner, UndoBar
from ui.widgets.buttons import IconButton, LinkButton, PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.chartcard import ChartCard
from ui.widgets.choice import RadioCard
from ui.widgets.combo import ChoiceField
from ui.widgets.date import DateField
from ui.widgets.empty import EmptyState
from ui.widgets.field import FieldRow
from ui.widgets.figure import Figure
from ui.widgets.folding import FilterButton
from ui.widgets.header import PageHeader
from ui.widgets.labels import Chip, plain_name
from ui.widgets.languagemap import LanguageMapField
from ui.widgets.number import NumberField
from ui.widgets.rows import ROW_ROLE, Row, RowDelegate, fits_below, row_list
from ui.widgets.search import SearchField
from ui.widgets.tags import TagsField

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

SECTIONS = [("home", "Home", "house"), ("library", "Library", "library"), ("sync", "Sync centre", "refresh-cw")]


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
