"""Something here is not what the log says: it is found, read again into place, and nothing else is touched."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import select

from sync import digests
from sync.client import healing
from sync.protocol import ALLIANCE, Author, Op, Page, Placed
from sync.server import tables as log
from sync.server.store import Store
from tests.support import Endpoint, Laptop, Office
from wimdesk import clock
from wimdesk.services import editing, removals
from wimdesk.store import facts, history, inbox, outbox, proof, recovery, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    Damage = Callable[[Session, list[str]], None]

DAMAGES: dict[str, Damage] = {}


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few records are looked at as one that what is damaged lies in any of several slices, or between two."""
    monkeypatch.setattr(proof, "_SLICE", 3)


def damage(work: Damage) -> Damage:
    DAMAGES[work.__name__] = work
    return work


def sql(session: Session, statement: str, *values: object) -> None:
    session.connection().exec_driver_sql(statement, values)


@damage
def a_row_is_lost(session: Session, records: list[str]) -> None:
    sql(session, "DELETE FROM site WHERE id = ?", records[3])


@damage
def a_value_changes(session: Session, records: list[str]) -> None:
    sql(session, "UPDATE site SET name = 'Pit 0O3' WHERE id = ?", records[3])


@damage
def a_value_that_nobody_set_changes(session: Session, records: list[str]) -> None:
    sql(session, "UPDATE site SET longitude = 4.5 WHERE id = ?", records[3])


@damage
def a_record_comes_back_from_the_trash(session: Session, records: list[str]) -> None:
    sql(session, "UPDATE site SET deleted = 0 WHERE id = ?", records[0])


@damage
def what_the_log_adds_up_to_is_lost(session: Session, records: list[str]) -> None:
    sql(session, "DELETE FROM shadow WHERE record = ?", records[4])


@damage
def an_operation_of_others_is_lost(session: Session, _records: list[str]) -> None:
    sql(session, "DELETE FROM op WHERE pos = (SELECT min(pos) FROM op WHERE type = 'site' AND state = 'placed')")


@damage
def an_operation_says_something_else(session: Session, records: list[str]) -> None:
    sql(session, "UPDATE op SET fields = '[\"operator\"]' WHERE record = ? AND fields = '[\"name\"]'", records[5])


@damage
def an_own_operation_says_something_else(session: Session, _records: list[str]) -> None:
    # Whoever made it does not get it back in full, but for its own epoch.
    sql(session, "UPDATE op SET payload = x'93919080a0' WHERE act != 0 AND state = 'placed' AND type = 'site'")


@damage
def a_page_is_skipped(session: Session, _records: list[str]) -> None:
    sql(session, "DELETE FROM op WHERE space LIKE '%private' AND seq BETWEEN 4 AND 9")
    sql(session, "DELETE FROM site WHERE id NOT IN (SELECT record FROM op)")


@damage
def the_end_of_the_log_is_lost(session: Session, _records: list[str]) -> None:
    last = "SELECT pos FROM op WHERE space LIKE '%private' ORDER BY seq DESC LIMIT 1"
    sql(session, f"DELETE FROM op WHERE pos = ({last})")


@damage
def an_operation_counts_twice(session: Session, records: list[str]) -> None:
    columns = "space, seq, device, epoch, n, type, record, owner, fields, base, payload, state"
    again = columns.replace("seq", "seq + 100", 1).replace(" n,", " n + 100,")
    sql(session, f"INSERT INTO op({columns}) SELECT {again} FROM op WHERE record = ? LIMIT 1", records[6])


def stocked(anna: Laptop, bela: Laptop) -> list[str]:
    """Sites that both hold: some edited by both, some in the trash, some changed in two places."""
    records = [anna.add("site", name=f"Pit {n:03}") for n in range(12)]
    anna.sync()
    bela.sync()
    own = bela.add("site", name="Bela's")
    bela.change("site", records[1], operator="State")
    anna.change("site", records[1], operator="Cooperative")
    anna.remove("site", records[0])
    anna.change("site", records[2], commodity=["gold"])
    for laptop in (anna, bela, anna, bela):
        laptop.sync()
    return [*records, own]


def shown(session: Session) -> dict[str, object]:
    return {row["id"]: {**row, "updated_at": "", "created_at": ""} for row in editing.rows(session, "site", where={})}


