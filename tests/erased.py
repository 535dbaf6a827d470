"""People of whom everything is said, and where something of them may still be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from sync.erasures import MARKS
from sync.server import service
from tests import canary
from tests.support import Laptop
from wimdesk.services import (
    attaching,
    erasing,
)
from wimdesk.store import proof, tables

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from tests.support import Endpoint

WORDS = [f"Qañarïa{number:02}Zw" for number in range(20)]


def settle(*laptops: Laptop) -> None:
    for _round in range(3):
        for laptop in laptops:
            laptop.sync()


def person(laptop: Laptop, word: str) -> str:
    """A person with everything that can be said of her, and said twice."""
    record = laptop.add("person", given_name=word, family_name="Old", summary=f"Lives near {word}", tags=[word])
    laptop.change("person", record, family_name=f"New {word}", summary=f"Moved away from {word}")
    laptop.add("contact_detail", person_id=record, type="email", value=f"{word}@example.org")
    laptop.add("membership", person_id=record, number=word, start_date="2026-01-01")
    name, content = f"{word}.txt", f"a letter to {word}".encode()
    attaching.attach(laptop.app.store, laptop.app.contents, ("person", record), name, content)
    return record


def stubs(session: Session, record: str) -> list[bytes]:
    op = tables.op.c
    return list(session.scalars(select(op.payload).where(op.record == record, op.type.not_in(MARKS))))


def assert_in_order(*laptops: Laptop) -> None:
    """All say the same, nothing is asked, nothing was read again, and what shows is what the log says."""
    places = []
    for laptop in laptops:
        assert laptop.app.read(proof.differing) == []
        assert laptop.engine.latest.sentence == ""
        with laptop.app.store.reading() as session:
            places.append(
                {row.space: (row.seq, row.trail, row.digest) for row in session.execute(select(tables.cursor))}
            )
    assert all(each == places[0] for each in places), places


def named(folder: Path) -> set[str]:
    """What the ledger beside a database names; the endpoint has the orders of other tests too."""
    return {record for _space, record, _at in erasing.read_ledger(folder)}


def proofs(endpoint: Endpoint) -> dict[str, int]:
    return service.proofs(endpoint.data, database=endpoint.owner)


def everything(endpoint: Endpoint, *laptops: Laptop) -> dict[str, int]:
    stores = [each for laptop in laptops for each in canary.of_laptop(laptop.app)]
    return canary.count(WORDS, [*stores, *canary.of_endpoint(endpoint, [laptop.app for laptop in laptops])])
