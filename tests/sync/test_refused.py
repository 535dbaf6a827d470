"""What the endpoint refuses stays on the laptop, and has a way back: nothing of it is lost, or arrives half."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from sync.client import pieces
from sync.client.transport import Transport, Watch
from sync.protocol import Problem
from sync.server import tables as server_tables
from sync.server.store import Store
from tests.support import TOO_LONG, Laptop, Office
from tests.sync.test_two_laptops import LosesAnswers
from wimdesk.errors import NoConnection, SyncProblem
from wimdesk.services import editing
from wimdesk.store import history, outbox, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wimdesk.store.record import Values

LONG = TOO_LONG
CARLA = {"given_name": "Carla", "family_name": "Quispe", "role": "Chair"}


def settle(*laptops: Laptop) -> None:
    for laptop in [*laptops, *laptops]:
        laptop.sync()


def shown(laptop: Laptop, record: str) -> Values:
    found = laptop.see("person", record)
    return {name: found[name] for name in (*CARLA, "summary")}


def nothing_open(*laptops: Laptop) -> None:
    for laptop in laptops:
        assert laptop.questions() == []
        assert laptop.app.read(outbox.refused) == laptop.app.read(outbox.waiting) == []


@pytest.mark.parametrize("synced_between", [True, False])
def test_a_new_record_that_was_too_large_arrives_whole_once_it_is_shorter(
    anna: Laptop, bela: Laptop, synced_between: bool
) -> None:
    record = anna.add("person", **CARLA, summary=LONG)
    if synced_between:
        assert anna.sync().refused == 1
    anna.change("person", record, summary="short")
    settle(anna, bela)
    for laptop in (anna, bela):
        assert shown(laptop, record) == CARLA | {"summary": "short"}
    nothing_open(anna, bela)


def test_nobody_gets_half_of_a_record(anna: Laptop, bela: Laptop) -> None:
    """Other fields were changed after the large one, before anybody knew of the refusal."""
    record = anna.add("person", **CARLA, summary=LONG)
    anna.change("person", record, role="Treasurer")
    settle(anna, bela)
    assert [row["id"] for row in bela.app.read(editing.rows, "person")] == []
    assert [item.problem for item in anna.app.read(outbox.refused)] == [Problem.TOO_LARGE]
    anna.change("person", record, summary="")
    settle(anna, bela)
    assert shown(bela, record) == CARLA | {"role": "Treasurer", "summary": ""}
    nothing_open(anna, bela)


def test_a_lost_answer_makes_no_half_record_either(anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", **CARLA, summary=LONG)
    line = LosesAnswers(anna.app.identity().server_url)
    line.lost = 1
    anna.engine._transport = line  # noqa: SLF001 - the fault is in the network, nothing else changes
    with pytest.raises(NoConnection):
        anna.sync()
    anna.change("person", record, role="Treasurer")
    settle(anna, bela)
    assert bela.app.read(editing.rows, "person") == []
    anna.change("person", record, summary="short")
    settle(anna, bela)
    assert shown(bela, record) == CARLA | {"role": "Treasurer", "summary": "short"}
    nothing_open(anna, bela)


def test_shortening_asks_nobody(anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", **CARLA, summary="first")
    settle(anna, bela)
    anna.change("person", record, summary=LONG)
    anna.sync()
    anna.change("person", record, summary="shortened")
    settle(anna, bela)
    assert shown(bela, record) == CARLA | {"summary": "shortened"}
    nothing_open(anna, bela)


def test_shortening_what_somebody_else_changed_meanwhile_asks(anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", **CARLA, summary="first")
    settle(anna, bela)
    anna.change("person", record, summary=LONG)
    anna.sync()
    bela.change("person", record, summary="Bela's")
    settle(bela, anna)
    assert shown(anna, record)["summary"] == LONG, "it stays here, on top"
    anna.change("person", record, summary="Anna's")
    settle(anna, bela)
    for laptop in (anna, bela):
        (question,) = laptop.questions()
        assert {question.shown.value, question.other.value} == {"Anna's", "Bela's"}


def test_the_refused_text_survives_what_others_do(anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", **CARLA, summary="first")
    settle(anna, bela)
    anna.change("person", record, summary=LONG)
    anna.sync()
    bela.change("person", record, role="Treasurer")
    settle(bela, anna)
    assert shown(anna, record) == CARLA | {"role": "Treasurer", "summary": LONG}
    anna.change("person", record, given_name="Karla")
    assert anna.sync().refused == 1, "one operation, with the text in it again"
    assert len(anna.app.read(outbox.refused)) == 1
    assert bela.see("person", record)["given_name"] == "Carla"


def set_role(office: Office, laptop: Laptop, role: str) -> None:
    assert office.endpoint is not None
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    with store.writing() as connection:
        mine = server_tables.device.c.id == laptop.app.store.author.device
        connection.execute(update(server_tables.device).where(mine).values(role=role))
    store.close()


@pytest.fixture
def refused(office: Office, anna: Laptop) -> tuple[Laptop, str]:
    """Return a reader's laptop whose change of a person was refused, and that person."""
    record = anna.add("person", **CARLA)
    anna.sync()
    reader = office.laptop("Rita", role="reader")
    reader.sync()
    reader.change("person", record, role="Treasurer")
    assert reader.sync().refused == 1
    return reader, record


