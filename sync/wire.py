"""The messages of a sync as frames. A request is a `Hello` and any number of `Push`, an answer is any number of
`Part` and an `End`. Each is a MessagePack array; operations are in columns.
"""

from __future__ import annotations

import hashlib
import uuid
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from sync import columns
from sync.frames import MAX_FRAME, framed
from sync.protocol import (
    ALLIANCE,
    COMMITTEE,
    MAX_OPS,
    REQUEST_OPS,
    TRAIL_BYTES,
    Author,
    Batch,
    Begun,
    Block,
    Op,
    Page,
    Placed,
    Sealed,
    SyncRequest,
    SyncResponse,
    private_space,
    shared_space,
)

Ref = int | bytes
"""A space: its index among those of each device, NUL and the organisation whose shared space it is, or its name."""
RecordsAt = Callable[[str, Collection[int]], Mapping[int, bytes]]
"""Finds the records of places in the log of a space."""
PlaceOf = Callable[[Op], int]

M = TypeVar("M")


class Hello(msgspec.Struct, array_like=True, frozen=True):
    """How far this device has read: (space, cursor, the trail there).

    `prefix`: the space whose last operations before the cursor the compression builds on, both ways, and their digest.
    """

    version: int
    generation: int
    epoch: int
    places: list[tuple[Ref, int, bytes]]
    prefix: tuple[Ref, bytes] | None = None
    all_read: bool = False
    begun: Begun | None = None
    asks: bool = False
    sums: list[tuple[Ref, bytes]] = []
    reread: list[Ref] = []


class Push(msgspec.Struct, array_like=True, frozen=True, tag=1):
    """A `Batch`; `group` holds its operations."""

    space: Ref
    first: int
    seed: bytes
    signature: bytes
    group: bytes


class SealedPush(msgspec.Struct, array_like=True, frozen=True, tag=2):
    """A `Sealed`, or a piece of it: `box` are the bytes from `at` on, of `size` in all."""

    space: Ref
    first: int
    count: int
    built_on: tuple[int, ...]
    key: bytes
    root: bytes
    signature: bytes
    size: int
    at: int
    box: bytes


class Part(msgspec.Struct, array_like=True, frozen=True, tag=1):
    """A `Page`. `who`: for each place its author, 0 for the reader itself; `ns`: how far n steps from its last one."""

    space: Ref
    first: int
    count: int
    authors: list[tuple[bytes, int]]
    who: bytes
    ns: bytes
    own: bytes
    group: bytes


class End(msgspec.Struct, array_like=True, frozen=True, tag=2):
    """What a `SyncResponse` says besides its pages."""

    generation: int
    acked: list[tuple[Ref, int]]
    refused: list[tuple[Ref, int, int]]
    more: bool
    keys: int
    begun: Begun | None = None
    differs: list[Ref] = []


class SealedPart(msgspec.Struct, array_like=True, frozen=True, tag=3):
    """A `Block`, or a piece of it as in `SealedPush`. Of the reader's own ones the endpoint says the first bytes of
    the root, for comparison, and no box. `sum` is the CRC-32 of the rest with the whole box: what the line damaged is
    asked for again, and not kept as something that nobody can read."""

    space: Ref
    seq: int
    author: tuple[bytes, int] | None
    n: int
    count: int
    key: bytes
    root: bytes
    size: int
    sum: int
    at: int
    box: bytes


_LIMIT = 1 << 63
_PIECE = 2048
"""Bytes of a box in one frame: so much may be lost where the line is cut."""
_MOST_SPACES = 10_000
_encode = msgspec.msgpack.Encoder().encode
_hello = msgspec.msgpack.Decoder(Hello)
_push = msgspec.msgpack.Decoder(Push | SealedPush)
_answer = msgspec.msgpack.Decoder(Part | End | SealedPart)


Answer = Part | End | SealedPart
P = TypeVar("P", SealedPush, SealedPart)


