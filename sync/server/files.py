"""Files of the spaces: taken in as they arrive and kept in the database, so that any worker can go on with them.

An upload goes on where it stopped, in the manner of tus (tus.io): the device asks how far it came and sends the rest.
A file is named by the SHA-256 of what travels, which is proved before anybody else gets to see it.
"""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, func, insert, select, update

from sync.protocol import FILE_PIECE, MAX_FILE, Problem
from sync.server import audit
from sync.server.enrolment import is_plain
from sync.server.refusals import Refused
from sync.server.roles import Device, may_enter, may_read, may_write, organisation_of_shared, text_id
from sync.server.store import Store
from sync.server.tables import file, file_piece, organisation

T = TypeVar("T")
Known = Callable[[Connection], Device]
"""The device as it is at this moment; raises Refused where it may no longer do anything."""
_LONGEST_NAME = 100
_WAIT = 1.0
"""Seconds after which what arrived is kept, however little it is: more would be lost if the line hangs."""
_FORGOTTEN = 30 * 24 * 3600
"""Seconds after which an upload that nobody went on with makes room."""
_READ = 8
"""Pieces that are read at once."""
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of one file, bytes that an organisation may keep in one space, and its new files in one hour."""

    file: int = MAX_FILE
    kept: int = 2_000_000_000
    new: int = 2000


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a space. Raises Refused where this can't be the name of one."""

    space: str
    digest: bytes

    @classmethod
    def of(cls, space: str, digest: str) -> Place:
        """Read what stands in the address."""
        small = set(digest) <= set("0123456789abcdef")
        if len(digest) != 64 or not small or not space or not is_plain(space, _LONGEST_NAME):
            raise Refused(Problem.MALFORMED)
        return cls(space, bytes.fromhex(digest))

    def row(self, table: Table) -> ColumnElement[bool]:
        """The rows of this file, whoever sent it."""
        return and_(table.c.space == self.space, table.c.digest == self.digest)

    def by(self, table: Table, owner: bytes) -> ColumnElement[bool]:
        """The rows of this file that an organisation sent."""
        return and_(self.row(table), table.c.owner == owner)


class Upload:
    """One request that brings a file or the rest of it. Each method may raise Refused; what was kept stays kept."""

    def __init__(self, store: Store, ask: Known, place: Place, limits: Limits) -> None:
        self._store = store
        self._ask = ask
        self._place = place
        self._limits = limits
        self._held = bytearray()
        self._since = time.monotonic()
        self._device = b""
        self._size = self._at = 0

    def begin(self, device: Device, size: int, at: int) -> None:
        """Say how long the file is and where in it the body begins."""
        if not 0 <= at <= size:
            raise Refused(Problem.MALFORMED)
        if size > self._limits.file:
            raise Refused(Problem.TOO_LARGE)
        self._device, self._size, self._at = device.id, size, at
        self._write(self._greet)

    def _write(self, work: Callable[[Connection, Device], T]) -> T:
        return self._store.write(lambda connection: work(connection, self._ask(connection)), self._device)

    def _greet(self, connection: Connection, device: Device) -> None:
        if not may_enter(device, self._place.space):
            raise Refused(Problem.SPACE_FORBIDDEN)
        row = connection.execute(select(file).where(self._place.by(file, device.organisation))).first()
        if row is None:
            if self._at:
                raise Refused(Problem.FILE_ELSEWHERE, expected=0)
            self._check_room(connection, device)
            connection.execute(
                insert(file).values(
                    space=self._place.space, owner=device.organisation, digest=self._place.digest, size=self._size,
                    received=0, whole=False, begun=self._store.now(),
                )
            )  # fmt: skip
        elif row.size != self._size:
            raise Refused(Problem.MALFORMED)
        elif row.received != self._at:
            raise Refused(Problem.FILE_ELSEWHERE, expected=row.received)

    def _check_room(self, connection: Connection, device: Device) -> None:
        whose = organisation_of_shared(self._place.space)
        if whose and connection.execute(select(organisation.c.id).where(organisation.c.id == whose)).first() is None:
            raise Refused(Problem.SPACE_FORBIDDEN)
        now = self._store.now()
        own = and_(file.c.space == self._place.space, file.c.owner == device.organisation)
        old = and_(own, file.c.whole.is_(False), file.c.begun < now - _FORGOTTEN)
        for digest in connection.scalars(select(file.c.digest).where(old)).all():
            _remove(connection, Place(self._place.space, digest), device.organisation)
        kept = connection.scalar(select(func.coalesce(func.sum(file.c.size), 0)).where(own)) or 0
        if kept + self._size > self._limits.kept:
            raise Refused(Problem.NO_ROOM)
        new = connection.scalar(select(func.count()).where(own, file.c.begun > now - _HOUR)) or 0
        if new >= self._limits.new:
            raise Refused(Problem.FILES_TOO_OFTEN)

    def take(self, part: bytes) -> None:
        """Take in the next bytes of the body."""
        if self._at + len(self._held) + len(part) > self._size:
            raise Refused(Problem.TOO_LARGE)
        self._held += part
        if len(self._held) >= FILE_PIECE or time.monotonic() - self._since > _WAIT:
            self.keep()

    def keep(self) -> None:
        """Put on the disk what arrived."""
        if self._held:
            self._write(self._append)
            self._at += len(self._held)
            self._held.clear()
        self._since = time.monotonic()

    def _append(self, connection: Connection, device: Device) -> None:
        if not may_enter(device, self._place.space):
            raise Refused(Problem.SPACE_FORBIDDEN)
        mine = self._place.by(file, device.organisation)
        # Two lines may bring the same: the later one finds that the file has gone on.
        moved = update(file).where(mine, file.c.received == self._at).values(received=self._at + len(self._held))
        if connection.execute(moved).rowcount != 1:
            raise Refused(Problem.FILE_ELSEWHERE)
        for start in range(0, len(self._held), FILE_PIECE):
            connection.execute(
                insert(file_piece).values(
                    space=self._place.space, owner=device.organisation, digest=self._place.digest,
                    at=self._at + start, content=bytes(self._held[start : start + FILE_PIECE]),
                )
            )  # fmt: skip

    def finish(self) -> int:
        """Return how much of the file is here now; the end of it is proved. Raises Refused (FILE_WRONG)."""
        self.keep()
        if self._at == self._size:
            self._prove()
        return self._at

    def _prove(self) -> None:
        row = self._store.read(self._own, self._device)
        if row is None or row.whole:
            return
        digest = hashlib.sha256()
        for piece in contents(self._store, self._device, self._place, row.owner, 0, row.size):
            digest.update(piece)
        is_right = digest.digest() == self._place.digest

        def settle(connection: Connection, device: Device) -> None:
            if is_right:
                mine = self._place.by(file, device.organisation)
                connection.execute(update(file).where(mine, file.c.received == file.c.size).values(whole=True))
            else:
                _remove(connection, self._place, device.organisation)
            result = "done" if is_right else Problem.FILE_WRONG.name
            audit.note(connection, self._store.now(), text_id(device.id), "file", result)

        self._write(settle)
        if not is_right:
            raise Refused(Problem.FILE_WRONG)

    def _own(self, connection: Connection) -> Row[tuple[object, ...]] | None:
        return connection.execute(select(file).where(self._place.by(file, self._ask(connection).organisation))).first()


