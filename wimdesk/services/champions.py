"""Thematic champions: nominated, accepted, a term with duties, and at its end a report; without it they are overdue.

Anybody may nominate; only the nominated organisation can accept, decline and report (`reply`, services.owed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, pick
from wimdesk.records import Champion, Reply, Theme
from wimdesk.records.theme import official
from wimdesk.search import fold
from wimdesk.services import editing, events, owed, publishing
from wimdesk.services.days import days_until
from wimdesk.store import history, identity, journal
from wimdesk.store.journal import SAMPLE

TYPE = "champion"
SOON = 30
"""Days before the end of a term from which on the report is asked for on the start page."""
State = Literal["nominated", "declined", "coming", "running", "asked", "overdue", "reported"]


@dataclass(frozen=True, slots=True)
class Seat:
    """A champion on the board. `state`: "asked" where the term ends within 30 days and no report is here yet.

    `can` may hold "answer" (it is our nomination), "report" (we are the champion) and "edit".
    """

    id: str
    theme: str
    theme_id: str
    organisation: str
    organisation_id: str
    start: str
    end: str
    duties: str
    state: State
    days: int | None
    report: str
    reported_on: str
    reply: str
    can: frozenset[str]


def nominate(session: Session, theme: str, organisation: str, year: int | None = None) -> str:
    """Nominate an organisation as the champion of a theme for a year (this one); return the id. Raises RuleBroken."""
    broken = []
    if session.scalars(official().where(Theme.id == theme)).first() is None:
        broken.append(("theme_id", _("Choose a theme. Nothing was made.")))
    if not organisation:
        broken.append(("organization_id", _("Choose an organisation. Nothing was made.")))
    year = year or clock.today().year
    if not 2000 <= year <= 2200:
        broken.append(("start", _("Write a year such as 2026. Nothing was made.")))
    if broken:
        raise RuleBroken(broken)
    values = {"theme_id": theme, "organization_id": organisation, "start": f"{year}-01-01", "end": f"{year}-12-31"}
    return editing.add(session, TYPE, values)


def board(session: Session) -> list[Seat]:
    """Return every champion: what asks for something first, then by theme, the latest term first."""
    found = publishing.seen(session, Champion)
    who = identity.read(session)
    themes = {theme.id: theme for theme in session.scalars(select(Theme))}
    replies = owed.answers(session, [each.id for each in found])
    owing = [each.organization_id for each in found]
    names = dict(zip(owing, events.named(session, owing), strict=True))
    seats = []
    for each in found:
        reply = replies.get((each.id, each.organization_id))
        state, days = _state(each, reply)
        theme = themes.get(each.theme_id)
        seats.append(
            Seat(
                each.id, theme.caption() if theme else _("Theme"), each.theme_id, names.get(each.organization_id, ""),
                each.organization_id, each.start, each.end, pick(each.duties), state, days,
                reply.report if reply else "", reply.reported_on if reply else "", reply.id if reply else "",
                _allowed(each, who, state),
            )
        )  # fmt: skip
    urgent = {"overdue": 0, "asked": 1}
    seats.sort(key=lambda seat: (seat.start, seat.id), reverse=True)
    return sorted(seats, key=lambda seat: (urgent.get(seat.state, 2), fold(seat.theme)))


def _allowed(each: Champion, who: identity.Identity, state: State) -> frozenset[str]:
    can = set()
    if who.role != "reader":
        if each.organization_id == who.organisation:
            can.add("answer" if state in {"nominated", "declined"} else "report")
        if each.owner == who.organisation or who.role == "secretariat" or each.space == SAMPLE:
            can.add("edit")
    return frozenset(can)


def _state(each: Champion, reply: Reply | None) -> tuple[State, int | None]:
    """Return how it stands and the days until the end of the term."""
    days = days_until(each.end)
    if reply is None or reply.state not in {"accepted", "declined"}:
        return "nominated", days
    if reply.state == "declined":
        return "declined", days
    if reply.reported_on:
        return "reported", days
    if days is not None and days < 0:
        return "overdue", days
    if each.start and each.start > clock.today().isoformat():
        return "coming", days
    return "asked" if days is not None and days <= SOON else "running", days


def seat(session: Session, champion: str) -> Seat:
    """Return one champion. Raises NotFound."""
    history.fetch(session, TYPE, champion)
    return next(each for each in board(session) if each.id == champion)


def asked(session: Session) -> list[Seat]:
    """Return what is asked of our organisation: to answer a nomination, or to report."""
    who = identity.read(session)
    wanted = {"nominated", "asked", "overdue"}
    return [each for each in board(session) if each.organisation_id == who.organisation and each.state in wanted]


def answer(session: Session, champion: str, accepted: bool) -> int:
    """Accept or decline our nomination; return the act, to undo it. Raises UserError where it is not ours."""
    _ours(session, champion)
    state = "accepted" if accepted else "declined"
    owed.reply(session, champion, {"state": state, "answered_on": clock.today().isoformat()})
    return journal.scribe_of(session).act


def report(session: Session, champion: str, text: str = "") -> int:
    """Hand in the report of our term: this text, or what is written already; return the act.

    Raises RuleBroken where nothing is written, UserError where it is not ours or not accepted.
    """
    found = _ours(session, champion)
    if found.state in {"nominated", "declined"}:
        raise UserError(_("Accept the nomination first. Nothing was sent."))
    words = text.strip() or found.report
    if not words.strip():
        raise RuleBroken([("report", _("Write first what was done. Nothing was sent."))])
    owed.reply(session, champion, {"report": words, "reported_on": clock.today().isoformat()})
    return journal.scribe_of(session).act


def _ours(session: Session, champion: str) -> Seat:
    found = seat(session, champion)
    if found.organisation_id != identity.read(session).organisation:
        raise UserError(_("Another organisation is nominated. Nothing was changed."))
    return found
