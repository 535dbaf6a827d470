"""Actions and decisions of every group as one list: what our organisation owes, and what the others do.

A draft of minutes is private, with its actions. Circulating them gives the Alliance a copy of both. What an
organisation says of an action is a record of its own (`reply`), for in the Alliance each may change only what it owns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _
from wimdesk.records import Action, Event, Minutes, Reply, WorkingGroup
from wimdesk.records.reply import STATES
from wimdesk.services import attaching, editing, events, publishing
from wimdesk.services.days import days_until
from wimdesk.store import erasures, history, identity, journal
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record

MINUTES, ACTION, REPLY = "minutes", "action", "reply"
SOON = 14
"""Days before its day on which an action that we owe shows on the start page."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One action or decision. `state` is "open", "doing", "done", "declined" or "dropped"; `days` are until its day.

    `can` may hold "answer" (it is ours to do) and "edit" (it is ours to ask for).
    """

    id: str
    text: str
    kind: str
    due: str
    days: int | None
    organisation: str
    organisation_id: str
    group: str
    minutes_id: str
    meeting: str
    state: str
    answer: str
    answered_on: str
    can: frozenset[str]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.kind != "decision" and self.state in {"open", "doing"}

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed."""
        return self.is_open and self.days is not None and self.days < 0


@dataclass(frozen=True, slots=True)
class MinutesRow:
    """The minutes of one meeting as a row."""

    id: str
    title: str
    day: str
    state: str
    group_id: str
    group: str
    actions: int


@dataclass(frozen=True, slots=True)
class MinutesCard:
    """The minutes of one meeting. `can` may hold "edit" and "circulate"."""

    id: str
    title: str
    day: str
    group_id: str
    group: str
    text: str
    state: str
    actions: tuple[Owed, ...]
    can: frozenset[str]
    is_rest: bool = False
    """Whether this was written on another computer while the minutes were circulated, and stayed behind."""


def owed(session: Session, ours: bool = True, open_only: bool = True) -> list[Owed]:
    """Return what our organisation owes, or everybody, the most urgent first; decisions only among all."""
    who = identity.read(session)
    gone = set(session.scalars(select(Minutes.id).where(Minutes.deleted)))  # with them goes what they asked for
    found = [each for each in publishing.seen(session, Action) if each.minutes_id not in gone]
    if ours:
        found = [each for each in found if each.organization_id == who.organisation]
    told = _told(session, found)
    return [each for each in told if not open_only or each.is_open]


def soon(session: Session) -> list[Owed]:
    """Return what we owe and is due within two weeks or overdue."""
    return [each for each in owed(session) if each.days is not None and each.days <= SOON]


def _told(session: Session, found: Iterable[Action]) -> list[Owed]:
    who, actions = identity.read(session), list(found)
    replies = answers(session, [each.id for each in actions])
    groups = {each.id: each.caption() for each in session.scalars(select(WorkingGroup))}
    meetings = {each.id: each for each in session.scalars(select(Minutes))}
    owing = [each.organization_id for each in actions]
    names = dict(zip(owing, events.named(session, owing), strict=True))
    told = []
    for each in actions:
        reply = replies.get((each.id, each.organization_id))
        state = "dropped" if each.dropped else reply.state if reply is not None and reply.state else "open"
        can = set()
        if who.role != "reader" and each.organization_id == who.organisation:
            can.add("answer")
        if who.role != "reader" and (each.owner == who.organisation or who.role == "secretariat"):
            can.add("edit")
        meeting = meetings.get(each.minutes_id)
        told.append(
            Owed(
                each.id, each.text or _("Without a name"), each.kind or "action", each.due, days_until(each.due),
                names.get(each.organization_id, ""), each.organization_id, groups.get(each.group_id, ""),
                each.minutes_id, meeting.caption() if meeting is not None else "", state,
                reply.text if reply is not None else "", reply.answered_on if reply is not None else "", frozenset(can),
            )
        )  # fmt: skip
    return sorted(told, key=lambda each: (not each.is_open, each.due or "9", each.text, each.id))


def answers(session: Session, ids: Iterable[str]) -> dict[tuple[str, str], Reply]:
    """Return what organisations answered, by what it is about and who says it: only the owner's own word counts."""
    query = select(Reply).where(Reply.about.in_(list(ids)), Reply.deleted.is_(False))
    return {(each.about, each.owner): each for each in session.scalars(query)}


def answer(session: Session, action: str, state: str, text: str = "") -> int:
    """Say for our organisation how far an action is; return the act. Raises UserError where it is not ours."""
    found = fetch_action(session, action)
    if found.organization_id != identity.read(session).organisation:
        raise UserError(_("Another organisation owes this. Nothing was changed."))
    if found.space != ALLIANCE and found.organization_id != found.owner:
        raise UserError(_("These minutes are a draft. Nothing was changed. Circulate them first."))
    values = {"state": state, "answered_on": clock.today().isoformat(), "text": text.strip()}
    reply(session, action, values, found.space)
    return journal.scribe_of(session).act


def reply(session: Session, about: str, values: Mapping[str, object], space: str = ALLIANCE) -> str:
    """Write what our organisation answers to something, in the space where that is; return the id of the answer.

    Raises RuleBroken.
    """
    if values.get("state") not in {None, *STATES}:
        raise RuleBroken([("state", _("Choose one of these: {known}.").format(known=", ".join(STATES)))])
    record = _reply_id(session, about)
    if session.get(Reply, record) is None:
        made = editing.prepare(session, Reply, {"about": about}, record)
        if space != ALLIANCE:
            made.space = space  # what is said of a draft stays where the draft is
        session.flush()
    editing.change(session, REPLY, record, {**values, "deleted": False})
    return record


