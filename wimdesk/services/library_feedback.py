"""What organisations say of a practice that they used, and how many did: proven re-use goes before promises."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _
from wimdesk.records import Feedback, LibraryItem
from wimdesk.records.feedback import KINDS
from wimdesk.services import editing
from wimdesk.services.library_sharing import fetch
from wimdesk.store import facts, identity
from wimdesk.store.journal import SAMPLE

TYPE = "feedback"
_REUSE = ("used", "adapted")


@dataclass(frozen=True, slots=True)
class Word:
    """What one organisation says."""

    id: str
    kind: str
    rating: int | None
    comment: str
    organization: str
    country_code: str
    context: str
    date: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Said:
    """All that is said of one work, the newest first; `reused` is how many organisations used or adapted it."""

    work: str
    words: tuple[Word, ...]
    reused: int
    may_say: bool
    country: str
    """Where we are, to begin with."""

    @property
    def mine(self) -> Word | None:
        """What our own organisation said."""
        return next((word for word in self.words if word.mine), None)


def said(session: Session, item_id: str) -> Said:
    """Return what is said of an item in whatever language it was read; raises NotFound."""
    item = fetch(session, item_id)
    mine = identity.read(session).organisation
    query = select(Feedback).where(Feedback.work == item.key(), Feedback.deleted.is_(False))
    found = session.scalars(query.order_by(Feedback.date.desc(), Feedback.id)).all()
    words = tuple(
        Word(
            row.id, row.kind, row.rating, row.comment, row.organization, row.country_code, row.context, row.date,
            row.owner == mine,
        )
        for row in found
    )  # fmt: skip
    reused = {row.owner for row in found if row.kind in _REUSE}
    return Said(item.key(), words, len(reused), not _refusal(session, item), facts.text(session, "country_code"))


def counts(session: Session) -> dict[str, int]:
    """Return how many organisations used or adapted each work."""
    reuse = (Feedback.deleted.is_(False), Feedback.kind.in_(_REUSE), Feedback.work != "")
    query = select(Feedback.work, func.count(func.distinct(Feedback.owner))).where(*reuse).group_by(Feedback.work)
    return {row[0]: row[1] for row in session.execute(query)}


def say(session: Session, item_id: str, kind: str, rating: int | None = None, /, **told: str) -> str:
    """Say what our organisation did with an item; return the record's id. Saying it again changes what was said.

    `told`: comment, country_code, context. Raises UserError where it is not shared, or is our own; RuleBroken.
    """
    item = fetch(session, item_id)
    refusal = _refusal(session, item)
    if refusal:
        raise UserError(refusal)
    if kind not in KINDS:
        raise RuleBroken([("kind", _("Say what you did with it."))])
    who = identity.read(session)
    values: dict[str, object] = {
        "kind": kind,
        "rating": rating,
        "comment": told.get("comment", ""),
        "country_code": told.get("country_code") or facts.text(session, "country_code"),
        "context": told.get("context", ""),
        "organization": who.organisation_name,
        "date": clock.today().isoformat(),
        "work": item.key(),
    }
    mine = (Feedback.work == item.key(), Feedback.owner == who.organisation, Feedback.deleted.is_(False))
    before = session.scalars(select(Feedback).where(*mine).order_by(Feedback.id)).first()
    if before is None:
        return editing.add(session, TYPE, values)
    editing.change(session, TYPE, before.id, values)
    return before.id


def _refusal(session: Session, item: LibraryItem) -> str:
    who = identity.read(session)
    if item.space not in (ALLIANCE, SAMPLE):
        return _("This practice is not in the Alliance’s library yet. Nothing was said.")
    sources = select(LibraryItem.id).where(
        LibraryItem.counterpart_id == item.id, LibraryItem.owner == who.organisation, LibraryItem.deleted.is_(False)
    )
    made = select(LibraryItem.id).where(
        LibraryItem.work == item.key(), LibraryItem.owner == who.organisation, LibraryItem.space != ALLIANCE,
        LibraryItem.made_from == {}, LibraryItem.deleted.is_(False),
    )  # fmt: skip
    if session.scalars(sources).first() or (item.work and session.scalars(made).first()):
        return _("This is your own practice. What others say of it comes with a sync.")
    return "" if who.role != "reader" else _("This computer may only read. Nothing was said.")
