"""Letters of 150 % in a window of 1,024 x 740: nothing covers another thing, slides to the side or is a strip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QScrollArea, QWidget

from ui import theme
from ui.pages.alliance_reader import ReaderBar
from ui.pages.home import HomePage
from ui.pages.submissions_detail import SubmissionDetail
from ui.widgets.buttons import PrimaryButton, QuietButton, SecondaryButton
from ui.widgets.card import Card
from ui.widgets.combo import ChoiceField
from ui.widgets.header import PageHeader
from ui.widgets.labels import HeadText
from ui.widgets.panes import least
from ui.widgets.rows import Row, fits_below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

ROOM = QSize(939, 595)
"""What such a window leaves to a page beside the icons of the sections."""
TITLE = "Números da unidade"


@pytest.fixture
def large(dressed: QApplication) -> Iterator[None]:
    theme.apply(dressed, "light", 1.5, contrast=False)
    yield
    theme.apply(dressed, "light", contrast=False)


def crowded(qtbot: QtBot) -> PageHeader:
    """The header of the figures of a month."""
    header = PageHeader(TITLE)
    qtbot.addWidget(header)
    header.set_chip("Rascunho", "warn")
    for width in (130, 196):
        field = ChoiceField([("a", "Outubro de 2026")])
        field.setMinimumWidth(theme.px(width))
        header.add_action(field)
    header.add_action(SecondaryButton("Copiar setembro", "copy"))
    header.add_action(PrimaryButton("Enviar o mês", "send"))
    return header


def parts(header: PageHeader) -> list[QWidget]:
    return [each for each in header.children() if isinstance(each, QWidget) and each.isVisible()]


@pytest.mark.usefixtures("large")
def test_nothing_in_a_header_covers_another_thing(qtbot: QtBot, settled: Callable[[], None]) -> None:
    header = crowded(qtbot)
    header.resize(ROOM.width(), 96)
    header.show()
    settled()
    found = parts(header)
    pairs = [(one, two) for at, one in enumerate(found) for two in found[at + 1 :]]
    assert not [pair for pair in pairs if pair[0].geometry().intersects(pair[1].geometry())]
    assert all(each.width() >= each.minimumSizeHint().width() for each in found)
    assert all(header.rect().contains(each.geometry()) for each in found)
    header.resize(1400, header.height())
    settled()
    assert header.height() == theme.px(64)


def test_a_header_with_room_keeps_one_line(dressed: QApplication, qtbot: QtBot, settled: Callable[[], None]) -> None:
    theme.apply(dressed, "light", contrast=False)
    header = crowded(qtbot)
    header.resize(1100, 64)
    header.show()
    settled()
    assert header.height() == 64
    assert len({each.geometry().center().y() // 4 for each in parts(header)}) == 1


@pytest.mark.usefixtures("large")
def test_home_does_not_slide_to_the_side(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> None:
    page = HomePage(desk)
    qtbot.addWidget(page)
    page.resize(ROOM)
    page.show()
    settled()
    areas = page.findChildren(QScrollArea)
    assert areas
    assert all(each.horizontalScrollBar().maximum() == 0 for each in areas)
    assert page.log.mapTo(page, page.log.rect().bottomRight()).x() < ROOM.width()


@pytest.mark.usefixtures("large")
def test_a_document_is_no_strip(qtbot: QtBot, settled: Callable[[], None]) -> None:
    detail = SubmissionDetail()
    qtbot.addWidget(detail)
    detail.resize(ROOM.width() - theme.px(300), ROOM.height())
    detail.show()
    settled()
    assert detail.view.width() >= 320
    assert detail.view.height() >= 420
    detail.resize(1000, 640)
    settled()
    assert detail.view.y() == 0


@pytest.mark.usefixtures("large")
def test_a_pane_beside_a_list_asks_for_no_more_than_the_window_has(qtbot: QtBot) -> None:
    pane = QWidget()
    qtbot.addWidget(pane)
    for width in (470, 560, 652):
        least(pane, width)
        assert width <= pane.minimumWidth() <= ROOM.width() - 250


@pytest.mark.usefixtures("large")
def test_a_title_keeps_its_line_before_the_quiet_words_do() -> None:
    row = Row("Internal regulation", meta="versão 1 · 1 de fevereiro de 2026", state="A tomar ciência")
    width = QFontMetrics(theme.font(12, 600)).horizontalAdvance(row.state) + theme.px(30)
    assert fits_below(width, row)
    assert not fits_below(4 * width, row)


@pytest.mark.usefixtures("large")
def test_the_choices_above_a_text_cover_nothing(qtbot: QtBot, settled: Callable[[], None]) -> None:
    bar = ReaderBar()
    qtbot.addWidget(bar)
    bar.setMinimumWidth(1)  # as in the pane, which says how wide it is
    bar.resize(652, 200)
    bar.show()
    settled()
    fields = [bar.language, bar.beside, bar.section, bar.compare, bar.search]
    places = [each.rect().translated(each.mapTo(bar, each.rect().topLeft())) for each in fields]
    assert not [at for at, one in enumerate(places) if any(one.intersects(two) for two in places[at + 1 :])]
    assert all(place.left() >= 0 and place.right() < 652 for place in places)


@pytest.mark.usefixtures("large")
def test_a_title_goes_on_in_a_second_line_before_a_card_slides(qtbot: QtBot, settled: Callable[[], None]) -> None:
    card = Card("Ce que cette personne a accepté par écrit", "Reste dans votre organisation")
    card.add_to_head(QuietButton("Ajouter un fichier", "plus"))
    qtbot.addWidget(card)
    heights = []
    for width in (560, 1400):
        card.resize(width, 200)
        card.show()
        settled()
        assert card.minimumSizeHint().width() <= 560
        title = next(each for each in card.findChildren(HeadText) if each.text().startswith("Ce que"))
        assert title.heightForWidth(title.width()) <= title.height()
        heights.append(title.heightForWidth(title.width()))
    assert heights[0] > 1.5 * heights[1]
