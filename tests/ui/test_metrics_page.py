from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from ui import theme
from ui.bridge import Bridge
from ui.desk import Desk
from ui.forms.observation import CellRow
from ui.notices import Notices
from ui.pages.metrics import MetricsPage
from ui.tasks import Tasks
from ui.widgets.labels import Chip
from wimdesk.app import App
from wimdesk.services import editing, metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

MONTH, BEFORE = "2026-10", "2026-09"


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, app: App) -> Iterator[Desk]:
    theme.apply(qapp, "light", contrast=False)
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    ground = QWidget()
    qtbot.addWidget(ground)
    problems: list[BaseException] = []
    tasks, bridge = Tasks(app, problems.append), Bridge(app)
    yield Desk(app, None, tasks, bridge, Notices(ground, ground))
    tasks.close()
    bridge.close()
    assert not problems


@pytest.fixture
def site(desk: Desk) -> str:
    site = desk.app.run(editing.add, "site", {"name": "Cerro Azul", "target_share": 20.0})
    for key, value in (("women_employed", 209), ("all_employees", 1391), ("women_hired", 8)):
        desk.app.run(metrics.enter_cell, site, key, BEFORE, value)
    return site


@pytest.fixture
def page(desk: Desk, site: str, qtbot: QtBot) -> MetricsPage:
    page = MetricsPage(desk)
    qtbot.addWidget(page)
    page.resize(1154, 700)
    page.show_month(site, MONTH)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    qtbot.waitUntil(lambda: bool(page.form.cells()))
    return page


def cell(page: MetricsPage, key: str) -> CellRow:
    return next(one for one in page.form.cells() if one.key == key)


def saved(desk: Desk, site: str, key: str, month: str = MONTH) -> float | None:
    row = desk.app.read(metrics.month_sheet, site, month).row(key)
    assert row is not None
    return row.value


def state(page: MetricsPage) -> str:
    return next(chip.text() for chip in page.header.findChildren(Chip))


def type_into(qtbot: QtBot, page: MetricsPage, key: str, text: str) -> None:
    page.form.go_to(key)
    qtbot.keyClicks(cell(page, key).field, text)


def test_the_month_shows_last_month_and_nothing_for_a_blank(page: MetricsPage) -> None:
    assert cell(page, "women_employed").previous.text() == "209"
    assert cell(page, "women_employed").field.text() == ""
    assert cell(page, "women_left").previous.text() == "–"


