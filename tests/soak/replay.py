"""A disk as it could be after a power cut, built from what the recorder noted.

The model: what was written before a file's last fsync is there; of what was written later each sector of 512 bytes
is there or not; names (made, renamed, deleted) are there in their order up to some point, at least up to the last
fsync of their folder.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
_HEAD = struct.Struct("=cIIq")


class Event(NamedTuple):
    """One note of the recorder: Create, Write, Truncate, Settle, Unlink, Rename."""

    kind: str
    path: str
    place: int
    data: bytes


def events(log: Path) -> list[Event]:
    """Read all notes."""
    raw, found, at = log.read_bytes(), [], 0
    while at < len(raw):
        kind, length, size, place = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        path = raw[at : at + length].decode()
        found.append(Event(kind.decode(), path, place, raw[at + length : at + length + size]))
        at += length + size
    return found


@dataclass
class _File:
    """One file: what is surely on the disk, and what was written since its last fsync."""

    settled: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)

    def settle(self) -> None:
        for event in self.pending:
            _apply(self.settled, event)
        self.pending.clear()

    def after_cut(self, chance: random.Random, kept: float) -> bytes:
        content = bytearray(self.settled)
        for event in self.pending:
            for piece in _pieces(event):
                if chance.random() < kept:
                    _apply(content, piece)
        return bytes(content)


def _apply(content: bytearray, event: Event) -> None:
    if event.kind == "T":
        del content[event.place :]
        content.extend(bytes(event.place - len(content)))
        return
    content.extend(bytes(max(0, event.place - len(content))))
    content[event.place : event.place + len(event.data)] = event.data


def _pieces(event: Event) -> list[Event]:
    """The sectors of one write; a truncation is one piece."""
    if event.kind == "T":
        return [event]
    found, at = [], 0
    while at < len(event.data):
        size = SECTOR - (event.place + at) % SECTOR
        found.append(event._replace(place=event.place + at, data=event.data[at : at + size]))
        at += size
    return found


@dataclass
class Disk:
    """Takes events in their order; `after_cut` says what would be left."""

    names: dict[str, _File] = field(default_factory=dict)
    settled_names: dict[str, _File] = field(default_factory=dict)
    pending_names: list[tuple[str, str, str, _File]] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Have one thing happen."""
        match event.kind:
            case "C":
                self._name("link", event.path, "", _File())
            case "U" if event.path in self.names:
                self._name("unlink", event.path, "", self.names[event.path])
            case "R" if event.path in self.names:
                self._name("rename", event.path, event.data.decode(), self.names[event.path])
            case "S" if event.path in self.names:
                self.names[event.path].settle()
            case "S":
                self._settle_folder(event.path)
            case "W" | "T" if event.path in self.names:
                self.names[event.path].pending.append(event)

    def _name(self, kind: str, path: str, target: str, file: _File) -> None:
        self.pending_names.append((kind, path, target, file))
        _rename(self.names, kind, path, target, file)

    def _settle_folder(self, folder: str) -> None:
        left = []
        for step in self.pending_names:
            if str(Path(step[1]).parent) == folder:
                _rename(self.settled_names, *step)
            else:
                left.append(step)
        self.pending_names = left

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        """Return path -> content as a power cut now could leave them."""
        kept = chance.choice((0.0, 0.5, 0.9, 1.0))
        names = dict(self.settled_names)
        most = len(self.pending_names)
        count = {0.0: 0, 1.0: most}.get(kept, chance.randint(0, most))
        for step in self.pending_names[:count]:
            _rename(names, *step)
        return {path: file.after_cut(chance, kept) for path, file in names.items()}


def _rename(names: dict[str, _File], kind: str, path: str, target: str, file: _File) -> None:
    if kind == "link":
        names[path] = file
        return
    names.pop(path, None)
    if kind == "rename":
        names[target] = file
