"""Joint initiatives as an organisation meets them: by theme, who takes part, our own part, and what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from resources import content
from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, locale_name, pick
from wimdesk.records import Activity, Initiative, Organization, Participation, Theme
from wimdesk.records import participation as parts
from wimdesk.records.participation import active_on
from wimdesk.records.theme import official
from wimdesk.search import fold
from wimdesk.services import attaching, editing, events, lifecycle, publishing
from wimdesk.services.people import ours
from wimdesk.store import history, identity, journal
from wimdesk.store.identity import Identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import fields

Group = Literal["running", "planned", "done"]
GROUPS: tuple[Group, ...] = ("running", "planned", "done")
_GROUP_OF: Mapping[str, Group] = {
    "running": "running", "paused": "running", "proposed": "planned", "adopted": "planned", "": "planned",
    "delivered": "done", "closed": "done", "dropped": "done",
}  # fmt: skip

LEARNED = {name: fields(Initiative)[name]["label"] for name in ("activities", "outcomes", "takeaways")}
"""What others can learn from an initiative: field and label."""


@dataclass(frozen=True, slots=True)
class ThemeInfo:
    """A theme of the Alliance; `colour` is a token of the look, `count` how many initiatives it has."""

    id: str
    key: str
    title: str
    stake: str
    mandate: str
    colour: str
    count: int


@dataclass(frozen=True, slots=True)
class Entry:
    """An initiative as a row; `role` is ours today, empty where we don't take part."""

    id: str
    title: str
    summary: str
    theme_id: str
    theme: str
    colour: str
    group: Group
    state: str
    start: str
    end: str
    lead: str
    role: str
    count: int


@dataclass(frozen=True, slots=True)
class Board:
    """All initiatives as of one moment, in the order of their groups; `can` may hold "begin" and "lead"."""

    themes: tuple[ThemeInfo, ...]
    entries: tuple[Entry, ...]
    can: frozenset[str]


