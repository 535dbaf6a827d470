"""Leaving the Alliance: an organisation says from which day, and from then on its computers work on alone.

The day stands in the organisation's own profile, where the whole Alliance reads it, and can be taken back until it has
come. It counts only where a computer of ours wrote it, and it has come when the endpoint's clock says so (it comes with
each token): no clock of a laptop cuts anybody off. What was done last goes out in the same pass. Nothing is removed
here: a computer that has left is a profile of its own, with all that it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE, ROLES, private_space
from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records import Organization
from wimdesk.services import computers, editing, erasing, setting_up
from wimdesk.services.dates import day_text
from wimdesk.store import facts, journal, tables
from wimdesk.store.inbox import text_of

TERM_DAYS = 30
"""Days after which the Secretariat removes what an organisation that has left had shared. Until then it may come back
with all of it."""
FIELD = "left_on"
State = Literal["apart", "in", "leaving", "left"]
Stage = Literal["", "ask", "past"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How our organisation stands to the Alliance: never joined (or its Secretariat), in it, in it until a day, or out
    of it since one.

    `until`: the day on which the Secretariat removes what we shared. `may`: this computer may say a day or take it
    back. `has_come`: by this computer's own clock the day is there.
    """

    state: State
    day: str = ""
    until: str = ""
    may: bool = False
    has_come: bool = False


def standing(session: Session) -> Standing:
    """Return how our organisation stands to the Alliance."""
    today, may, left = clock.today().isoformat(), erasing.may_erase(session), facts.text(session, "left")
    if left:
        until = end_of_term(left)
        return Standing("left", left, until, may and today < until, has_come=True)
    if not facts.text(session, "server_url") or facts.text(session, "role") == "secretariat":
        return Standing("apart")
    day = announced(session)
    if not day:
        return Standing("in", may=may)
    return Standing("leaving", day, end_of_term(day), may, today >= day)


def end_of_term(day: str) -> str:
    """Return the day on which what was shared may be removed, if the organisation left on this one (ISO days)."""
    try:
        return (date.fromisoformat(day) + timedelta(days=TERM_DAYS)).isoformat()
    except (ValueError, OverflowError):
        return ""


def announced(session: Session) -> str:
    """Return the day from which our organisation has left, as one of our own computers said it; else an empty text."""
    organisation = facts.text(session, "organisation")
    found = session.get(Organization, organisation)
    day = found.left_on if found is not None and not found.deleted else ""
    return day if end_of_term(day) and _is_ours(session, organisation) else ""


def _is_ours(session: Session, organisation: str) -> bool:
    """Say whether a computer of ours wrote the day that may say it: the Secretariat may write any profile, and sends
    nobody away; a volunteer, too, may write ours."""
    op = tables.op.c
    query = select(op.device, op.fields).where(op.record == organisation, op.space == ALLIANCE)
    said = [
        row.device for row in session.execute(query.order_by(op.seq.is_(None), op.seq, op.pos)) if FIELD in row.fields
    ]
    if not said:
        return False
    device = bytes(said[-1])
    names = {each.id: each.role for each in computers.every(session)}
    names[facts.text(session, "device")] = facts.text(session, "role")
    if text_of(device) in names:
        role = ROLES.get(names[text_of(device)])
        return role is not None and role.erases
    # One that was removed since: it has written where only ours can.
    inside = select(op.pos).where(op.space == private_space(organisation), op.device == device).limit(1)
    return session.scalar(inside) is not None


def in_words(day: str) -> str:
    """Return for others that an organisation leaves, or has left, on this day; empty where it does not."""
    if not day:
        return ""
    return (_("Left on {day}") if day <= clock.today().isoformat() else _("Leaves on {day}")).format(day=day_text(day))


# ----------------------------------------------------------------- what a person decides


def announce(session: Session, day: str) -> None:
    """Say from which day on we have left: today or later. Raises UserError where that can't be."""
    _check_may(session)
    if not facts.text(session, "server_url"):
        raise UserError(_("This profile is in no Alliance. Nothing was changed."))
    if facts.text(session, "sample_organisation"):
        raise UserError(_("You are looking at sample data. Nothing was changed. Remove it in the settings first."))
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise UserError(_("This is not a day. Nothing was changed. Write it like 2026-10-31.")) from error
    if wanted < clock.today():
        raise UserError(_("This day is over. Nothing was changed. Choose today or a later day."))
    setting_up.ensure_profile(session)
    session.flush()
    _put(session, wanted.isoformat())


