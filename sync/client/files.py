"""The contents of attachments on their way: sent and fetched after the operations, each from where it stopped.

Nothing here can make a sync fail: what does not arrive is a sentence beside the file and is tried again.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import filebox
from sync.client.transport import Transport
from sync.protocol import ALLIANCE, MAX_FILE, Problem, file_path, private_space
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import Cancelled, DiskFull, NoConnection, Refused, SyncProblem, WimdeskError
from wimdesk.i18n import _
from wimdesk.records import Attachment
from wimdesk.services import attaching, library_downloads
from wimdesk.store import facts, identity, seal_keys, tables
from wimdesk.store.contents import UNKNOWN_FOR, Contents

log = logging.getLogger(__name__)
_HASH = re.compile("[0-9a-f]{64}")
"""A hash, or a key, in hexadecimal."""
_MEGABYTE = 1_000_000
_BITE = 4096
NOT_CHOSEN, CHOSEN, PINNED = 1, 2, 3
_TRIES, _PAUSE = 3, 0.25
_OF_THE_NEXT_PASS = {Problem.TOKEN_NEEDED, Problem.DEVICE_REVOKED}
"""Refusals that the next pass begins with, so that nothing has to stand beside the file: many files may outlive a
token."""
_FIRST_WAIT, _LONGEST_WAIT = 60.0, 24 * 3600.0
"""Seconds before a file that did not arrive is tried again by itself; each time twice as long."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One file that is to travel."""

    record: str
    path: str
    identifier: str
    extent: int
    carried: str
    size: int
    secret: bytes
    wanted: bool
    goes_up: bool
    rank: int = 0
    """0 for what is not of the Alliance's library, else what this computer chose of it."""


@dataclass
class Line:
    """What files travel over: the connection, who we are, what stops them by raising Cancelled, and who listens."""

    transport: Transport
    token: str
    check: Callable[[], None]
    tell: Callable[..., None]
    """Told step, done and total: what is done now, and how many of how many files are."""


