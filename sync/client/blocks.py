"""Private operations on their way out and in: as blocks that only the organisation can open."""

from __future__ import annotations

import logging
import uuid

import msgspec
from sqlalchemy.orm import Session

from sync import sealing, wire
from sync.protocol import TRAIL_BYTES, Author, Batch, Begun, Block, Op, Page, Placed, Sealed, sealed_message
from wimdesk.app import App
from wimdesk.store import erasures, journal, numbered, outbox
from wimdesk.store.seal_keys import SealKey

UNREADABLE = "sealed"
"""The type of an operation in a block that its key does not open: kept as it came, in case another program can."""
_NOBODY = bytes(16)

log = logging.getLogger(__name__)


def frames(app: App, key: SealKey, names: wire.Names, plain: Batch, begun: Begun | None) -> list[bytes]:
    """Return operations of the private space as sealed and signed frames; of the batch only its proof is not used."""
    author = Author(app.store.author.device, plain.epoch)
    root, box = sealing.seal(key.key, plain.space, author, plain.first, plain.ops, names.organisation)
    own = {-at for op in plain.ops for at in op.base.values() if at < 0}
    before = tuple(sorted(n for n in own if n < plain.first))
    block = Sealed(plain.space, plain.epoch, plain.first, len(plain.ops), before, key.id, root, b"", box)
    signature = app.device_keys.sign.sign(sealed_message(author.device, block))
    return wire.sealed_push(msgspec.structs.replace(block, signature=signature), names, begun)


def page_of(session: Session, block: Block, key: bytes, epoch: int, organisation: bytes) -> Page:
    """Return a block of the log as a page. `epoch`: the one under which own blocks are told by number only.

    Raises numbered.UnknownOwn where an own number says something else.
    """
    numbers = list(range(block.n, block.n + block.count))
    if block.author is None:
        own = list(outbox.own(session, block.space, epoch, numbers).values())
        author = Author(journal.scribe_of(session).author.device, epoch)
        root = sealing.root_of(key, block.space, author, block.n, own)
        gone = {str(uuid.UUID(bytes=op.record)) for op in own if not op.payload}
        if len(own) != block.count or (root[:TRAIL_BYTES] != block.root and not gone):
            raise numbered.UnknownOwn(block.space)
        if root[:TRAIL_BYTES] != block.root:
            # Erased here since it was sent: the box at the endpoint still has it.
            erasures.ask_again(session, block.space, gone)
        return Page(block.space, block.seq, [], [*numbers])
    try:
        ops = sealing.unseal(key, block, organisation)
    except ValueError:
        # One bad block must not stop those behind it.
        log.warning("a block of %d operations can't be read", block.count)
        boxes = [block.box] + [b""] * (block.count - 1)
        ops = [Op(block.space, UNREADABLE, _NOBODY, organisation, (), {}, box) for box in boxes]
    return Page(block.space, block.seq, [block.author], [Placed(0, n, op) for n, op in zip(numbers, ops, strict=True)])
