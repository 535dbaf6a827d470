"""Pages whose filters fold away in a narrow window, when they are built anew at the size they have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.ui.test_library_page import desk as desk
from ui.pages.initiatives import InitiativesPage
from ui.pages.library import LibraryPage

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk


@pytest.mark.parametrize("kind", [LibraryPage, InitiativesPage])
def test_filters_stay_folded_when_the_page_is_built_anew(
    kind: type[LibraryPage] | type[InitiativesPage], desk: Desk, qtbot: QtBot
) -> None:
    page = kind(desk)
    qtbot.addWidget(page)
    page.resize(967, 640)
    with qtbot.waitExposed(page):
        page.show()
    page.retranslate()
    qtbot.waitUntil(page.filter_button.isVisible)
    pane = page.filters if isinstance(page, LibraryPage) else page.themes
    assert not pane.isVisible()