def placed(session: Session) -> dict[tuple[str, int], tuple[object, ...]]:
    op = tables.op.c
    rows = session.execute(tables.op.select().where(op.seq.is_not(None)))
    return {(r.space, r.seq): (r.record, r.device, r.n, r.type, r.fields, r.base, r.payload, r.state) for r in rows}


def states(session: Session) -> dict[str, bytes]:
    return {row.record: row.state for row in session.execute(tables.shadow.select())}


def everything(laptop: Laptop) -> tuple[object, ...]:
    return tuple(laptop.app.read(each) for each in (shown, placed, states, history.count_clashes, outbox.cursors))


def healed(laptop: Laptop) -> str:
    """Look at everything, read again what differs, and return the sentence in the Sync centre."""
    assert laptop.engine.prove()
    laptop.sync()
    (run, *_before) = laptop.app.read(outbox.runs)
    assert run.ok
    return run.sentence


def audited(endpoint: Endpoint) -> list[str]:
    store = Store(endpoint.data, database=endpoint.database)
    try:
        query = select(log.audit.c.result).where(log.audit.c.what == "reread").order_by(log.audit.c.id)
        return list(store.read(lambda connection: list(connection.scalars(query))))
    finally:
        store.close()


def test_nothing_differs_where_nothing_is_wrong(anna: Laptop, bela: Laptop) -> None:
    records = stocked(anna, bela)
    bela.change("site", records[3], operator="not sent yet")
    for laptop in (anna, bela):
        assert laptop.app.read(proof.differing) == []
        assert not laptop.engine.prove()
        assert not laptop.app.read(proof.is_due)


@pytest.mark.expects_log
@pytest.mark.parametrize("name", DAMAGES)
def test_whatever_is_damaged_is_found_and_mended(office: Office, anna: Laptop, bela: Laptop, name: str) -> None:
    records = stocked(anna, bela)
    before, noted = everything(bela), len(audited(office.endpoint)) if office.endpoint else 0
    bela.app.run(DAMAGES[name], records)
    assert everything(bela) != before, "the damage did nothing"
    assert healed(bela) == healing.IN_ORDER
    assert everything(bela) == before
    assert bela.app.read(proof.differing) == []
    assert office.endpoint is not None
    assert audited(office.endpoint)[noted:] == ["private"]
    assert bela.sync().received == 0, "once is enough"
    assert bela.app.read(outbox.runs)[0].sentence == ""


@pytest.mark.expects_log
@pytest.mark.parametrize("seed", range(3))
def test_what_waits_to_be_sent_survives_and_arrives(anna: Laptop, bela: Laptop, seed: int) -> None:
    rng = random.Random(seed)
    records = stocked(anna, bela)
    new = bela.add("site", name="only here")
    bela.change("site", records[7], operator="unsent")
    bela.remove("site", records[8])
    act = bela.app.read(history.last_act)
    bela.app.run(DAMAGES[rng.choice(sorted(DAMAGES))], records)
    anna.change("site", records[9], operator="meanwhile")
    anna.sync()
    assert healed(bela) == healing.IN_ORDER
    anna.sync()
    for laptop in (anna, bela):
        assert laptop.see("site", new)["name"] == "only here"
        assert laptop.see("site", records[7])["operator"] == "unsent"
        assert laptop.see("site", records[8])["deleted"]
        assert laptop.see("site", records[9])["operator"] == "meanwhile"
    bela.app.run(history.undo, act)
    bela.sync()
    anna.sync()
    assert not anna.see("site", records[8])["deleted"], "what was done before can still be undone"
    assert [laptop.app.read(proof.differing) for laptop in (anna, bela)] == [[], []]


@pytest.mark.expects_log
def test_a_crash_in_the_middle_goes_on_where_it_was(anna: Laptop, bela: Laptop) -> None:
    records = stocked(anna, bela)
    before = everything(bela)
    bela.app.run(a_value_changes, records)
    assert bela.engine.prove()
    again = Laptop(bela.app, type(bela.engine)(bela.app))  # nothing but what stands in the file
    again.sync()
    assert everything(again) == before
    assert not again.app.read(recovery.rereading)


