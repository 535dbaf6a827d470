"""One sync as it arrives: what was pushed is placed as soon as it is whole, then the pages that the device lacks."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection

from sync import wire
from sync.columns import TooMany
from sync.erasures import ERASE
from sync.frames import Reader, TooLarge, first_frame, handfuls
from sync.protocol import (
    ANSWER_OPS,
    MAX_INFLATED,
    PAGE_BYTES,
    REQUEST_OPS,
    TRAIL_BYTES,
    Batch,
    Begun,
    Problem,
    Sealed,
    SyncRequest,
    SyncResponse,
)
from sync.server import audit, intake, metrics, numbers, pages, quarantine, sealed
from sync.server.body import check_version
from sync.server.refusals import Refused
from sync.server.roles import Device, kind_of, may_read, text_id
from sync.server.store import Store

T = TypeVar("T")
log = logging.getLogger(__name__)
ANSWER_BYTES = 16 * 1024 * 1024
"""Bytes of payload in one answer; then the device asks again."""
_OVERHEAD = 100
"""Bytes of an operation besides its payload, about."""
_NAME, _NUMBER = 8, 50
"""Bytes that each name of a field takes besides its letters, and each number that a box builds on, about."""
_AT_ONCE = 8 * 1024 * 1024
"""Bytes that operations may become before they are placed: what is told once for many is short on its way."""
_SoFar = tuple[wire.SealedPush | None, int, int, int, bool]
_HANDFUL = 128 * 1024
"""Bytes of a push, unpacked, that are placed as one."""
_LITTLE = PAGE_BYTES // 2
"""Bytes of frames below which the next page is read at the same look: many a page is small."""


class _Left(NamedTuple):
    """What an answer still has to say: (space, cursor, newest seq) of each space, and how much more it may hold."""

    places: list[tuple[str, int, int]]
    ops: int
    size: int
    differs: list[str]
    begun: Begun | None

    @property
    def more(self) -> bool:
        """Whether this answer is full, so that the device asks again."""
        return self.ops <= 0 or self.size <= 0


def _orders(batches: list[Batch | Sealed], refused: Collection[tuple[str, int]]) -> list[tuple[str, bytes]]:
    """Return (space, record) of each order to erase that was placed."""
    return [
        (batch.space, op.record)
        for batch in batches
        if isinstance(batch, Batch)
        for n, op in enumerate(batch.ops, batch.first)
        if op.type == ERASE and (batch.space, n) not in refused
    ]


class Exchange:
    """One request of a device. Each method may raise Refused; what was placed before it stays placed.

    `ask` gives the device as it is now, or raises Refused: it may be revoked while its request is on the way.
    """

    def __init__(self, store: Store, device: Device, ask: Callable[[Connection], Device]) -> None:
        self._store = store
        self._device = device
        self._known = ask
        self._names = wire.Names(device.organisation)
        self._begun = bytearray()
        self._size = self._told = self._ops = 0
        self._reader: Reader | None = None
        self._hello: SyncRequest | None = None
        self._proven = False
        """Whether it was looked at that the device follows this log."""
        self._held: list[bytes] = []
        self._boxes: wire.Boxes[wire.SealedPush] = wire.Boxes()
        self._resumed = False
        self._repeated = False
        """Whether something sealed was known already, so that it and what follows it is left (sealed.take)."""
        self._acked: dict[str, int] = {}
        self._refused: list[tuple[str, int, int]] = []

    def receive(self, part: bytes) -> None:
        """Take in the next bytes of the body: all that is whole in them is one transaction."""
        try:
            if self._hello is None:
                self._begun += part
                found = first_frame(self._begun)
                if found is None:
                    return
                part = bytes(self._begun[found[1] :])
                self._greet(found[0])
            if part and self._reader is None:
                self._reader = Reader(MAX_INFLATED, self.prefix)
            frames = self._reader.feed(part) if self._reader is not None and part else iter(())
            if self._asked().all_read:
                self._held += frames  # all of it or nothing
            else:
                for some in handfuls(frames, _HANDFUL):
                    self._take(some)
            if part and not self._proven:  # the rest may take long: who has read something else hears it first
                self._look(lambda _connection: None)
        except TooLarge as error:
            raise Refused(Problem.TOO_LARGE) from error
        except ValueError as error:
            raise Refused(Problem.MALFORMED) from error

    def finish(self) -> None:
        """The body is at its end: it must not be in the middle of something."""
        self._asked()
        try:
            if self._reader is not None:
                self._reader.end()
        except ValueError as error:
            raise Refused(Problem.MALFORMED) from error
        if self._held:
            self._take(self._held)

    def keep(self) -> None:
        """The line was cut: keep the beginning of a box, so that the device can send the rest of it."""
        if (begun := self._boxes.begun) is None:
            return

        def work(connection: Connection) -> None:
            device = self._known(connection)
            sealed.keep(connection, device, begun.root, begun.box)

        with contextlib.suppress(Refused):  # who may no longer come in leaves nothing here
            self._store.write(work, self._device.id)

    def answer(self) -> Iterator[list[bytes]]:
        """Yield the frames of the answer: each time those of one look at the database, a page or a few small ones.

        Nothing is open while whoever reads them takes his time; a revoked device is noticed at the next look.
        """
        left: _Left | None = None
        while True:
            frames, left = self._read(functools.partial(self._some, left))
            yield frames
            if left is None:
                return

    def _some(self, left: _Left | None, connection: Connection) -> tuple[list[bytes], _Left | None]:
        """Return some frames, and what is left then: None behind the last."""
        device = self._present(connection)
        left = left or self._lacking(connection, device)
        frames: list[bytes] = []
        while left.places and not left.more and sum(map(len, frames)) < _LITTLE:
            found, left = self._next(connection, device, left)
            frames += found
        if left.places and not left.more:
            return frames, left
        acked, refused = self._acked, self._refused
        keys, begun, differs = device.key_changes, left.begun, left.differs
        told = SyncResponse(device.generation, acked, [], refused, left.more, keys, begun, differs)
        return [*frames, wire.end(told, self._names)], None

    def _lacking(self, connection: Connection, device: Device) -> _Left:
        """Return what the device lacks, what differs, and what of a box it began to send is here, where it asks."""
        request = self._asked()
        root, box = sealed.begun(connection, device) if request.asks else (b"", b"")
        found = self._standing(connection, device)
        begun = Begun(root[:TRAIL_BYTES], len(box)) if box else None
        return _Left(found.behind, ANSWER_OPS, ANSWER_BYTES, found.differs, begun)

    def _next(self, connection: Connection, device: Device, left: _Left) -> tuple[list[bytes], _Left]:
        """Return the next frames of the first space in which something is left, and what is left then."""
        (space, at, head), *others = left.places
        request = self._asked()
        if kind_of(device, space) == "private":
            blocks = sealed.blocks(connection, device, request.epoch, space, at, head)
            begun = request.begun if at == request.cursors.get(space, 0) else None
            frames = [frame for block in blocks for frame in wire.sealed_part(block, self._names, begun)]
            count, size = sum(block.count for block in blocks), sum(map(len, frames))
        else:
            page = pages.page(connection, device, request.epoch, space, at, head)
            frames = [wire.part(page, self._names, pages.places(connection, page))]
            count = len(page.ops)
            size = sum(len(item.op.payload) for item in page.ops if not isinstance(item, int))
        at += count
        places = [(space, at, head), *others] if at < head else others
        return frames, left._replace(places=places, ops=left.ops - count, size=left.size - size)

    def _read(self, work: Callable[[Connection], T]) -> T:
        return self._store.read(work, self._device.id)

    def _look(self, work: Callable[[Connection], T]) -> T:
        """Read, but look before anything else, once, whether the device follows this log."""

        def look(connection: Connection) -> T:
            if not self._proven:
                pages.standing(connection, self._device, self._asked())
            return work(connection)

        found = self._read(look)
        self._proven = True
        return found

    def _standing(self, connection: Connection, device: Device) -> pages.Standing:
        # Who got another role meanwhile may read what was not looked at.
        proven = self._proven and device.role == self._device.role
        return pages.standing(connection, device, self._asked(), proven=proven)

    def _present(self, connection: Connection) -> Device:
        """Return the device as it is now, at the endpoint that it spoke to."""
        device = self._known(connection)
        if device.generation != self._device.generation:
            raise Refused(Problem.GENERATION_CHANGED)
        return device

    def _asked(self) -> SyncRequest:
        if self._hello is None:
            raise Refused(Problem.MALFORMED)
        return self._hello

    def _greet(self, frame: bytes) -> None:
        check_version(frame)
        try:
            hello = wire.hello_of(frame, self._names)
        except ValueError as error:
            raise Refused(Problem.MALFORMED) from error
        sound = (
            0 <= hello.epoch < 2 * numbers.LIMIT
            and hello.generation >= 0
            and all(0 <= cursor < numbers.LIMIT for cursor in hello.cursors.values())
        )
        if not sound:
            raise Refused(Problem.MALFORMED)
        if hello.generation not in {0, self._device.generation}:
            raise Refused(Problem.GENERATION_CHANGED)
        self._hello = hello
        if hello.reread:
            self._look(lambda _connection: None)
            self._store.write(self._note_reread, self._device.id)
            metrics.REREAD.inc(len(hello.reread))

    def _note_reread(self, connection: Connection) -> None:
        kinds = sorted(kind for space in self._asked().reread if (kind := kind_of(self._device, space)))
        log.warning("a computer differed from the log and reads again: %s", ", ".join(kinds))
        audit.note(connection, self._store.now(), text_id(self._device.id), "reread", ", ".join(kinds))

    @functools.cached_property
    def prefix(self) -> bytes:
        """What the compression builds on, both ways."""
        hello = self._asked()
        if hello.prefix is None:
            return b""
        space, digest = hello.prefix
        cursor = hello.cursors.get(space, 0) if may_read(self._device, space) else 0

        def find() -> bytes:
            ops = self._look(lambda connection: pages.last(connection, space, cursor))
            known, found = wire.prefix_of(ops, self._names)
            if found != digest:
                raise Refused(Problem.PREFIX_UNKNOWN)
            return known

        # The digest stands for the bytes: whoever names it means these, whatever the log says by now.
        return self._store.prefixes.get((self._names.organisation, space, cursor, digest), find)

    def _take(self, frames: list[bytes]) -> None:
        used = 0
        while used < len(frames):
            batches, used = self._look(functools.partial(self._opened_some, frames, used, self._opened_so_far()))
            self._settle(batches)

    def _opened_so_far(self) -> _SoFar:
        return self._boxes.begun, self._size, self._told, self._ops, self._resumed

    def _opened_some(
        self, frames: list[bytes], used: int, before: _SoFar, connection: Connection
    ) -> tuple[list[Batch | Sealed], int]:
        """Open frames from one on until they have become much; return what they bring, and which is the next."""
        # The store may try it again: then nothing may be left of the try before.
        begun, self._size, self._told, self._ops, self._resumed = before
        self._boxes = wire.Boxes(begun)
        batches: list[Batch | Sealed] = []
        weight = self._weight
        for frame in frames[used:]:
            used += 1
            if (batch := self._opened(connection, frame)) is not None:
                batches.append(batch)
            if self._weight - weight > _AT_ONCE and not self._asked().all_read:
                break
        return batches, used

    def _settle(self, batches: list[Batch | Sealed]) -> None:
        """Place them, or keep them apart where the device was revoked."""
        try:
            for batch in batches:
                # Before the transaction: nobody waits for a signature.
                (sealed if isinstance(batch, Sealed) else intake).check(self._device, batch)
        except Refused:
            self._forget_begun()
            raise
        # Always in this order, so that two writers can't wait for each other.
        batches.sort(key=lambda batch: (batch.space, batch.first))
        try:
            self._place(batches)
        except Refused as refusal:
            if refusal.problem is not Problem.DEVICE_REVOKED:
                raise
            # What a revoked device sends is kept apart; it hears of it at the end.
            quarantine.keep(self._store, self._device, batches)

    def _forget_begun(self) -> None:
        """What began in an earlier request may be what is wrong: the next one brings all of the box again."""
        if self._resumed:
            self._store.write(lambda found: sealed.keep(found, self._known(found), b"", b""), self._device.id)
            self._resumed = False

    def _place(self, batches: list[Batch | Sealed]) -> None:
        request, repeated = self._asked(), self._repeated

        def work(connection: Connection) -> tuple[dict[str, int], list[tuple[str, int, int]]]:
            self._repeated = repeated  # the store may try it again
            device = self._present(connection)
            if request.all_read and self._standing(connection, device).behind:
                raise Refused(Problem.READ_FIRST)
            taken = [(batch.space, self._put(connection, device, batch)) for batch in batches]
            if self._resumed:
                sealed.keep(connection, device, b"", b"")
            acked = {space: each.known for space, each in taken}
            return acked, [each for _space, one in taken for each in one.refused]

        acked, refused = self._store.write(work, self._device.id)
        self._resumed = False
        metrics.PLACED.labels("refused").inc(len(refused))
        metrics.PLACED.labels("pushed").inc(sum(b.count if isinstance(b, Sealed) else len(b.ops) for b in batches))
        self._acked |= acked
        self._refused += refused
        if orders := _orders(batches, {(space, n) for space, n, _number in refused}):
            self._store.note_erased(orders)

    def _put(self, connection: Connection, device: Device, batch: Batch | Sealed) -> numbers.Taken:
        """Place a batch, unless the device must read first what it has sent itself under another epoch."""
        epochs = numbers.epochs_of(connection, device, batch.space)
        cursor, news = self._asked().cursors.get(batch.space, 0), isinstance(batch, Sealed) or bool(batch.ops)
        if news and may_read(device, batch.space) and numbers.is_ahead(connection, device, batch, cursor, epochs):
            raise Refused(Problem.READ_FIRST)
        known, now = epochs.get(batch.epoch, 0), self._store.now()
        if not isinstance(batch, Sealed):
            return intake.take(connection, device, batch, known, now)
        self._repeated = self._repeated or batch.first <= known
        return sealed.take(connection, device, batch, known, now, left=self._repeated)

    def _whole(self, connection: Connection, piece: wire.SealedPush) -> wire.SealedPush | None:
        """Return the box, None while it is not whole. It may have begun in an earlier request."""
        if piece.at and self._boxes.begun is None:
            root, box = sealed.begun(connection, self._device)
            self._boxes = wire.Boxes(msgspec.structs.replace(piece, root=root, box=box))
            self._resumed = True
        return self._boxes.add(piece)

    def _opened(self, connection: Connection, frame: bytes) -> Batch | Sealed | None:
        """Return what a frame brings; None for a piece of something larger."""
        epoch = self._asked().epoch
        reader = replace(self._device, revoked=False)

        def records_at(space: str, places: Collection[int]) -> Mapping[int, bytes]:
            return pages.records_at(connection, space, places) if may_read(reader, space) else {}

        try:
            found = wire.push_of(frame)
            if isinstance(found, wire.SealedPush):
                whole = self._whole(connection, found)
                if whole is None:
                    return None
                batch: Batch | Sealed = wire.sealed_of(whole, epoch, self._names)
            else:
                batch = wire.batch_of(found, epoch, self._names, records_at)
        except LookupError as error:
            # A place that the log does not have: it was longer once.
            raise Refused(Problem.GENERATION_CHANGED) from error
        except TooMany as error:
            raise Refused(Problem.TOO_MANY_OPS) from error
        except ValueError as error:
            raise Refused(Problem.MALFORMED) from error
        self._weigh(batch)
        return batch

    @property
    def _weight(self) -> int:
        return self._size + self._told + self._ops * _OVERHEAD

    def _weigh(self, batch: Batch | Sealed) -> None:
        """Raise Refused where a short request becomes very much here."""
        if isinstance(batch, Sealed):
            self._ops += max(0, batch.count)
            self._size += len(batch.box)
            self._told += _NUMBER * len(batch.built_on)
        else:
            self._ops += len(batch.ops)
            self._size += sum(len(op.payload) + _OVERHEAD for op in batch.ops)
            self._told += sum(len(name) + _NAME for op in batch.ops for name in (*op.fields, *op.base))
        if self._ops > REQUEST_OPS:
            raise Refused(Problem.TOO_MANY_OPS)
        if max(self._size, self._told) > MAX_INFLATED:
            raise Refused(Problem.TOO_LARGE)
