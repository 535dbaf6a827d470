"""The organisation's keys on their way between its computers: numbers, ids and locked envelopes, nothing that opens."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, insert, select, update

from sync.protocol import UNOPENED, Computer, Envelope, KeysRequest, KeysResponse, Problem, private_space
from sync.server import audit, tables
from sync.server.enrolment import find, touch_keys
from sync.server.refusals import Refused
from sync.server.roles import Device, may_enter, may_hand_keys, text_id

_ID_BYTES = range(8, 33)
_MOST_BOX = 4096
_MOST_ITEMS = 1000


def tend(connection: Connection, device: Device, request: KeysRequest, now: int) -> KeysResponse:
    """Add keys and envelopes, and return how things stand. Raises Refused; then nothing is added."""
    space = private_space(text_id(device.organisation))
    _check(device, request)
    fresh = _add_keys(connection, device, space, request)
    for envelope in request.envelopes:
        _put(connection, device, space, envelope)
    if fresh or request.envelopes:
        touch_keys(connection, device.organisation)
        done = f"{len(fresh)} keys, {len(request.envelopes)} envelopes"
        audit.note(connection, now, text_id(device.id), "keys", done)
    return _standing(connection, device, space)


def _check(device: Device, request: KeysRequest) -> None:
    if len(request.made) > _MOST_ITEMS or len(request.envelopes) > _MOST_ITEMS:
        raise Refused(Problem.TOO_LARGE)
    sound = all(0 < number < 1 << 31 and len(id) in _ID_BYTES for number, id in request.made) and all(
        0 < each.number < 1 << 31 and len(each.computer) == 16 for each in request.envelopes
    )
    if not sound or any(len(each.box) > _MOST_BOX for each in request.envelopes):
        raise Refused(Problem.MALFORMED)
    others = any(each.computer != device.id for each in request.envelopes)
    may_write = may_enter(device, private_space(text_id(device.organisation)))
    if (others and not may_hand_keys(device)) or (request.made and not may_write):
        raise Refused(Problem.KEY_FORBIDDEN)


def _add_keys(connection: Connection, device: Device, space: str, request: KeysRequest) -> list[tuple[int, bytes]]:
    """Numbers follow one another, and each stands for one key. Only who may hand keys on makes one after the first."""
    table = tables.space_key
    known = {row.number: row.id for row in connection.execute(select(table).where(table.c.space == space))}
    meant = dict(request.made) | known
    if any(meant[number] != id for number, id in request.made):
        raise Refused(Problem.KEY_OTHER)
    fresh = sorted((number, id) for number, id in meant.items() if number not in known)
    if [number for number, _id in fresh] != list(range(len(known) + 1, len(known) + 1 + len(fresh))):
        raise Refused(Problem.KEY_OTHER)
    if known and fresh and not may_hand_keys(device):
        raise Refused(Problem.KEY_FORBIDDEN)
    if any(each.number not in meant for each in request.envelopes):
        raise Refused(Problem.KEY_OTHER)
    for number, id in fresh:
        connection.execute(insert(table).values(space=space, number=number, id=id, device=device.id))
    return fresh


def _put(connection: Connection, device: Device, space: str, envelope: Envelope) -> None:
    """Put an envelope in the place of the one before it: somebody may have mistaken the words."""
    target = find(connection, envelope.computer)
    if target is None or target.revoked or target.organisation != device.organisation:
        raise Refused(Problem.KEY_FORBIDDEN)
    table = tables.envelope
    mine = (table.c.space == space, table.c.number == envelope.number, table.c.computer == envelope.computer)
    row = {"device": device.id, "box": envelope.box}
    if not connection.execute(update(table).where(*mine).values(row)).rowcount:
        named = {"space": space, "number": envelope.number, "computer": envelope.computer}
        connection.execute(insert(table).values(named | row))


def _standing(connection: Connection, device: Device, space: str) -> KeysResponse:
    key, envelope, computer = tables.space_key, tables.envelope, tables.device
    made = [
        (row.number, row.id)
        for row in connection.execute(select(key).where(key.c.space == space).order_by(key.c.number))
    ]
    has: dict[bytes, list[int]] = defaultdict(list)
    failed: dict[bytes, list[int]] = defaultdict(list)
    mine = []
    for row in connection.execute(select(envelope).where(envelope.c.space == space).order_by(envelope.c.number)):
        if row.box == UNOPENED:
            continue
        if not row.box:
            failed[row.computer].append(row.number)
            continue
        has[row.computer].append(row.number)
        if row.computer == device.id:
            mine.append(Envelope(row.number, row.computer, row.box))
    ours = select(computer).where(computer.c.organisation == device.organisation)
    rows = connection.execute(ours.order_by(computer.c.enrolled_at, computer.c.id)).all()
    newest = made[-1][0] if made else 0
    stale = any(row.revoked_at is not None and newest in has[row.id] for row in rows)
    computers = [
        Computer(row.id, row.name, row.role, row.receive_key, row.enrolled_at, has[row.id], failed[row.id])
        for row in rows
        if row.revoked_at is None
    ]
    current = find(connection, device.id)
    return KeysResponse(current.key_changes if current else 0, made, computers, mine, stale)
