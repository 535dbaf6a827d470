"""Reads the words of files that are attached to practices, behind everything else, so that the search finds them.

What has been read is kept a few pages at a time: whoever closes the window in the middle of a book goes on there at the
next start. No save waits for it, and no page on the screen.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.errors import WimdeskError
from wimdesk.extract.limits import Page
from wimdesk.extract.parent import Process
from wimdesk.i18n import N_, _
from wimdesk.records import Attachment, LibraryItem
from wimdesk.store import file_texts, journal
from wimdesk.store.contents import Contents
from wimdesk.store.engine import Store

PARENT = "library_item"
ENDINGS = frozenset({"pdf", "docx", "odt", "html", "htm", "xhtml", "txt", "md", "text"})
_FORMATS = frozenset(
    {
        "application/pdf", "application/xhtml+xml", "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)  # fmt: skip
_BATCH = 40
_BATCH_TIME = 0.5
"""So many pieces, or what came in so many seconds, are one transaction: a save waits for no longer one."""
SENTENCES = {
    "cut": N_("This file is very long: the search finds the words of its first part only."),
    "none": N_("There are no words in this file, only pictures: the search does not find it by its content."),
    "locked": N_("This file has a password: the search does not find it by its content. Attach a copy without one."),
    "broken": N_("This file is damaged: the search finds it by what could be read. Attach it again, if you have it."),
    "bomb": N_(
        "This file would unpack to far more than it should. It was not read any further. "
        "Open it only if you trust whoever made it."
    ),
    "slow": N_("Reading this file took too long: the search finds it by what was read until then."),
}
"""What a person is told of a file that was not read whole, by the verdict of wimdesk.extract."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unread:
    """A content that is here and was not read to its end; `language` is what the practice says of itself."""

    digest: str
    language: str


def is_readable(title: str, media_type: str) -> bool:
    """Say whether a file of this name and kind is one whose words are read."""
    ending = title.rpartition(".")[2].lower() if "." in title else ""
    return ending in ENDINGS or media_type in _FORMATS or media_type.startswith("text/")


def sentence(state: str) -> str:
    """Return what to tell of a file that was read so; nothing where all is well."""
    return _(SENTENCES[state]) if state in SENTENCES else ""


def unread(session: Session, contents: Contents) -> list[Unread]:
    """Return what is to be read, the newest first."""
    known = file_texts.states(session)
    query = (
        select(Attachment.identifier, Attachment.title, Attachment.format, LibraryItem.language)
        .join(LibraryItem, LibraryItem.id == Attachment.part_of)
        .where(Attachment.part_of_type == PARENT, Attachment.deleted.is_(False), LibraryItem.deleted.is_(False))
        .order_by(Attachment.created_at.desc(), Attachment.id)
    )
    found: dict[str, Unread] = {}
    for digest, title, media_type, language in session.execute(query):
        is_done = digest in known and known[digest].state
        if not is_done and digest not in found and is_readable(title, media_type) and contents.has(digest):
            found[digest] = Unread(digest, language)
    return list(found.values())


def _begin(session: Session, digest: str) -> file_texts.Progress:
    return file_texts.begin(session, digest)


def _keep(session: Session, file: int, start: int, pieces: list[file_texts.Piece]) -> None:
    file_texts.add(session, file, start, pieces)


def _finish(session: Session, digest: str, file: int, state: str) -> None:
    file_texts.finish(session, file, state)
    ids = session.scalars(select(Attachment.id).where(Attachment.identifier == digest))
    journal.scribe_of(session).note("attachment", [*ids], ())


def _piece(page: Page) -> file_texts.Piece:
    return file_texts.Piece(page.number, page.text, page.words, page.stems)


class Reading:
    """Reads in a thread of its own. One for each open profile."""

    def __init__(self, store: Store, contents: Contents) -> None:
        self._store, self._contents = store, contents
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reading")
        self._process = Process()
        self._closing = threading.Event()
        self._waits = threading.Lock()

    def soon(self) -> None:
        """Read what is to be read, when there is time for it."""
        if self._waits.acquire(blocking=False):  # one that waits does for all
            with contextlib.suppress(RuntimeError):  # the profile is being closed just now
                self._thread.submit(self._quietly)
                return
            self._waits.release()

    def now(self) -> int:
        """Read what is to be read, and wait; return how many files that were. Raises DiskFull and the like."""
        return self._thread.submit(self._read).result()

    def close(self) -> None:
        """Stop between two pages; what was read so far is kept."""
        self._closing.set()
        self._process.close()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _quietly(self) -> None:
        self._waits.release()
        try:
            self._read()
        except WimdeskError as problem:
            log.info("some files are still to be read: %s", type(problem).__name__)

    def _read(self) -> int:
        if self._store.read(file_texts.unnamed):
            self._store.run(file_texts.forget_unnamed)
        count = 0
        for each in self._store.read(unread, self._contents):
            if self._closing.is_set():
                break
            try:
                content = self._contents.read(each.digest)
            except WimdeskError:
                continue  # damaged and put aside, or gone meanwhile: the attachment itself says so
            self._read_one(each, content)
            count += 1
        self._process.stop()
        return count

    def _read_one(self, each: Unread, content: bytes) -> None:
        done = self._store.run(_begin, each.digest)
        start = done.pieces
        for batch in self._batches(each, content, done.pieces):
            self._store.run(_keep, done.file, start, [_piece(page) for page in batch])
            start += len(batch)
            if self._closing.is_set():
                return
        if not self._closing.is_set():
            state = "cut" if start >= file_texts.MOST_PIECES else self._process.verdict
            self._store.run(_finish, each.digest, done.file, state)

    def _batches(self, each: Unread, content: bytes, known: int) -> Iterator[list[Page]]:
        batch: list[Page] = []
        since = time.monotonic()
        for at, page in enumerate(self._process.pages(content, each.language.partition("-")[0])):
            if at >= file_texts.MOST_PIECES or self._closing.is_set():
                break
            if at < known:
                continue
            batch.append(page)
            if len(batch) >= _BATCH or time.monotonic() - since > _BATCH_TIME:
                yield batch
                batch, since = [], time.monotonic()
        if batch:
            yield batch
