"""What the write-ahead log looks like before SQLite opens it.

SQLite reads the log up to the first frame that does not fit and forgets the rest without a word: right
after a power cut, but a turned bit in the middle would silently take saves away. Each save is on the disk
before the next one begins, so only the last one can be half there. Format: sqlite.org/walformat.html.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import Literal

State = Literal["whole", "unfinished", "damaged"]
_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = (0x377F0682, 0x377F0683)
_MASK = 0xFFFFFFFF
_APART = 128


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a frame begins, and whether it is a commit of the present log."""

    at: int
    ours: bool
    commit: bool


def path_beside(database: Path) -> Path:
    """Return where the log of a database is."""
    return database.with_name(database.name + "-wal")


def state(database: Path) -> State:
    """Say what the log beside the database holds. Raises OSError where it can't be read.

    `unfinished`: the last save is not whole, as after a power cut. `damaged`: something before it is not.
    """
    log = path_beside(database)
    raw = log.read_bytes() if log.exists() else b""
    if len(raw) <= _HEADER.size:
        return "whole"
    magic, _version, size, _number, salt, pepper, first, second = _HEADER.unpack_from(raw)
    known = _sums(raw[:24], (0, 0), big=magic == _MAGIC[1]) == (first, second)
    if magic not in _MAGIC or not known:
        return "damaged"
    frames = _frames(raw, size, (salt, pepper))
    broken = _first_broken(raw, frames, size, (first, second), big=magic == _MAGIC[1])
    rest = frames[broken:]
    commits = sum(frame.commit for frame in rest)
    return "damaged" if commits > 1 else "unfinished" if rest else "whole"


def resealed(raw: bytes, size: int) -> bytes:
    """Return a damaged log with checksums that fit, so that SQLite reads all of it; `size` is that of a page.

    For reading what can still be read, from a copy only: each page of the database carries a seal of its own, so
    the damaged ones are still refused.
    """
    spots = range(_HEADER.size, len(raw) - _FRAME.size - size + 1, _FRAME.size + size)
    salts = Counter(raw[at + 8 : at + 16] for at in spots).most_common(1)
    if not salts:
        return raw
    big = raw[:4] == _MAGIC[1].to_bytes(4, "big")
    head = struct.pack(">4I", _MAGIC[big], 3007000, size, 0) + salts[0][0]
    sums = _sums(head, (0, 0), big=big)
    parts = [head, struct.pack(">2I", *sums)]
    for at in spots:
        if sum(one == other for one, other in zip(raw[at + 8 : at + 16], salts[0][0], strict=True)) < 7:
            break
        start, body = raw[at : at + 8], raw[at + _FRAME.size : at + _FRAME.size + size]
        sums = _sums(start + body, sums, big=big)
        parts += [start, salts[0][0], struct.pack(">2I", *sums), body]
    return b"".join(parts)


def _frames(raw: bytes, size: int, salts: tuple[int, int]) -> list[_Frame]:
    """The frames of the present log: what lies behind them is left from an earlier one, with other salts."""
    found = []
    for at in range(_HEADER.size, len(raw) - _FRAME.size + 1, _FRAME.size + size):
        _page, pages, salt, pepper, _first, _second = _FRAME.unpack_from(raw, at)
        same = (salt == salts[0]) + (pepper == salts[1])
        if not same:
            break
        found.append(_Frame(at, same == 2, same == 2 and pages > 0))
    return found


def _first_broken(raw: bytes, frames: list[_Frame], size: int, sums: tuple[int, int], *, big: bool) -> int:
    """Return how many frames SQLite will read: whole ones, up to the last commit among them."""
    good = 0
    for number, frame in enumerate(frames, 1):
        body = raw[frame.at + _FRAME.size : frame.at + _FRAME.size + size]
        if len(body) < size or not frame.ours:
            break
        sums = _sums(raw[frame.at : frame.at + 8] + body, sums, big=big)
        if sums != _FRAME.unpack_from(raw, frame.at)[4:]:
            break
        good = number if frame.commit else good
    return good


def _sums(data: bytes, start: tuple[int, int], *, big: bool) -> tuple[int, int]:
    """SQLite's running checksum over pairs of 32-bit words.

    Each pair (x, y) makes (a, b) into (a + b + x, a + 2b + x + y). That is linear, so all pairs are one sum of
    products; both halves of the result are counted at once, far enough apart in one large number.
    """
    count = len(data) // 4
    words = struct.unpack(f"{'>' if big else '<'}{count}I", data)
    factors, (of_first, of_second) = _factors(count)
    total = sum(map(mul, words, factors), start[0] * of_first + start[1] * of_second)
    return total & _MASK, total >> _APART & _MASK


@lru_cache(maxsize=8)
def _factors(count: int) -> tuple[list[int], tuple[int, int]]:
    """What each word, and what each half of the start, counts in the result."""
    one, two = (1, 0), (0, 1)  # what is added to the first and to the second half of a state, from the end backwards
    found: list[int] = []
    for _pair in range(count // 2):
        second = _joined(two)
        found += [second, (_joined(one) + second) & (_MASK << _APART | _MASK)]
        one, two = _sum(one, two), _sum(_sum(one, two), two)
    return found[::-1], (_joined(one), _joined(two))


def _joined(halves: tuple[int, int]) -> int:
    return halves[1] << _APART | halves[0]


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return (one[0] + other[0]) & _MASK, (one[1] + other[1]) & _MASK
