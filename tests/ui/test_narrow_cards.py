"""Cards of the organisation page that hold long lines, in a window of 1,024 pixels and a language of long words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ui.test_duplicates_page import alike
from tests.ui.test_every_page import sideways
from tests.ui.test_importing import page as page
from ui import theme
from ui.pages.duplicates import DuplicatesPane
from ui.pages.miner_groups import MinerGroupPane
from wimdesk.i18n import set_language
from wimdesk.services import miner_groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk
    from ui.pages.organisation import OrganisationPage

BESIDE_THE_SECTIONS = 967
BESIDE_THE_ICONS = 939


def narrow(page: OrganisationPage, settled: Callable[[], None]) -> None:
    set_language("fr")
    page.retranslate()
    page.resize(BESIDE_THE_SECTIONS, 640)
    settled()


def test_a_pair_that_looks_alike_has_room(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    alike(desk, "Fatoumata", "Fatoumata")
    narrow(page, settled)
    page.show_duplicates()
    pane = page.card
    assert isinstance(pane, DuplicatesPane)
    qtbot.waitUntil(lambda: pane.list.model.rowCount() == 1)
    pane.open(pane.list.model.records()[0])
    settled()
    qtbot.waitUntil(lambda: list(sideways(page)) == [])


def test_licences_sales_and_trainings_of_a_group_have_room(
    page: OrganisationPage, desk: Desk, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    group = desk.app.run(miner_groups.begin)
    desk.app.run(miner_groups.begin_licence, group)
    for kind in ("sale", "training"):
        desk.app.run(miner_groups.begin_entry, group, kind)
    narrow(page, settled)
    page.show_record(group)
    qtbot.waitUntil(lambda: isinstance(page.card, MinerGroupPane) and bool(page.card.trainings.lines))
    settled()
    qtbot.waitUntil(lambda: list(sideways(page)) == [])


@pytest.fixture
def large(dressed: QApplication) -> Iterator[None]:
    theme.apply(dressed, "light", 1.5, contrast=False)
    yield
    theme.apply(dressed, "light", contrast=False)


@pytest.mark.usefixtures("large")
def test_large_letters_in_a_narrow_window_cut_no_button_and_no_tab(
    page: OrganisationPage, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    """Where the words have no room the icons stand; who listens hears the words all the same."""
    narrow(page, settled)
    page.resize(BESIDE_THE_ICONS, 640)
    qtbot.waitUntil(lambda: not page.overviews["members"].text())
    for button in (*page.overviews.values(), page.new_button):
        qtbot.waitUntil(lambda button=button: button.width() >= button.sizeHint().width())
        assert button.accessibleName() or button.text()
    assert page.overviews["members"].accessibleName() == page.overviews["members"].toolTip() == "Membres"
    assert page.new_button.text() == "Nouvelle personne"
    tabs = page.pane.tabs
    qtbot.waitUntil(lambda: tabs.sizeHint().width() <= tabs.width())
    assert [bool(tabs.tabText(at)) for at in range(4)] == [True, False, False, False]
    assert tabs.accessibleTabName(1).startswith("Postes")
    page.resize(1281, 640)
    qtbot.waitUntil(lambda: page.overviews["members"].text() == "Membres")
    assert page.overviews["members"].accessibleName() == ""
