"""What a revoked device is told, signed so that nobody else can say it."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.protocol import Problem, order_message
from sync.server import tables
from sync.server.refusals import Refused
from sync.server.store import Store


def revoked(store: Store, connection: Connection, device_id: bytes) -> Refused:
    """Return the refusal with its order: to stop, and to wipe where the operator asked for it."""
    wipe = connection.execute(select(tables.wipe).where(tables.wipe.c.device == device_id)).first() is not None
    signature = store.sign(order_message(device_id, wipe=wipe)).hex()
    return Refused(Problem.DEVICE_REVOKED, wipe=int(wipe), order=signature)