class Boxes(Generic[P]):
    """Puts together what came in pieces."""

    def __init__(self, begun: P | None = None) -> None:
        self._head: P | None = _without_box(begun) if begun else None
        self._box = bytearray(begun.box if begun else b"")

    @property
    def begun(self) -> P | None:
        """The one of which only the beginning is here."""
        return msgspec.structs.replace(self._head, box=bytes(self._box)) if self._head else None

    def add(self, piece: P) -> P | None:
        """Return the whole, None while it is not. Raises ValueError for a piece that follows on nothing here."""
        head = _without_box(piece)
        if not piece.at:
            self._head, self._box = head, bytearray()
        elif head != self._head or not 0 < piece.at <= len(self._box):
            raise ValueError("a piece of something else")
        self._box[piece.at :] = piece.box
        if len(self._box) > piece.size or piece.size > MAX_FRAME:
            raise ValueError("more than it says, or than there can be")
        if len(self._box) < piece.size:
            return None
        whole, self._head = self.begun, None
        return whole


def _without_box(piece: P) -> P:
    return msgspec.structs.replace(piece, at=0, box=b"")


def is_last(piece: SealedPart) -> bool:
    """Say whether with this piece all of the box is there."""
    return piece.at + len(piece.box) == piece.size


def _pieces(whole: SealedPush | SealedPart, had: int) -> Iterator[bytes]:
    """Yield frames with the box from `had` on; at least one."""
    for at in range(had, max(whole.size, had + 1), _PIECE):
        yield framed(_encode(msgspec.structs.replace(whole, at=at, box=whole.box[at : at + _PIECE])))


class Names:
    """The short names of spaces, as one organisation's devices and the endpoint use them."""

    def __init__(self, organisation: bytes) -> None:
        self.organisation = organisation
        own = str(uuid.UUID(bytes=organisation))
        self._known = [private_space(own), shared_space(own), COMMITTEE, ALLIANCE]

    def short(self, space: str) -> Ref:
        """Return the short name of a space."""
        if space in self._known:
            return self._known.index(space)
        begin, _, end = space.partition("/shared")
        try:
            found = uuid.UUID(begin.removeprefix("org/")).bytes
        except ValueError:
            return space.encode()
        short = b"\0" + found
        return short if not end and self.long(short) == space else space.encode()

    def long(self, ref: Ref) -> str:
        """Return the name of a space; raises ValueError for none."""
        if isinstance(ref, bytes):
            return shared_space(str(uuid.UUID(bytes=ref[1:]))) if ref.startswith(b"\0") else ref.decode()
        return columns.entry(self._known, ref)


def hello(request: SyncRequest, names: Names) -> bytes:
    """Return the first frame of a request."""
    places = [(names.short(space), cursor, request.trails.get(space, b"")) for space, cursor in request.cursors.items()]
    prefix = (names.short(request.prefix[0]), request.prefix[1]) if request.prefix else None
    said = (request.version, request.generation, request.epoch, places, prefix, request.all_read)
    sums = [(names.short(space), digest) for space, digest in request.sums.items()]
    reread = [names.short(space) for space in request.reread]
    return framed(_encode(Hello(*said, request.begun, request.asks, sums, reread)))


def prefix_of(ops: Sequence[Op], names: Names) -> tuple[bytes, bytes]:
    """Return what the compression builds on after these operations, which both sides have, and its digest."""
    known = columns.encode(ops, names.organisation, lambda _op: 0) if ops else b""
    return known, hashlib.sha256(known).digest()[:TRAIL_BYTES]


