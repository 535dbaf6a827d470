"""Operations of one space as bytes, column by column: what is alike stands side by side, so that it packs small.

A record is named by its 16 bytes only once. After that it is the place (seq) of an earlier operation on it, which
both sides know, or how many operations back in the same group it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from sync.protocol import MAX_OPS, MAX_PAYLOAD, Op, Payload

T = TypeVar("T")
Column = str | list[object]
"""The values of one field: texts joined by NUL where all are texts without one, else as they are."""

_ID = 16
_DEEPEST = 50
_MOST_COLUMNS = 3 * MAX_PAYLOAD
"""Bytes of columns; an empty list is one byte here and 64 in memory."""
_CELL = 16
_MOST_SHARED = 4 * 1024 * 1024
"""Bytes that what is told once for many operations may become: fields, types, owners and names."""
_SIGNED, _EITHER = range(-(1 << 63), 1 << 63), range(-(1 << 63), 1 << 64)
_encode = msgspec.msgpack.Encoder().encode
_payload = msgspec.msgpack.Decoder(Payload).decode


class TooMany(ValueError):
    """A group has more operations than one may have."""


class _Shape(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What operations have in common; `owner` 0 is the organisation that is understood, 1 the first in the list."""

    type: str
    owner: int
    fields: tuple[str, ...]
    base: tuple[str, ...]
    plain: bool


