"""What the endpoint answered, put into the profile piece by piece, as it arrives."""

from __future__ import annotations

import functools
import time
import uuid
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy.orm import Session

from sync import wire
from sync.client import blocks
from sync.client.transport import damaged
from sync.frames import Reader, handfuls
from sync.protocol import (
    ANSWER_OPS,
    MAX_INFLATED,
    MAX_OPS,
    TRAIL_BYTES,
    Author,
    Begun,
    Page,
    Placed,
    SyncResponse,
    digest_of,
    private_space,
)
from wimdesk.errors import SyncProblem, WimdeskError
from wimdesk.i18n import _
from wimdesk.store import erasures, facts, inbox, numbered, outbox, proof, recovery, seal_keys, spared
from wimdesk.store.engine import Store

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(wire.SealedPart).decode
_ENOUGH, _MUCH, _SOON = 32 * 1024, 128 * 1024, 1.0
"""Bytes on the wire that are worth a transaction of their own, where more is coming: so many after so many seconds."""
_HANDFUL = 512 * 1024
"""Bytes of it, unpacked, that are applied as one."""
_TOGETHER = 240
"""Operations that are applied at a time within a transaction."""


def gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what arrives in larger pieces: a commit costs much more than it costs to wait for the next few kilobytes.

    What came before the line was cut is yielded before the cut is told.
    """
    held, cut, since = bytearray(), None, 0.0
    try:
        for piece in pieces:
            since = since if held else time.monotonic()  # that the endpoint thought first says nothing of the line
            held += piece
            if len(held) >= (_MUCH if time.monotonic() - since < _SOON else _ENOUGH):
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
    """How many operations came from others, how many own ones got a place, how many of both were new here (or are left
    until their key comes), how many were refused, and the `End`."""

    received: int = 0
    placed: int = 0
    fresh: int = 0
    refused: int = 0
    end: SyncResponse | None = None
    rest: Sequence[wire.Answer] = ()
    """What was left for the next transaction, because somebody waited for the writer."""


class Arrival:
    """An answer on its way. Raises ValueError where it makes no sense, also where it says more than was ever asked."""

    def __init__(self, prefix: bytes) -> None:
        self._reader = Reader(MAX_INFLATED, prefix)
        self._ops = 0

    def feed(self, piece: bytes) -> Iterator[list[wire.Answer]]:
        """Yield what is whole now, in handfuls."""
        for frames in handfuls(self._reader.feed(piece), _HANDFUL):
            found = [wire.answer_of(frame) for frame in frames]
            self._ops += sum(each.count for each in found if not isinstance(each, wire.End) and _is_whole(each))
            if self._ops > ANSWER_OPS + MAX_OPS:
                raise ValueError("an answer without end")
            yield found

    def end(self) -> None:
        """Raise ValueError where it ends in the middle."""
        self._reader.end()


def apply(store: Store, names: wire.Names, arriving: Iterable[Sequence[wire.Answer]]) -> Iterator[Taken]:
    """Apply each handful of an answer in one transaction, or in more where others want to write; raise as `take`.

    A page of the file that several records lie on is written once; but nobody waits for longer than a piece takes.
    """
    for found in arriving:
        left: Sequence[wire.Answer] = found
        while left:
            taken = store.run_as("sync", take, names, left, store.is_wanted)
            yield taken
            left = taken.rest


def take(
    session: Session, names: wire.Names, found: Sequence[wire.Answer], is_wanted: Callable[[], bool] = lambda: False
) -> Taken:
    """Apply pieces of an answer, or those up to which nobody wanted the writer, as one transaction.

    Raises SyncProblem where a page does not follow on what is here or makes no sense, numbered.UnknownOwn where this
    profile went back in time: nothing is applied then.
    """
    taken = Taken()
    known = facts.everything(session)
    returning, epoch, generation = (int(known.get(key) or 0) for key in ("returning", "epoch", "generation"))
    try:
        opener = _Opener(session, names, returning or epoch)
        coming = _until(found, is_wanted, taken)
        for page in opener.pages(each for each in coming if not isinstance(each, wire.End)):
            if not returning and recovery.is_here_too(session, page):
                raise numbered.UnknownOwn(page.space)
            taken.fresh += inbox.apply_page(session, page, returning)
            taken.received += sum(not isinstance(item, int) for item in page.ops)
            taken.placed += sum(isinstance(item, int) for item in page.ops)
        taken.fresh += opener.left
        opener.keep_begun()
        for each in found[: len(found) - len(taken.rest)]:
            if isinstance(each, wire.End):
                taken.end = wire.end_of(each, [], names)
                note = recovery.note_refused if returning else outbox.note_refused
                taken.refused += note(session, taken.end.refused)
                if not taken.end.more:
                    _settle(session, returning, reread=bool(known.get("reread")))
                if generation != taken.end.generation:
                    facts.put(session, generation=taken.end.generation)
    except (inbox.GapInPage, LookupError) as gap:
        raise SyncProblem(_("Something was missing in the answer. Nothing is lost. WIMDesk will ask again.")) from gap
    except ValueError as error:
        raise damaged() from error
    return taken


def _settle(session: Session, returning: int, *, reread: bool) -> None:
    """All was read: see to what had to wait for that."""
    if reread and not returning:
        proof.mend(session)
    spared.settle(session)
    erasures.settle_doubted(session)
    if not returning:
        erasures.order_again(session)


def _until(found: Sequence[wire.Answer], is_wanted: Callable[[], bool], taken: Taken) -> Iterator[wire.Answer]:
    """Yield the pieces, at least one, until the writer is wanted; leave the others as the rest."""
    for at, each in enumerate(found):
        if at and is_wanted():
            taken.rest = found[at:]
            return
        yield each


class _Opener:
    """Turns the pieces of an answer into pages. Raises numbered.UnknownOwn where an own number says something else."""

    def __init__(self, session: Session, names: wire.Names, epoch: int) -> None:
        self._session = session
        self._names = names
        self._epoch = epoch
        self._fresh: dict[str, dict[int, bytes]] = defaultdict(dict)
        self._private = private_space(str(uuid.UUID(bytes=names.organisation)))
        self.left = 0
        """How many operations were left because the key to them is not here."""

    def pages(self, parts: Iterable[wire.Part | wire.SealedPart]) -> Iterator[Page]:
        """Yield the pages, each to be applied before the next; of those that follow one another some as one."""
        before: Page | None = None
        for part in parts:
            sealed = isinstance(part, wire.SealedPart)
            if sealed != (self._names.long(part.space) == self._private):
                # What the endpoint could have read or written itself is nothing private.
                raise ValueError("only what is private is sealed")
            page = self._unsealed(part) if isinstance(part, wire.SealedPart) else self._open(part)
            if page is None:
                continue
            if before is not None and _is_next(before, page):
                before = _joined(before, page)
                continue
            if before is not None:
                yield before
            before = page
        if before is not None:
            yield before

    def _open(self, part: wire.Part) -> Page:
        page = wire.page_of(part, self._names, self._records_at)
        numbers = [item for item in page.ops if isinstance(item, int)]
        own = outbox.own(self._session, page.space, self._epoch, numbers)
        # What was erased here since it was sent can't be compared any more.
        is_whole = all(op.payload for op in own.values())
        if len(own) != len(numbers) or (is_whole and digest_of(own.values()) != part.own):
            raise numbered.UnknownOwn(page.space)
        fresh = self._fresh[page.space]
        for seq, item in enumerate(page.ops, page.first):
            fresh[seq] = (item.op if isinstance(item, Placed) else own[item]).record
        return page

    def _records_at(self, space: str, places: Collection[int]) -> Mapping[int, bytes]:
        fresh = self._fresh[space]
        known = {place: fresh[place] for place in places if place in fresh}
        return known | numbered.records_at(self._session, space, [place for place in places if place not in known])

    def _unsealed(self, part: wire.SealedPart) -> Page | None:
        """Return what a block says; None where it is not whole yet, or its key is not here: then the space is left."""
        whole = self._boxes.add(part)
        if whole is None:
            return None
        if not facts.get(self._session, "locked"):
            block = wire.block_of(whole, self._names)
            if key := self._keys.get(block.key):
                return blocks.page_of(self._session, block, key, self._epoch, self._names.organisation)
            facts.put(self._session, locked=True, key_changes=0)
        self.left += part.count
        return None

    def keep_begun(self) -> None:
        """Keep a box of which only the beginning is here, so that the next pass asks for the rest of it."""
        if "_boxes" in self.__dict__ and (begun := self._boxes.begun) != self._kept:
            facts.put(self._session, begun=b64encode(_pack(begun)).decode() if begun else "")

    @functools.cached_property
    def _boxes(self) -> wire.Boxes[wire.SealedPart]:
        self._kept = _kept(facts.text(self._session, "begun"))
        return wire.Boxes(self._kept)

    @functools.cached_property
    def _keys(self) -> dict[bytes, bytes]:
        return seal_keys.by_id(self._session)


def _is_whole(part: wire.Part | wire.SealedPart) -> bool:
    return isinstance(part, wire.Part) or wire.is_last(part)


def _kept(text: str) -> wire.SealedPart | None:
    return _unpack(b64decode(text)) if text else None


def begun_of(text: str) -> Begun | None:
    """Return how much of the next box is here, of the fact "begun"."""
    kept = _kept(text)
    return Begun(kept.root[:TRAIL_BYTES], len(kept.box)) if kept else None


def forget_begun(session: Session) -> None:
    """Take the next box from its beginning."""
    if facts.get(session, "begun"):
        facts.put(session, begun="")


def _is_next(one: Page, two: Page) -> bool:
    """Say whether both are better applied as one: that makes fewer steps, but too much leaves the fast memory."""
    follows = (one.space, one.first + len(one.ops)) == (two.space, two.first)
    return follows and len(one.ops) + len(two.ops) <= _TOGETHER


def _joined(one: Page, two: Page) -> Page:
    authors: dict[Author, int] = {author: index for index, author in enumerate(one.authors)}
    moved = [authors.setdefault(author, len(authors)) for author in two.authors]
    ops = two.ops
    if moved != list(range(len(moved))):
        ops = [item if isinstance(item, int) else Placed(moved[item.author], item.n, item.op) for item in ops]
    return Page(one.space, one.first, list(authors), [*one.ops, *ops])


def names_of(organisation: str) -> wire.Names:
    """Return the short names of spaces for an organisation (UUID text)."""
    return wire.Names(uuid.UUID(organisation).bytes)
