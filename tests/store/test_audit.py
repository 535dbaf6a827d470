from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import select, update

from sync.erasures import ERASE
from wimdesk.app import App
from wimdesk.services import editing, erasing, samples, trail
from wimdesk.store import audit, identity, journal, proof, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session


def work(app: App) -> list[int]:
    """Some saves; the places of their rows in the journal."""
    person = app.run(editing.add, "person", {"family_name": "Diop"})
    app.run(editing.change, "person", person, {"role": "Geologist"})
    app.run(editing.change, "person", person, {"role": "Engineer"})
    return [each.place for each in app.read(trail.deeds)]


def found(app: App) -> list[tuple[str, int]]:
    return [(each.kind, each.place) for each in app.run(trail.look).findings]


def set_(**values: object) -> Callable[[Session, int], object]:
    return lambda session, place: session.execute(update(tables.op).where(tables.op.c.pos == place).values(**values))


def test_what_nobody_touched_is_whole(app: App) -> None:
    work(app)
    verdict = app.run(trail.look)
    assert (verdict.rows, verdict.links, verdict.findings, verdict.erased) == (3, 3, (), 0)


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        ("changed", set_(payload=journal.pack_payload(["Director"], "2026-11-02T08:00:00Z", "Somebody else"))),
        ("changed", set_(before=b"\x80")),
        ("changed", set_(fields=["skills"])),
        ("changed", set_(record="another")),
        ("changed", set_(act=1)),
        ("missing", lambda session, place: session.execute(tables.op.delete().where(tables.op.c.pos == place))),
    ],
)
def test_a_line_that_was_altered_by_hand_is_named(app: App, kind: str, harm: Callable[[Session, int], object]) -> None:
    _last, middle, _first = work(app)
    app.run(harm, middle)
    assert found(app) == [(kind, middle)]


def test_a_line_that_was_put_in_between_is_named(app: App) -> None:
    _last, middle, _first = work(app)

    def put_in(session: Session) -> None:
        row = dict(session.execute(tables.op.select().where(tables.op.c.pos == middle)).mappings().one())
        session.execute(tables.op.delete().where(tables.op.c.pos == middle))
        session.execute(tables.op.insert().values(row | {"pos": -5, "n": 999}))

    app.run(put_in)
    assert found(app) == [("missing", middle), ("added", -5)]


def test_a_link_that_was_altered_is_named(app: App) -> None:
    work(app)
    app.run(lambda session: session.execute(update(tables.audit).where(tables.audit.c.pos == 2).values(at="2020")))
    assert ("chain", 2) in found(app)


def test_a_link_that_was_made_anew_does_not_fit_the_next_one(app: App) -> None:
    _last, middle, _first = work(app)

    def forge(session: Session) -> None:
        set_(act=1)(session, middle)
        row = session.execute(tables.op.select().where(tables.op.c.pos == middle)).one()
        session.execute(tables.audit.delete().where(tables.audit.c.pos >= 2))
        audit.seal(session)
        assert row.act == 1

    app.run(forge)
    assert found(app) == []  # whoever can seal can seal anew: the later links went with it, and with them their times
    app.run(lambda session: session.execute(update(tables.audit).where(tables.audit.c.pos == 1).values(link=b"x" * 32)))
    assert [kind for kind, _place in found(app)] == ["chain", "chain"]


def hashes(app: App) -> dict[int, bytes]:
    with app.store.reading() as session:
        links = session.scalars(select(tables.audit.c.entries).where(~tables.audit.c.void)).all()
    return {place: said for entries in links for place, _about, said in msgspec.msgpack.decode(entries)}


def test_erased_contents_leave_the_chain_whole(app: App) -> None:
    places = work(app)
    app.run(erasing.erase, "person", app.read(trail.deeds)[0].record)
    verdict = app.run(trail.look)
    assert (verdict.findings, verdict.erased) == ((), 3)
    assert all(each.erased for each in app.read(trail.deeds) if each.place in places)


@pytest.mark.parametrize("claims", [False, True], ids=["silent", "with an order that nobody signed"])
def test_a_line_that_was_emptied_without_an_order_is_named(app: App, *, claims: bool) -> None:
    _last, middle, _first = work(app)
    person = app.read(trail.deeds)[0].record
    app.run(set_(payload=b"", before=None), middle)
    if claims:
        private = app.store.author.spaces["private"]
        app.run(journal.write_mark, ERASE, private, person, app.identity().organisation, [])
    assert found(app) == [("emptied", middle)]
    assert trail.sentences(app.run(trail.look)) == [
        f"Line {middle} was emptied, and nobody ordered that it be erased: Person."
    ]


def test_nobody_finds_out_by_trying_what_was_erased(app: App) -> None:
    """The hash of what a row says takes a secret, which is erased with the row; two that say the same differ."""
    work(app)
    place = app.read(trail.deeds)[0].place
    with app.store.reading() as session:
        row = session.execute(tables.op.select().where(tables.op.c.pos == place)).one()
    guess = msgspec.msgpack.encode((row.payload, row.before or b""))
    said = hashes(app)[place]
    assert hashlib.sha256(guess).digest()[:16] != said
    query = select(tables.secret.c.key).where(tables.secret.c.pos == place)
    key = app.read(lambda session: session.scalars(query).one())
    assert hmac.digest(key, guess, "sha256")[:16] == said
    app.run(erasing.erase, "person", row.record)
    app.run(trail.look)
    left = app.read(lambda session: session.scalars(select(tables.secret.c.key)).all())
    assert hashes(app)[place] == said
    assert not any(hmac.digest(each, guess, "sha256")[:16] == said for each in left)


def test_what_the_program_renames_begins_the_chain_again_and_says_so(app: App) -> None:
    work(app)
    app.run(identity.adopt, device="0" * 8 + "-0000-4000-8000-000000000001", organisation=app.identity().organisation)
    verdict = app.run(trail.look)
    assert (verdict.findings, verdict.rows, len(verdict.begun_again)) == ((), 3, 1)
    app.run(proof.read_again, [])
    assert len(app.run(trail.look).begun_again) == 2


def test_a_sample_comes_and_goes_without_a_trace(app: App) -> None:
    work(app)
    app.run(samples.plant)
    app.run(editing.add, "person", {"family_name": "Tried"})
    app.run(samples.forget)
    work(app)
    assert found(app) == []
