"""What a push becomes: each operation gets a place in its space's log, or a refusal that stays known."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, insert, select

from sync import digests, signers
from sync.erasures import ERASE, ERASED, stub
from sync.protocol import ALLIANCE, MAX_OPS, MAX_PAYLOAD, SHIPPED_OWNER, Author, Batch, Op, Problem, batch_root, trail
from sync.rights import verified
from sync.server import audit, erasing, numbers, tables
from sync.server.enrolment import is_plain
from sync.server.pages import op_of
from sync.server.refusals import Refused
from sync.server.roles import Device, kind_of, may_enter, may_erase, may_write, organisation_of_shared, text_id
from sync.signers import SIGNER

_LONGEST_NAME = 100
_MOST_FIELDS = 500
_SEED_BYTES = range(16, 65)
_CHUNK = 500
_SHIPPED = uuid.UUID(SHIPPED_OWNER).bytes
_CLAIM_NOTHING = frozenset({ERASED, SIGNER})
"""Operations about an id that is not theirs: who writes one first does not own what others write under it."""

# What each push says and asks is made once: to make a statement costs several times what it costs to run it.
_PLACED, _REFUSED = (
    select(table)
    .where(*numbers.by(table), table.c.n.between(bindparam("first"), bindparam("last")))
    .order_by(table.c.n)
    for table in (tables.op, tables.refused)
)
_OWNERS = select(tables.record_owner).where(
    tables.record_owner.c.space == bindparam("space"),
    tables.record_owner.c.record.in_(bindparam("records", expanding=True)),
)
_ENROLLED = select(tables.organisation.c.id).where(tables.organisation.c.id.in_(bindparam("ids", expanding=True)))
_WHOSE = select(tables.device.c.id).where(
    tables.device.c.id.in_(bindparam("ids", expanding=True)), tables.device.c.organisation != bindparam("organisation")
)
_ADD_OWNERS, _ADD_BATCH = insert(tables.record_owner), insert(tables.batch)
_ADD_REFUSED, _ADD_OPS = insert(tables.refused), insert(tables.op)

_encode = msgspec.msgpack.Encoder().encode


class _Numbered(NamedTuple):
    n: int
    op: Op


def check(device: Device, batch: Batch) -> None:
    """Raise Refused where the batch as a whole can't be taken: size, numbers or signature."""
    if len(batch.ops) > MAX_OPS:
        raise Refused(Problem.TOO_MANY_OPS)
    if kind_of(device, batch.space) == "private":
        raise Refused(Problem.MUST_BE_SEALED)
    sound = (
        1 <= batch.first < numbers.LIMIT - MAX_OPS
        and 0 <= batch.epoch < 2 * numbers.LIMIT
        and len(batch.seed) in _SEED_BYTES
        and bool(batch.space)
        and is_plain(batch.space, _LONGEST_NAME)
        and all(op.space == batch.space for op in batch.ops)
    )
    if not sound:
        raise Refused(Problem.MALFORMED)
    root = batch_root(batch.space, device.id, batch.epoch, batch.first, batch.ops, batch.seed)
    if not verified(device.sign_key, batch.signature, root):
        raise Refused(Problem.SIGNATURE_WRONG)


def take(connection: Connection, device: Device, batch: Batch, known: int, now: int) -> numbers.Taken:
    """Place what is new in the checked batch, where so many numbers are known; what is known already changes nothing.
    Raises Refused."""
    if batch.first > known + 1:
        raise Refused(Problem.NUMBERS_NOT_IN_ORDER, expected=known + 1)
    numbered = [_Numbered(n, op) for n, op in enumerate(batch.ops, batch.first)]
    fresh = numbered[max(0, known + 1 - batch.first) :]
    before = _compare(connection, device, batch, numbered[: len(numbered) - len(fresh)])
    if not fresh:
        return numbers.Taken(known, before)
    accepted, refused = _judge(connection, device, batch, fresh)
    orders = erasing.ordered(op for _n, op in accepted)
    gone = erasing.known(connection, batch.space, {op.record for _n, op in fresh}).union(orders)
    _keep_proof(connection, device, batch, fresh[0].n, erasing.salts_of(batch, gone))
    numbers.note_known(connection, device, batch, known, fresh[-1].n)
    if refused:
        _keep_refusals(connection, device, batch, refused)
        reasons = ", ".join(sorted({problem.name for _item, problem in refused}))
        audit.note(connection, now, text_id(device.id), "push", f"{len(refused)} refused: {reasons}")
    if accepted:
        left = [item._replace(op=stub(item.op)) if erasing.is_gone(item.op, gone) else item for item in accepted]
        _append(connection, device, batch, left, orders, now)
    now_refused = [(batch.space, item.n, int(problem)) for item, problem in refused]
    return numbers.Taken(fresh[-1].n, before + now_refused)