class Files:
    """Takes the errands of one profile. What failed is remembered for as long as the program runs."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._later: dict[str, tuple[float, float]] = {}
        self._used = -1
        """Bytes that all files take here, as counted since the last one came or went; less than 0: to be counted."""

    def retry(self) -> None:
        """Somebody asks for it now: forget what was put off."""
        self._later.clear()

    def carry(self, line: Line) -> None:
        """Send and fetch what may travel now. Raises nothing: each problem becomes a note beside its file."""
        # What was fetched may have to go on: a copy in a wider space is sent by whoever has the content.
        found: list[Errand] | None = None
        for goes_up in (True, False, True):
            self._used = -1
            if self._app.settings.flag("metered"):
                return
            found = self._app.read(errands, self._app.contents) if found is None else found
            mine = [each for each in found if each.goes_up is goes_up and self._is_time(each)]
            mine = [each for each in mine if goes_up or self._has_room(each)]
            for number, errand in enumerate(mine):
                line.tell(step=_("Sending files") if goes_up else _("Fetching files"), done=number, total=len(mine))
                if (goes_up or self._has_room(errand)) and not self._try(line, errand):
                    return
            found = None if mine else found  # others wait now, if anything was carried
        self._clear(line)

    def _clear(self, line: Line) -> None:
        """Have removed at the endpoint what was in the trash for so long that nobody takes it out again."""
        try:
            for record, path in self._app.read(forgotten):
                line.check()
                line.transport.remove_file(path, line.token)
                self._app.store.run_as("sync", attaching.note, record, sent=attaching.GONE)
        except WimdeskError as problem:
            log.info("a file was not removed: %s", type(problem).__name__)

    def _try(self, line: Line, errand: Errand) -> bool:
        """Do one errand; say whether the next one can be tried."""
        if not errand.goes_up and self._app.contents.has(errand.identifier):
            return True  # another one had the same content
        try:
            if errand.goes_up:
                self._send(line, errand)
            else:
                self._fetch(line, errand)
        except Cancelled:
            return False
        except WimdeskError as problem:
            if isinstance(problem, Refused) and problem.number in _OF_THE_NEXT_PASS:
                return False
            self._put_off(errand, str(problem))
            return not isinstance(problem, NoConnection | DiskFull) and _is_about_the_file(problem)
        generation = self._app.read(facts.number, "generation")
        self._later.pop(errand.record, None)
        self._app.store.run_as(
            "sync", attaching.note, errand.record, sent=generation, wanted=False, dropped=False, note=""
        )
        return True

    def _is_time(self, errand: Errand) -> bool:
        due, _wait = self._later.get(errand.record, (0.0, 0.0))
        return errand.wanted or time.monotonic() >= due

    def _put_off(self, errand: Errand, sentence: str) -> None:
        _due, wait = self._later.get(errand.record, (0.0, _FIRST_WAIT / 2))
        wait = min(_LONGEST_WAIT, 2 * wait)
        self._later[errand.record] = time.monotonic() + wait, wait
        self._app.store.run_as("sync", attaching.note, errand.record, note=sentence)

    def _has_room(self, errand: Errand) -> bool:
        """Say whether a file may come: somebody asked for it, or it is small enough and fits into the room.

        The library never takes more than the room: for what is asked for or pinned, other files of it make way.
        """
        if errand.rank and (errand.wanted or errand.rank == PINNED):
            return self._is_within(errand) or self._make_room(errand)
        if errand.wanted:
            return True
        settings = self._app.settings
        takes = filebox.boxed_size(errand.extent)
        if max(takes, errand.size) > settings.number("file_megabytes") * _MEGABYTE:
            return False
        return self._is_within(errand)

    def _is_within(self, errand: Errand) -> bool:
        contents, room = self._app.contents, self._app.settings.number("files_megabytes") * _MEGABYTE
        if self._used < 0:
            self._used = contents.used()
        return self._used - contents.part(errand.carried).takes() + filebox.boxed_size(errand.extent) <= room

    def _make_room(self, errand: Errand) -> bool:
        """Forget files of the library that are at the endpoint and not pinned, until this one fits; else say so."""
        room = self._app.settings.number("files_megabytes") * _MEGABYTE
        others = self._app.read(library_downloads.dispensable, self._app.contents)
        kept = self._app.contents.used() - sum(size for _digest, size in others)
        if kept + filebox.boxed_size(errand.extent) <= room:
            for digest, _size in others:
                self._app.contents.forget(digest)
                self._used = -1
                if self._is_within(errand):
                    return True
        self._put_off(errand, _("There is no room for this file. Allow more in the settings, or remove others."))
        return False

    # ------------------------------------------------------------- up

    def _send(self, line: Line, errand: Errand) -> None:
        """Send what the endpoint does not have yet."""
        for tries_left in reversed(range(_TRIES)):
            at = line.transport.file_state(errand.path, line.token)
            line.check()
            if at < 0:
                return
            body = _Body(self._app, errand, at, line.check)
            try:
                line.transport.send_file(errand.path, body, at, errand.size, line.token)
                return
            except Refused as refused:
                # The endpoint was still putting away what came before the line was cut.
                if refused.number != Problem.FILE_ELSEWHERE or not tries_left:
                    raise
                time.sleep(_PAUSE)

    # ------------------------------------------------------------- down

    def _fetch(self, line: Line, errand: Errand) -> None:
        """Fetch what is missing, and keep the content if it is the one that was promised."""
        part = self._app.contents.part(errand.carried)
        self._used = -1
        if part.size() > errand.size:
            part.drop()
        if part.size() < errand.size:
            at, coming = line.transport.fetch_file(
                errand.path, errand.carried, part.size(), line.token, lambda _came: line.check()
            )
            if at != part.size():
                part.drop()
            part.append(_at_most(errand.size - at, coming))
        if part.size() < errand.size:
            raise SyncProblem(_("A file did not come whole. Nothing is lost. It goes on with the next sync."))
        try:
            content = opened(errand, part.read())
        finally:
            part.drop()
        self._app.contents.keep(content)


def opened(errand: Errand, came: bytes) -> bytes:
    """Return the content of what came. Raises SyncProblem where it is not what the record promises."""
    try:
        if not hmac.compare_digest(hashlib.sha256(came).hexdigest(), errand.carried):
            raise ValueError("not what was to travel")
        content = came
        if errand.secret:
            boxed = filebox.split_box(came)
            content = b"".join(filebox.unlock(errand.secret, boxed, filebox.content_size(len(came))))
        if not hmac.compare_digest(hashlib.sha256(content).hexdigest(), errand.identifier):
            raise ValueError("not the content")
    except ValueError as error:
        raise SyncProblem(
            _("A file came changed and was dropped. Your data is safe. It will be tried again.")
        ) from error
    return content


def _at_most(size: int, coming: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what comes as long as it is not more than was promised."""
    for piece in coming:
        size -= len(piece)
        if size < 0:
            raise SyncProblem(_("A file came changed and was dropped. Your data is safe. It will be tried again."))
        yield piece