class _Group(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Every `bytes` but `ids` is a row of zigzag numbers; an empty one means zeros.

    The columns are looked into only where they are no longer than they may be.
    """

    count: int
    shapes: list[_Shape]
    shape_of: bytes
    owners: list[bytes]
    records: bytes
    ids: bytes
    bases: bytes
    times: bytes | list[str]
    names: list[str]
    name_of: bytes
    columns: msgspec.Raw
    raw: list[bytes]


_Counts = Sequence[tuple[_Shape, int]]
"""Which kinds of operations a group has, in the order in which they come, and how many of each."""
_group = msgspec.msgpack.Decoder(_Group).decode
_columns = msgspec.msgpack.Decoder(list[Column]).decode


def encode(ops: Sequence[Op], organisation: bytes, place_of: Callable[[Op], int]) -> bytes:
    """Return the operations, all of one space, as bytes.

    `organisation` is the owner that is understood; `place_of` gives the seq of an earlier operation on the same
    record that the reader knows, 0 for none.
    """
    shapes: dict[_Shape, int] = {}
    owners: dict[bytes, int] = {organisation: 0}
    names: dict[str, int] = {}
    columns: dict[tuple[str, str], list[object]] = {}
    seen: dict[bytes, int] = {}
    shape_of, records, bases, times, name_of = [], [], [], [], []
    ids, raw = bytearray(), []
    for index, op in enumerate(ops):
        payload = _opened(op)
        base = tuple(sorted(op.base))
        shape = _Shape(op.type, owners.setdefault(op.owner, len(owners)), op.fields, base, payload is not None)
        shape_of.append(shapes.setdefault(shape, len(shapes)))
        place = 0 if op.record in seen else place_of(op)
        records.append(seen[op.record] - index if op.record in seen else place)
        if op.record not in seen and not place:
            ids += op.record
        seen[op.record] = index
        bases += [op.base[name] - place for name in base]
        if payload is None:
            raw.append(op.payload)
            continue
        times.append(payload.at)
        name_of.append(names.setdefault(payload.by, len(names)))
        for name, value in zip(op.fields, payload.values, strict=True):
            columns.setdefault((op.type, name), []).append(value)
    packed = msgspec.Raw(_encode([_joined(values) for values in columns.values()]))
    return _encode(
        _Group(
            len(ops), list(shapes), row(shape_of), list(owners)[1:], row(records), _turned(bytes(ids), _ID),
            row(bases), _packed_times(times), list(names), row(name_of), packed, raw,
        )
    )  # fmt: skip


def decode(
    packed: bytes, space: str, organisation: bytes, records_at: Callable[[Collection[int]], Mapping[int, bytes]]
) -> list[Op]:
    """Return the operations. `records_at` finds the records of places in the space's log.

    Raises ValueError where the bytes make no sense, LookupError where a place is not known.
    """
    try:
        group = _group(packed)
        columns = _columns(group.columns) if len(group.columns) <= _MOST_COLUMNS else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, MemoryError) as error:
        raise ValueError("not a group of operations") from error
    if columns is None or not 0 <= group.count <= MAX_OPS:
        raise TooMany("too many operations")
    shape_of = numbers(group.shape_of, group.count)
    kinds = entries(group.shapes, shape_of)
    # What is asked of each kind is asked once, however many operations are of it.
    counts = [(group.shapes[index], count) for index, count in Counter(shape_of).items()]
    _check_shared(group, counts)
    places = numbers(group.records, group.count)
    if places and not (min(places) in _SIGNED and max(places) in _SIGNED):
        raise ValueError("a place beyond all measure")
    records = _records(places, group.ids, records_at)
    bases = iter(numbers(group.bases, sum(len(kind.base) * count for kind, count in counts)))
    plain = sum(count for kind, count in counts if kind.plain)
    times = iter(_unpacked_times(group.times, plain))
    names = iter(entries(group.names, numbers(group.name_of, plain)))
    if len(group.raw) != group.count - plain:
        raise ValueError("more or fewer payloads than operations")
    raw = iter(group.raw)
    values = _values(counts, columns)
    cells = {id(kind): [values[kind.type, name] for name in kind.fields] for kind, _count in counts if kind.plain}
    owners = [organisation, *group.owners]
    owner_of = {id(kind): entry(owners, kind.owner) for kind, _count in counts}
    ops = []
    for kind, place, record in zip(kinds, places, records, strict=True):
        before = place if place > 0 else 0
        base = {name: next(bases) + before for name in kind.base}
        if base and not (min(base.values()) in _EITHER and max(base.values()) in _EITHER):
            raise ValueError("a base beyond all measure")
        if kind.plain:
            payload = _encode(Payload(list(map(next, cells[id(kind)])), next(times), next(names)))
        else:
            payload = next(raw)
        ops.append(Op(space, kind.type, record, owner_of[id(kind)], kind.fields, base, payload))
    return ops


def _opened(op: Op) -> Payload | None:
    """Return the payload where nothing of it is lost when it is taken apart and put together again."""
    if len(op.payload) > MAX_PAYLOAD:
        return None  # nobody will take it
    try:
        payload = _payload(op.payload)
        same = len(payload.values) == len(op.fields) and _encode(payload) == op.payload
    except (msgspec.DecodeError, UnicodeDecodeError, UnicodeEncodeError, RecursionError, OverflowError):
        return None
    sound = same and len(set(op.fields)) == len(op.fields) and not _is_deep(payload.values)
    return payload if sound else None


def _is_deep(values: Iterable[object]) -> bool:
    """Say whether these are nested so deeply that a reader could run out of stack, for a group nests them deeper."""
    level = [value for value in values if isinstance(value, list | dict)]
    for _depth in range(_DEEPEST):
        if not level:
            return False
        inner = (part for each in level for part in (each.values() if isinstance(each, dict) else each))
        level = [part for part in inner if isinstance(part, list | dict)]
    return bool(level)


def _check_shared(group: _Group, counts: _Counts) -> None:
    """Raise TooMany before anything is made of it where a few bytes would become very many."""
    longest = max((len(text) for text in [*group.names, *group.owners]), default=0)
    size = 0
    for kind, count in counts:
        cells = sum(_CELL + len(text) for text in (kind.type, *kind.fields, *kind.base))
        size += count * (cells + longest)
    if size > _MOST_SHARED:
        raise TooMany("a few bytes would become too many")


def _records(
    places: Sequence[int], ids: bytes, records_at: Callable[[Collection[int]], Mapping[int, bytes]]
) -> list[bytes]:
    fresh = places.count(0)
    if len(ids) != fresh * _ID:
        raise ValueError("more or fewer ids than new records")
    straight = _turned(ids, fresh) if fresh else b""
    new = iter(straight[at : at + _ID] for at in range(0, len(straight), _ID))
    earlier = {place for place in places if place > 0}
    known = records_at(earlier) if earlier else {}
    records: list[bytes] = []
    for place in places:
        if place < 0 and -place > len(records):
            raise ValueError("a record from before the group")
        records.append(next(new) if not place else known[place] if place > 0 else records[place])
    return records


def _values(counts: _Counts, columns: Sequence[Column]) -> dict[tuple[str, str], Iterator[object]]:
    wanted: dict[tuple[str, str], int] = {}
    for kind, count in counts:
        for name in kind.fields if kind.plain else ():
            wanted[kind.type, name] = wanted.get((kind.type, name), 0) + count
    if len(wanted) != len(columns):
        raise ValueError("more or fewer columns than fields")
    found = {}
    for (key, count), column in zip(wanted.items(), columns, strict=True):
        values: list[object] = [*column.split("\0")] if isinstance(column, str) else column
        if len(values) != count:
            raise ValueError("more or fewer values than operations")
        found[key] = iter(values)
    return found


def _joined(values: list[object]) -> Column:
    texts = [value for value in values if isinstance(value, str) and "\0" not in value]
    return "\0".join(texts) if len(texts) == len(values) else values


def _turned(rows: bytes, width: int) -> bytes:
    """Return the table of bytes turned on its side: all first bytes, then all second ones, ..."""
    return b"".join(rows[column::width] for column in range(width))


def _packed_times(times: list[str]) -> bytes | list[str]:
    """Return seconds since the one before, where each is written as `clock.now` writes it."""
    last, steps = 0, []
    for text in times:
        seconds = _seconds(text)
        if seconds is None:
            return times
        steps.append(seconds - last)
        last = seconds
    return row(steps)


def _unpacked_times(packed: bytes | list[str], count: int) -> list[str]:
    if isinstance(packed, list):
        if len(packed) != count:
            raise ValueError("more or fewer times than operations")
        return packed
    last, text, times = 0, "", []
    for step in numbers(packed, count):
        last += step
        if step or not text:  # many are of one moment
            text = _text(last)
        times.append(text)
    return times


def _seconds(text: str) -> int | None:
    try:
        found = int(datetime.fromisoformat(text).timestamp())
        return found if _text(found) == text else None
    except (ValueError, OverflowError):
        return None


def _text(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError) as error:
        raise ValueError("no time") from error


def row(values: Sequence[int]) -> bytes:
    """Return zigzag numbers, seven bits a byte, the lowest first; nothing where all are 0."""
    if not any(values):
        return b""
    packed = bytearray()
    for value in values:
        left = value << 1 if value >= 0 else (-value << 1) - 1
        while left > 127:
            packed.append(left & 127 | 128)
            left >>= 7
        packed.append(left)
    return bytes(packed)


def numbers(packed: bytes, count: int) -> list[int]:
    """Return the numbers of a row. Raises ValueError where there are more or fewer than `count`."""
    if not packed:
        return [0] * count
    if packed.isascii():  # each in one byte
        if len(packed) != count:
            raise ValueError("more or fewer numbers than operations")
        return [-(byte >> 1) - 1 if byte & 1 else byte >> 1 for byte in packed]
    found = []
    left = shift = 0
    for byte in packed:
        left |= (byte & 127) << shift
        if byte > 127:
            shift += 7
            if shift > 63:
                raise ValueError("a number without end")
            continue
        found.append(-(left >> 1) - 1 if left & 1 else left >> 1)
        if found[-1] not in _EITHER:
            raise ValueError("a number beyond 64 bits")
        left = shift = 0
    if shift or len(found) != count:
        raise ValueError("more or fewer numbers than operations")
    return found


def entries(items: Sequence[T], indexes: Sequence[int]) -> list[T]:
    """Return the item at each index. Raises ValueError as `entry` does."""
    if indexes and not 0 <= min(indexes) <= max(indexes) < len(items):
        raise ValueError("an entry that is not there")
    return [items[index] for index in indexes]


def entry(items: Sequence[T], index: int) -> T:
    """Return the item. Raises ValueError where there is none, also for a negative index."""
    if not 0 <= index < len(items):
        raise ValueError("an entry that is not there")
    return items[index]