def hello_of(frame: bytes, names: Names) -> SyncRequest:
    """Return the request without its batches. Raises ValueError."""
    found = _decoded(_hello, frame)
    if max(len(found.places), len(found.sums), len(found.reread)) > _MOST_SPACES:
        raise ValueError("more spaces than there are")
    prefix = (names.long(found.prefix[0]), found.prefix[1]) if found.prefix else None
    places = [(names.long(ref), cursor, trail) for ref, cursor, trail in found.places]
    cursors = {space: cursor for space, cursor, _trail in places}
    trails = {space: trail for space, _cursor, trail in places if trail}
    sums = {names.long(ref): digest for ref, digest in found.sums}
    reread = [names.long(ref) for ref in found.reread]
    told = (found.all_read, trails, prefix, found.begun, found.asks, sums, reread)
    return SyncRequest(found.version, found.generation, cursors, found.epoch, [], *told)


def push(batch: Batch, names: Names, place_of: PlaceOf) -> bytes:
    """Return the frame of a batch."""
    group = columns.encode(batch.ops, names.organisation, place_of)
    return framed(_encode(Push(names.short(batch.space), batch.first, batch.seed, batch.signature, group)))


def sealed_push(block: Sealed, names: Names, begun: Begun | None = None) -> list[bytes]:
    """Return the frames of a block; where it is the one of which the endpoint has the beginning, of the rest of it."""
    clear = (names.short(block.space), block.first, block.count, block.built_on, block.key, block.root)
    whole = SealedPush(*clear, block.signature, len(block.box), 0, block.box)
    return list(_pieces(whole, had(block.root, whole.size, begun)))


def had(root: bytes, size: int, begun: Begun | None) -> int:
    """Return how many bytes of a box are there already."""
    return begun.size if begun and begun.root == root[:TRAIL_BYTES] and 0 < begun.size < size else 0


def push_of(frame: bytes) -> Push | SealedPush:
    """Return what a frame of a request says. Raises ValueError."""
    found: Push | SealedPush = _decoded(_push, frame)
    return found


def sealed_of(found: SealedPush, epoch: int, names: Names) -> Sealed:
    """Return the block, of which all is here. Raises ValueError for nonsense."""
    sealed = (found.key, found.root, found.signature, found.box)
    return Sealed(names.long(found.space), epoch, found.first, found.count, found.built_on, *sealed)


def batch_of(found: Push, epoch: int, names: Names, records_at: RecordsAt) -> Batch:
    """Return the batch. Raises ValueError for nonsense, LookupError for a place that is not in the log."""
    space = names.long(found.space)
    ops = columns.decode(found.group, space, names.organisation, lambda places: records_at(space, places))
    return Batch(space, epoch, found.first, ops, found.seed, found.signature)


def part(page: Page, names: Names, place_of: PlaceOf) -> bytes:
    """Return the frame of a page."""
    authors = [(author.device, author.epoch) for author in page.authors]
    who = [0 if isinstance(item, int) else item.author + 1 for item in page.ops]
    last: dict[int, int] = {}
    ns = []
    for author, item in zip(who, page.ops, strict=True):
        n = item if isinstance(item, int) else item.n
        ns.append(n - last.get(author, 0) - 1)
        last[author] = n
    placed = [item.op for item in page.ops if isinstance(item, Placed)]
    group = columns.encode(placed, names.organisation, place_of)
    rows = columns.row(who), columns.row(ns)
    return framed(
        _encode(Part(names.short(page.space), page.first, len(who), authors, *rows, page.own, group if placed else b""))
    )


def sealed_part(block: Block, names: Names, begun: Begun | None = None) -> list[bytes]:
    """Return the frames of a block of the log; where it is the one that was begun, of the rest of it."""
    author = None if block.author is None else (block.author.device, block.author.epoch)
    root = block.root if author else block.root[:TRAIL_BYTES]
    where = names.short(block.space), block.seq
    size = len(block.box)
    whole = SealedPart(*where, author, block.n, block.count, block.key, root, size, 0, 0, block.box)
    whole = msgspec.structs.replace(whole, sum=_sum_of(whole))
    return list(_pieces(whole, had(block.root, size, begun)))


def _sum_of(whole: SealedPart) -> int:
    return zlib.crc32(_encode(msgspec.structs.replace(whole, sum=0, at=0)))


