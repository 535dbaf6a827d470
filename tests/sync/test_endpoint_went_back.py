"""The endpoint was put back to an earlier day: the laptops give it back what it lost, and nobody chooses."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from sync.server import service
from tests.support import Endpoint, Laptop, Office, endpoint_at
from tests.sync.test_refused import set_role
from tests.sync.test_went_back import agreed, role, settle
from wimdesk.errors import NoConnection
from wimdesk.services import editing
from wimdesk.store import facts, history, inbox, journal, outbox, proof, recovery, tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from wimdesk.store.record import Values


class House:
    """Laptops of one organisation at an endpoint that can be restored from last night's copy."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder
        self.laptops: list[Laptop] = []
        self.number = 0

    @property
    def data(self) -> Path:
        return self.folder / f"server{self.number}"

    @contextmanager
    def open(self) -> Iterator[Endpoint]:
        with endpoint_at(self.data) as endpoint:
            self.office.endpoint = endpoint
            for laptop in self.laptops:
                laptop.app.run(facts.put, server_url=endpoint.url)
            yield endpoint

    def laptop(self, name: str, role: str = "coordinator") -> Laptop:
        laptop = self.office.laptop(name, role=role)
        self.laptops.append(laptop)
        laptop.sync()
        return laptop

    def keep_copy(self) -> None:
        shutil.copytree(self.data, self.folder / f"server{self.number + 1}")

    def restore(self) -> None:
        self.number += 1
        service.renew_generation(self.data)


@pytest.fixture
def house(office: Office, tmp_path: Path) -> House:
    return House(office, tmp_path)


@pytest.mark.parametrize("first", [0, 1])
def test_a_restored_endpoint_gets_everything_back_from_whoever_comes_first(house: House, first: int) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        record = anna.add("person", given_name="Carla", role="r0")
        settle(anna, bela)
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="Anna's")
        made = anna.add("person", given_name="made by Anna")
        settle(anna, bela)
        bela.change("person", record, role="Bela's, who had seen Anna's")
        bela.sync()  # Anna does not hear of it any more
        bela.change("person", made, role="waits")
    house.restore()
    with house.open():
        anna.add("person", given_name="after the restoring")
        order = (anna, bela) if first == 0 else (bela, anna)
        settle(*order)
        for laptop in order:
            assert role(laptop, record) == "Bela's, who had seen Anna's"
            assert role(laptop, made) == "waits"
            assert len(laptop.app.read(editing.rows, "person")) == 3
            assert laptop.questions() == []
        agreed(*order)


def test_decisions_stay_decided_and_open_questions_stay_open(house: House) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        decided, asked = (anna.add("person", given_name=name) for name in ("decided", "open"))
        settle(anna, bela)
        house.keep_copy()
    with house.open():
        for record in (decided, asked):
            anna.change("person", record, role="Anna's")
            bela.change("person", record, role="Bela's")
        settle(anna, bela)
        bela.app.run(history.decide, "person", decided, {"role": "Anna's"})
        settle(bela, anna)
        before = [(q.record, q.shown.value, q.other.value) for q in anna.questions()]
        assert [each[0] for each in before] == [asked]
    house.restore()
    with house.open():
        settle(bela, anna)
        for laptop in (anna, bela):
            assert [(q.record, q.shown.value, q.other.value) for q in laptop.questions()] == before
            assert role(laptop, decided) == "Anna's"
        agreed(anna, bela)


@pytest.mark.parametrize("deleted_last", [True, False])
def test_one_laptop_gives_back_what_two_people_did_without_knowing_of_each_other(
    house: House, deleted_last: bool
) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        record = anna.add("person", given_name="Carla", role="r0")
        settle(anna, bela)
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="Anna's")
        bela.app.run(editing.remove, "person", record)
        settle(*((anna, bela) if deleted_last else (bela, anna)))
        assert [question.field for question in bela.questions()] == ["deleted"]
    house.restore()
    with house.open():
        carla = house.laptop("Carla")
        settle(bela, carla, anna)
        for laptop in (anna, bela, carla):
            assert [(q.record, q.field) for q in laptop.questions()] == [(record, "deleted")]
        agreed(anna, bela, carla)


def test_who_deletes_an_own_edit_is_not_asked_also_when_another_gives_it_back(house: House) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        record = anna.add("person", given_name="Carla", role="r0")
        settle(anna, bela)
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="Anna's")
        anna.app.run(editing.remove, "person", record)
        anna.change("person", record, summary="after it was deleted")
        settle(anna, bela)
    house.restore()
    with house.open():
        settle(bela, anna)
        assert anna.questions() == bela.questions() == []
        assert anna.see("person", record)["deleted"] is True
        agreed(anna, bela)


