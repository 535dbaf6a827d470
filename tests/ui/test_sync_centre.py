"""The Sync centre in the real window: how the connection is, what waits, what was refused, what was done."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from sync.client.engine import SyncEngine
from sync.client.transport import Transport
from tests.support import TOO_LONG, Endpoint, Laptop, Office, Template, fact
from tests.ui.sync_seat import ANA, LEFT, RIGHT, ROSA, Sit, clash, in_sight, words
from tests.ui.test_every_page import cut, sideways
from ui import moments, theme
from ui.forms.join import JoinForm
from ui.pages.computers import ComputersPage
from ui.pages.organisation import OrganisationPage
from ui.pages.sync_centre_parts import DoneCard, ParcelCard
from ui.tour.endpoint import Endpoint as OwnProcess
from wimdesk.i18n import LANGUAGES, set_language
from wimdesk.services import computers, editing, samples
from wimdesk.store import outbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from sync.client.transport import Watch


# ----------------------------------------------------------------- how the connection is


def test_without_a_connection_it_says_so_and_leads_to_where_a_code_is_typed(office: Office, sit: Sit) -> None:
    seat = sit(office.app())
    assert "not connected to the Secretariat yet" in seat.banner()
    assert "saved here" in seat.banner()
    assert not seat.page.sync_button.isVisible()
    for button in (seat.page.connect_button, seat.page.banner.button):
        assert button.text() == "Connect with a code"
        seat.click(button)
        form = seat.detail(JoinForm)
        assert in_sight(form.code)
        assert form.code.hasFocus()


def test_with_a_code_typed_here_the_first_sync_begins(office: Office, sit: Sit) -> None:
    assert office.endpoint is not None
    app = office.app()
    seat = sit(Laptop(app, SyncEngine(app)))
    seat.click(seat.page.connect_button)
    form = seat.detail(JoinForm)
    QTest.keyClicks(form.code, office.endpoint.code(office.organisation))
    form.server.setFocus()
    QTest.keyClicks(form.server, office.endpoint.url)
    seat.desk.app.run(editing.add, "site", {"name": "North"})
    seat.settle()
    assert form.server.text() == office.endpoint.url, "what is being typed outlives a refresh"
    seat.key(Qt.Key.Key_Return)
    seat.qtbot.waitUntil(lambda: "All is sent and received." in seat.banner(), timeout=20_000)
    seat.settle()
    assert [each for each in seat.page.findChildren(JoinForm) if each.isVisible()] == []
    assert seat.page.sync_button.isVisible()
    seat.desk.engine.stop()


def test_samples_are_never_sent_and_it_says_so(office: Office, sit: Sit) -> None:
    app = office.app()
    app.run(samples.plant)
    app.run(editing.add, "person", dict(ROSA))
    seat = sit(app)
    assert "sample data" in seat.banner()
    assert "never sent" in seat.banner()
    assert not seat.page.banner.button.isVisible()
    assert not seat.page.connect_button.isVisible()
    assert not seat.page.sync_button.isVisible()
    assert seat.rows("waiting") == []


def test_offline_nothing_is_lost_and_trying_again_sends_it(template: Template, tmp_path: Path, sit: Sit) -> None:
    with OwnProcess(tmp_path / "server") as process:
        office = Office(template, tmp_path, Endpoint(process.data, process.url))
        try:
            ana = office.laptop(ANA)
            ana.sync()
            process.stop()
            record = ana.add("person", **ROSA)
            seat = sit(ana)
            assert "1 record waits to be sent." in seat.banner()
            seat.click(seat.page.sync_button)
            seat.qtbot.waitUntil(lambda: "can’t be reached now. Nothing is lost." in seat.banner())
            assert "saved on this computer" in seat.banner()
            seat.settle()
            assert len(seat.rows("waiting")) == 1
            assert ana.see("person", record)["given_name"] == "Rosa"
            assert seat.rows("done")[0].startswith("Not finished")
            process.start()
            assert seat.page.banner.button.text() == "Try now"
            seat.click(seat.page.banner.button)
            seat.qtbot.waitUntil(lambda: "All is sent and received." in seat.banner(), timeout=20_000)
            seat.settle()
            assert seat.rows("waiting") == []
            assert ana.app.read(outbox.count) == 0
        finally:
            office.close()


def add_sites(session: Session, count: int) -> None:
    """More than one request can carry."""
    for number in range(count):
        editing.add(session, "site", {"name": f"site {number}"})


class SlowLine(Transport):
    """A line on which an answer takes until somebody lets it through."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.let_through = threading.Event()
        self.asked = 0

    def stream(self, path: str, body: bytes, token: str, watch: Watch) -> Iterator[bytes]:
        self.asked += 1
        self.let_through.wait(20)
        return super().stream(path, body, token, watch)


