"""The course of an initiative: proposed, adopted, running, delivered, closed; its milestones and its budget."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, content_language
from wimdesk.records import Initiative, Milestone, rules
from wimdesk.records.initiative import BUDGET, NEXT, STATES
from wimdesk.services import editing, money, publishing
from wimdesk.store import history, identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import fields

TYPE = "initiative"
PATH = ("proposed", "adopted", "running", "delivered", "closed")
"""The way on which most initiatives go; a paused or dropped one stands beside it."""


@dataclass(frozen=True, slots=True)
class Mile:
    """A milestone or a deliverable. `late`: its day has passed, and it is not done."""

    id: str
    kind: str
    title: str
    due: str
    done_on: str
    late: bool


@dataclass(frozen=True, slots=True)
class Course:
    """Where an initiative stands. `next` are the states it may go to, as far as this role may take it there.

    `budget` are planned, committed and spent in words.
    """

    id: str
    state: str
    next: tuple[str, ...]
    decision: str
    decided_on: str
    currency: str
    budget: tuple[str, str, str]
    miles: tuple[Mile, ...]
    may_edit: bool

    @property
    def done(self) -> int:
        """How many of the milestones are done."""
        return sum(bool(mile.done_on) for mile in self.miles)


def course(session: Session, initiative: str) -> Course:
    """Return where an initiative stands; raises NotFound."""
    found = _fetch(session, initiative)
    who = identity.read(session)
    may_edit = _may_edit(found, who)
    today = clock.today().isoformat()
    query = select(Milestone).where(Milestone.initiative_id == initiative, Milestone.deleted.is_(False))
    miles = [
        Mile(each.id, each.kind or "milestone", each.caption(), each.due, each.done_on,
             bool(each.due and not each.done_on and each.due < today[: len(each.due)]))
        for each in session.scalars(query.order_by(Milestone.due == "", Milestone.due, Milestone.id))
    ]  # fmt: skip
    following = NEXT.get(found.state, ()) if may_edit else ()
    if found.level != "own" and who.role != "secretariat":
        following = tuple(state for state in following if state != "adopted")
    planned, committed, spent = (_amount(getattr(found, name), found.currency) for name in BUDGET)
    return Course(
        initiative, found.state or "proposed", following, found.decision, found.decided_on, found.currency,
        (planned, committed, spent), tuple(miles), may_edit,
    )  # fmt: skip


def _amount(minor: int | None, currency: str) -> str:
    return money.plain(minor, currency) if minor else "0"


def _fetch(session: Session, initiative: str) -> Initiative:
    found = history.fetch(session, TYPE, initiative)
    if not isinstance(found, Initiative):
        raise TypeError(found)
    return found


def _may_edit(found: Initiative, who: identity.Identity) -> bool:
    """As `taking_part.detail` says "edit": our own, or any as the Secretariat."""
    if who.role == "reader":
        return False
    own = found.owner == who.organisation and (found.level == "own" or found.space not in {ALLIANCE, SAMPLE})
    return own or who.role == "secretariat"


def check(session: Session, initiative: str, state: str, decision: str = "") -> Initiative:
    """Return the initiative if it may go to this state now. Raises UserError or RuleBroken with a sentence."""
    found = _fetch(session, initiative)
    who = identity.read(session)
    if not _may_edit(found, who):
        raise UserError(_("This belongs to others. Nothing was changed."))
    if state not in NEXT.get(found.state, ()):
        known = ", ".join(NEXT.get(found.state, ())) or "–"
        raise UserError(
            _("From “{now}” it does not go to “{state}”. Nothing was changed. It may go to: {known}.").format(
                now=_(STATES.get(found.state, "Proposed")), state=_(STATES.get(state, state)), known=known
            )
        )
    if state == "adopted" and found.level != "own":
        if who.role != "secretariat":
            raise UserError(_("The Steering Committee adopts joint initiatives; the Secretariat enters it here."))
        if not (decision or found.decision).strip():
            raise RuleBroken([("decision", _("Write where it was decided. Nothing was adopted."))])
    return found


def move(session: Session, found: Initiative, state: str, decision: str = "", day: str = "") -> None:
    """Take an initiative to a state that `check` allows; adopting keeps the decision and its day."""
    values: dict[str, object] = {"state": state}
    if state == "adopted":
        values["decided_on"] = day or clock.today().isoformat()
        if decision.strip():
            values["decision"] = decision.strip()
    editing.update(session, found, values)
    session.flush()


def add_milestone(session: Session, initiative: str, title: str, due: str = "", kind: str = "milestone") -> str:
    """Write down a milestone or a deliverable; return its id. Raises RuleBroken without words."""
    found = _fetch(session, initiative)
    if not _may_edit(found, identity.read(session)):
        raise UserError(_("This belongs to others. Nothing was changed."))
    if not title.strip():
        raise RuleBroken([("title", _("Write in a few words what it is."))])
    values = {"initiative_id": initiative, "title": {content_language(): title.strip()}, "due": due, "kind": kind}
    broken = rules.check_values(Milestone, values)
    if broken:
        raise RuleBroken(broken)
    made = editing.prepare(session, Milestone, values)
    made.space, made.owner = found.space, found.owner
    session.flush()
    return made.id


def share(session: Session, initiative: str, copy: str) -> None:
    """Give the shared copy of an initiative its milestones, as they are now."""
    if copy == initiative:
        return
    target = _fetch(session, copy)
    for each in session.scalars(select(Milestone).where(Milestone.initiative_id == initiative)).all():
        values = {name: getattr(each, name) for name in fields(Milestone)} | {"initiative_id": copy}
        record = publishing.copy_id(session, each.id, "alliance")
        known = session.get(Milestone, record)
        if known is not None:
            more = publishing.unsaid(session, each)
            gone = {"deleted": True} if each.deleted else {}
            editing.update(session, known, {name: values[name] for name in more} | gone)
        elif not each.deleted:
            session.add(Milestone(id=record, space=target.space, owner=target.owner, **values))
    session.flush()
