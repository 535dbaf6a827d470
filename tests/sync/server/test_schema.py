"""The endpoint's tables say which version they are of; an older one is brought up whole, a newer one is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, text

from sync.server import schema
from sync.server.databases import UNPREPARED
from sync.server.service import Unusable, backup, restore
from sync.server.store import Store, prepare
from tests.postgres import ROLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sync.server.conftest import Endpoint


FIRST = schema.STEPS


def bring_up(endpoint: Endpoint) -> None:
    """What an operator does after installing another version."""
    if endpoint.database:
        prepare(endpoint.owner, ROLE)
    else:
        Store(endpoint.data).close()


def number(endpoint: Endpoint) -> object:
    store = Store(endpoint.data, database=endpoint.owner)
    try:
        return store.read(lambda connection: connection.scalar(text("SELECT schema FROM server_state")))
    finally:
        store.close()


def add_colour(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE organisation ADD COLUMN colour TEXT NOT NULL DEFAULT 'plum'"))


def fail(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE organisation ADD COLUMN shape TEXT"))
    raise RuntimeError("the power went")


def test_steps_run_once_and_all_or_none(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    laptop = endpoint.laptop()
    laptop.push(1, laptop.op(laptop.shared, b"before"))
    monkeypatch.setattr(schema, "STEPS", (*FIRST, add_colour, fail))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="the power went"):
            bring_up(endpoint)
    monkeypatch.setattr(schema, "STEPS", (*FIRST, add_colour))
    if endpoint.database:
        with pytest.raises(Unusable, match=UNPREPARED.split(".", maxsplit=1)[0]):
            Store(endpoint.data, database=endpoint.database)
    for _ in range(2):
        bring_up(endpoint)
    store = Store(endpoint.data, database=endpoint.owner)
    found = store.read(lambda connection: connection.execute(text("SELECT * FROM organisation")).mappings().first())
    store.close()
    assert found is not None
    assert (found["colour"], "shape" in found, number(endpoint)) == ("plum", False, len(FIRST) + 2)
    assert endpoint.laptop().read(laptop.shared) == [b"before"]


def test_tables_of_a_later_version_are_left_alone(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "STEPS", (*FIRST, add_colour))
    bring_up(endpoint)
    monkeypatch.setattr(schema, "STEPS", FIRST)
    with pytest.raises(Unusable, match="A later version made this data"):
        bring_up(endpoint)
    if endpoint.database:
        with pytest.raises(Unusable, match="A later version made this data"):
            Store(endpoint.data, database=endpoint.database)
    monkeypatch.setattr(schema, "STEPS", (*FIRST, add_colour))
    assert number(endpoint) == len(FIRST) + 2


def test_a_backup_goes_into_tables_of_its_own_version_only(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(endpoint.data, tmp_path / "old.backup", database=endpoint.owner)
    monkeypatch.setattr(schema, "STEPS", (*FIRST, add_colour))
    with pytest.raises(ValueError, match="An earlier version made this backup"):
        restore(tmp_path / "fresh", tmp_path / "old.backup")
    monkeypatch.setattr(schema, "STEPS", FIRST)
    restore(tmp_path / "other", tmp_path / "old.backup")