def test_a_value_saves_itself_and_the_figures_follow(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_employed", "214")
    type_into(qtbot, page, "all_employees", "1,386")
    qtbot.waitUntil(lambda: saved(desk, site, "all_employees") == 1386)
    assert saved(desk, site, "women_employed") == 214
    assert cell(page, "women_employed").change.text() == "+5"
    qtbot.waitUntil(lambda: "15.4%" in page.shares.figures["women_share"].accessibleName())
    assert page.shares.figures["women_share"].accessibleDescription() == "0.4 points up"


def test_enter_goes_down_and_saves(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_employed", "214")
    qtbot.keyClick(cell(page, "women_employed").field, Qt.Key.Key_Return)
    assert cell(page, "all_employees").field.hasFocus()
    qtbot.waitUntil(lambda: saved(desk, site, "women_employed") == 214)
    last, first = page.form.cards["workforce"].cells[-1], page.form.cards["development"].cells[0]
    page.form.go_to(last.key)
    qtbot.keyClick(last.field, Qt.Key.Key_Return)
    assert first.field.hasFocus()
    assert not page.form.cards["workforce"].is_open()


def test_a_part_above_the_whole_is_told_at_its_cell_and_not_handed_in(
    desk: Desk, page: MetricsPage, site: str, qtbot: QtBot
) -> None:
    type_into(qtbot, page, "women_employed", "1400")
    type_into(qtbot, page, "all_employees", "1386")
    qtbot.waitUntil(lambda: "1,386" in cell(page, "women_employed").field.accessibleDescription())
    assert cell(page, "women_employed").field.property("state") == "err"
    qtbot.waitUntil(lambda: "—" in page.shares.figures["women_share"].accessibleName())
    page.submit_button.click()
    assert cell(page, "women_employed").field.hasFocus()
    qtbot.waitUntil(lambda: not desk.tasks.busy())
    assert desk.app.read(metrics.month_sheet, site, MONTH).state == ""


def test_a_jump_is_only_asked_about(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_hired", "64")
    assert cell(page, "women_hired").field.property("state") == "normal"
    page.form.go_to("women_left")
    assert cell(page, "women_hired").field.accessibleDescription() == (
        "64 is 8 times last month. Right? If so, leave it."
    )
    page.submit_button.click()
    qtbot.waitUntil(lambda: desk.app.read(metrics.month_sheet, site, MONTH).state == "sent")


def test_what_is_no_number_stays_to_be_put_right(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_left", "3+3")
    page.form.go_to("women_employed")
    qtbot.waitUntil(lambda: not desk.tasks.busy())
    assert cell(page, "women_left").field.text() == "3+3"
    assert "not a number" in cell(page, "women_left").field.accessibleDescription()
    assert saved(desk, site, "women_left") is None
    page.submit_button.click()
    assert cell(page, "women_left").field.hasFocus()


def test_emptying_a_field_is_not_zero(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_left", "0")
    qtbot.waitUntil(lambda: saved(desk, site, "women_left") == 0)
    qtbot.keyClick(cell(page, "women_left").field, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: saved(desk, site, "women_left") is None)


def test_a_column_is_pasted_downwards(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("214\tx\r\n1,386\ty\r\n\t\r\n100\tz\r\n")
    page.form.go_to("women_employed")
    qtbot.keyClick(cell(page, "women_employed").field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: saved(desk, site, "all_supervisors") == 100)
    assert [saved(desk, site, key) for key in ("women_employed", "all_employees")] == [214, 1386]
    assert saved(desk, site, "women_supervisors") is None


def test_copying_fills_what_is_empty(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_employed", "214")
    assert page.copy_button.text() == "Copy September"
    page.copy_button.click()
    qtbot.waitUntil(lambda: cell(page, "all_employees").field.text() == "1,391")
    assert cell(page, "women_employed").field.text() == "214"
    qtbot.waitUntil(lambda: not page.copy_button.isEnabled())


def test_a_blank_says_why(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    cell(page, "women_left").status_chosen.emit("women_left", "Q")
    qtbot.waitUntil(lambda: cell(page, "women_left").field.placeholderText() == "Withheld")
    assert saved(desk, site, "women_left") is None


def test_typing_is_saved_in_its_own_month_when_another_one_is_shown(
    desk: Desk, page: MetricsPage, site: str, qtbot: QtBot
) -> None:
    type_into(qtbot, page, "women_left", "7")
    page.back.click()
    qtbot.waitUntil(lambda: cell(page, "women_employed").field.text() == "209")
    qtbot.waitUntil(lambda: saved(desk, site, "women_left") == 7)
    assert saved(desk, site, "women_left", BEFORE) is None
    assert cell(page, "women_left").field.text() == ""


def test_typing_survives_what_others_write(desk: Desk, page: MetricsPage, site: str, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_left", "7")
    desk.app.run(metrics.enter_cell, site, "women_hired", MONTH, 9)
    qtbot.waitUntil(lambda: cell(page, "women_hired").field.text() == "9")
    assert cell(page, "women_left").field.text() == "7"


def test_one_section_is_open_at_a_time(page: MetricsPage) -> None:
    page.form.unfold("safety")
    assert [key for key, card in page.form.cards.items() if card.is_open()] == ["safety"]
    page.form.unfold("safety")
    assert not [card for card in page.form.cards.values() if card.is_open()]


def test_a_month_handed_in_says_so(page: MetricsPage, qtbot: QtBot) -> None:
    type_into(qtbot, page, "women_left", "7")
    page.submit_button.click()
    qtbot.waitUntil(lambda: state(page) == "Sent")
    type_into(qtbot, page, "women_left", "1")
    qtbot.waitUntil(lambda: state(page) == "Changed since it was sent")


def test_without_a_site_the_page_says_what_to_do(desk: Desk, qtbot: QtBot) -> None:
    page = MetricsPage(desk)
    qtbot.addWidget(page)
    gone: list[str] = []
    desk.go = lambda key, _record: gone.append(key)
    page.show()
    qtbot.waitUntil(page.empty.isVisible)
    page.empty.button.click()
    assert gone == ["organisation"]


def test_everything_has_a_name_and_fits(page: MetricsPage) -> None:
    parts = itertools.chain(
        page.findChildren(QAbstractButton), page.findChildren(QLineEdit), page.findChildren(QComboBox)
    )
    unnamed = [part for part in parts if not (part.accessibleName() or getattr(part, "text", str)())]
    assert not [part for part in unnamed if part.isVisible()]
    assert page.minimumSizeHint().width() <= 1024


def test_another_language_keeps_site_and_month(page: MetricsPage, qtbot: QtBot) -> None:
    page.retranslate()
    qtbot.waitUntil(lambda: bool(page.form.cells()))
    assert page.month_choice.value() == MONTH
    assert cell(page, "women_employed").previous.text() == "209"