def block_of(found: SealedPart, names: Names) -> Block:
    """Return the block, of which all is here. Raises ValueError for nonsense."""
    numbers = 0 < found.count <= MAX_OPS and all(1 <= n < _LIMIT - MAX_OPS for n in (found.seq, found.n))
    author = None if found.author is None else Author(*found.author)
    if _sum_of(found) != found.sum:
        raise ValueError("not what was sent")
    if not numbers or (author and (len(author.device) != 16 or not 0 <= author.epoch < 2 * _LIMIT)):
        raise ValueError("no block")
    return Block(names.long(found.space), found.seq, author, found.n, found.count, found.key, found.root, found.box)


def end(response: SyncResponse, names: Names) -> bytes:
    """Return the last frame of an answer."""
    acked = [(names.short(space), n) for space, n in response.acked.items()]
    refused = [(names.short(space), n, number) for space, n, number in response.refused]
    differs = [names.short(space) for space in response.differs]
    said = (response.generation, acked, refused, response.more, response.keys, response.begun)
    return framed(_encode(End(*said, differs)))


def answer_of(frame: bytes) -> Part | End | SealedPart:
    """Return what a frame of an answer says. Raises ValueError."""
    found: Part | End | SealedPart = _decoded(_answer, frame)
    return found


def page_of(found: Part, names: Names, records_at: RecordsAt) -> Page:
    """Return the page. Raises ValueError for nonsense, LookupError for a place that is not known here."""
    space = names.long(found.space)
    if not len(found.authors) <= found.count <= MAX_OPS or not 1 <= found.first < _LIMIT - MAX_OPS or not found.count:
        raise ValueError("no page")
    who, steps = columns.numbers(found.who, found.count), columns.numbers(found.ns, found.count)

    def records(places: Collection[int]) -> Mapping[int, bytes]:
        return records_at(space, places)

    ops = iter(columns.decode(found.group, space, names.organisation, records) if found.group else [])
    authors = [Author(device, epoch) for device, epoch in found.authors]
    if any(len(device) != 16 or not 0 <= epoch < 2 * _LIMIT for device, epoch in authors):
        raise ValueError("no author")
    if not 0 <= min(who) <= max(who) <= len(authors):
        raise ValueError("an author who is not there")
    last: dict[int, int] = {}
    items: list[int | Placed] = []
    for author, step in zip(who, steps, strict=True):
        n = last[author] = last.get(author, 0) + step + 1
        if not 1 <= n < _LIMIT:
            raise ValueError("no number")
        if not author:
            items.append(n)
            continue
        op = next(ops, None)
        if op is None:
            raise ValueError("fewer operations than places")
        items.append(Placed(author - 1, n, op))
    if next(ops, None) is not None:
        raise ValueError("more operations than places")
    return Page(space, found.first, authors, items, found.own)


def end_of(found: End, pages: list[Page], names: Names) -> SyncResponse:
    """Return the answer. Raises ValueError."""
    if max(len(found.acked), len(found.differs)) > _MOST_SPACES or len(found.refused) > REQUEST_OPS:
        raise ValueError("more than was ever sent")
    acked = {names.long(ref): n for ref, n in found.acked}
    refused = [(names.long(ref), n, number) for ref, n, number in found.refused]
    told = (found.generation, found.keys, *acked.values(), *(part for _space, *both in refused for part in both))
    if not all(0 <= number < _LIMIT for number in told):
        raise ValueError("a number beyond all measure")
    differs = [names.long(ref) for ref in found.differs]
    return SyncResponse(found.generation, acked, pages, refused, found.more, found.keys, found.begun, differs)


def _decoded(decoder: msgspec.msgpack.Decoder[M], frame: bytes) -> M:
    try:
        return decoder.decode(frame)
    # A text that is not UTF-8 and nesting without end come through msgspec as Python's own exceptions.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, MemoryError) as error:
        raise ValueError("not understood") from error