def test_a_running_sync_can_be_cancelled(ana: Laptop, sit: Sit) -> None:
    ana.sync()
    ana.app.run(add_sites, 300)
    seat = sit(ana)
    line = SlowLine(fact(ana.app, "server_url"))
    ana.engine._transport = line  # noqa: SLF001 - the line is slow, nothing else changes
    seat.click(seat.page.sync_button)
    seat.qtbot.waitUntil(lambda: line.asked == 1)
    seat.qtbot.waitUntil(lambda: "Sending and fetching" in seat.banner())
    assert "You can go on working." in seat.banner()
    assert not seat.page.sync_button.isEnabled()
    assert seat.page.banner.button.text() == "Cancel"
    seat.click(seat.page.banner.button)
    assert not seat.page.banner.button.isEnabled(), "it was heard"
    line.let_through.set()
    seat.qtbot.waitUntil(lambda: ana.engine.latest.state == "idle", timeout=20_000)
    seat.settle()
    assert line.asked == 1
    assert ana.app.read(outbox.count) == 300, "it stopped before the first byte"
    assert "records wait to be sent" in seat.banner()
    assert seat.page.sync_button.isEnabled()


def test_a_problem_is_told_with_its_sentence(ana: Laptop, sit: Sit) -> None:
    ana.sync()
    ana.add("site", name="North")
    seat = sit(ana)
    ana.engine._transport = Broken(fact(ana.app, "server_url"))  # noqa: SLF001 - the fault is in the network
    seat.click(seat.page.sync_button)
    seat.qtbot.waitUntil(lambda: "Your data is safe here." in seat.banner())
    assert "arrived damaged" in seat.banner()
    assert seat.page.banner.button.text() == "Try again"
    seat.settle()
    assert len(seat.rows("waiting")) == 1


class Broken(Transport):
    """A line that changes what goes over it."""

    def stream(self, path: str, body: bytes, token: str, watch: Watch) -> Iterator[bytes]:
        yield b"".join(super().stream(path, body, token, watch))[:-1] + b"\xc1\xc1"


def test_a_computer_that_waits_to_be_let_in_says_so_and_leads_to_its_words(office: Office, sit: Sit) -> None:
    anna, bela = (office.laptop(name, introduced=False) for name in ("Anna", "Bela"))
    seat = sit(bela)
    assert "waits to be let in" not in seat.banner(), "no computer has a key yet: nobody could let it in"
    anna.sync()
    record = bela.add("person", **ROSA)
    bela.sync()
    seat.qtbot.waitUntil(lambda: "This computer waits to be let in." in seat.banner())
    assert "nothing private is sent or received" in seat.banner()
    seat.choose(f"waiting:{record}")
    assert "It leaves once this computer has been let in." in words(seat.detail(ParcelCard))
    seat.go("home")
    assert "This computer waits to be let in" in words(seat.window)
    assert "All done for now" not in words(seat.window)
    seat.go("sync")
    seat.click(seat.page.banner.button)
    assert fact(bela.app, "words") in words(seat.window)
    anna.sync()
    anna.app.run(computers.confirm, bela.app.identity().device, fact(bela.app, "words"))
    anna.sync()
    bela.sync()
    seat.qtbot.waitUntil(lambda: fact(bela.app, "words") not in words(seat.window))
    seat.go("home")
    assert "waits to be let in" not in words(seat.window)


