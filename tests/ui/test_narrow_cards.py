"""Cards of the organisation page that hold long lines, in a window of 1,024 pixels and a language of long words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ui.test_duplicates_page import alike
from tests.ui.test_every_page import sideways
from tests.ui.test_importing import page as page
from ui.pages.duplicates import DuplicatesPane
from ui.pages.miner_groups import MinerGroupPane
from wimdesk.i18n import set_language
from wimdesk.services import miner_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from ui.desk import Desk
    from ui.pages.organisation import OrganisationPage

BESIDE_THE_SECTIONS = 967


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
