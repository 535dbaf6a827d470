"""What a revoked device still sends, kept apart until a person lets it in or throws it away.

Nobody can tell when it was signed: perhaps while the device was still one of ours, perhaps by a thief.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from types import ModuleType

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from sync.erasures import stub
from sync.protocol import Batch, Sealed
from sync.server import audit, erasing, intake, leaving, numbers, sealed, tables
from sync.server.enrolment import find
from sync.server.refusals import Refused
from sync.server.roles import Device, bytes_id, text_id
from sync.server.store import Store

MOST_KEPT = 20_000
MOST_BYTES = 64 * 1024 * 1024
"""Operations of one revoked device that are kept, and their bytes: it must not fill the disk."""

_encode = msgspec.msgpack.Encoder().encode
_batch, _sealed = msgspec.msgpack.Decoder(Batch), msgspec.msgpack.Decoder(Sealed)
_table = tables.quarantine
_Kept = Batch | Sealed


def keep(store: Store, device: Device, batches: Iterable[_Kept]) -> int:
    """Keep what a revoked device signed, each piece once; return how many operations were new.

    Of one whose organisation has left and was removed nothing is. Raises Refused where a signature does not fit.
    """
    checked = [] if leaving.is_removed(device) else list(batches)
    for batch in checked:
        _of(batch).check(device, batch)

    def work(connection: Connection) -> int:
        count = 0
        sums = select(func.sum(_table.c.ops), func.sum(func.length(_table.c.content)))
        held, size = (found or 0 for found in connection.execute(sums.where(_table.c.device == device.id)).one())
        for batch in checked:
            ops = _count(batch)
            row = {"space": batch.space, "device": device.id, "epoch": batch.epoch, "n": batch.first, "ops": ops}
            mine = (_table.c[name] == value for name, value in row.items())
            known = connection.scalar(select(_table.c.n).where(*mine))
            placed = numbers.known_of(connection, device, batch.epoch, batch.space)
            if known or not ops or batch.first + ops - 1 <= placed or held + count + ops > MOST_KEPT:
                continue
            content = _encode(_without_erased(connection, batch))
            size += len(content)
            if size > MOST_BYTES:
                break
            signed = {"sealed": isinstance(batch, Sealed), "content": content, "at": store.now()}
            connection.execute(insert(_table).values(row | signed))
            count += ops
        return count

    return store.write(work, device.id)


def _without_erased(connection: Connection, batch: _Kept) -> _Kept:
    """Return it with stubs of what was erased: nobody has let it in, so it needs no proof."""
    if isinstance(batch, Sealed):
        return batch
    gone = erasing.known(connection, batch.space, {op.record for op in batch.ops})
    ops = [stub(op) if erasing.is_gone(op, gone) else op for op in batch.ops]
    return msgspec.structs.replace(batch, ops=ops) if gone else batch


def kept(connection: Connection) -> list[dict[str, object]]:
    """Return what is kept apart, piece by piece, without what it says: that may be private."""
    query = select(_table, tables.device.c.name).join(tables.device, tables.device.c.id == _table.c.device)
    return [
        {
            "device": text_id(row.device), "name": row.name, "space": row.space, "n": row.n, "operations": row.ops,
            "sealed": row.sealed, "types": _types(row), "bytes": len(row.content), "at": row.at,
        }
        for row in connection.execute(query.order_by(*_ORDER))
    ]  # fmt: skip


_KEY = (_table.c.device, _table.c.space, _table.c.epoch, _table.c.n, _table.c.ops)
_ORDER = (*_KEY[:-1], _table.c.ops.desc())
"""The longer of two that begin alike goes first: a device sends again all that it has not heard of."""


def admit(connection: Connection, device_id: str, now: int) -> dict[str, int]:
    """Give what is kept of a device its places in the log, as if it had come in time; others read it from then on.

    Returns how many operations were placed, refused (as they would have been then), and left because they don't fit
    to what is known of the device. Raises ValueError where there is no such device.
    """
    device = _known(connection, device_id)
    counts = {"placed": 0, "refused": 0, "left": 0}
    for row in connection.execute(select(_table).where(_table.c.device == device.id).order_by(*_ORDER)).all():
        batch = _decoded(row)
        before = numbers.known_of(connection, device, batch.epoch, batch.space)
        try:
            with connection.begin_nested():
                _of(batch).take(connection, replace(device, revoked=False), batch, before, now)
        except Refused:  # others before it are missing, or a copy has used the numbers
            counts["left"] += row.ops
            continue
        known = numbers.known_of(connection, device, batch.epoch, batch.space)
        if known < row.n + row.ops - 1:  # a box can't be placed in part
            counts["left"] += row.ops
            continue
        refusals = sum(n > before for _space, n, _number in numbers.refused_of(connection, device, batch))
        counts["placed"] += known - before - refusals
        counts["refused"] += refusals
        connection.execute(delete(_table).where(*(column == getattr(row, column.name) for column in _KEY)))
    audit.note(connection, now, device_id, "quarantine", ", ".join(f"{n} {what}" for what, n in counts.items()))
    return counts


def _known(connection: Connection, device_id: str) -> Device:
    id = bytes_id(device_id)
    device = find(connection, id) if id else None
    if device is None:
        raise ValueError("There is no computer with this number. Nothing was changed. Check the number.")
    return device


def drop(connection: Connection, device_id: str, now: int) -> dict[str, int]:
    """Throw away what is kept of a device; return how many pieces that were. Raises ValueError as `admit` does."""
    device = _known(connection, device_id)
    count = connection.execute(delete(_table).where(_table.c.device == device.id)).rowcount
    audit.note(connection, now, device_id, "quarantine", f"{count} thrown away")
    return {"dropped": count}


def _of(batch: _Kept) -> ModuleType:
    return sealed if isinstance(batch, Sealed) else intake


def _count(batch: _Kept) -> int:
    return batch.count if isinstance(batch, Sealed) else len(batch.ops)


def _types(row: Row[tuple[object, ...]]) -> list[str]:
    batch = _decoded(row)
    return [] if isinstance(batch, Sealed) else sorted({op.type for op in batch.ops})


def _decoded(row: Row[tuple[object, ...]]) -> _Kept:
    return (_sealed if row.sealed else _batch).decode(row.content)