@dataclass(frozen=True, slots=True)
class Part:
    """One period in which an organisation takes part."""

    id: str
    organisation_id: str
    organisation: str
    role: str
    capacity: str
    note: str
    start: str
    end: str
    ours: bool
    people: int | None = None
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the activity log."""

    id: str
    date: str
    text: str
    hours: float | None
    site_id: str


@dataclass(frozen=True, slots=True)
class Detail:
    """One initiative to be read. `can` names what may be done: join, edit, publish, share, log.

    `learned` are pairs of a label and a text: what was done, what came of it, what to take from it.

    `now` and `counts` are as of the day asked for; `part` is our running part today, `before` our earlier ones.
    """

    id: str
    title: str
    summary: str
    objectives: str
    deliverables: tuple[str, ...]
    start: str
    end: str
    lead: str
    level: str
    regions: tuple[str, ...]
    state: str
    theme: ThemeInfo | None
    now: tuple[Part, ...]
    counts: Mapping[str, int]
    part: Part | None
    before: tuple[Part, ...]
    log: tuple[Line, ...]
    hours: float
    can: frozenset[str]
    learned: tuple[tuple[str, str], ...] = ()


def load(session: Session) -> Board:
    """Return themes and initiatives as they are today. A published one stands for its source, not beside it."""
    who = identity.read(session)
    initiatives = publishing.seen(session, Initiative)
    themes = {theme.id: theme for theme in _themes(session, initiatives)}
    active = list(session.scalars(active_on(clock.today().isoformat())))
    members: dict[str, set[str]] = {}
    roles: dict[str, str] = {}
    for part in active:
        members.setdefault(part.initiative_id, set()).add(part.organization_id)
        if part.organization_id == who.organisation:
            roles[part.initiative_id] = part.role or "participant"
    entries = [
        _entry(each, themes.get(each.theme_id), roles.get(each.id, ""), len(members.get(each.id, ())))
        for each in initiatives
    ]
    entries.sort(key=_place)
    can = frozenset() if who.role == "reader" else frozenset({"begin"})
    if who.role == "secretariat":
        can |= {"lead"}
    return Board(tuple(themes.values()), tuple(entries), can)


def _place(entry: Entry) -> tuple[int, str, str, str]:
    """Running ones by their end, planned ones by their start, done ones the latest first."""
    order = GROUPS.index(entry.group)
    day = entry.start if entry.group == "planned" else entry.end
    if entry.group == "done":
        day = "".join(chr(ord("9") - int(sign) + ord("0")) if sign.isdigit() else sign for sign in day)
    return order, day or "~", fold(entry.title), entry.id


def _entry(found: Initiative, theme: ThemeInfo | None, role: str, count: int) -> Entry:
    return Entry(
        id=found.id,
        title=pick(found.title) or _("Without a title"),
        summary=pick(found.summary),
        theme_id=found.theme_id,
        theme=theme.title if theme else "",
        colour=theme.colour if theme else "",
        group=_GROUP_OF.get(found.state, "planned"),
        state=found.state,
        start=found.start,
        end=found.end,
        lead=found.lead,
        role=role,
        count=count,
    )


def _themes(session: Session, initiatives: list[Initiative]) -> list[ThemeInfo]:
    counts = Counter(each.theme_id for each in initiatives)
    return [_theme(theme, counts[theme.id]) for theme in session.scalars(official())]


def _theme(theme: Theme, count: int = 0) -> ThemeInfo:
    colour = theme.colour or "accent"
    return ThemeInfo(theme.id, theme.key, theme.caption(), pick(theme.stake), pick(theme.mandate), colour, count)


def detail(session: Session, initiative: str, day: str = "") -> Detail:
    """Return an initiative with who takes part on an ISO day (today where none is given); raises NotFound."""
    found = fetch(session, initiative)
    who = identity.read(session)
    today = clock.today().isoformat()
    theme = session.get(Theme, found.theme_id) if found.theme_id else None
    every = _parts(session, initiative, who)
    now = _active(every, day or today)
    mine = [part for part in every if part.ours]
    running = next(iter(_active(mine, today)), None)
    log = _log(session, initiative)
    return Detail(
        id=initiative,
        title=pick(found.title) or _("Without a title"),
        summary=pick(found.summary),
        objectives=pick(found.objectives),
        deliverables=_lines(pick(found.deliverables)),
        start=found.start,
        end=found.end,
        lead=found.lead,
        level=found.level,
        regions=tuple(region(code) for code in found.regions),
        state=found.state,
        theme=_theme(theme) if theme else None,
        now=tuple(now),
        counts=_by_role(now),
        part=running,
        before=tuple(part for part in mine if part is not running),
        log=log,
        hours=sum(line.hours or 0 for line in log),
        can=_allowed(found, who, running),
        learned=tuple((_(LEARNED[name]), pick(getattr(found, name))) for name in LEARNED if pick(getattr(found, name))),
    )


def fetch(session: Session, initiative: str) -> Initiative:
    """Return the initiative; raises NotFound with a sentence."""
    found = history.fetch(session, "initiative", initiative)
    if not isinstance(found, Initiative):
        raise TypeError(found)
    return found


def _allowed(found: Initiative, who: Identity, running: Part | None) -> frozenset[str]:
    if who.role == "reader":
        return frozenset()
    allowed = {"log"}
    joint = found.space == ALLIANCE or (found.space == SAMPLE and found.level != "own")
    if joint and running is None and _GROUP_OF.get(found.state) != "done":
        allowed.add("join")
    own = found.owner == who.organisation and (found.level == "own" or found.space not in {ALLIANCE, SAMPLE})
    if own or who.role == "secretariat":
        allowed.add("edit")
    if who.role == "secretariat" and found.space not in {ALLIANCE, SAMPLE}:
        allowed.add("publish")
    if own and found.level == "own":
        allowed.add("share")
    return frozenset(allowed)


def _parts(session: Session, initiative: str, who: Identity) -> list[Part]:
    query = parts.counted().where(Participation.initiative_id == initiative)
    found = list(session.scalars(query.order_by(Participation.start_date.desc(), Participation.id)))
    ids = {part.organization_id for part in found}
    names = {each.id: each.caption() for each in session.scalars(select(Organization).where(Organization.id.in_(ids)))}
    if who.organisation_name:
        names.setdefault(who.organisation, who.organisation_name)
    unknown = _("An organisation that is not here yet")
    return [
        Part(
            part.id, part.organization_id, names.get(part.organization_id, unknown),
            part.role or "participant", part.capacity, part.note, part.start_date, part.end_date,
            part.organization_id == who.organisation, part.people, part.hours,
        )
        for part in found
    ]  # fmt: skip


def _active(found: list[Part], day: str) -> list[Part]:
    """As `participation.active_on`: whoever leaves on a day no longer takes part on it."""
    active = [part for part in found if part.start <= day and (not part.end or part.end > day)]
    rank = {role: place for place, role in enumerate(reversed(parts.ROLES))}
    return sorted(active, key=lambda part: (not part.ours, rank.get(part.role, 9), fold(part.organisation)))


def _by_role(now: list[Part]) -> dict[str, int]:
    counts = Counter(role for _who, role in {(part.organisation_id, part.role) for part in now})
    return {role: counts[role] for role in parts.ROLES if counts[role]}


def _log(session: Session, initiative: str) -> tuple[Line, ...]:
    """The log of an initiative and of the sources from which it was published."""
    sources = session.scalars(select(Initiative.id)).all()
    ids = {initiative, *(each for each in sources if publishing.copy_id(session, each, "alliance") == initiative)}
    query = ours(session, Activity).where(Activity.initiative_id.in_(ids))
    found = session.scalars(query.order_by(Activity.date.desc(), Activity.created_at.desc(), Activity.id.desc()))
    return tuple(Line(each.id, each.date, each.text, each.hours, each.site_id) for each in found)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.lstrip("-•* ").strip() for line in text.splitlines() if line.strip(" -•*"))


def region(code: str) -> str:
    """Return the name of a UN M49 region by CLDR in the reader's language."""
    return str(Locale.parse(locale_name()).territories.get(code, code))


