"""How the Secretariat looks at a practice before all get it, sends it back, or takes it out of every library."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _
from wimdesk.records import LibraryItem
from wimdesk.records.library_item import POINTS, missing_parts
from wimdesk.services import erasing
from wimdesk.services.library_sharing import TYPE, fetch, looked_at
from wimdesk.store import identity

_WAITS = frozenset({"submitted", "in_review"})


@dataclass(frozen=True, slots=True)
class Review:
    """What was looked at, what its template lacks still, and what was said to its author."""

    checked: tuple[str, ...]
    lacking: tuple[tuple[str, str], ...]
    note: str


def review(session: Session, item_id: str) -> Review:
    """Return how far the review of an item is; raises NotFound."""
    item = fetch(session, item_id)
    return Review(tuple(looked_at(session, item)), tuple(missing_parts(item)), item.review_note)


def check(session: Session, item_id: str, points: Collection[str]) -> None:
    """Say which points of the list were looked at; the author sees that it is in review. Raises UserError."""
    unknown = sorted(set(points) - set(POINTS))
    if unknown:
        known = ", ".join(POINTS)
        raise RuleBroken([("checked", _("There is no such point. Known: {names}.").format(names=known))])
    item = _waiting(session, item_id)
    item.checked = []  # written anew, also where its author has written the same
    session.flush()
    item.checked = [point for point in POINTS if point in points]
    if item.state == "submitted":
        item.state = "in_review"


def tick(session: Session, item_id: str, point: str, done: bool) -> None:
    """Say of one point whether it was looked at; the others stay as they are. Raises UserError."""
    before = set(looked_at(session, fetch(session, item_id)))
    check(session, item_id, before | {point} if done else before - {point})


def send_back(session: Session, item_id: str, note: str) -> None:
    """Give an item back to its author and say what is to be changed. Raises UserError without a word."""
    if not note.strip():
        raise RuleBroken([("review_note", _("Say what its author should change."))])
    item = _waiting(session, item_id)
    item.state, item.review_note, item.checked = "returned", note.strip(), []


def withdraw(session: Session, item_id: str, reason: str) -> list[str]:
    """Take an item out of the Alliance's library: it is erased on every computer with its next sync, and can't be
    undone. Who did it and when stays in the record of what was done; the reason goes to the author, whose own text
    stays. Return what was erased. Raises UserError.
    """
    if not reason.strip():
        raise RuleBroken([("review_note", _("Say why it is withdrawn. Its author reads that."))])
    _only_the_secretariat(session)
    item = fetch(session, item_id)
    if item.space != ALLIANCE:
        raise UserError(_("This practice is not in the Alliance’s library. Nothing was changed."))
    for source in session.scalars(select(LibraryItem).where(LibraryItem.counterpart_id == item.id)):
        # What its author took back by then has no reason to stay in the trash of others.
        if source.deleted:
            erasing.erase(session, TYPE, source.id)
        else:
            source.state, source.counterpart_id, source.review_note = "withdrawn", "", reason.strip()
    return [part.id for part in erasing.erase(session, TYPE, item.id)]


def _waiting(session: Session, item_id: str) -> LibraryItem:
    _only_the_secretariat(session)
    item = fetch(session, item_id)
    if item.space == ALLIANCE or item.state not in _WAITS:
        raise UserError(_("This practice does not wait for the Secretariat. Nothing was changed."))
    return item


def _only_the_secretariat(session: Session) -> None:
    if identity.read(session).role != "secretariat":
        raise UserError(_("Only the Secretariat can do this. Nothing was changed."))
