"""What PostgreSQL itself keeps from a device, also where the program's own checks are switched off."""

from __future__ import annotations

import contextlib
import functools
import itertools
import uuid
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, Table, UniqueConstraint, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from sync.protocol import ALLIANCE, COMMITTEE, ROLES, Envelope, KeysRequest, Role, private_space, shared_space
from sync.server import exchange, intake, keys, pages, roles, row_security, sealed, tables
from sync.server.roles import Device, may_enter, may_read, may_write
from sync.server.service import revoke, running
from sync.server.store import Store, Unusable, prepare
from tests.postgres import ROLE, Cluster, needs_server
from tests.sync.server.laptop import Answered, Laptop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sync.server.conftest import Endpoint

pytestmark = needs_server
on_postgres = pytest.mark.parametrize("endpoint", ["postgresql"], indirect=True)
DIRECTORY = {"server_state", "organisation", "code", "device", "token", "nonce", "failed_attempt", "wipe", "audit"}
"""Tables without a space: who there is, and who asks. They are small, and each shard would have them."""
EVERY_KIND = frozenset({"private", "shared", "committee", "alliance", "every_shared"})


@pytest.fixture
def store(endpoint: Endpoint) -> Iterator[Store]:
    store = Store(endpoint.data, database=endpoint.database)
    yield store
    store.close()


def scene(endpoint: Endpoint) -> tuple[Laptop, Laptop]:
    """Two organisations and the Secretariat's, each with something in every space that it may write."""
    here, there = endpoint.laptop("One", "committee"), endpoint.laptop("Two", "committee")
    for laptop in (here, there):
        laptop.push(1, *(laptop.op(space) for space in (laptop.private, laptop.shared, COMMITTEE, ALLIANCE)))
    return here, there


