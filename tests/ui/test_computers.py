"""The page of computers: a new one shows six words, a coordinator types them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from tests.support import Laptop, Office, fact
from ui.bridge import Bridge
from ui.desk import Desk
from ui.notices import Notices
from ui.pages.computers import ComputersPage
from ui.tasks import Tasks
from wimdesk.app import App
from wimdesk.services import computers, editing, todo, trail

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

Seat = Callable[[App], ComputersPage]


@pytest.fixture
def seat(dressed: object, qtbot: QtBot) -> Iterator[Seat]:
    """Show the page of a profile."""
    left: list[Callable[[], None]] = []
    grounds: list[QWidget] = []

    def sit(app: App) -> ComputersPage:
        ground = QWidget()
        qtbot.addWidget(ground)
        grounds.append(ground)
        tasks, bridge = Tasks(app, pytest.fail), Bridge(app)
        left.extend([bridge.close, tasks.close])
        page = ComputersPage(Desk(app, None, tasks, bridge, Notices(ground, ground)))
        qtbot.addWidget(page)
        page.resize(1100, 740)
        page.show()
        return page

    yield sit
    for close in left:
        close()


@pytest.fixture
def pair(office: Office) -> tuple[Laptop, Laptop]:
    """Anna made the key; Bela has just come."""
    anna, bela = (office.laptop(name, introduced=False) for name in ("Anna", "Bela"))
    for laptop in (anna, bela, anna):
        laptop.sync()
    return anna, bela


def texts(page: ComputersPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel))


def test_six_words_let_a_computer_in(pair: tuple[Laptop, Laptop], seat: Seat, qtbot: QtBot) -> None:
    anna, bela = pair
    here, there = (seat(laptop.app) for laptop in pair)
    words, device = fact(bela.app, "words"), bela.app.identity().device
    qtbot.waitUntil(lambda: words in texts(there))
    assert "No coordinator" not in texts(there)
    assert "This computer, still waiting" in texts(there)
    qtbot.waitUntil(lambda: device in here.forms)
    form = here.forms[device]
    form.button.click()
    assert "Type the six words first." in texts(here)
    form.words.setText("nonsense")
    form.button.click()
    qtbot.waitUntil(lambda: "is not one of the words" in texts(here))
    assert form.words.text() == "nonsense", "what was typed stays"
    form.words.setText(words)
    form.name.setText("Bela's laptop")
    form.button.click()
    qtbot.waitUntil(lambda: device not in here.forms)
    assert anna.app.read(computers.words)[device] == words
    anna.sync()
    bela.sync()
    there.refresh()
    qtbot.waitUntil(lambda: words not in texts(there))
    assert "still waiting" not in texts(there)
    here.refresh()
    qtbot.waitUntil(lambda: "Bela's laptop" in texts(here))
    assert f"{device[-4:].upper()} · Coordinator" in texts(here)


def test_computers_of_one_name_are_told_apart_by_who_works_there(
    pair: tuple[Laptop, Laptop], seat: Seat, qtbot: QtBot
) -> None:
    anna, bela = pair
    anna.app.set_person("Anna Quispe")
    anna.app.run(computers.confirm, bela.app.identity().device, fact(bela.app, "words"))
    system = anna.app.read(computers.every)[0].name.removesuffix(" (Anna Quispe)")
    for laptop in (anna, bela):
        laptop.sync()
    bela.app.set_person("Bela Mamani")
    bela.app.run(todo.add, "Call the mine", "")
    bela.sync()
    anna.sync()
    names = {seen.name for seen in anna.app.read(computers.every)}
    assert names == {f"{system} (Anna Quispe)", f"{system} (Bela Mamani)"}
    page = seat(anna.app)
    qtbot.waitUntil(lambda: all(name in texts(page) for name in names))
    assert names <= {deed.device for deed in anna.app.read(trail.deeds)} <= {*names, "Another organisation"}


def test_where_no_coordinator_has_the_key_a_spare_key_is_asked_for(office: Office, seat: Seat, qtbot: QtBot) -> None:
    vera = office.laptop("Vera", role="volunteer", introduced=False)
    clara = office.laptop("Clara", introduced=False)
    for laptop in (vera, clara):
        laptop.sync()
    there = seat(clara.app)
    qtbot.waitUntil(lambda: fact(clara.app, "words") in texts(there))
    assert "No coordinator’s computer has the key yet." in texts(there)
    assert there.spare.load_button.isVisible()


def test_a_spare_key_is_saved_on_one_computer_and_loaded_on_another(
    pair: tuple[Laptop, Laptop], seat: Seat, qtbot: QtBot, tmp_path: Path
) -> None:
    anna, bela = pair
    anna.add("site", name="North")
    anna.sync()
    here, there = (seat(laptop.app) for laptop in pair)
    qtbot.waitUntil(lambda: here.spare.save_button.isVisible() and there.spare.load_button.isVisible())
    assert here.spare.load_button.isHidden()
    assert there.spare.save_button.isHidden()
    here.spare.save_to(tmp_path / "our.wimkey")
    qtbot.waitUntil(lambda: here.spare.shown.isVisible(), timeout=30_000)  # words are stretched on purpose
    there.spare.take(tmp_path / "our.wimkey")
    there.spare.words.setText("nonsense")
    there.spare.open_button.click()
    qtbot.waitUntil(lambda: "not six words" in texts(there))
    there.spare.words.setText(here.spare.shown.text())
    there.spare.open_button.click()
    qtbot.waitUntil(lambda: "1 key was loaded." in texts(there), timeout=30_000)
    assert not there.spare.words.isVisible()
    bela.sync()
    there.refresh()
    qtbot.waitUntil(lambda: there.spare.save_button.isVisible())
    assert [row["name"] for row in bela.app.read(editing.rows, "site")] == ["North"]


def test_a_profile_that_is_not_connected_says_so(app: App, seat: Seat, qtbot: QtBot) -> None:
    page = seat(app)
    qtbot.waitUntil(lambda: "When you are connected" in texts(page))