def test_a_computer_that_asks_to_come_in_is_told_to_whoever_may_let_it_in(office: Office, sit: Sit) -> None:
    anna = office.laptop("Anna", introduced=False)
    anna.sync()
    seat = sit(anna)
    seat.go("home")
    office.laptop("Bela", introduced=False).sync()
    anna.sync()
    seat.qtbot.waitUntil(lambda: "1 computer asks to come in" in words(seat.window))
    seat.go("sync")
    assert "1 computer asks to come in." in seat.banner()
    seat.click(seat.page.banner.button)
    page = seat.window.page()
    assert isinstance(page, ComputersPage)
    (form,) = page.forms.values()
    QTest.keyClicks(form.words, "half of the")
    form.words.setFocus()
    office.laptop("Carla", introduced=False).sync()
    anna.sync()
    seat.qtbot.waitUntil(lambda: len(page.forms) == 2)
    (begun,) = [form for form in page.forms.values() if form.words.text() == "half of the"]  # what was typed stays
    assert begun.words.hasFocus()


# ----------------------------------------------------------------- what waits, what was refused, what was done


def test_what_waits_is_shown_by_record_with_fields_and_bytes(ana: Laptop, sit: Sit) -> None:
    ana.sync()
    seat = sit(ana)
    assert seat.rows("waiting") == []
    record = ana.add("person", **ROSA)
    ana.change("person", record, role="Manager")
    site = ana.add("site", name="North")
    sizes = [item.size for item in ana.app.read(outbox.waiting) if item.record == record]
    assert len(sizes) == 2
    seat.qtbot.waitUntil(lambda: len(seat.rows("waiting")) == 2)
    seat.settle()
    told = next(row for row in seat.rows("waiting") if row.startswith("Rosa Quispe"))
    assert f"Person · {sum(sizes)} bytes · " in told
    seat.choose(f"waiting:{record}")
    card = words(seat.detail(ParcelCard))
    for part in ("Rosa Quispe", "Person", "Given name", "Family name", "Role", f"{sum(sizes)} bytes · 2 changes"):
        assert part in card
    seat.choose(f"waiting:{site}")
    card = words(seat.detail(ParcelCard))
    assert "Name" in card
    assert "Given name" not in card


def test_open_it_leads_to_the_record(ana: Laptop, sit: Sit) -> None:
    record = ana.add("person", **ROSA)
    seat = sit(ana)
    seat.choose(f"waiting:{record}")
    seat.tab_to(seat.detail(ParcelCard).open_button)
    seat.key(Qt.Key.Key_Space)
    seat.settle()
    page = seat.window.page()
    assert isinstance(page, OrganisationPage)
    shown = [line.text() for line in page.findChildren(QLineEdit) if line.isVisible()]
    assert "Rosa" in shown


def test_what_was_not_taken_stays_with_a_sentence(ana: Laptop, sit: Sit) -> None:
    ana.sync()
    seat = sit(ana)
    record = ana.add("person", given_name="Carla", summary=TOO_LONG)
    seat.click(seat.page.sync_button)
    seat.qtbot.waitUntil(lambda: seat.rows("refused") != [])
    assert "too large to send" in seat.rows("refused")[0]
    seat.choose(f"refused:{record}")
    card = words(seat.detail(ParcelCard))
    assert "This is too large to send. It stays here. Shorten it and save it again." in card
    assert "Fields\nGiven name, Notes\n" in card
    assert seat.rows("waiting") == []
    assert ana.see("person", record)["given_name"] == "Carla"
    ana.change("person", record, summary="short")
    seat.qtbot.waitUntil(lambda: seat.rows("refused") == [])