class _Body:
    """What follows a byte of what travels, made from the content as it goes."""

    def __init__(self, app: App, errand: Errand, at: int, check: Callable[[], None]) -> None:
        self._app, self._errand, self._at, self._check = app, errand, at, check

    def __len__(self) -> int:
        return self._errand.size - self._at

    def __iter__(self) -> Iterator[bytes]:
        errand = self._errand
        first, skipped = filebox.place_of(self._at) if errand.secret else divmod(self._at, filebox.PIECE)
        pieces = self._app.contents.pieces(errand.identifier, first)
        if errand.secret:
            pieces = filebox.lock(errand.secret, pieces, errand.extent, first)
        for piece in itertools.islice(pieces, 1):
            yield from self._bites(piece[skipped:])
        for piece in pieces:
            yield from self._bites(piece)

    def _bites(self, piece: bytes) -> Iterator[bytes]:
        for at in range(0, len(piece), _BITE):
            self._check()
            yield piece[at : at + _BITE]


def _is_about_the_file(problem: WimdeskError) -> bool:
    """Say whether another file may fare better."""
    everything = {Problem.NO_ROOM, Problem.FILES_TOO_OFTEN}
    return not isinstance(problem, Refused) or problem.number not in everything


def errands(session: Session, contents: Contents) -> list[Errand]:
    """Return what is to be sent and fetched: first what was asked for, then the smallest.

    Only of attachments that have a place in the log: others know of these, and have the right to know.
    """
    attachments = session.scalars(select(Attachment).where(Attachment.deleted.is_(False))).all()
    if not attachments:
        return []
    who, generation = identity.read(session), facts.number(session, "generation")
    known = {row.record: row for row in session.execute(select(tables.carriage))}
    of_library = {each.part_of for each in attachments if each.part_of_type == library_downloads.TYPE}
    wished = library_downloads.wishes(session, of_library)
    private = private_space(who.organisation)
    found = []
    for each in attachments:
        row, here = known.get(each.id), contents.has(each.identifier)
        has_place = (each.versions or {}).get("carried", 0) > 0
        if not _is_sound(each) or not has_place or (each.space == private and not seal_keys.opens(session)):
            continue
        goes_up = here and each.owner == who.organisation and (row is None or row.sent != generation)
        wanted, rank = bool(row and row.wanted), _rank(each, wished)
        if rank == NOT_CHOSEN and not (goes_up or wanted):
            continue
        if goes_up or not (here or (row is not None and row.dropped)):
            found.append(_errand(each, goes_up=goes_up, wanted=wanted, rank=rank))
    return sorted(found, key=lambda each: (not each.wanted, each.rank != PINNED, each.size))


def _rank(each: Attachment, wished: Mapping[str, bool]) -> int:
    if each.space != ALLIANCE or each.part_of_type != library_downloads.TYPE:
        return 0
    return (PINNED if wished[each.part_of] else CHOSEN) if each.part_of in wished else NOT_CHOSEN


def forgotten(session: Session) -> list[tuple[str, str]]:
    """Return (attachment, path at the endpoint) of what was removed here long ago and nothing else refers to."""
    who, carriage = identity.read(session), tables.carriage.c
    old = (Attachment.deleted, Attachment.owner == who.organisation, Attachment.updated_at < clock.ago(UNKNOWN_FOR))
    gone = select(carriage.record).where(carriage.sent == attaching.GONE)
    found = []
    for each in session.scalars(select(Attachment).where(*old, Attachment.id.not_in(gone))):
        same = (Attachment.space == each.space, Attachment.carried == each.carried, Attachment.deleted.is_(False))
        if _is_sound(each) and session.scalars(select(Attachment.id).where(*same).limit(1)).first() is None:
            found.append((each.id, file_path(each.space, bytes.fromhex(each.carried))))
    return found


def _errand(each: Attachment, *, goes_up: bool, wanted: bool, rank: int) -> Errand:
    carried = bytes.fromhex(each.carried)
    return Errand(
        each.id, file_path(each.space, carried), each.identifier, each.extent or 0, each.carried,
        each.carried_extent or 0, bytes.fromhex(each.secret), wanted, goes_up, rank,
    )  # fmt: skip


def _is_sound(each: Attachment) -> bool:
    """Say whether what an attachment says of its content can be true; anybody may have written it."""
    names = all(_HASH.fullmatch(name) for name in (each.identifier, each.carried, each.secret or each.carried))
    extent, size = each.extent or 0, each.carried_extent or 0
    fits = size == (filebox.boxed_size(extent) if each.secret else extent)
    is_named = bool(each.secret) or each.identifier == each.carried
    return names and is_named and fits and extent > 0 and size <= MAX_FILE
