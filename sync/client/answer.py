"""What the endpoint answered, put into the profile piece by piece, as it arrives."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from sync import wire
from sync.frames import Reader, handfuls
from sync.protocol import ANSWER_OPS, MAX_INFLATED, MAX_OPS, Author, Page, Placed, SyncResponse, digest_of
from wimdesk.errors import SyncProblem, WimdeskError
from wimdesk.i18n import _
from wimdesk.store import facts, inbox, outbox, recovery

_ENOUGH = 32 * 1024
"""Bytes on the wire that are worth a transaction of their own, where more is coming."""


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what arrives in larger pieces: a commit costs much more than it costs to wait for the next few kilobytes.

    What came before the line was cut is yielded before the cut is told.
    """
    held, cut = bytearray(), None
    try:
        for piece in pieces:
            held += piece
            if len(held) >= _ENOUGH:
                yield bytes(held)
                held.clear()
    except WimdeskError as problem:
        cut = problem
    if held:
        yield bytes(held)
    if cut is not None:
        raise cut


@dataclass(slots=True)
class Taken:
    """How many operations came from others, how many own ones got a place, how many of both were new here, how many
    were refused, and the `End`."""

    received: int = 0
    placed: int = 0
    fresh: int = 0
    refused: int = 0
    end: SyncResponse | None = None


class Arrival:
    """An answer on its way. Raises ValueError where it makes no sense, also where it says more than was ever asked."""

    def __init__(self, prefix: bytes) -> None:
        self._reader = Reader(MAX_INFLATED, prefix)
        self._ops = 0

    def feed(self, piece: bytes) -> Iterator[list[wire.Part | wire.End]]:
        """Yield what is whole now, in handfuls."""
        for frames in handfuls(self._reader.feed(piece)):
            found = [wire.answer_of(frame) for frame in frames]
            self._ops += sum(each.count for each in found if isinstance(each, wire.Part))
            if self._ops > ANSWER_OPS + MAX_OPS:
                raise ValueError("an answer without end")
            yield found

    def end(self) -> None:
        """Raise ValueError where it ends in the middle."""
        self._reader.end()


def take(session: Session, names: wire.Names, found: Sequence[wire.Part | wire.End]) -> Taken:
    """Apply pieces of an answer as one transaction.

    Raises SyncProblem where a page does not follow on what is here or makes no sense, inbox.UnknownOwn where this
    profile went back in time: nothing is applied then.
    """
    taken = Taken()
    known = facts.everything(session)
    returning, epoch, generation = (int(known.get(key) or 0) for key in ("returning", "epoch", "generation"))
    try:
        pages = _pages(session, names, returning or epoch, [each for each in found if isinstance(each, wire.Part)])
        for page in pages:
            if not returning and recovery.waits_too(session, page):
                raise inbox.UnknownOwn(page.space)
            taken.fresh += inbox.apply_page(session, page, returning)
            taken.received += sum(not isinstance(item, int) for item in page.ops)
            taken.placed += sum(isinstance(item, int) for item in page.ops)
        for each in found:
            if isinstance(each, wire.End):
                taken.end = wire.end_of(each, [], names)
                note = recovery.note_refused if returning else outbox.note_refused
                taken.refused += note(session, taken.end.refused)
                if generation != taken.end.generation:
                    facts.put(session, generation=taken.end.generation)
    except (inbox.GapInPage, LookupError) as gap:
        raise SyncProblem(_("Something was missing in the answer. Nothing is lost. WIMDesk will ask again.")) from gap
    except ValueError as error:
        raise damaged() from error
    return taken


def damaged() -> SyncProblem:
    """Return the sentence for an answer that makes no sense."""
    return SyncProblem(_("The answer arrived damaged. Nothing is lost. WIMDesk will ask again."))


def _pages(session: Session, names: wire.Names, epoch: int, parts: Sequence[wire.Part]) -> list[Page]:
    """Return the pages; those that follow one another as one, which is much less work.

    Raises inbox.UnknownOwn where an own number says something else at the endpoint.
    """
    pages: list[Page] = []
    fresh: dict[tuple[str, int], bytes] = {}

    def records_at(space: str, places: Collection[int]) -> Mapping[int, bytes]:
        known = {place: fresh[space, place] for place in places if (space, place) in fresh}
        return known | inbox.records_at(session, space, set(places) - known.keys())

    for part in parts:
        page = wire.page_of(part, names, records_at)
        own = outbox.own(session, page.space, epoch, [item for item in page.ops if isinstance(item, int)])
        if len(own) != sum(isinstance(item, int) for item in page.ops) or digest_of(own.values()) != part.own:
            raise inbox.UnknownOwn(page.space)
        for seq, item in enumerate(page.ops, page.first):
            fresh[page.space, seq] = (item.op if isinstance(item, Placed) else own[item]).record
        before = pages[-1] if pages else None
        if before is not None and (before.space, before.first + len(before.ops)) == (page.space, page.first):
            pages[-1] = _joined(before, page)
        else:
            pages.append(page)
    return pages


def _joined(one: Page, two: Page) -> Page:
    authors: dict[Author, int] = {author: index for index, author in enumerate(one.authors)}
    moved = [authors.setdefault(author, len(authors)) for author in two.authors]
    ops = [item if isinstance(item, int) else Placed(moved[item.author], item.n, item.op) for item in two.ops]
    return Page(one.space, one.first, list(authors), [*one.ops, *ops])


def names_of(organisation: str) -> wire.Names:
    """Return the short names of spaces for an organisation (UUID text)."""
    return wire.Names(uuid.UUID(organisation).bytes)
