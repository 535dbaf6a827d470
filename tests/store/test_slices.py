"""One by one or many at once: the same log leaves the same in every table and in the search index."""

from __future__ import annotations

import random
import re
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.log import Log
from tests.support import sample_value
from wimdesk import search
from wimdesk.records import Organization, Site
from wimdesk.store import inbox, rows
from wimdesk.store.record import fields, types

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support import Office

AT = "2026-01-02T03:04:05Z"
"""When others wrote, by their own word."""
_BEFORE = 30
"""Operations that are here before a person edits."""
_CAME = "SELECT space, seq, device, epoch, n, type, record, owner, fields, base, payload, state FROM op WHERE seq"


def everything(session: Session) -> dict[str, list[str]]:
    """Every row of every table, and every word of the search index with the record and place it stands for."""
    queries = {name: f"SELECT * FROM {name}" for name in ("clash", "cursor", "shadow", *types())}
    queries |= {"op": _CAME, "search_ref": "SELECT record, type FROM search_ref"}
    run = rows.driver(session).execute
    for name in ("search_text", "search_title"):
        run(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.words_of_{name} USING fts5vocab(main, {name}, instance)")
        queries[name] = (
            f"SELECT record, term, col, offset FROM temp.words_of_{name} AS word LEFT JOIN search_ref USING (doc)"
        )
    return {name: sorted(_told(row) for row in run(query)) for name, query in queries.items()}


def _told(row: tuple[object, ...]) -> str:
    return re.sub(r"'20\d\d-[-:T\d]{14}Z'", lambda at: at[0] if at[0] == f"'{AT}'" else "'now'", repr(row))


def written(chance: random.Random, records: dict[str, str]) -> Log:
    """A log in which anything may stand: unknown types and fields, odd values, deletions, edits that did not see."""
    log = Log()
    known = {"site": Site, "organization": Organization}
    for _ in range(3 * _BEFORE):
        record = chance.choice(list(records))
        kind = records[record]
        log.author = chance.randrange(2)
        described = fields(known[kind]) if kind in known else {"name": {"kind": "text", "label": ""}}
        names = chance.sample(list(described), min(len(described), chance.randint(1, 3)))
        values = {name: sample_value(described[name], f"word{chance.randrange(99)}") for name in names}  # type: ignore[arg-type]  # an info
        match chance.randrange(12):
            case 0:
                values = {"deleted": chance.random() < 0.6}
            case 1:
                values["later"] = "a field of a newer program"
            case 2:
                values[names[0]] = chance.choice([None, 7, [], {"en": 1}, "text", b"x"])
            case 3:
                values["deleted"] = chance.random() < 0.5
        if chance.random() < 0.05:
            log.raw(record, b"\xc1", tuple(values), kind)
            continue
        seen = max(0, len(log.ops) - chance.randrange(30))
        bases = {name: seen for name in values if seen and chance.random() < 0.8}
        log.add(record, type_name=kind, base=bases | ({"*": seen} if "deleted" in values else {}), **values)
    return log


def edit(session: Session, records: list[str]) -> int:
    """What a person here does meanwhile: it waits, and stays on top."""
    found = [site for record in records if (site := session.get(Site, record)) is not None]
    for place, site in enumerate(found):
        site.name, site.operator = f"own {place}", "me"
        site.deleted = place == 1
        session.flush()  # so that the numbers do not depend on chance
    return len(found)


@pytest.mark.parametrize("seed", range(3))
def test_it_makes_no_difference_how_many_are_applied_at_once(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    kinds = ["site"] * 6 + ["organization"] * 4 + ["mentorship"] * 2
    records = {str(uuid.UUID(int=chance.getrandbits(128), version=4)): kind for kind in kinds}
    log = written(chance, records)
    found = []
    for size in (1, 7, len(log.ops)):
        app = office.app(f"by {size}")
        for first, last in ((1, _BEFORE), (_BEFORE + 1, len(log.ops))):
            for at in range(first, last + 1, size):
                app.store.run_as("sync", inbox.apply_page, log.page(at, min(at + size - 1, last)))
            if first == 1:
                assert app.run(edit, list(records)) > 1
        found.append(app.run(everything))
        assert app.run(search.rebuild) > 0
        assert app.run(everything) == found[-1], "what was indexed piece by piece is what is indexed anew"
    assert all(found[0][name] for name in ("clash", "site", "organization", "search_text", "search_title"))
    for other in found[1:]:
        for name, told in found[0].items():
            assert sorted(set(other[name]) ^ set(told)) == [], name