def take_back(session: Session) -> None:
    """Stay, or come back before the term is over. Raises UserError where it is too late or there is nothing."""
    _check_may(session)
    found = standing(session)
    if found.state not in {"leaving", "left"}:
        raise UserError(_("Your organisation has not said that it leaves. Nothing was changed."))
    if found.state == "left":
        if not found.may:
            sentence = _("It is too late to come back with this profile. Nothing was changed. {how}")
            raise UserError(sentence.format(how=join_again()))
        facts.put(session, server_url=facts.text(session, "left_url"), left="", left_url="", left_told=False)
    _put(session, "")


def work_alone(session: Session) -> None:
    """Part now, without waiting for the endpoint. Raises UserError where no day was said, or it has not come."""
    found = standing(session)
    if found.state != "leaving" or not found.has_come:
        raise UserError(_("The day on which your organisation leaves has not come. Nothing was changed."))
    _part(session, found.day)


def _check_may(session: Session) -> None:
    if facts.text(session, "role") == "secretariat":
        raise UserError(_("The Secretariat can't leave the Alliance. Nothing was changed."))
    if not erasing.may_erase(session):
        raise UserError(_("This computer may not do that. Nothing was changed. Ask a coordinator."))


def _put(session: Session, day: str) -> None:
    organisation = facts.text(session, "organisation")
    editing.change(session, "organization", organisation, {FIELD: day})
    found = session.get_one(Organization, organisation)
    if day and not _is_ours(session, organisation):  # somebody else had written the same day
        journal.force(session, found, {FIELD: day})
        session.flush()


def join_again() -> str:
    """Return how a profile that has left comes into an Alliance again."""
    return _("Save everything in the settings, bring it into a new, empty WIMDesk, and join with that.")


def why_apart(session: Session) -> str:
    """Return why this profile syncs with nobody."""
    never = _("This profile is not connected to a Secretariat yet. Your data is safe here.")
    return why_left(session) or never


def why_left(session: Session) -> str:
    """Return the sentence that this profile has left, empty where it has not."""
    left = facts.text(session, "left")
    sentence = _("Your organisation left the Alliance on {day}. This computer works on alone. Your data is safe here.")
    return sentence.format(day=day_text(left)) if left else ""


def has_left(session: Session) -> bool:
    """Say whether this profile was in an Alliance and has left it."""
    return bool(facts.text(session, "left"))


# ----------------------------------------------------------------- what the sync does


def stage(session: Session) -> Stage:
    """Return whether to ask the endpoint which day it is, or whether by its clock the term is over."""
    day = announced(session)
    if not day:
        return ""
    until, here, there = end_of_term(day), clock.today().isoformat(), endpoint_day(session)
    if there >= until:
        return "past"
    return "ask" if any(here >= each > there for each in (day, until)) else ""


def endpoint_day(session: Session) -> str:
    """Return which day it was by the endpoint's clock when this computer last signed in; empty where it never said."""
    return facts.text(session, "endpoint_day")


def has_come(session: Session) -> bool:
    """Say whether our day has come by the endpoint's clock."""
    day = announced(session)
    return bool(day) and endpoint_day(session) >= day


def part(session: Session) -> bool:
    """Sync no more; say so."""
    _part(session, announced(session))
    return True


def part_if_announced(session: Session, *, wipe: bool = False) -> bool:
    """Part where the endpoint has shut this computer out and our day has come; say whether it was so."""
    day = announced(session)
    if wipe or not day or clock.today().isoformat() < day:
        return False
    _part(session, day)
    return True


def _part(session: Session, day: str) -> None:
    url = facts.text(session, "server_url")
    facts.put(session, server_url="", token="", left=day, left_url=url, left_told=False)


def untold(session: Session) -> str:
    """Return the sentence that this computer has left, as long as nobody has read it; else an empty text."""
    return "" if facts.get(session, "left_told") else why_left(session)


def note_told(session: Session) -> None:
    """Somebody has read it."""
    facts.put(session, left_told=True)
