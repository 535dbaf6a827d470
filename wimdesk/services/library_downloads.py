"""Which files of the library come to this computer: all, or those of chosen collections; what is pinned comes first.

The choice belongs to this computer and never syncs. Texts are records and come in any case; only files are chosen.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import filebox
from sync.protocol import ALLIANCE
from wimdesk.records import Attachment, LibraryItem
from wimdesk.services import attaching
from wimdesk.services.library_sharing import TYPE as TYPE
from wimdesk.services.library_sharing import fetch
from wimdesk.store import facts, identity
from wimdesk.store.contents import Contents

_FACT = "library_downloads"
_AT_ONCE = 500
NO_COLLECTION = ""
"""The code of what stands in no collection."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What comes: `collections` is None where nobody has chosen, so all of it. `pinned` are works."""

    collections: frozenset[str] | None
    pinned: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One collection: how many practices and how many bytes of files it has, how many of these are here."""

    collection: str
    items: int
    size: int
    here: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What may come, collection by collection; how many bytes all files take here, and how many are to come yet."""

    lines: tuple[Line, ...]
    used: int
    coming: int


def choice(session: Session) -> Choice:
    """Return what was chosen on this computer."""
    known = json.loads(facts.text(session, _FACT) or "{}")
    collections = known.get("collections")
    return Choice(None if collections is None else frozenset(collections), frozenset(known.get("pinned", ())))


def choose(session: Session, collections: Collection[str] | None) -> None:
    """Have the files of these collections come, or those of all."""
    _keep(session, collections, choice(session).pinned)


def pin(session: Session, item_id: str, on: bool = True) -> None:
    """Keep the files of a work on this computer, before others, whatever was chosen; or no longer. Raises NotFound."""
    item, known = fetch(session, item_id), choice(session)
    _keep(session, known.collections, known.pinned | {item.key()} if on else known.pinned - {item.key()})
    files = select(Attachment.id).where(Attachment.part_of == item_id, Attachment.deleted.is_(False))
    for attachment in session.scalars(files).all():
        attaching.note(session, attachment, dropped=False, note="")


def is_pinned(session: Session, item_id: str) -> bool:
    """Say whether a work is kept here; raises NotFound."""
    return fetch(session, item_id).key() in choice(session).pinned


def _keep(session: Session, collections: Collection[str] | None, pinned: Collection[str]) -> None:
    chosen = None if collections is None else sorted(collections)
    facts.put(session, **{_FACT: json.dumps({"collections": chosen, "pinned": sorted(pinned)})})


def wishes(session: Session, items: Collection[str]) -> Mapping[str, bool]:
    """Return for those of these items whose files should come here whether they are pinned."""
    known = choice(session)
    if known.collections is None and not known.pinned:
        return dict.fromkeys(items, False)
    found, asked = {}, sorted(items)
    columns = (LibraryItem.id, LibraryItem.work, LibraryItem.collections)
    for at in range(0, len(asked), _AT_ONCE):
        for row in session.execute(select(*columns).where(LibraryItem.id.in_(asked[at : at + _AT_ONCE]))):
            pinned = (row.work or row.id) in known.pinned
            chosen = known.collections is None or not known.collections.isdisjoint(row.collections or [NO_COLLECTION])
            if pinned or chosen:
                found[row.id] = pinned
    return found


def lines(session: Session, contents: Contents) -> list[Line]:
    """Return each collection with what it would take, by name; what is in none comes last."""
    known = choice(session)
    sizes: dict[str, list[Attachment]] = {}
    for each in _files(session):
        sizes.setdefault(each.part_of, []).append(each)
    groups: dict[str, list[str]] = {}
    shown = select(LibraryItem.id, LibraryItem.collections)
    for row in session.execute(shown.where(LibraryItem.space == ALLIANCE, LibraryItem.deleted.is_(False))):
        for name in row.collections or [NO_COLLECTION]:
            groups.setdefault(name, []).append(row.id)
    found = []
    for name, ids in groups.items():
        files = [each for one in ids for each in sizes.get(one, ())]
        here = sum(contents.has(each.identifier) for each in files)
        size = sum(each.extent or 0 for each in files)
        chosen = known.collections is None or name in known.collections
        found.append(Line(name, len(ids), size, here, chosen))
    return sorted(found, key=lambda line: (line.collection == NO_COLLECTION, line.collection.casefold()))


def _files(session: Session) -> Sequence[Attachment]:
    mine = (Attachment.part_of_type == TYPE, Attachment.space == ALLIANCE, Attachment.deleted.is_(False))
    return session.scalars(select(Attachment).where(*mine)).all()


def overview(session: Session, contents: Contents, most: int) -> Overview:
    """Return what is chosen and what it takes; a file of more than `most` bytes does not come by itself."""
    files = _files(session)
    wished = wishes(session, {each.part_of for each in files})
    sizes = {each.identifier: filebox.boxed_size(each.extent or 0) for each in files if each.part_of in wished}
    pinned = {each.identifier for each in files if wished.get(each.part_of, False)}
    coming = sum(
        size for digest, size in sizes.items() if (size <= most or digest in pinned) and not contents.has(digest)
    )
    return Overview(tuple(lines(session, contents)), contents.used(), coming)


def dispensable(session: Session, contents: Contents) -> list[tuple[str, int]]:
    """Return (content, bytes on the disk) of files of the library that nobody pinned and others have, largest first."""
    who, files = identity.read(session), session.scalars(select(Attachment).where(Attachment.deleted.is_(False))).all()
    wished = wishes(session, {each.part_of for each in files if each.part_of_type == TYPE})
    kept: set[str] = set()
    found: dict[str, int] = {}
    for each in files:
        ours = each.owner == who.organisation or each.space != ALLIANCE or each.part_of_type != TYPE
        if ours or wished.get(each.part_of, False):
            kept.add(each.identifier)
        elif contents.has(each.identifier):
            found[each.identifier] = filebox.boxed_size(each.extent or 0)
    return sorted(((d, size) for d, size in found.items() if d not in kept), key=lambda pair: (-pair[1], pair[0]))
