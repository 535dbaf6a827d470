"""What a revoked device is told, signed so that nobody else can say it; and what it still sends, kept apart."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, func, insert, select

from sync.protocol import Batch, Op, Problem, Sealed, order_message
from sync.server import intake, numbers, sealed, tables
from sync.server.refusals import Refused
from sync.server.roles import Device, text_id
from sync.server.store import Store

MOST_KEPT = 20_000
"""Operations of one revoked device that are kept: it must not fill the disk."""

_encode = msgspec.msgpack.Encoder().encode


def revoked(store: Store, connection: Connection, device_id: bytes) -> Refused:
    """Return the refusal with its order: to stop, and to wipe where the operator asked for it."""
    wipe = connection.execute(select(tables.wipe).where(tables.wipe.c.device == device_id)).first() is not None
    signature = store.sign(order_message(device_id, wipe=wipe)).hex()
    return Refused(Problem.DEVICE_REVOKED, wipe=int(wipe), order=signature)


def quarantine(store: Store, device: Device, batches: Iterable[Batch | Sealed]) -> int:
    """Keep what a revoked device signed, each operation once; return how many were new.

    Nobody can tell when it was signed, so that a person decides. Raises Refused where a signature does not fit.
    """
    checked = list(batches)
    for batch in checked:
        (sealed if isinstance(batch, Sealed) else intake).check(device, batch)
    table = tables.quarantine

    def work(connection: Connection) -> int:
        count = 0
        held = connection.scalar(select(func.count()).select_from(table).where(table.c.device == device.id)) or 0
        for batch in checked:
            mine = (table.c.space == batch.space, table.c.device == device.id, table.c.epoch == batch.epoch)
            known = set(connection.scalars(select(table.c.n).where(*mine, table.c.n >= batch.first)))
            placed = numbers.known_of(connection, device, batch.epoch, batch.space)
            for n, op in enumerate(_kept(batch), batch.first):
                if n in known or n <= placed or held + count >= MOST_KEPT:
                    continue
                connection.execute(
                    insert(table).values(
                        space=batch.space, device=device.id, epoch=batch.epoch, n=n, type=op.type, record=op.record,
                        owner=op.owner, fields=_encode(op.fields), base=_encode(op.base), payload=op.payload,
                        at=store.now(),
                    )
                )  # fmt: skip
                count += 1
        return count

    return store.write(work, device.id)


def _kept(batch: Batch | Sealed) -> list[Op]:
    """Return the operations; a sealed block is kept as one, under its first number."""
    if isinstance(batch, Batch):
        return batch.ops
    return [Op(batch.space, "sealed", b"", b"", (), {}, _encode(batch))]


def quarantined(connection: Connection) -> list[dict[str, object]]:
    """Return what is kept apart, without what it says: that may be private."""
    table = tables.quarantine
    query = select(table, tables.device.c.name).join(tables.device, tables.device.c.id == table.c.device)
    decode = msgspec.msgpack.Decoder(tuple[str, ...]).decode
    return [
        {
            "device": text_id(row.device), "name": row.name, "space": row.space, "n": row.n, "type": row.type,
            "record": text_id(row.record) if len(row.record) == 16 else row.record.hex(),
            "fields": list(decode(row.fields)), "bytes": len(row.payload), "at": row.at,
        }
        for row in connection.execute(query.order_by(table.c.at, table.c.device, table.c.space, table.c.n))
    ]  # fmt: skip