def arrived(connection: Connection, device: Device, place: Place) -> tuple[int, int, bool]:
    """Return how many bytes the device's organisation sent of a file, of how many, and whether it is proved.

    Raises Refused where it has not begun or may not know.
    """
    if not (may_read(device, place.space) or may_enter(device, place.space)):
        raise Refused(Problem.SPACE_FORBIDDEN)
    row = connection.execute(select(file).where(place.by(file, device.organisation))).first()
    if row is None:
        raise Refused(Problem.FILE_UNKNOWN)
    return row.received, row.size, row.whole


def found(connection: Connection, device: Device, place: Place) -> tuple[bytes, int]:
    """Return who sent a file that is whole, and its size. Raises Refused where there is none, or not for the device."""
    if not may_read(device, place.space):
        raise Refused(Problem.SPACE_FORBIDDEN)
    row = connection.execute(select(file).where(place.row(file), file.c.whole).limit(1)).first()
    if row is None:
        raise Refused(Problem.FILE_UNKNOWN)
    return row.owner, row.size


def contents(store: Store, device: bytes, place: Place, owner: bytes, first: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from `first` up to `end`; each step is a transaction of its own.

    Ends early where the file is removed meanwhile: the length that was told does not come, and the reader notices.
    """
    at = first
    while at < end:
        pieces = store.read(functools.partial(_some, place=place, owner=owner, at=at), device)
        before = at
        for start, content in pieces:
            yield content[at - start : end - start]
            at = min(end, start + len(content))
        if at == before:
            return


def _some(connection: Connection, place: Place, owner: bytes, at: int) -> list[tuple[int, bytes]]:
    mine = place.by(file_piece, owner)
    start = select(func.max(file_piece.c.at)).where(mine, file_piece.c.at <= at).scalar_subquery()
    query = select(file_piece.c.at, file_piece.c.content).where(mine, file_piece.c.at >= start)
    return [(row.at, row.content) for row in connection.execute(query.order_by(file_piece.c.at).limit(_READ))]


def remove(connection: Connection, device: Device, place: Place, now: int) -> None:
    """Remove every copy of a file that the device may write over. Raises Refused where there is none of these."""
    if not may_enter(device, place.space):
        raise Refused(Problem.SPACE_FORBIDDEN)
    owners = connection.scalars(select(file.c.owner).where(place.row(file))).all()
    mine = [owner for owner in owners if may_write(device, place.space, owner)]
    if not mine:
        raise Refused(Problem.OWNER_FORBIDDEN if owners else Problem.FILE_UNKNOWN)
    for owner in mine:
        _remove(connection, place, owner)
    audit.note(connection, now, text_id(device.id), "file", "removed")


def _remove(connection: Connection, place: Place, owner: bytes) -> None:
    for table in (file_piece, file):
        connection.execute(delete(table).where(place.by(table, owner)))


def wanted(header: str, condition: str, place: Place, size: int) -> tuple[int, int] | None:
    """Return the part of a file that a Range asks for (RFC 9110 section 14): its first byte and the one after its last.

    None where all of it is to be sent: there is no Range, it is one that we don't serve, or If-Range names something
    else. Raises Refused where no byte of the file is in the range.
    """
    unit, _, told = header.partition("=")
    first, dash, last = told.strip().partition("-")
    numbers = all(not text or (text.isascii() and text.isdigit() and len(text) < 16) for text in (first, last))
    if unit.strip().lower() != "bytes" or not dash or not (first or last) or not numbers:
        return None
    if condition and condition != etag(place):
        return None
    if first and last and int(last) < int(first):
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise Refused(Problem.RANGE_OUTSIDE, size=size)
    return start, end


def etag(place: Place) -> str:
    """Return what names the content: the file's own hash, so that it never changes."""
    return f'"{place.digest.hex()}"'
