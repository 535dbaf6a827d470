"""The role table, asked about every kind of space: what is not in the table is forbidden."""

from __future__ import annotations

import itertools
import uuid

import pytest

from sync.protocol import ALLIANCE, COMMITTEE, ROLES, private_space, shared_space
from sync.server.roles import Device, may_enter, may_read, may_write, own_spaces, reads_every_shared

OWN, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
SPACES = {
    private_space(str(OWN)): "private",
    shared_space(str(OWN)): "shared",
    COMMITTEE: "committee",
    ALLIANCE: "alliance",
    shared_space(str(OTHER)): "every_shared",
    private_space(str(OTHER)): "",
    "group/1": "",
    "": "",
    "org//shared": "",
    f"org/{OTHER}/shared/": "",
    f"org/{OTHER.hex}/shared": "",
    f"org/{{{OTHER}}}/shared": "",
    "Alliance": "",
}


def device(role: str, *, revoked: bool = False) -> Device:
    return Device(bytes(16), OWN.bytes, "One", role, bytes(32), revoked)


@pytest.mark.parametrize(("role", "space"), list(itertools.product(ROLES, SPACES)))
def test_the_table_decides(role: str, space: str) -> None:
    kind, table = SPACES[space], ROLES[role]
    assert may_read(device(role), space) == (kind in table.reads)
    assert may_write(device(role), space, OWN.bytes) == (kind in table.writes_own | table.writes_any)
    assert may_write(device(role), space, OTHER.bytes) == (kind in table.writes_any)
    assert may_enter(device(role), space) == (kind in table.writes_own | table.writes_any)


@pytest.mark.parametrize("space", SPACES)
def test_a_revoked_device_and_an_unknown_role_may_nothing(space: str) -> None:
    for nobody in (device("secretariat", revoked=True), device("queen")):
        assert not may_read(nobody, space)
        assert not may_write(nobody, space, OWN.bytes)


def test_only_the_secretariat_reads_every_shared_space() -> None:
    assert {role for role in ROLES if reads_every_shared(device(role))} == {"secretariat"}
    assert own_spaces(device("reader")) == [private_space(str(OWN)), shared_space(str(OWN)), ALLIANCE]
    assert COMMITTEE in own_spaces(device("committee"))
