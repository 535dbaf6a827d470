"""Terms of office: which end soon, who held what at a time, and what the one hands over to the next."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import N_, _, pick
from wimdesk.records import Post, PostHolding
from wimdesk.search import fold
from wimdesk.services import editing, people
from wimdesk.services.people import Term
from wimdesk.store import history

TYPE = "post_holding"
STEPS = {
    "successor": N_("The successor is named, and knows the day"),
    "work": N_("What is under way was gone through together"),
    "documents": N_("Papers, minutes and files are with the successor"),
    "accounts": N_("Accounts of mail, web and telephone are in new hands"),
    "bank": N_("The bank knows who signs"),
    "keys": N_("Keys, stamps and equipment were given"),
    "contacts": N_("Partners and authorities were told who comes"),
    "computers": N_("The computer of whoever leaves was removed in WIMDesk"),
}
"""What is handed over with any post; each post may have more."""
LATELY = 90
"""So many days after its end the hand-over of a term is still shown."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a hand-over; `code` is one of `STEPS`, or the words of the post's own step."""

    code: str
    words: str
    done: bool


@dataclass(frozen=True, slots=True)
class HandOver:
    """What is handed over at the end of one term."""

    term: Term
    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.done for step in self.steps)


@dataclass(frozen=True, slots=True)
class Held:
    """A post and who held it at the time asked for."""

    post_id: str
    post: str
    terms: tuple[Term, ...]


def last_day(day: str) -> str:
    """Return the last ISO day of a day, a month or a year; any other text as it is."""
    try:
        year, month = int(day[:4]), int(day[5:7] or 12)
        last = calendar.monthrange(year, month)[1]
    except ValueError:
        return day
    return f"{year:04}-{month:02}-{last:02}" if len(day) in {4, 7} else day


def days_left(term: Term) -> int:
    """Return in how many days a term ends, counted to the last day of a month or a year; 0 where that can't be said."""
    try:
        return max(0, (date.fromisoformat(last_day(term.end)) - clock.today()).days)
    except ValueError:
        return 0


def ending(session: Session, within: int = people.SOON) -> list[Term]:
    """Return the running terms of our posts that end within so many days, the first to end first."""
    today = clock.today()
    first, limit = today.isoformat(), (today + timedelta(days=within)).isoformat()
    posts = _posts(session)
    found = [
        term
        for term in people.terms_as_of(session, first)
        if term.when == "now" and term.end and term.post_id in posts and first <= last_day(term.end) <= limit
    ]
    return sorted(found, key=lambda term: (last_day(term.end), term.post, term.person))


def held(session: Session, day: str = "") -> list[Held]:
    """Return every post of ours with who held it on an ISO day, or at any time of a month or a year; else today."""
    asked = day or clock.today().isoformat()
    running: dict[str, list[Term]] = {}
    for term in people.terms_as_of(session, asked):
        if term.when == "now":
            running.setdefault(term.post_id, []).append(term)
    posts = _posts(session)
    rows = [Held(post, label, tuple(reversed(running.get(post, [])))) for post, label in posts.items()]
    return sorted(rows, key=lambda row: (fold(row.post), row.post_id))


def hand_over(session: Session, term_id: str) -> HandOver:
    """Return what is handed over at the end of a term. Raises NotFound."""
    found = history.fetch(session, TYPE, term_id)
    if not isinstance(found, PostHolding):
        raise TypeError(TYPE)
    post = session.get(Post, found.post_id)
    term = next(
        each
        for each in people.terms_as_of(session, clock.today().isoformat(), post=found.post_id)
        if each.id == term_id
    )
    codes = {code: _(words) for code, words in STEPS.items()}
    codes |= {words: words for words in (post.handover if post is not None else [])}
    done = set(found.handed_over)
    return HandOver(term, tuple(Step(code, words, code in done) for code, words in codes.items()))


def hand_overs(session: Session, post: str, within: int = people.SOON) -> list[HandOver]:
    """Return the hand-overs of a post that are near: of terms that end within so many days or ended lately."""
    today = clock.today()
    first = (today - timedelta(days=LATELY)).isoformat()
    limit = (today + timedelta(days=within)).isoformat()
    terms = people.terms_as_of(session, today.isoformat(), post=post)
    near = [term for term in terms if term.end and first <= last_day(term.end) <= limit]
    return [hand_over(session, term.id) for term in sorted(near, key=lambda term: last_day(term.end))]


def tick(session: Session, term_id: str, code: str, done: bool) -> None:
    """Note that a step of a hand-over is done, or is not. Raises NotFound; UserError for a step that is not there."""
    steps = {step.code for step in hand_over(session, term_id).steps}
    if code not in steps:
        known = ", ".join(sorted(steps))
        raise UserError(
            _("There is no step “{code}”. Nothing was changed. Known: {known}.").format(code=code, known=known)
        )
    before = editing.values(session, TYPE, term_id)["handed_over"]
    after = [each for each in before if each != code] + ([code] if done else [])
    editing.change(session, TYPE, term_id, {"handed_over": after})


def _posts(session: Session) -> dict[str, str]:
    return {post.id: pick(post.label) or _("Without a name") for post in session.scalars(people.ours(session, Post))}