def switch_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the program lets everybody into every space."""

    def kind_of(_device: Device, space: str) -> str:
        return "private" if space.endswith("/private") else "shared"

    for module in (roles, pages, exchange, sealed, intake):
        monkeypatch.setattr(module, "kind_of", kind_of)
    monkeypatch.setattr(roles, "_role", lambda device: Role(EVERY_KIND, EVERY_KIND, EVERY_KIND, hands_keys=True))


def test_with_the_programs_checks_off_nothing_foreign_is_read(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = scene(endpoint)
    volunteer = endpoint.laptop("Two", "volunteer")
    switch_off(monkeypatch)
    named = [there.private, there.shared, ALLIANCE, here.private, here.shared, COMMITTEE]
    monkeypatch.setattr(pages, "own_spaces", lambda _device: named)
    volunteer.cursors = {here.private: 0, there.private: 0}
    with contextlib.suppress(Answered):
        volunteer.pull()
    foreign = {here.private, here.shared, COMMITTEE} & {space for space, ops in volunteer.log.items() if ops}
    if endpoint.database:
        assert foreign == set()
        assert volunteer.read(there.private), "its own is still there"
    else:
        assert foreign == {here.private, here.shared, COMMITTEE}, "the checks are off: this is what leaks"


def test_with_the_programs_checks_off_nothing_foreign_is_written(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = scene(endpoint)
    switch_off(monkeypatch)
    for space in (here.private, here.shared):
        epoch, there.epoch = there.epoch, there.epoch + 1
        answer: object = None
        op = there.op(space, b"foreign", owner=here.organisation)
        with contextlib.suppress(ValueError):  # 500 has no number
            answer = there.push(1, op) if space == here.shared else there.send(there.request(), there.block(1, op))
        assert (answer is None) == bool(endpoint.database), "only the database stands in the way"
        there.epoch = epoch
    monkeypatch.undo()
    for space in (here.private, here.shared):
        assert (b"foreign" in here.read(space)) == (not endpoint.database)


def test_with_the_programs_checks_off_no_foreign_key_is_seen_or_given(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = scene(endpoint)
    here.keys(KeysRequest([(1, bytes(8))], [Envelope(1, here.id, b"locked")]))
    before = here.keys()
    switch_off(monkeypatch)
    monkeypatch.setattr(keys, "private_space", lambda _organisation: here.private)
    envelopes = [Envelope(1, there.id, b"foreign")]
    if not endpoint.database:
        assert there.keys(KeysRequest([(2, b"\1" * 8)], envelopes)).made == [(1, bytes(8)), (2, b"\1" * 8)]
        return
    assert there.keys().made == []
    for request in (KeysRequest([(1, bytes(8))]), KeysRequest([(2, bytes(8))]), KeysRequest([], envelopes)):
        with pytest.raises((Answered, ValueError)):
            there.keys(request)
    monkeypatch.undo()
    assert here.keys() == before


TABLES = (tables.op, tables.record_owner, tables.sealed, tables.space_key, tables.envelope)


def tried(store: Store, device: bytes, table: Table, values: dict[str, object]) -> tuple[bool, bool]:
    """Whether the database lets the device read this table in the space of the row, and write the row."""
    with store.reading(device) as connection:
        readable = connection.scalar(select(table.c.space).where(table.c.space == values["space"])) is not None
    try:
        store.write(lambda connection: connection.execute(insert(table).values(values)), device)
    except ProgrammingError as error:
        return readable, "row-level security" not in str(error)
    return readable, True


def row(table: Table, space: str, device: bytes, owner: bytes) -> dict[str, object]:
    """A row at a place that nobody else has; an envelope is for the owner."""
    values = {column.name: b"" for column in table.columns}
    number = uuid.uuid4().int >> 66
    more = {
        "space": space, "seq": number, "device": device, "epoch": 1, "n": number, "ops": 1, "number": number >> 31,
        "type": "note", "record": uuid.uuid4().bytes, "owner": owner, "computer": owner,
    }  # fmt: skip
    return values | {name: value for name, value in more.items() if name in values}


def expected(device: Device, table: Table, space: str, owner: bytes) -> tuple[bool, bool]:
    """What the role table says."""
    if table in (tables.op, tables.record_owner):
        return may_read(device, space), may_write(device, space, owner)
    if table is tables.envelope and owner == device.id:
        return may_read(device, space), may_read(device, space)
    return may_read(device, space), may_enter(device, space)


@on_postgres
def test_policies_say_what_the_role_table_says(endpoint: Endpoint, store: Store) -> None:
    here, there = scene(endpoint)
    odd = ["", "group/1", "org//shared", f"org/{there.organisation.hex()}/shared", f"{there.shared}/", "Alliance"]
    spaces = [COMMITTEE, ALLIANCE, here.private, here.shared, there.private, there.shared, f"{here.private}/", *odd]
    owner = Store(endpoint.data, database=endpoint.owner)
    with owner.writing() as connection:
        for table in TABLES:
            connection.execute(insert(table), [row(table, space, bytes(16), bytes(16)) for space in spaces])
    owner.close()
    for role in ROLES:
        laptop = endpoint.laptop("One", role)
        device = Device(laptop.id, laptop.organisation, "One", role, b"", revoked=False)
        owners = (here.organisation, there.organisation, laptop.id)
        for table, space, whose in itertools.product(TABLES, spaces, owners):
            found = tried(store, laptop.id, table, row(table, space, laptop.id, whose))
            assert found == expected(device, table, space, whose), (role, table.name, space)


def file_tried(store: Store, device: bytes, space: str, owner: bytes) -> tuple[bool, bool, bool]:
    """Whether the database lets the device see a file in this space, keep one there, and remove one."""
    digest = uuid.uuid4().bytes * 2
    with store.reading(device) as connection:
        seen = connection.scalar(select(tables.file_piece.c.at).where(tables.file_piece.c.space == space))
        told = connection.scalar(select(tables.file.c.size).where(tables.file.c.space == space))
    assert (seen is None) == (told is None)
    own = {"space": space, "owner": owner, "digest": digest}

    def write(connection: Connection) -> None:
        connection.execute(insert(tables.file).values(**own, size=1, received=1, whole=True, begun=0))
        connection.execute(insert(tables.file_piece).values(**own, at=0, content=b"x"))

    def remove(connection: Connection) -> int:
        return connection.execute(
            delete(tables.file_piece).where(tables.file_piece.c.space == space, tables.file_piece.c.owner == owner)
        ).rowcount

    try:
        store.write(write, device)
    except ProgrammingError as error:
        taken = "row-level security" not in str(error)
    else:
        taken = True
    return seen is not None, taken, store.write(remove, device) > 0


def put(connection: Connection, table: Table, row: dict[str, object]) -> None:
    connection.execute(insert(table).values(row))


@on_postgres
def test_policies_about_files_say_what_the_role_table_says(endpoint: Endpoint, store: Store) -> None:
    here, there = scene(endpoint)
    spaces = [COMMITTEE, ALLIANCE, here.private, here.shared, there.private, there.shared, "group/1"]
    owner = Store(endpoint.data, database=endpoint.owner)
    for role in ROLES:
        laptop = endpoint.laptop("One", role)
        device = Device(laptop.id, laptop.organisation, "One", role, b"", revoked=False)
        for space, whose in itertools.product(spaces, (here.organisation, there.organisation)):
            for table, more in ((tables.file, {"size": 1, "received": 1, "whole": True, "begun": 0}),
                                (tables.file_piece, {"at": 0, "content": b"x"})):  # fmt: skip
                there_already = {"space": space, "owner": whose, "digest": uuid.uuid4().bytes * 2, **more}
                owner.write(functools.partial(put, table=table, row=there_already))
            may = may_write(device, space, whose)
            expected = may_read(device, space), may, may
            assert file_tried(store, laptop.id, space, whose) == expected, (role, space)
    owner.close()


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_read_wherever_it_may_write(role: str) -> None:
    device = Device(bytes(16), bytes(16), "One", role, b"", revoked=False)
    own = str(uuid.UUID(int=0))
    for space in (COMMITTEE, ALLIANCE, private_space(own), shared_space(own)):
        assert may_read(device, space) or not may_enter(device, space)


@on_postgres
def test_without_a_device_there_is_no_row(endpoint: Endpoint, store: Store) -> None:
    here, there = scene(endpoint)
    revoke(endpoint.data, there.me.device, database=endpoint.database)
    for device in (b"", bytes(16), there.id):
        with store.reading(device) as connection:
            seen = {
                name: connection.scalar(select(func.count()).select_from(tables.metadata.tables[name]))
                for name in row_security.PROTECTED
            }
        # What it numbered itself is how a revoked device's last words are told from those that were placed.
        assert seen == dict.fromkeys(seen, 0) | ({"author": 4, "batch": 3} if device == there.id else {})
    with store.reading(here.id) as connection:
        assert connection.scalar(select(func.count()).select_from(tables.op)) == 5
        assert connection.scalar(select(func.count()).select_from(tables.sealed)) == 1
        assert set(connection.scalars(select(tables.author.c.device))) == {here.id}


@on_postgres
def test_nobody_writes_in_the_name_of_another(endpoint: Endpoint, store: Store) -> None:
    here, there = scene(endpoint)
    for table in (tables.op, tables.sealed, tables.space_key, tables.envelope):
        forged = insert(table).values(row(table, here.private, there.id, here.organisation))
        with pytest.raises(ProgrammingError, match="row-level security"), store.writing(here.id) as connection:
            connection.execute(forged)
    with store.writing(here.id) as connection:
        connection.execute(insert(tables.envelope).values(row(tables.envelope, here.private, here.id, here.id)))
    renamed = update(tables.envelope).values(device=there.id)
    with pytest.raises(ProgrammingError, match="row-level security"), store.writing(here.id) as connection:
        connection.execute(renamed)


FORBIDDEN = (
    update(tables.op).values(payload=b""),
    delete(tables.op),
    update(tables.sealed).values(box=b""),
    delete(tables.sealed),
    update(tables.space_key).values(id=b""),
    delete(tables.space_key),
    delete(tables.envelope),
    update(tables.record_owner).values(owner=bytes(16)),
    update(tables.audit).values(who=""),
    delete(tables.audit),
    update(tables.server_state).values(generation=1),
    update(tables.device).values(role="secretariat"),
    update(tables.code).values(expires=0),
    delete(tables.device),
    text("DELETE FROM role_right"),
    text("ALTER TABLE op DISABLE ROW LEVEL SECURITY"),
    text("ALTER TABLE sealed DISABLE ROW LEVEL SECURITY"),
    text("DROP POLICY reading ON op"),
    text("CREATE TABLE mine (a int)"),
    text("CREATE OR REPLACE FUNCTION this_device() RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'"),
)


@on_postgres
def test_the_endpoints_role_can_neither_rewrite_the_log_nor_the_rules(endpoint: Endpoint, store: Store) -> None:
    here, _there = scene(endpoint)
    for statement in FORBIDDEN:
        denied = pytest.raises(ProgrammingError, match=r"permission denied|must be owner|row-level security")
        with denied, store.writing(here.id) as connection:
            connection.execute(statement)


@on_postgres
def test_each_connection_plans_what_the_policies_ask_only_once(store: Store) -> None:
    query = "SELECT l.lanname FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.prosecdef"
    assert set(store.read(lambda connection: connection.scalars(text(query)).all())) == {"plpgsql"}


def test_it_serves_only_with_a_role_that_the_policies_bind(postgres: Cluster, tmp_path: Path) -> None:
    made, empty = postgres.database(), postgres.empty()
    for address, sentence in (
        (made.owner, "owns nothing"), (made.superuser, "owns nothing"), (empty.role, "not prepared"),
        (made.role.replace("@/", "@/none"), "Check its address"), ("sqlite:///x", "no address"), ("§", "no address"),
    ):  # fmt: skip
        with pytest.raises(Unusable, match=sentence), running(tmp_path, database=address):
            pytest.fail("it serves")
    owner = Store(tmp_path, database=made.owner)
    owner.write(lambda connection: connection.execute(text("DELETE FROM role_right WHERE role = 'reader'")))
    with pytest.raises(Unusable, match="not prepared"), running(tmp_path, database=made.role):
        pytest.fail("it serves")
    before = owner.public_key
    owner.close()
    prepare(made.owner, ROLE)
    with running(tmp_path, database=made.role):
        again = Store(tmp_path, database=made.role)
        assert again.public_key == before
        again.close()
    with pytest.raises(Unusable, match="no role nobody"):
        prepare(made.owner, "nobody")
    assert not list(tmp_path.iterdir())


def unique(table: Table) -> Iterator[set[str]]:
    """The columns of each key of the table."""
    yield {column.name for column in table.primary_key}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield {column.name for column in constraint.columns}


def test_every_table_could_be_split_by_space_or_is_in_the_directory() -> None:
    for name, table in tables.metadata.tables.items():
        column = "name" if name == "space" else "space"
        if name in DIRECTORY:
            assert "space" not in table.c
            continue
        assert all(column in each for each in unique(table)), name
        assert not table.foreign_keys, f"{name} would have to look into another shard"
        assert name in row_security.PROTECTED
