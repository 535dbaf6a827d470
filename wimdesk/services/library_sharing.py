"""How a practice goes from its author to the Secretariat and to everybody, and back again."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import RuleBroken
from wimdesk.i18n import _, language
from wimdesk.records import Attachment, LibraryItem
from wimdesk.records.library_item import POINTS, missing_parts, unchecked
from wimdesk.services import attaching, computers, editing, publishing
from wimdesk.store import facts, history, identity, journal, tables

TYPE = "library_item"
_OF_THE_REVIEW = frozenset({"state", "review_note", "counterpart_id", "channels"})
"""Fields that say nothing of what is to be looked at."""
_SAID = frozenset({"in_review", "returned", "withdrawn"})
"""What becomes of a practice is said on the copy that the Secretariat has."""


def latest(copies: Iterable[str], state: str) -> str:
    """Return the state of an item: what is said on the copy that was made of it, else its own."""
    return next((said for said in copies if said in _SAID), state)


def orphans(session: Session) -> frozenset[str]:
    """What the Alliance still has though its author has taken it back from us."""
    copies = select(LibraryItem.counterpart_id).where(LibraryItem.deleted, LibraryItem.counterpart_id != "")
    kept = select(LibraryItem.counterpart_id).where(LibraryItem.deleted.is_(False))
    return frozenset(session.scalars(copies.where(LibraryItem.counterpart_id.not_in(kept))))


def source_of(session: Session, item: LibraryItem, who: identity.Identity) -> LibraryItem:
    """The record of ours from which this one was made by sharing; itself where there is none."""
    seen = {item.id}
    while True:
        made_from = select(LibraryItem).where(
            LibraryItem.counterpart_id == item.id, LibraryItem.owner == who.organisation,
            LibraryItem.deleted.is_(False), LibraryItem.id.not_in(seen),
        )  # fmt: skip
        found = session.scalars(made_from).first()
        if found is None:
            return item
        item = found
        seen.add(item.id)


def copies(session: Session, item: LibraryItem) -> list[LibraryItem]:
    """Return the copies that were made of an item by sharing, the nearest first."""
    made: list[LibraryItem] = []
    while item.counterpart_id and (copy := session.get(LibraryItem, item.counterpart_id)) and copy not in made:
        if copy.deleted:
            break
        made.append(copy)
        item = copy
    return made


def draft(session: Session, template: str = "case") -> str:
    """Begin a practice of our own with a template; return its id."""
    country = facts.text(session, "country_code")
    made = editing.add(
        session,
        TYPE,
        {
            "template": template,
            "state": "draft",
            "language": language(),
            "issued": clock.today().isoformat(),
            "country_code": country,
        },
    )
    fetch(session, made).work = made
    return made


def missing(session: Session, item_id: str) -> list[tuple[str, str]]:
    """Return (field, sentence) for what is still missing before an item can be submitted."""
    item = fetch(session, item_id)
    found = missing_parts(item)
    photos = (Attachment.part_of == item_id, Attachment.deleted.is_(False), Attachment.format.in_(attaching.PICTURES))
    if not item.people and session.scalars(select(Attachment.id).where(*photos).limit(1)).first():
        found.append(("people", _("There are pictures: say whether the people in them have agreed.")))
    return found


def remove(session: Session, item_id: str) -> int:
    """Move a practice to the trash, and take it back where it was shared; return the act's number, for undoing it."""
    attaching.retract(session, publishing.retract(session, TYPE, item_id))
    editing.remove(session, TYPE, item_id)
    return journal.scribe_of(session).act


def take_back(session: Session, item_id: str) -> int:
    """Take back from wider spaces what is ours in them; our own text is a draft again. Return the act's number."""
    item = fetch(session, item_id)
    who = identity.read(session)
    source = source_of(session, item, who)
    taken = publishing.retract(session, TYPE, source.id)
    source.state, source.counterpart_id = "draft", ""
    attaching.retract(session, taken)
    return journal.scribe_of(session).act


def fetch(session: Session, item_id: str) -> LibraryItem:
    """Return one item; raises NotFound."""
    found = history.fetch(session, TYPE, item_id)
    if not isinstance(found, LibraryItem):
        raise TypeError(item_id)
    return found


def submit(session: Session, item_id: str) -> str:
    """Hand a practice to the Secretariat; return the id of the shared copy.

    Raises RuleBroken while a part is missing; then nothing is shared.
    """
    lacking = missing(session, item_id)
    if lacking:
        raise RuleBroken(lacking)
    return _share(session, item_id, "shared", "submitted")


def publish(session: Session, item_id: str) -> str:
    """Give a practice to the whole Alliance, as the Secretariat; return the id of the Alliance's copy.

    Raises RuleBroken while a part or a point of the review is missing; then nothing is shared.
    """
    item = fetch(session, item_id)
    lacking = missing(session, item_id) + unchecked(looked_at(session, item)) + _untrue(session, item)
    if lacking:
        raise RuleBroken(lacking)
    return _share(session, item_id, "alliance", "published")


def looked_at(session: Session, item: LibraryItem) -> list[str]:
    """Return the points that were looked at on computers of ours since others last wrote in an item or its files: what
    it says of that itself is the word of whoever handed it in."""
    ours = {uuid.UUID(id).bytes for id in (identity.read(session).device, *(c.id for c in computers.every(session)))}
    op, files = tables.op.c, select(Attachment.id).where(Attachment.part_of == item.id)
    written = select(op.device, op.record, op.fields).where(or_(op.record == item.id, op.record.in_(files)))
    for row in session.execute(written.order_by(op.pos.desc())):
        looks = row.record == item.id and "checked" in row.fields
        if row.device in ours and looks:
            return [point for point in POINTS if point in item.checked]
        if row.device not in ours and (looks or row.record != item.id or not _OF_THE_REVIEW.issuperset(row.fields)):
            return []
    return []


def _untrue(session: Session, item: LibraryItem) -> list[tuple[str, str]]:
    """Return what an item says of others: it would stand in the place of theirs, and theirs be put away."""
    found = []
    if (keepers := _keepers(session, item.supersedes)) and item.owner not in keepers:
        found.append(("supersedes", _("It says that it replaces a practice of others. Send it back.")))
    if item.language not in item.made_from and _keepers(session, item.key()) - {item.owner}:
        found.append(("work", _("It says that it is a practice of others. Send it back.")))
    return found


def _keepers(session: Session, key: str) -> set[str]:
    """Return of whom we published what they handed in under this key; whoever translated it does not count."""
    if not key:
        return set()
    same = or_(LibraryItem.work == key, LibraryItem.id == key)
    found = session.scalars(select(LibraryItem).where(same, LibraryItem.space != ALLIANCE)).all()
    first = [each for each in found if each.language not in each.made_from]
    return {each.owner for each in first if session.get(LibraryItem, publishing.copy_id(session, each.id, "alliance"))}


def _share(session: Session, item_id: str, scope: Literal["shared", "alliance"], state: str) -> str:
    copy = publishing.publish(session, TYPE, item_id, scope)
    attaching.share(session, item_id, copy, scope)
    found = history.fetch(session, TYPE, copy)
    # Where both are one record (sample data), there is no copy that would carry the state.
    if isinstance(found, LibraryItem) and found.state != state:
        found.state = state
    return copy