def _reply_id(session: Session, about: str) -> str:
    mine = identity.read(session).organisation
    return erasures.own_id(session, mine, REPLY, mine, about)


def fetch_action(session: Session, action: str) -> Action:
    """Return the action; raises NotFound."""
    found = history.fetch(session, ACTION, action)
    if not isinstance(found, Action):
        raise TypeError(ACTION)
    return found


def _minutes(session: Session, minutes: str) -> Minutes:
    found = history.fetch(session, MINUTES, minutes)
    if not isinstance(found, Minutes):
        raise TypeError(MINUTES)
    return found


def begin_minutes(session: Session, group: str, event: str = "", day: str = "") -> str:
    """Begin the minutes of a meeting of a group, as a private draft; return the id. Raises NotFound."""
    found = history.fetch(session, "working_group", group)
    slot = session.get(Event, event) if event else None
    values = {
        "group_id": found.id, "event_id": slot.id if slot is not None else "", "state": "draft",
        "day": day or clock.today().isoformat(), "title": found.caption() if found.caption() != found.id else "",
    }  # fmt: skip
    return editing.add(session, MINUTES, values)


def begin_action(session: Session, minutes: str, kind: str = "action", **values: object) -> str:
    """Add an action or a decision to minutes, in the space where these are; return the id. Raises NotFound."""
    found = _minutes(session, minutes)
    made = Action(space=found.space, minutes_id=minutes, group_id=found.group_id, kind=kind, **values)
    session.add(made)
    session.flush()
    return made.id


def minutes_of(session: Session, group: str = "") -> list[MinutesRow]:
    """Return the minutes that show here, of one group or of all, the latest first."""
    found = publishing.seen(session, Minutes)
    found += _asking_more(session, found)
    counts: dict[str, int] = {}
    for each in session.scalars(select(Action).where(Action.deleted.is_(False))):
        counts[each.minutes_id] = counts.get(each.minutes_id, 0) + 1
    groups = {each.id: each.caption() for each in session.scalars(select(WorkingGroup))}
    rows = [
        MinutesRow(
            each.id, each.title or _("Without a title"), each.day, _state(each), each.group_id,
            groups.get(each.group_id, ""), counts.get(each.id, 0),
        )
        for each in found if not group or each.group_id == group
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row.day, row.id), reverse=True)


def _asking_more(session: Session, shown: Iterable[Minutes]) -> list[Minutes]:
    """Return drafts behind their copies that ask for something which was written on another computer meanwhile."""
    drafts = {each.minutes_id for each in publishing.seen(session, Action) if _is_private(each)}
    found = (session.get(Minutes, each) for each in sorted(drafts - {each.id for each in shown}))
    return [each for each in found if each is not None and not each.deleted]


def _is_private(record: Record) -> bool:
    return record.space not in {ALLIANCE, SAMPLE}


def _state(minutes: Minutes) -> str:
    return "draft" if _is_private(minutes) else minutes.state


def minutes_card(session: Session, minutes: str) -> MinutesCard:
    """Return the minutes with their actions and decisions, in the order in which they were written. Raises NotFound."""
    found = _minutes(session, minutes)
    who = identity.read(session)
    group = session.get(WorkingGroup, found.group_id) if found.group_id else None
    query = select(Action).where(Action.minutes_id == minutes, Action.deleted.is_(False))
    found_actions = list(session.scalars(query))
    order = {each.id: events.turn(each, "minutes_id") for each in found_actions}
    actions = sorted(_told(session, found_actions), key=lambda each: order[each.id])
    can = set()
    if who.role != "reader" and (found.owner == who.organisation or who.role == "secretariat"):
        can.add("edit")
        if _is_private(found):
            can.add("circulate")
    return MinutesCard(
        minutes, found.title or _("Without a title"), found.day, found.group_id, group.caption() if group else "",
        found.text, _state(found), tuple(actions), frozenset(can), _is_private(found) and found.state == "circulated",
    )  # fmt: skip


def circulate(session: Session, minutes: str) -> str:
    """Give minutes with their actions, decisions and files to the Alliance; return the id of the copy.

    Raises RuleBroken where nothing is written, or an action has no organisation that owes it.
    """
    found = _minutes(session, minutes)
    actions = list(session.scalars(select(Action).where(Action.minutes_id == minutes, Action.deleted.is_(False))))
    actions.sort(key=lambda each: events.turn(each, "minutes_id"))
    if not found.text.strip() and not actions:
        raise RuleBroken([("text", _("Write first what was said. Nothing was circulated."))])
    if any(each.kind != "decision" and not each.organization_id for each in actions):
        raise RuleBroken([("organization_id", _("Say of each action who owes it. Nothing was circulated."))])
    found.state = "circulated"
    copy = publishing.share_rest(session, MINUTES, minutes, "alliance")
    attaching.share(session, minutes, copy, "alliance")
    for each in actions:
        shared = publishing.share_rest(session, ACTION, each.id, "alliance", but=("minutes_id",))
        fetch_action(session, shared).minutes_id = copy
        said = session.get(Reply, _reply_id(session, each.id))
        if said is not None and not said.deleted and shared != each.id:
            reply(session, shared, {name: getattr(said, name) for name in ("state", "answered_on", "text")})
    session.flush()
    return copy
