"""Many records removed at once elsewhere: they stay in view until somebody here agrees, and nothing else changes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from sync import wire
from sync.client import answer
from sync.merge import DELETED
from sync.protocol import ALLIANCE, private_space
from tests.support import Laptop, Office, Template, endpoint_at
from wimdesk.app import DATABASE
from wimdesk.errors import NoConnection, SyncProblem
from wimdesk.records import Site
from wimdesk.services import editing, home, removals
from wimdesk.store import history, outbox, proof, spared, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session


def add_sites(session: Session, count: int, space: str = "") -> list[str]:
    made = [Site(name=f"Pit {n:03}") for n in range(count)]
    for site in made:
        site.space = space
    session.add_all(made)
    session.flush()
    return [site.id for site in made]


def remove_all(session: Session, records: Iterable[str]) -> None:
    for record in records:
        editing.remove(session, "site", record)


def sites(anna: Laptop, bela: Laptop, count: int) -> list[str]:
    """Sites that both laptops hold."""
    records = anna.app.run(add_sites, count)
    anna.sync()
    bela.sync()
    return records


def seen(laptop: Laptop, records: Sequence[str]) -> int:
    """How many of the records show."""
    return sum(not laptop.see("site", record)["deleted"] for record in records)


def asked(laptop: Laptop) -> list[removals.Removal]:
    return laptop.app.read(removals.questions)


def log_of(laptop: Laptop) -> set[tuple[str, int, str, bytes]]:
    def read(session: Session) -> set[tuple[str, int, str, bytes]]:
        op = tables.op.c
        query = tables.op.select().where(op.seq.is_not(None))
        return {(row.space, row.seq, row.record, row.payload) for row in session.execute(query)}

    return laptop.app.read(read)


def states_of(laptop: Laptop) -> dict[str, bytes]:
    def read(session: Session) -> dict[str, bytes]:
        return {row.record: row.state for row in session.execute(tables.shadow.select())}

    return laptop.app.read(read)


def assert_alike(*laptops: Laptop) -> None:
    """Everything is sent and read, and all show the same."""
    for laptop in [*laptops, *laptops]:
        laptop.sync()

    def shown(session: Session) -> dict[str, object]:
        return {row["id"]: (row["deleted"], row["name"]) for row in editing.rows(session, "site", where={})}

    first, *others = laptops
    for other in others:
        assert log_of(other) == log_of(first)
        assert states_of(other) == states_of(first)
        assert other.app.read(shown) == first.app.read(shown)
    assert not any(asked(laptop) for laptop in laptops)


def test_the_limit_is_a_tenth_but_never_below_five_nor_above_twenty() -> None:
    assert [spared.limit(held) for held in (0, 10, 50, 59, 60, 150, 200, 210, 10_000)] == [
        5,
        5,
        5,
        5,
        6,
        15,
        20,
        20,
        20,
    ]


@pytest.mark.parametrize(("held", "gone", "asks"), [(12, 5, False), (12, 6, True), (80, 8, False), (80, 9, True)])
def test_more_than_the_limit_asks_and_less_does_not(
    anna: Laptop, bela: Laptop, held: int, gone: int, asks: bool
) -> None:
    # The organisation itself and what names its computers are records too.
    others = bela.app.read(spared.held, private_space(bela.app.identity().organisation))
    records = sites(anna, bela, held - others)
    anna.app.run(remove_all, records[:gone])
    anna.sync()
    report = bela.sync()
    assert seen(bela, records) == len(records) - (0 if asks else gone)
    assert (len(asked(bela)), report.decisions) == ((1, 1) if asks else (0, 0))


def test_the_question_says_how_many_of_which_kind_and_by_whom(anna: Laptop, bela: Laptop) -> None:
    records = sites(anna, bela, 30)
    anna.app.run(remove_all, records[:25])
    anna.sync()
    bela.sync()
    (question,) = asked(bela)
    assert (question.title, question.count) == ("25 records were removed elsewhere", 25)
    assert question.kinds == (("Sites", 25),)
    assert [author.startswith("Anna, on ") for author in question.authors] == [True]
    assert set(question.names) <= {f"Pit {n:03}" for n in range(25)}
    assert [task.kind for task in bela.app.read(home.home).tasks][:1] == ["removed"]


def test_agreeing_removes_them_here_and_sends_nothing(anna: Laptop, bela: Laptop) -> None:
    records = sites(anna, bela, 30)
    anna.app.run(remove_all, records)
    anna.sync()
    bela.sync()
    before = log_of(bela)
    assert bela.app.run(removals.remove, asked(bela)[0].space) == 30
    gone = {record.id for record in bela.app.read(history.trash)}  # what other stories took back from the Alliance too
    assert (seen(bela, records), set(records) - gone) == (0, set())
    assert bela.app.read(outbox.count) == 0
    assert bela.app.searcher().ask("Pit", limit=50) == []
    assert_alike(anna, bela)
    assert log_of(bela) == before


def test_keeping_puts_them_back_for_everybody_and_can_be_undone(anna: Laptop, bela: Laptop) -> None:
    records = sites(anna, bela, 30)
    anna.app.run(remove_all, records)
    anna.sync()
    bela.sync()
    assert bela.app.run(removals.keep, asked(bela)[0].space) == removals.Kept(30, 0)
    assert (seen(bela, records), asked(bela), bela.app.read(outbox.count)) == (30, [], 30)
    assert_alike(anna, bela)
    assert (seen(anna, records), anna.questions()) == (30, [])
    bela.app.run(history.undo, bela.app.read(history.last_act))
    assert seen(bela, records) == 0
    bela.sync()
    anna.sync()  # it is her turn to be asked
    assert (seen(anna, records), len(asked(anna))) == (30, 1)
    anna.app.run(removals.remove, asked(anna)[0].space)
    assert_alike(anna, bela)


def test_removals_over_many_pages_and_several_passes_are_counted_together(
    anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = sites(anna, bela, 40)
    for record in records[:30]:
        anna.remove("site", record)
        anna.sync()
    take, times = answer.take, []

    def cut(session: Session, names: object, found: Sequence[object], _is_wanted: object) -> object:
        times.append(len(found))
        if len(times) % 3 == 2:
            raise NoConnection("cut")
        return take(session, names, found)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(answer, "gathered", lambda pieces: (bytes([byte]) for piece in pieces for byte in piece))
    monkeypatch.setattr(answer, "take", cut)
    passes = 0
    while True:
        passes += 1
        try:
            bela.sync()
            break
        except NoConnection:
            assert seen(bela, records) == 40  # until it is known how many there are
    assert passes > 1
    assert (seen(bela, records), [each.count for each in asked(bela)]) == (40, [30])


def test_it_waits_over_a_restart_and_what_follows_still_arrives(office: Office, anna: Laptop, bela: Laptop) -> None:
    records = sites(anna, bela, 30)
    anna.app.run(remove_all, records)
    anna.sync()
    bela.sync()
    anna.change("site", records[0], operator="Cooperative")
    anna.app.run(editing.restore, "site", records[1])
    anna.sync()
    keys, file = bela.app.device_keys, bela.app.folder / DATABASE
    bela.close()
    again = office.reopened("again", file, keys)
    assert (seen(again, records), asked(again)[0].count) == (30, 30)
    again.sync()
    assert again.see("site", records[0])["operator"] == "Cooperative"
    assert (seen(again, records), asked(again)[0].count) == (30, 29)  # one was restored: nothing to ask
    again.change("site", records[2], operator="State")
    anna.change("site", records[1], operator="Nobody")
    again.app.run(removals.remove, asked(again)[0].space)
    assert_alike(anna, again)
    assert seen(again, records) == 1


def changed_in_two_places(*laptops: Laptop) -> list[list[tuple[str, str]]]:
    return [[(each.record, each.field) for each in laptop.questions()] for laptop in laptops]


def test_who_edits_what_still_shows_had_not_been_told(anna: Laptop, bela: Laptop) -> None:
    records = sites(anna, bela, 30)
    anna.app.run(remove_all, records[:25])
    anna.sync()
    bela.sync()
    bela.change("site", records[0], operator="Cooperative")
    bela.change("site", records[1], operator="State")
    bela.sync()
    anna.sync()
    both = sorted((record, DELETED) for record in records[:2])
    assert [sorted(each) for each in changed_in_two_places(anna, bela)] == [both, both]
    bela.app.run(history.decide, "site", records[0], {DELETED: False})
    assert asked(bela)[0].count == 24
    bela.app.run(removals.remove, asked(bela)[0].space)
    assert_alike(anna, bela)
    assert (seen(anna, records[:25]), bela.see("site", records[1])["operator"]) == (1, "State")
    assert changed_in_two_places(anna, bela) == [[(records[1], DELETED)]] * 2


def test_an_edit_between_two_parts_of_an_answer_does_not_vanish(
    anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = sites(anna, bela, 30)
    anna.app.run(remove_all, records[:3])
    anna.sync()
    take = answer.take

    def cut(session: Session, names: wire.Names, found: Sequence[wire.Answer], _is_wanted: object) -> answer.Taken:
        return take(session, names, [each for each in found if not isinstance(each, wire.End)])

    monkeypatch.setattr(answer, "take", cut)
    with pytest.raises(SyncProblem):
        bela.sync()
    monkeypatch.undo()
    bela.change("site", records[0], operator="Cooperative")
    assert_alike(anna, bela)
    assert (seen(bela, records), asked(bela)) == (27, [])
    assert changed_in_two_places(anna, bela) == [[(records[0], DELETED)]] * 2


def test_what_somebody_removes_here_too_is_not_asked_about_and_never_put_back(anna: Laptop, bela: Laptop) -> None:
    records = sites(anna, bela, 30)
    anna.app.run(remove_all, records[:25])
    anna.sync()
    bela.sync()
    bela.remove("site", records[0])
    assert asked(bela)[0].count == 24
    assert bela.app.read(proof.differing) == []
    bela.app.run(removals.keep, asked(bela)[0].space)
    assert_alike(anna, bela)
    assert (seen(anna, records), anna.see("site", records[0])["deleted"]) == (29, True)
    assert changed_in_two_places(anna, bela) == [[], []]


def test_nobody_answers_and_nothing_diverges(office: Office, anna: Laptop, bela: Laptop) -> None:
    rng = random.Random(7)
    records = sites(anna, bela, 60)
    for _round in range(6):
        for record in rng.sample(records, 25):
            verb = editing.remove if rng.random() < 0.8 else editing.restore
            rng.choice((anna, bela)).app.run(verb, "site", record)
        for laptop in (anna, bela):
            laptop.change("site", rng.choice(records), name=f"Pit {rng.random()}")
            laptop.sync()
    for laptop in (anna, bela, anna, bela):
        laptop.sync()
    assert log_of(anna) == log_of(bela)
    assert states_of(anna) == states_of(bela)
    for laptop in (anna, bela):
        for question in asked(laptop):
            laptop.app.run(removals.remove, question.space)
    assert_alike(anna, bela)


def test_what_others_own_is_not_put_back_but_can_be_read_in_the_trash(template: Template, tmp_path: Path) -> None:
    with endpoint_at(tmp_path / "own") as endpoint:  # what is in the alliance, all stories of an endpoint would see
        office = Office(template, tmp_path, endpoint)
        try:
            bela, secretariat = office.laptop("Bela"), office.laptop("Sec", "Secretariat", "secretariat")
            _not_put_back(bela, secretariat)
        finally:
            office.close()


def _not_put_back(bela: Laptop, secretariat: Laptop) -> None:
    records = secretariat.app.run(add_sites, 12, ALLIANCE)
    secretariat.sync()
    bela.sync()
    mine = bela.app.run(add_sites, 12, ALLIANCE)
    bela.sync()
    secretariat.sync()
    secretariat.app.run(remove_all, records + mine)
    secretariat.sync()
    bela.sync()
    (question,) = asked(bela)
    assert (question.space, question.count, question.not_ours) == (ALLIANCE, 24, 12)
    assert bela.app.run(removals.keep, ALLIANCE) == removals.Kept(12, 12)
    assert (seen(bela, mine), seen(bela, records)) == (12, 0)
    assert {record.id for record in bela.app.read(history.trash)} == set(records)
    assert bela.sync().refused == 0


def test_a_new_computer_is_not_asked_about_what_it_never_showed(office: Office, anna: Laptop) -> None:
    records = anna.app.run(add_sites, 40)
    anna.sync()
    anna.app.run(remove_all, records)
    anna.sync()
    third = office.laptop("Carla")
    third.sync()
    assert (seen(third, records), asked(third)) == (0, [])
    # Nor what came and went while it was away.
    records = anna.app.run(add_sites, 40)
    anna.sync()
    anna.app.run(remove_all, records)
    anna.sync()
    third.sync()
    assert (seen(third, records), asked(third)) == (0, [])