def regions() -> list[tuple[str, str]]:
    """Return (UN M49 code, name) of the world and every region of the standard that has countries, sorted by name."""
    codes = {"001"}
    for place in content.m49().values():
        codes |= {place["region"], place["sub_region"], place["intermediate_region"] or place["sub_region"]}
    return sorted(((code, region(code)) for code in codes), key=lambda pair: fold(pair[1]))


def own_parts(session: Session, initiative: str) -> list[str]:
    """Return the ids of our parts in an initiative, for their history."""
    who = identity.read(session)
    query = select(Participation.id).where(
        Participation.initiative_id == initiative, Participation.organization_id == who.organisation
    )
    return list(session.scalars(query.order_by(Participation.id)))


def take_part(
    session: Session, initiative: str, role: str, capacity: str = "", *, people: int | None = None,
    hours: float | None = None, until: str = "",
) -> str:  # fmt: skip
    """Let our organisation take part from today on, or until a day; return the id.

    Raises UserError where it does already, RuleBroken for what can't be.
    """
    problems = []
    if role not in parts.ROLES:
        problems.append(("role", _("Choose how you take part.")))
    if until and until <= clock.today().isoformat():
        problems.append(("end_date", _("The end is before the start. Check both dates.")))
    if problems:
        raise RuleBroken(problems)
    events.refuse_nameless(session)
    found = detail(session, initiative)
    if found.part is not None:
        raise UserError(_("Your organisation takes part already. Nothing was changed."))
    if "join" not in found.can:
        raise UserError(_("Nobody can join this initiative now. Nothing was changed."))
    ours = identity.read(session).organisation
    made = parts.join(session, initiative, ours, role, capacity.strip(), people=people, hours=hours, until=until)
    return made.id


def leave(session: Session, participation: str) -> int:
    """Stop taking part today; the part stays in the history. Returns the act, to undo it.

    Raises UserError where it has ended already: the day on which it did stays.
    """
    found = history.fetch(session, "participation", participation)
    if isinstance(found, Participation):
        if found.end_date and found.end_date <= clock.today().isoformat():
            raise UserError(_("Your organisation does not take part. Nothing was changed."))
        parts.leave(found)
    return journal.scribe_of(session).act


def leave_now(session: Session, initiative: str) -> int:
    """End our running part in an initiative; raises UserError where there is none."""
    part = detail(session, initiative).part
    if part is None:
        raise UserError(_("Your organisation does not take part. Nothing was changed."))
    return leave(session, part.id)


def log(session: Session, initiative: str, date: str, text: str, hours: float | None) -> str:
    """Write down what was done; raises RuleBroken where the text is missing or the hours can't be."""
    problems = []
    if not text.strip():
        problems.append(("text", _("Write in a few words what was done.")))
    if hours is not None and not 0 <= hours <= 10_000:
        problems.append(("hours", _("Check the hours. Nothing was added.")))
    if problems:
        raise RuleBroken(problems)
    values = {"initiative_id": initiative, "date": date, "text": text.strip(), "hours": hours}
    return editing.add(session, "activity", values)


def remove(session: Session, type_name: str, record: str) -> int:
    """Move a record to the trash; return the act, to undo it."""
    editing.remove(session, type_name, record)
    return journal.scribe_of(session).act


def begin(session: Session, theme: str = "") -> str:
    """Begin an initiative: a joint one as the Secretariat, else one of our own; return its id."""
    who = identity.read(session)
    joint = who.role == "secretariat"
    values = {
        "theme_id": theme,
        "level": "global" if joint else "own",
        "state": "proposed",
        "start": clock.today().isoformat(),
        "lead": who.organisation_name,
    }
    return editing.add(session, "initiative", values)


def publish(session: Session, initiative: str) -> str:
    """Give an initiative with its milestones to the whole Alliance; return the id of the shared one.

    Raises RuleBroken without a title.
    """
    if not pick(fetch(session, initiative).title):
        raise RuleBroken([("title", _("Give it a title first. Nothing was shared."))])
    copy = publishing.share_rest(session, "initiative", initiative, "alliance")
    lifecycle.share(session, initiative, copy)
    attaching.share(session, initiative, copy, "alliance")
    return copy


def advance(session: Session, initiative: str, state: str, decision: str = "", day: str = "") -> str:
    """Take an initiative on in its course; return its id, or that of the shared copy which adopting made.

    Raises UserError where it does not go there from where it is, RuleBroken for what adopting still needs.
    """
    found = lifecycle.check(session, initiative, state, decision)
    who = identity.read(session)
    lifecycle.move(session, found, state, decision, day)
    joint = found.level != "own" and found.space not in {ALLIANCE, SAMPLE} and who.role == "secretariat"
    return publish(session, initiative) if joint and state != "dropped" else initiative