@pytest.mark.expects_log
def test_a_pending_question_about_removals_stays(anna: Laptop, bela: Laptop) -> None:
    records = stocked(anna, bela)
    for record in records[2:12]:
        anna.remove("site", record)
    anna.sync()
    bela.sync()
    assert [each.count for each in bela.app.read(removals.questions)] == [10]
    bela.app.run(lambda session: sql(session, "UPDATE site SET operator = 'x' WHERE id = ?", records[1]))
    assert healed(bela) == healing.IN_ORDER
    assert [each.count for each in bela.app.read(removals.questions)] == [10]
    assert not bela.see("site", records[5])["deleted"]


@pytest.mark.expects_log
def test_the_endpoint_notices_what_a_laptop_read_wrongly(
    office: Office, anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    bela.sync()
    anna.app.run(editing.change, "organization", anna.app.identity().organisation, {"acronym": "WIMANNA"})
    anna.sync()
    right, pages = inbox.apply_page, []

    def flipped(session: Session, page: Page, own_epoch: int = 0) -> int:
        if page.space == ALLIANCE and not pages:
            pages.append(page)
            last = page.ops[-1]
            assert isinstance(last, Placed)
            op = msgspec.structs.replace(last.op, payload=last.op.payload.replace(b"WIMANNA", b"WIMBNNA"))
            page = msgspec.structs.replace(page, ops=[*page.ops[:-1], Placed(last.author, last.n, op)])
        return right(session, page, own_epoch)

    monkeypatch.setattr(inbox, "apply_page", flipped)
    bela.sync()
    assert pages
    assert "WIMBNNA" in str(bela.app.read(editing.rows, "organization")), "it passed all other checks"
    assert bela.app.read(proof.differing) == [], "and is sound in itself"
    bela.sync()
    assert bela.app.read(outbox.runs)[0].sentence == healing.IN_ORDER
    assert "WIMBNNA" not in str(bela.app.read(editing.rows, "organization"))
    assert "WIMANNA" in str(bela.app.read(editing.rows, "organization"))
    assert office.endpoint is not None
    assert audited(office.endpoint)[-1] == "alliance"
    assert bela.sync().requests == 1


def test_what_reading_again_does_not_mend_is_said_and_not_tried_all_day(anna: Laptop) -> None:
    anna.sync()
    today = clock.today().isoformat()
    anna.app.run(lambda session: sql(session, "UPDATE cursor SET digest = x'00' WHERE space = ?", ALLIANCE))
    anna.app.run(lambda session: facts.put(session, **{f"reread {ALLIANCE}": today}))
    assert anna.sync().requests == 1
    assert anna.app.read(outbox.runs)[0].sentence == healing.STILL_DIFFERS


def test_the_digest_knows_each_part_and_no_order() -> None:
    op = Op(ALLIANCE, "site", bytes(16), bytes(16), ("name",), {"name": 3}, b"payload")
    entry = digests.Entry(4, Author(bytes(16), 5), 6, op)
    other = digests.Entry(5, Author(bytes(16), 5), 7, op)
    start = digests.add(b"", [digests.Entry(1, Author(bytes(16), 5), 1, op)])
    whole = digests.add(start, [entry, other])
    assert len(whole) == 16
    assert digests.add(digests.add(start, [other]), [entry]) == whole
    changes = (
        entry._replace(seq=3), entry._replace(n=9), entry._replace(author=Author(bytes(16), 6)),
        *(entry._replace(op=Op(*values)) for values in (
            (ALLIANCE, "post", bytes(16), bytes(16), ("name",), {"name": 3}, b"payload"),
            (ALLIANCE, "site", b"r" * 16, bytes(16), ("name",), {"name": 3}, b"payload"),
            (ALLIANCE, "site", bytes(16), b"o" * 16, ("name",), {"name": 3}, b"payload"),
            (ALLIANCE, "site", bytes(16), bytes(16), ("mane",), {"name": 3}, b"payload"),
            (ALLIANCE, "site", bytes(16), bytes(16), ("name",), {"name": 2}, b"payload"),
            (ALLIANCE, "site", bytes(16), bytes(16), ("name",), {"name": 3}, b"paiload"),
        )),
    )  # fmt: skip
    assert len({digests.add(start, [each]) for each in (entry, *changes)}) == 10
    assert digests.add(b"", [entry, other]) == b"", "what came before is not known"