def test_what_was_not_taken_can_be_sent_again(ana: Laptop, sit: Sit) -> None:
    seat = sit(ana)
    record = ana.add("person", given_name="Carla", summary=TOO_LONG)
    ana.sync()
    seat.qtbot.waitUntil(lambda: seat.rows("refused") != [])
    seat.choose(f"refused:{record}")
    runs = len(ana.app.read(outbox.runs))
    seat.click(seat.detail(ParcelCard).again_button)
    seat.qtbot.waitUntil(lambda: len(ana.app.read(outbox.runs)) > runs or seat.rows("waiting") != [])
    seat.qtbot.waitUntil(lambda: seat.rows("refused") != [])


def test_every_sync_is_told_with_what_it_moved(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    ana.sync()
    mamani.add("site", name="North")
    mamani.sync()
    ana.add("person", **ROSA)
    seat = sit(ana)
    seat.click(seat.page.sync_button)
    seat.qtbot.waitUntil(lambda: seat.rows("done")[0].startswith("1 received, 1 sent"))
    run = ana.app.read(outbox.runs)[0]
    seat.choose(f"done:{run.at}")
    card = words(seat.detail(DoneCard))
    assert (run.sent, run.received) == (1, 1)
    for part in ("Changes sent\n1", "Changes received\n1", f"{run.bytes_up} bytes", f"Requests\n{run.requests}"):
        assert part in card


# ----------------------------------------------------------------- how it looks and what it is called


@pytest.fixture
def full(ana: Laptop, two: list[str]) -> Laptop:
    """Something of every kind stands in the list."""
    refused = ana.add("person", given_name="Carla", summary=TOO_LONG)
    ana.sync()
    ana.add("site", name="North")
    assert refused
    return ana


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_and_everything_has_a_name(
    full: Laptop,
    sit: Sit,
    nameless: Callable[[QWidget], list[str]],
    dressed: QApplication,
    language: str,
    scheme: theme.Scheme,
) -> None:
    set_language(language)
    QLocale.setDefault(moments.locale(language))
    theme.apply(dressed, scheme, contrast=False)
    seat = sit(full)
    kinds = [row.partition(":")[0] for row in seat.page.list.model.records()]
    assert set(kinds) == {"decision", "refused", "waiting", "files", "done"}
    for row in reversed(seat.page.list.model.records()):
        seat.choose(row)
        assert [*cut(seat.page), *sideways(seat.window)] == [], row
        assert nameless(seat.window) == [], row
    assert seat.page.list.view.accessibleName()
    assert in_sight(seat.card.save)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_on_a_small_screen_with_large_letters(
    full: Laptop, sit: Sit, dressed: QApplication, language: str
) -> None:
    set_language(language)
    QLocale.setDefault(moments.locale(language))
    theme.apply(dressed, "light", text_scale=1.5, contrast=False)
    seat = sit(full)
    seat.window.resize(1024, 740)
    seat.settle()
    for row in reversed(seat.page.list.model.records()):
        seat.choose(row)
        assert [*cut(seat.window), *sideways(seat.window)] == [], row


def test_a_long_value_does_not_push_the_buttons_aside(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    long = " ".join(["copper"] * 60)
    clash(ana, mamani, {"role": f"mine {long}"}, {"role": ""})
    seat = sit(ana)
    assert [*cut(seat.page), *sideways(seat.window)] == []
    card = seat.side("role", LEFT)
    assert card.height() >= card.heightForWidth(card.width())
    assert seat.side("role", RIGHT).accessibleName() == "Role, Shared copy: (empty)"
    right = seat.card.save.mapTo(seat.card, QPoint(seat.card.save.width(), 0)).x()
    assert right <= seat.card.width()