def test_what_only_a_reader_holds_comes_back_from_its_maker(house: House) -> None:
    with house.open():
        anna, rita = house.laptop("Anna"), house.laptop("Rita", role="reader")
        record = anna.add("person", given_name="Carla", role="r0")
        settle(anna, rita)
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="lost")
        settle(anna, rita)
    house.restore()
    with house.open():
        rita.sync()
        assert role(rita, record) == "lost", "it is shown as it was"
        assert rita.app.read(outbox.refused) == []
        assert rita.app.read(proof.differing) == []
        settle(anna, rita)
        assert role(anna, record) == role(rita, record) == "lost"
        assert anna.questions() == rita.questions() == []
        agreed(anna, rita)


@pytest.mark.parametrize("finished", [False, True])
def test_what_was_refused_here_and_given_back_by_another_is_there_once(
    house: House, finished: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        record = anna.add("person", given_name="Carla", role="r0")
        settle(anna, bela)
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="Anna's")
        settle(anna, bela)
    house.restore()
    with house.open():
        set_role(house.office, anna, "reader")
        if not finished:
            monkeypatch.setattr(inbox, "finish_recovery", lost_line)
            with pytest.raises(NoConnection):
                anna.sync()
            monkeypatch.undo()
        else:
            anna.sync()
        assert [item.fields for item in anna.app.read(outbox.refused)] == [("role",)]
        bela.sync()
        bela.change("person", record, role="Bela's")
        bela.sync()
        anna.sync()
        assert (anna.app.read(outbox.refused), role(anna, record)) == ([], "Bela's")
        set_role(house.office, anna, "coordinator")
        settle(anna, bela)
        assert anna.questions() == bela.questions() == []
        agreed(anna, bela)


def lost_line(_session: object) -> None:
    raise NoConnection("cut")


def test_what_was_refused_here_and_taken_from_a_copy_is_there_once(office: Office, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("person", given_name="Carla", role="r0")
    settle(anna, bela)
    set_role(office, anna, "reader")
    anna.change("person", record, role="Anna's")
    assert anna.sync().refused == 1
    copy = anna.app.back_up()
    set_role(office, anna, "coordinator")
    clone = office.reopened("clone", copy, anna.app.device_keys)
    clone.add("person", given_name="one")
    anna.add("person", given_name="two")
    settle(clone, anna, clone)
    bela.sync()
    bela.change("person", record, role="Bela's")
    bela.sync()
    settle(anna, clone)
    assert [role(laptop, record) for laptop in (anna, clone, bela)] == ["Bela's"] * 3
    agreed(anna, clone, bela)


def _only_a_reader_holds(house: House) -> tuple[Laptop, Laptop, Laptop, str]:
    """Have Anna's edit be lost to the endpoint, with herself and Rita, who only reads, to remember it."""
    with house.open():
        anna, bela, rita = house.laptop("Anna"), house.laptop("Bela"), house.laptop("Rita", role="reader")
        record = anna.add("person", given_name="Carla", role="r0", summary="s0")
        settle(anna, bela, rita)
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="lost", summary="lost")
        settle(anna, rita)
    house.restore()
    return anna, bela, rita, record


@pytest.mark.parametrize("late", [False, True])
def test_what_only_a_reader_holds_does_not_cover_what_was_done_since(house: House, late: bool) -> None:
    anna, bela, rita, record = _only_a_reader_holds(house)
    with house.open():
        if late:
            rita.sync()
        bela.change("person", record, role="Bela's")
        bela.sync()
        rita.sync()
        shown = rita.see("person", record)
        assert (shown["role"], shown["summary"]) == ("Bela's", "lost")
        assert rita.app.read(proof.differing) == []
        settle(anna, rita, bela)
        assert [[q.field for q in laptop.questions()] for laptop in (anna, bela, rita)] == [["role"]] * 3
        agreed(anna, bela, rita)


def test_what_a_reader_edits_later_carries_her_own_refused_value_not_what_another_said_since(house: House) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        record = anna.add("person", given_name="Carla", role="r0")
        settle(anna, bela)
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="Anna's")
        settle(anna, bela)
        bela.change("person", record, role="Bela's")
        settle(bela, anna)
    house.restore()
    with house.open():
        set_role(house.office, anna, "reader")
        anna.sync()
        assert role(anna, record) == "Anna's", "what she did stays on top, as it does of what the log says"
        anna.change("person", record, summary="hers")
        assert _said(anna, record) == {"role": "Anna's", "summary": "hers"}
        assert anna.app.read(proof.differing) == []
        bela.sync()
        set_role(house.office, anna, "coordinator")
        anna.app.run(outbox.send_again, "person", record)
        settle(anna, bela, anna)
        assert [[q.field for q in laptop.questions()] for laptop in (anna, bela)] == [["role"]] * 2
        assert [role(laptop, record) for laptop in (anna, bela)] == ["Anna's"] * 2