def test_what_a_role_refused_goes_out_again_when_the_role_has_changed(
    office: Office, anna: Laptop, refused: tuple[Laptop, str]
) -> None:
    reader, record = refused
    set_role(office, reader, "coordinator")
    assert reader.app.run(outbox.send_again, "person", record)
    assert not reader.app.run(outbox.send_again, "person", record), "it waits already"
    assert reader.app.run(history.undo, reader.app.read(history.last_act)) == 1, "an act of a person stays one"
    reader.change("person", record, role="Treasurer")
    settle(reader, anna)
    assert shown(anna, record)["role"] == "Treasurer"
    nothing_open(anna, reader)


def test_a_retry_that_is_refused_again_is_one_entry(anna: Laptop) -> None:
    record = anna.add("person", **CARLA, summary=LONG)
    anna.sync()
    for _ in range(3):
        assert anna.app.run(outbox.send_again, "person", record)
        assert anna.sync().refused == 1
        assert [item.state for item in anna.app.read(outbox.refused)] == [tables.REFUSED]


def test_what_goes_out_again_says_nothing_of_a_removal_that_its_author_had_not_seen(
    office: Office, anna: Laptop, refused: tuple[Laptop, str]
) -> None:
    reader, record = refused
    anna.app.run(editing.remove, "person", record)
    settle(anna, reader)
    set_role(office, reader, "coordinator")
    assert reader.app.run(outbox.send_again, "person", record)
    settle(reader, anna)
    for laptop in (anna, reader):
        assert [question.field for question in laptop.questions()] == ["deleted"]


def test_a_pass_ends_where_something_waits_and_nothing_goes_out(anna: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    anna.add("person", **CARLA)
    monkeypatch.setattr(pieces, "next_batches", lambda *_asked: [])
    with pytest.raises(SyncProblem, match="did not take the changes"):
        anna.sync()


class Meanwhile(Transport):
    """A line on which each request takes long enough for the person to do something more."""

    def __init__(self, url: str, acts: list[Callable[[], object]]) -> None:
        super().__init__(url)
        self.acts = acts

    def stream(self, path: str, body: bytes, token: str, watch: Watch) -> Iterator[bytes]:
        if self.acts:
            self.acts.pop(0)()
        yield from super().stream(path, body, token, watch)


def test_what_follows_on_something_carried_since_is_not_sent_again_for_ever(anna: Laptop, bela: Laptop) -> None:
    """The first was refused and an edit carried it, before it was heard that the one between them follows on it."""
    record = anna.add("person", **CARLA, summary=LONG)
    acts = [
        partial(anna.change, "person", record, role="Treasurer"),
        partial(anna.change, "person", record, summary=""),
    ]
    anna.engine._transport = Meanwhile(anna.app.identity().server_url, acts)  # noqa: SLF001 - the line, nothing else
    anna.sync()
    assert not acts
    settle(anna, bela)
    assert shown(bela, record) == CARLA | {"role": "Treasurer", "summary": ""}
    nothing_open(anna, bela)
