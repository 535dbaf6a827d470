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

from sync.protocol import ALLIANCE, COMMITTEE, ROLES, Role, private_space, shared_space
from sync.server import roles, row_security, tables
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
    monkeypatch.setattr(roles, "kind_of", lambda device, space: "private")
    monkeypatch.setattr(roles, "_role", lambda device: Role(EVERY_KIND, EVERY_KIND, EVERY_KIND))


def test_with_the_programs_checks_off_nothing_foreign_is_read(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = scene(endpoint)
    volunteer = endpoint.laptop("Two", "volunteer")
    switch_off(monkeypatch)
    volunteer.cursors = {here.private: 0}
    with contextlib.suppress(Answered):
        volunteer.pull()
    foreign = {here.private, here.shared, COMMITTEE} & {space for space, ops in volunteer.log.items() if ops}
    if endpoint.database:
        assert foreign == set()
        assert volunteer.read(there.private), "its own is still there"
    else:
        assert foreign >= {here.shared, COMMITTEE}, "the checks are off: this is what leaks"


def test_with_the_programs_checks_off_nothing_foreign_is_written(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = scene(endpoint)
    switch_off(monkeypatch)
    for space in (here.private, here.shared):
        epoch, there.epoch = there.epoch, there.epoch + 1
        answer: object = None
        with contextlib.suppress(ValueError):  # 500 has no number
            answer = there.push(1, there.op(space, b"foreign", owner=here.organisation))
        assert (answer is None) == bool(endpoint.database), "only the database stands in the way"
        there.epoch = epoch
    monkeypatch.undo()
    assert (b"foreign" in here.read(here.private)) == (not endpoint.database)


def tried(store: Store, device: bytes, space: str, owner: bytes) -> tuple[bool, bool]:
    """Whether the database lets the device read and write in this space."""
    with store.reading(device) as connection:
        readable = connection.scalar(select(tables.op.c.seq).where(tables.op.c.space == space)) is not None

    def write(connection: Connection) -> None:
        connection.execute(insert(tables.record_owner).values(space=space, record=uuid.uuid4().bytes, owner=owner))
        connection.execute(insert(tables.op).values(row(space, device, owner)))

    try:
        store.write(write, device)
    except ProgrammingError as error:
        return readable, "row-level security" not in str(error)
    return readable, True


def row(space: str, device: bytes, owner: bytes) -> dict[str, object]:
    """An operation at a place that nobody else has."""
    values = {column.name: b"" for column in tables.op.columns}
    number = uuid.uuid4().int >> 66
    return values | {
        "space": space, "seq": number, "device": device, "epoch": 1, "n": number, "type": "note",
        "record": uuid.uuid4().bytes, "owner": owner,
    }  # fmt: skip


@on_postgres
def test_policies_say_what_the_role_table_says(endpoint: Endpoint, store: Store) -> None:
    here, there = scene(endpoint)
    odd = ["", "group/1", "org//shared", f"org/{there.organisation.hex()}/shared", f"{there.shared}/", "Alliance"]
    spaces = [COMMITTEE, ALLIANCE, here.private, here.shared, there.private, there.shared, *odd]
    owner = Store(endpoint.data, database=endpoint.owner)
    owner.write(lambda connection: connection.execute(insert(tables.op), [row(s, bytes(16), bytes(16)) for s in odd]))
    owner.close()
    for role in ROLES:
        laptop = endpoint.laptop("One", role)
        device = Device(laptop.id, laptop.organisation, "One", role, b"", revoked=False)
        for space, whose in itertools.product(spaces, (here.organisation, there.organisation)):
            expected = may_read(device, space), may_write(device, space, whose)
            assert tried(store, laptop.id, space, whose) == expected, (role, space)


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
        assert seen == dict.fromkeys(seen, 0) | ({"author": 4, "batch": 4} if device == there.id else {})
    with store.reading(here.id) as connection:
        assert connection.scalar(select(func.count()).select_from(tables.op)) == 6
        assert set(connection.scalars(select(tables.author.c.device))) == {here.id}


@on_postgres
def test_nobody_writes_in_the_name_of_another(endpoint: Endpoint, store: Store) -> None:
    here, there = scene(endpoint)
    forged = insert(tables.op).values(row(ALLIANCE, there.id, here.organisation))
    with pytest.raises(ProgrammingError, match="row-level security"):
        store.write(lambda connection: connection.execute(forged), here.id)


FORBIDDEN = (
    update(tables.op).values(payload=b""),
    delete(tables.op),
    update(tables.record_owner).values(owner=bytes(16)),
    update(tables.audit).values(who=""),
    delete(tables.audit),
    update(tables.server_state).values(generation=1),
    update(tables.device).values(role="secretariat"),
    update(tables.code).values(expires=0),
    delete(tables.device),
    text("DELETE FROM role_right"),
    text("ALTER TABLE op DISABLE ROW LEVEL SECURITY"),
    text("DROP POLICY reading ON op"),
    text("CREATE TABLE mine (a int)"),
    text("CREATE OR REPLACE FUNCTION this_device() RETURNS bytea LANGUAGE sql AS 'SELECT NULL::bytea'"),
)


@on_postgres
def test_the_endpoints_role_can_neither_rewrite_the_log_nor_the_rules(endpoint: Endpoint, store: Store) -> None:
    here, _there = scene(endpoint)
    for statement in FORBIDDEN:
        denied = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
        with denied, store.writing(here.id) as connection:
            connection.execute(statement)


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


def keys(table: Table) -> Iterator[set[str]]:
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
        assert all(column in each for each in keys(table)), name
        assert not table.foreign_keys, f"{name} would have to look into another shard"
        assert name in row_security.PROTECTED
