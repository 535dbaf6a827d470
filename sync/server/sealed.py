"""The log of a private space: blocks that only their organisation can open. Here they are counted, never read."""

from __future__ import annotations

from itertools import pairwise

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from sync.protocol import (
    MAX_OPS,
    MAX_SEALED,
    PAGE_BYTES,
    PAGE_OPS,
    Author,
    Block,
    Problem,
    Sealed,
    private_space,
    sealed_message,
    trail,
)
from sync.rights import verified
from sync.server import audit, numbers, tables
from sync.server.refusals import Refused
from sync.server.roles import Device, kind_of, may_enter, text_id

_ROOT_BYTES = 32
_MOST_FIELDS = 500
_ID_BYTES = range(1, 33)
_log = tables.sealed.c
_ADD = insert(tables.sealed)
_BEYOND = (
    select(tables.sealed)
    .where(_log.space == bindparam("space"), _log.seq > bindparam("cursor"), _log.seq <= bindparam("head"))
    .order_by(_log.seq)
    .limit(bindparam("most"))
)
_TRAIL_AT = select(_log.trail).where(_log.space == bindparam("space"), _log.seq == bindparam("seq"))


def check(device: Device, block: Sealed) -> None:
    """Raise Refused where the block can't be taken: space, size, numbers or signature."""
    check_shape(device, block)
    if not verified(device.sign_key, block.signature, sealed_message(device.id, block)):
        raise Refused(Problem.SIGNATURE_WRONG)


def check_shape(device: Device, block: Sealed) -> None:
    """Raise Refused where a block can't be one, whoever signed it."""
    if block.count > MAX_OPS:
        raise Refused(Problem.TOO_MANY_OPS)
    sound = (
        kind_of(device, block.space) == "private"
        and block.count > 0
        and 1 <= block.first < numbers.LIMIT - MAX_OPS
        and 0 <= block.epoch < 2 * numbers.LIMIT
        and len(block.key) in _ID_BYTES
        and len(block.root) == _ROOT_BYTES
        and len(block.built_on) <= block.count * _MOST_FIELDS
        and all(before < n for before, n in pairwise((0, *block.built_on, block.first)))
    )
    if not sound:
        raise Refused(Problem.MALFORMED)


def take(
    connection: Connection, device: Device, block: Sealed, known: int, now: int, *, left: bool = False
) -> numbers.Taken:
    """Place a checked block, where so many numbers are known. Raises Refused.

    One that is known already, even in part, changes nothing: its device hears how far it is known, and compares what
    stands there with what it has. What follows it in the same request is `left` too: if a copy of the profile has used
    the number for something else, what builds on it here would speak of that.
    """
    last = block.first + block.count - 1
    if left or block.first <= known:
        return numbers.Taken(known, numbers.refused_of(connection, device, block))
    if block.first > known + 1:
        raise Refused(Problem.NUMBERS_NOT_IN_ORDER, expected=known + 1)
    numbers.note_known(connection, device, block, known, last)
    if problem := _problem(connection, device, block):
        _keep_refusals(connection, device, block, problem)
        audit.note(connection, now, text_id(device.id), "push", f"{block.count} refused: {problem.name}")
        return numbers.Taken(last, [(block.space, n, int(problem)) for n in range(block.first, last + 1)])
    head, so_far, digest = numbers.advance(connection, block.space, block.count)
    for n in range(block.first, last + 1):
        so_far = trail(so_far, device.id, block.epoch, n)
    row = {
        "space": block.space, "seq": head, "ops": block.count, "device": device.id, "epoch": block.epoch,
        "n": block.first, "key": block.key, "root": block.root, "signature": block.signature, "box": block.box,
        "trail": so_far, "resealed": b"",
    }  # fmt: skip
    connection.execute(_ADD, row)
    numbers.leave(connection, block.space, so_far, digest)
    return numbers.Taken(last, [])


def begun(connection: Connection, device: Device) -> tuple[bytes, bytes]:
    """Return root and beginning of the box that the device was sending when the line was cut; empty where none is."""
    table = tables.begun
    mine = (table.c.space == _private_space(device), table.c.device == device.id)
    row = connection.execute(select(table.c.root, table.c.box).where(*mine)).first()
    return (row.root, row.box) if row else (b"", b"")


def keep(connection: Connection, device: Device, root: bytes, box: bytes) -> None:
    """Keep the beginning of a box in the place of the one before; an empty one is forgotten."""
    table = tables.begun
    space = _private_space(device)
    connection.execute(delete(table).where(table.c.space == space, table.c.device == device.id))
    if box and len(box) <= MAX_SEALED and len(root) == _ROOT_BYTES and may_enter(device, space):
        connection.execute(insert(table).values(space=space, device=device.id, root=root, box=box))


def _private_space(device: Device) -> str:
    return private_space(text_id(device.organisation))


def _problem(connection: Connection, device: Device, block: Sealed) -> Problem | None:
    if not may_enter(device, block.space):
        return Problem.SPACE_FORBIDDEN
    if len(block.box) > MAX_SEALED:
        return Problem.TOO_LARGE
    stuck = numbers.refused_before(connection, device, block, block.built_on)
    return Problem.FOLLOWS_REFUSED if stuck else None


def _keep_refusals(connection: Connection, device: Device, block: Sealed, problem: Problem) -> None:
    mine = {"space": block.space, "device": device.id, "epoch": block.epoch}
    said = {"number": int(problem), "digest": block.root}
    connection.execute(
        insert(tables.refused), [{**mine, "n": n, **said} for n in range(block.first, block.first + block.count)]
    )


def blocks(connection: Connection, device: Device, epoch: int, space: str, cursor: int, head: int) -> list[Block]:
    """Return the blocks after the cursor, up to `head`: as many as fit, at least one. Own ones come without box.

    Raises LookupError where there is a hole.
    """
    beyond = {"space": space, "cursor": cursor, "head": head, "most": PAGE_OPS}
    rows = connection.execute(_BEYOND, beyond).all()
    found: list[Block] = []
    at, size = cursor, 0
    for row in rows:
        # What somebody else packed anew is news to its author too.
        own = row.device == device.id and row.epoch == epoch and not row.resealed
        size += 0 if own else len(row.box)
        if found and size > PAGE_BYTES:
            return found
        if row.seq - row.ops != at:
            break
        at = row.seq
        found.append(_block(row, own=own))
    if not found:
        raise LookupError(f"the log has a hole after {cursor}")
    return found


def _block(row: Row[tuple[object, ...]], *, own: bool) -> Block:
    author, box = (None, b"") if own else (Author(row.device, row.epoch), row.box)
    return Block(row.space, row.seq - row.ops + 1, author, row.n, row.ops, row.key, row.root, box)


def trail_at(connection: Connection, space: str, seq: int) -> bytes | None:
    """Return the trail of the log at the end of a block, None where no block ends there."""
    found: bytes | None = connection.scalar(_TRAIL_AT, {"space": space, "seq": seq})
    return found