def test_what_a_reader_did_shows_on_top_also_where_the_restored_log_knows_nothing_of_the_record(house: House) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        house.keep_copy()
    with house.open():
        record = anna.add("person", given_name="Carla", role="Anna's")
        settle(anna, bela)
        bela.change("person", record, role="Bela's")
        settle(bela, anna)
    house.restore()
    with house.open():
        set_role(house.office, anna, "reader")
        anna.sync()
        assert role(anna, record) == "Anna's"
        anna.change("person", record, summary="hers")
        assert _said(anna, record) == {"given_name": "Carla", "role": "Anna's", "summary": "hers"}


def _said(laptop: Laptop, record: str) -> Values:
    """Return what the newest operation of a record says."""
    query = select(tables.op).where(tables.op.c.record == record).order_by(tables.op.c.pos.desc()).limit(1)
    return laptop.app.read(lambda session: journal.values_of(session.execute(query).one()))


@pytest.mark.parametrize("gone_on", [False, True])
def test_what_only_a_reader_holds_still_shows_when_the_endpoint_is_restored_once_more(
    house: House, gone_on: bool
) -> None:
    anna, bela, rita, record = _only_a_reader_holds(house)
    with house.open():
        rita.sync()
        if gone_on:
            bela.change("person", record, role="Bela's")
            settle(bela, rita)
    house.keep_copy()
    house.restore()
    with house.open():
        rita.sync()
        shown = rita.see("person", record)
        assert (shown["role"], shown["summary"]) == ("Bela's" if gone_on else "lost", "lost")
        assert rita.app.read(proof.differing) == []
        settle(anna, rita, bela)
        assert [[q.field for q in laptop.questions()] for laptop in (anna, bela, rita)] == [["role"] * gone_on] * 3
        agreed(anna, bela, rita)


def test_an_endpoint_that_was_restored_without_a_word_is_noticed(house: House) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        house.keep_copy()
    with house.open():
        made = [anna.add("person", given_name=f"A{number}") for number in range(3)]
        anna.sync()
    house.number += 1
    with house.open():
        made += [bela.add("person", given_name=f"B{number}") for number in range(2)]
        bela.sync()
        settle(anna, bela)
        for laptop in (anna, bela):
            assert {row["id"] for row in laptop.app.read(editing.rows, "person")} == set(made)
        agreed(anna, bela)


def test_restoring_twice_and_both_at_once(house: House, office: Office) -> None:
    with house.open():
        anna, bela = house.laptop("Anna"), house.laptop("Bela")
        record = anna.add("person", given_name="Carla", role="r0")
        settle(anna, bela)
        copy = anna.app.back_up()
        house.keep_copy()
    with house.open():
        anna.change("person", record, role="one")
        settle(anna, bela)
        bela.change("person", record, summary="two")
        settle(bela, anna)
    house.restore()
    house.keep_copy()
    with house.open():
        bela.change("person", record, family_name="three")
        bela.sync()
    house.restore()
    anna.close()
    house.laptops.remove(anna)
    again = office.reopened("restored", copy, anna.app.device_keys)
    house.laptops.append(again)
    with house.open():
        again.change("person", record, given_name="four")
        settle(again, bela)
        for laptop in (again, bela):
            shown = laptop.see("person", record)
            assert [shown[name] for name in ("role", "summary", "family_name", "given_name")] == [
                "one", "two", "three", "four",
            ]  # fmt: skip
            assert laptop.questions() == []
        agreed(again, bela)


def test_what_was_on_its_way_back_when_the_endpoint_was_restored_again_names_no_place_of_the_log_before(
    anna: Laptop,
) -> None:
    record = anna.add("site", name="Las Bambas")
    anna.sync()
    anna.change("site", record, name="Antapaccay")
    anna.sync()
    first, second = anna.app.read(_ops, record)
    anna.app.run(_send_back, second)
    anna.app.run(lambda session: recovery.begin(session, lost=False))
    anna.app.run(lambda session: recovery.begin(session, lost=True))
    assert anna.app.read(_ops, record)[1].base == {"name": recovery.POSITION + first.pos}


def _ops(session: Session, record: str) -> list[recovery.OpRow]:
    op = tables.op
    return list(session.execute(select(op).where(op.c.record == record).order_by(op.c.pos)))


def _send_back(session: Session, row: recovery.OpRow) -> None:
    """Let an operation wait as those that are sent back to a restored endpoint."""
    epoch = recovery.new_epoch()
    facts.put(session, returning=epoch)
    sent = {"state": tables.WAITING, "epoch": epoch, "seq": None, "was": row.seq}
    session.execute(update(tables.op).where(tables.op.c.pos == row.pos).values(sent))
