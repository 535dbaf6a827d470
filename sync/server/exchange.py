"""One round trip: take what the device pushes, answer with what it has not read. One transaction."""

from __future__ import annotations

from sqlalchemy import Connection

from sync.protocol import Problem, SyncRequest, SyncResponse
from sync.server import intake, orders
from sync.server.pages import pages_for
from sync.server.refusals import Refused
from sync.server.roles import Device
from sync.server.store import Store, generation
from sync.server.tokens import device_of

_MOST_CURSORS = 10_000
_MOST_BATCHES = 1000


def exchange(store: Store, device: Device, authorization: str, request: SyncRequest) -> SyncResponse:
    """Answer a request of the device that sent it. Raises Refused; nothing is stored then.

    What a revoked device sends is kept apart.
    """
    _check(request)
    try:
        return _exchange(store, device, authorization, request)
    except Refused as refusal:
        if refusal.problem is Problem.DEVICE_REVOKED:
            orders.quarantine(store, device, request.batches)
        raise


def _exchange(store: Store, device: Device, authorization: str, request: SyncRequest) -> SyncResponse:
    # Always in this order, so that two writers can't wait for each other.
    batches = sorted(request.batches, key=lambda batch: batch.space)
    for batch in batches:
        intake.check(device, batch)  # before the transaction: nobody waits for a signature

    def work(connection: Connection) -> SyncResponse:
        # Asked again: the device may have been revoked while its request was on the way.
        device = device_of(store, connection, authorization)
        current = generation(connection)
        if request.generation not in {0, current}:
            raise Refused(Problem.GENERATION_CHANGED)
        if request.all_read and pages_for(connection, device, request.epoch, request.cursors)[0]:
            raise Refused(Problem.READ_FIRST)
        for batch in batches:
            intake.take(connection, device, batch, store.now())
        acked = {b.space: intake.known_of(connection, device, request.epoch, b.space) for b in batches}
        pages, more = pages_for(connection, device, request.epoch, request.cursors)
        refused = [each for batch in batches for each in intake.refused_of(connection, device, batch)]
        return SyncResponse(current, acked, pages, refused, more)

    run = store.write if any(batch.ops for batch in batches) else store.read
    return run(work, device.id)


def _check(request: SyncRequest) -> None:
    sound = (
        0 <= request.epoch < 2 * intake.LIMIT
        and request.generation >= 0
        and len(request.cursors) <= _MOST_CURSORS
        and all(0 <= cursor < intake.LIMIT for cursor in request.cursors.values())
        and all(batch.epoch == request.epoch for batch in request.batches)
        and len(request.batches) <= _MOST_BATCHES
    )
    if not sound:
        raise Refused(Problem.MALFORMED)
