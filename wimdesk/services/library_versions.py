"""Versions of a practice: a new one replaces the one before, which stays to be read; what is old is put away."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records import Attachment, LibraryItem
from wimdesk.services import editing
from wimdesk.services.library_sharing import TYPE, fetch, source_of
from wimdesk.store import identity
from wimdesk.store.record import fields

_NOT_TAKEN = frozenset(
    {"state", "counterpart_id", "work", "supersedes", "checked", "review_note", "review_on", "edition", "issued"}
)
_OUT = frozenset({"published", "archived"})


def newer(session: Session, item: LibraryItem) -> LibraryItem | None:
    """Return the version that has replaced an item in the same library, or None."""
    later = (LibraryItem.supersedes == item.key(), LibraryItem.space == item.space, LibraryItem.deleted.is_(False))
    found = session.scalars(select(LibraryItem).where(*later).order_by(LibraryItem.id.desc()))
    return next((each for each in found if each.state in _OUT and each.id != item.id), None)


def earlier(session: Session, item: LibraryItem) -> LibraryItem | None:
    """Return the version that an item has replaced, or None."""
    if not item.supersedes:
        return None
    same = (LibraryItem.work == item.supersedes) | (LibraryItem.id == item.supersedes)
    query = select(LibraryItem).where(same, LibraryItem.deleted.is_(False)).order_by(LibraryItem.id)
    found = session.scalars(query).all()
    return next((each for each in found if each.space == item.space), found[0] if found else None)


def is_overdue(state: str, review_on: str, today: str = "") -> bool:
    """Say whether somebody should have looked at a published item again by now; a day may stop at month or year."""
    if not review_on or state not in {"published", ""}:
        return False
    return (today or clock.today().isoformat())[: len(review_on)] >= review_on


def begin(session: Session, item_id: str) -> str:
    """Begin a new version of our own practice as a draft, with all that the last one says and holds; return its id.

    Raises UserError where it is another's, or has a newer version already.
    """
    item = fetch(session, item_id)
    who = identity.read(session)
    source = source_of(session, item, who)
    if source.owner != who.organisation or source.state in {"", "draft"}:
        raise UserError(_("Only its author begins a new version. Nothing was changed."))
    if newer(session, item) is not None:
        raise UserError(_("There is a newer version already. Nothing was changed."))
    values: dict[str, object] = {name: getattr(source, name) for name in fields(LibraryItem) if name not in _NOT_TAKEN}
    made = editing.add(
        session, TYPE,
        values | {
            "state": "draft", "supersedes": item.key(), "edition": (source.edition or 1) + 1,
            "issued": clock.today().isoformat(),
        },
    )  # fmt: skip
    fetch(session, made).work = made
    if not source.space.endswith("/shared") and source.space != ALLIANCE:
        _take_files(session, source, made)
    return made


def _take_files(session: Session, source: LibraryItem, made: str) -> None:
    """The same contents in the same space travel once."""
    mine = (Attachment.part_of == source.id, Attachment.deleted.is_(False))
    for each in session.scalars(select(Attachment).where(*mine).order_by(Attachment.created_at, Attachment.id)):
        values = {name: getattr(each, name) for name in fields(Attachment)}
        session.add(Attachment(space=each.space, **(values | {"part_of": made})))
    session.flush()


def archive(session: Session, item_id: str, away: bool = True) -> None:
    """Put an item into the archive, where it can be read and is not shown among the others, or take it out.

    Raises UserError where it is another's.
    """
    item = fetch(session, item_id)
    who = identity.read(session)
    alliance = item.space == ALLIANCE
    if item.owner != who.organisation or (alliance and who.role != "secretariat"):
        raise UserError(_("This belongs to others. Nothing was changed. Ask them, or the Secretariat."))
    item.state = "archived" if away else "published" if alliance or item.counterpart_id else "draft"
