"""What the write-ahead log looks like before SQLite opens it.

SQLite reads the log up to the first frame that does not fit and forgets the rest without a word: right
after a power cut, but a turned bit in the middle would silently take saves away. Each save is on the disk
before the next one begins, so only the last one can be half there. Format: sqlite.org/walformat.html.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["whole", "unfinished", "damaged"]
_HEADER = struct.Struct(">8I")
_FRAME = struct.Struct(">6I")
_MAGIC = (0x377F0682, 0x377F0683)
_MASK = 0xFFFFFFFF


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
    """SQLite's running checksum over pairs of 32-bit words."""
    first, second = start
    words = struct.unpack(f"{'>' if big else '<'}{len(data) // 4}I", data)
    for one, two in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & _MASK
        second = (second + two + first) & _MASK
    return first, second