def _compare(
    connection: Connection, device: Device, batch: Batch, repeated: Sequence[_Numbered]
) -> list[tuple[str, int, int]]:
    """Return which of these were refused before, as (space, n, problem number).

    Raises Refused where numbers were used for something else: a copied profile would lose its work silently.
    """
    if not repeated:
        return []
    given = dict(repeated)
    those = numbers.mine(device, batch.epoch, batch.space) | {"first": repeated[0].n, "last": repeated[-1].n}
    refused = connection.execute(_REFUSED, those).all()
    placed = {row.n: op_of(row) for row in connection.execute(_PLACED, those)}
    # What was erased on one side only is still the same operation; a refused one has left nothing but its digest.
    differs = any(given[row.n].payload and _digest(given[row.n]) != row.digest for row in refused)
    if differs or any(not _is_same(given[n], op) for n, op in placed.items()):
        raise Refused(Problem.NUMBERS_USED)
    return [(batch.space, row.n, row.number) for row in refused]


def _is_same(one: Op, other: Op) -> bool:
    if one.payload and other.payload:
        return _digest(one) == _digest(other)
    return _digest(stub(one)) == _digest(stub(other))


def _digest(op: Op) -> bytes:
    clear = (op.space, op.type, op.record, op.owner, op.fields, sorted(op.base.items()), op.payload)
    return hashlib.sha256(_encode(clear)).digest()


def _judge(
    connection: Connection, device: Device, batch: Batch, fresh: Sequence[_Numbered]
) -> tuple[list[_Numbered], list[tuple[_Numbered, Problem]]]:
    owners = _owners(connection, device, fresh)
    organisations = _organisations(connection, device, fresh)
    foreign = _foreign(connection, device, fresh)
    stuck = numbers.refused_before(connection, device, batch, {n for _n, op in fresh for n in _built_on(op)})
    accepted, refused, new = [], [], []
    for item in fresh:
        op = item.op
        owner = owners.get((op.space, op.record))
        problem = _problem(device, op, owner, organisations)
        if problem is None and op.type == SIGNER and not _may_tell(device, op, foreign):
            problem = Problem.ERASE_FORBIDDEN
        if problem is None and not stuck.isdisjoint(_built_on(op)):
            problem = Problem.FOLLOWS_REFUSED
        if problem:
            stuck.add(item.n)
            refused.append((item, problem))
            continue
        accepted.append(item)
        if owner is None and op.type not in _CLAIM_NOTHING:
            owners[op.space, op.record] = op.owner
            new.append({"space": op.space, "record": op.record, "owner": op.owner})
    if new:
        connection.execute(_ADD_OWNERS, new)
    return accepted, refused


def _built_on(op: Op) -> set[int]:
    """Return the numbers of the earlier operations of its own device that this one builds on."""
    return {-at for at in op.base.values() if -numbers.LIMIT < at < 0}


def _problem(device: Device, op: Op, owner: bytes | None, organisations: frozenset[bytes]) -> Problem | None:
    whose = organisation_of_shared(op.space)
    if not may_enter(device, op.space) or (whose and whose not in organisations):
        return Problem.SPACE_FORBIDDEN
    if len(op.payload) > MAX_PAYLOAD:
        return Problem.TOO_LARGE
    if not _is_sound(op):
        return Problem.MALFORMED
    if op.type in _CLAIM_NOTHING and not op.fields:
        # Of whatever record: they say something of the computers of an organisation only, so of its own.
        return None if may_write(device, op.space, op.owner) else Problem.OWNER_FORBIDDEN
    if op.type == ERASE and (op.owner == _SHIPPED or not may_erase(device)):
        return Problem.ERASE_FORBIDDEN
    # Whoever wrote first about something that ships with the program does not own it.
    free = owner in {None, op.owner} or (op.space == ALLIANCE and op.owner == _SHIPPED)
    # The record of an enrolled organisation is its own.
    named = op.record == op.owner or op.record not in organisations
    if not (free and named and may_write(device, op.space, op.owner)):
        return Problem.OWNER_FORBIDDEN
    return None


def _foreign(connection: Connection, device: Device, fresh: Sequence[_Numbered]) -> frozenset[bytes]:
    """Return which of the computers that cards name are enrolled with another organisation."""
    cards = (signers.card_of(op.payload) for _n, op in fresh if op.type == SIGNER)
    named = sorted({card.device for card in cards if card is not None})
    asked = ({"ids": ids, "organisation": device.organisation} for ids in _chunks(named))
    return frozenset(id for each in asked for id in connection.scalars(_WHOSE, each))


def _may_tell(device: Device, op: Op, foreign: frozenset[bytes]) -> bool:
    """Say whether the device may tell which key a computer of its organisation signs orders with."""
    card = signers.card_of(op.payload)
    if card is None or card.device in foreign or op.record != signers.record_of(card.device):
        return False
    is_real = card.role != signers.SECRETARIAT or device.role == signers.SECRETARIAT
    return is_real and op.owner == device.organisation and may_erase(device)


def _is_sound(op: Op) -> bool:
    """Say whether no device that reads this could stumble over its clear part."""
    return (
        len(op.record) == 16
        and len(op.owner) == 16
        and len(op.fields) <= _MOST_FIELDS
        and len(op.base) <= _MOST_FIELDS
        and bool(op.type)
        and all(is_plain(name, _LONGEST_NAME) for name in (op.type, *op.fields, *op.base))
        and all(-numbers.LIMIT < number < numbers.LIMIT for number in op.base.values())
    )


def _owners(connection: Connection, device: Device, fresh: Sequence[_Numbered]) -> dict[tuple[str, bytes], bytes]:
    found = {}
    asked = sorted({(op.space, op.record) for _n, op in fresh if may_enter(device, op.space)})
    for space, pairs in groupby(asked, key=itemgetter(0)):
        for records in _chunks([record for _space, record in pairs]):
            there = connection.execute(_OWNERS, {"space": space, "records": records})
            found.update({(space, row.record): row.owner for row in there})
    return found


def _organisations(connection: Connection, device: Device, fresh: Sequence[_Numbered]) -> frozenset[bytes]:
    """Return which of those that are named are enrolled; the device's own is.

    Where everybody writes, whatever its type: an order to erase a record claims it, as any operation does.
    """
    spaces = {id for _n, op in fresh if (id := organisation_of_shared(op.space))}
    named = spaces | {op.record for _n, op in fresh if op.type == "organization" or op.space == ALLIANCE}
    own = frozenset({device.organisation} & named)
    others = _chunks(sorted(named - own))
    return own.union(id for part in others for id in connection.scalars(_ENROLLED, {"ids": part}))


def _chunks(items: list[bytes]) -> Iterator[list[bytes]]:
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))


def _keep_proof(connection: Connection, device: Device, batch: Batch, fresh: int, salts: bytes) -> None:
    row = {
        "space": batch.space, "device": device.id, "epoch": batch.epoch, "fresh": fresh, "first": batch.first,
        "count": len(batch.ops), "seed": b"" if salts else batch.seed, "signature": batch.signature, "salts": salts,
    }  # fmt: skip
    connection.execute(_ADD_BATCH, row)


def _keep_refusals(
    connection: Connection, device: Device, batch: Batch, items: Sequence[tuple[_Numbered, Problem]]
) -> None:
    rows = [
        {
            "space": batch.space, "device": device.id, "epoch": batch.epoch, "n": item.n, "number": int(problem),
            "digest": _digest(item.op),
        }
        for item, problem in items
    ]  # fmt: skip
    connection.execute(_ADD_REFUSED, rows)


def _append(
    connection: Connection, device: Device, batch: Batch, accepted: Sequence[_Numbered], orders: list[bytes], now: int
) -> None:
    """Give out the seqs last of all: the counter row stays locked for the shortest time (PostgreSQL)."""
    head, last, digest = numbers.advance(connection, batch.space, len(accepted))
    rows, entries = [], []
    for seq, item in enumerate(accepted, head - len(accepted) + 1):
        last = trail(last, device.id, batch.epoch, item.n)
        rows.append(_row(device, batch.epoch, seq, item, last))
        entries.append(digests.Entry(seq, Author(device.id, batch.epoch), item.n, item.op))
    connection.execute(_ADD_OPS, rows)
    digest = digests.add(digest, entries)
    if orders:
        digest = erasing.erase(connection, batch.space, orders, digest, now)
        audit.note(connection, now, text_id(device.id), "erase", f"{len(orders)} records")
    numbers.leave(connection, batch.space, last, digest)


def _row(device: Device, epoch: int, seq: int, item: _Numbered, trail: bytes) -> dict[str, object]:
    op = item.op
    return {
        "space": op.space, "seq": seq, "device": device.id, "epoch": epoch, "n": item.n, "type": op.type,
        "record": op.record, "owner": op.owner, "fields": _encode(op.fields), "base": _encode(op.base),
        "payload": op.payload, "trail": trail,
    }  # fmt: skip
