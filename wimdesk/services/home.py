"""What the home page and the frame of the window show, read in one go. Sentences are made by the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.i18n import _, pick
from wimdesk.records import Activity, Attendance, Organization, Participation, Person, Site
from wimdesk.services import (
    champions,
    commitments,
    computers,
    events,
    handover,
    leaving,
    metrics,
    miner_groups,
    naming,
    owed,
    people,
    progress,
    removals,
    terms,
    wrong_date,
)
from wimdesk.store import history, identity, journal, outbox, tables
from wimdesk.store.record import Record, fields, types

UNSENT_FOR = timedelta(days=7)
"""Changes that nobody else has seen for this long are worth a row, and so is a sync that went well so long ago."""
MOST_TASKS = 5
_MOST_OWED = 2
MOST_NEWS = 6
_QUIET = frozenset({"observation", "theme", "indicator"})
"""Types whose single changes are too small to tell one by one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands round every page. `last_success` is UTC (RFC 3339) or empty."""

    organisation: str
    site: str
    person: str
    enrolled: bool
    sample: bool
    waiting: int
    decisions: int
    last_success: str
    left: str = ""
    """A sentence that nobody has read yet: this computer has left the Alliance."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do next.

    `kind`: date, locked, asking, decide, removed, text, metrics, term, licence, owed, report, champion, waiting,
    silent, profile. `subject` is a text, a site or a person, `detail` a post or who says so; `when` is a month or a day
    (ISO); `count` of `total`.
    """

    kind: str
    record: str = ""
    subject: str = ""
    detail: str = ""
    when: str = ""
    count: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class News:
    """Something that was done. `at` is a moment in UTC, or a day for an activity; `made` where it is new."""

    record: str
    type: str
    caption: str
    by: str
    at: str
    made: bool = False
    removed: bool = False
    opens: tuple[tuple[str, str], ...] = ()
    """Type and id of the record, and of what it belongs to: the first that has a page is opened."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The first three steps of an organisation, and which of them are done."""

    profile: bool
    people: bool
    initiative: bool
    event: bool = False
    joined: bool = False

    @property
    def all(self) -> bool:
        """Whether nothing of the beginning is left to do."""
        return self.profile and self.people and self.initiative


@dataclass(frozen=True, slots=True)
class Home:
    """Everything on the home page, as of one moment."""

    frame: Frame
    begun: Begun
    tasks: tuple[Task, ...]
    news: tuple[News, ...]


def frame(session: Session, site: str = "") -> Frame:
    """Return what stands round every page; `site` is the id of the person's own site, else the first one."""
    who = identity.read(session)
    profile = session.get(Organization, who.organisation)
    name = (pick(profile.name) or profile.acronym) if profile is not None else ""
    sites = metrics.sites(session)
    chosen = next((each.name for each in sites if each.id == site), sites[0].name if sites else "")
    figures = outbox.figures(session)
    return Frame(
        organisation=name or who.organisation_name,
        site=chosen,
        person=who.person_name,
        enrolled=who.enrolled,
        sample=who.sample,
        waiting=0 if leaving.has_left(session) else figures.waiting,
        decisions=figures.decisions,
        last_success=figures.last_success,
        left=leaving.untold(session),
    )


def home(session: Session, site: str = "", within: int = people.SOON) -> Home:
    """Return the home page: what to do next (five at most), what was done lately, how far the beginning is.

    A term that ends within so many days is worth a row.
    """
    around = frame(session, site)
    today = clock.today()
    begun = _begun(session)
    tasks = [
        *_date(session),
        *_computers(session),
        *_decide(session),
        *_texts(session),
        *_metrics(session, site),
        *_terms(session, within),
        *_licences(session),
        *_owed(session),
        *_reports(session),
        *_champions(session),
        *_unsent(session, around, today),
        *(_profile(session) if begun.profile else ()),  # before that it is the first of the three steps
    ]
    return Home(around, begun, tuple(tasks[:MOST_TASKS]), tuple(_news(session)))


def _begun(session: Session) -> Begun:
    who = identity.read(session)
    profile = people.profile(session)
    taking_part = select(Participation.id).where(
        Participation.organization_id == who.organisation, Participation.deleted.is_(False)
    )
    return Begun(
        profile=profile.filled * 2 >= profile.asked,
        people=session.scalars(people.ours(session, Person).limit(1)).first() is not None,
        initiative=session.scalar(taking_part.limit(1)) is not None,
        event=session.scalars(people.ours(session, Activity).limit(1)).first() is not None,
        joined=who.enrolled,
    )


def _date(session: Session) -> list[Task]:
    """Say that this computer's date can't be right: what follows below goes by it."""
    found = wrong_date.doubt(session)
    return [Task("date", detail=found.by, when=found.day)] if found is not None else []


def _computers(session: Session) -> list[Task]:
    """Say that this computer waits to be let in, or that others wait: nobody opens the page of computers by chance."""
    if computers.waits(session):
        return [Task("locked")]
    count = computers.asking(session)
    return [Task("asking", count=count)] if count else []


def _decide(session: Session) -> list[Task]:
    counts = {"decide": history.count_clashes(session), "removed": removals.count(session)}
    return [Task(kind, count=count) for kind, count in counts.items() if count]


def _texts(session: Session) -> list[Task]:
    """Say that a version of the internal regulation waits to be acknowledged."""
    found = [each for each in commitments.owed(session) if each.kind == "regulation"]
    return [Task("text", each.id, each.title, each.version, each.issued) for each in found]


def _metrics(session: Session, site: str) -> list[Task]:
    """Say which month is not handed in: one row for the person's own site, else for each of the first two."""
    sites = list(session.scalars(people.ours(session, Site).order_by(Site.name, Site.id)))
    wanted = [each for each in sites if each.id == site] or sites[:2]
    found = []
    month = metrics.month_before(clock.this_month())
    for each in wanted:
        sheet = metrics.month_sheet(session, each.id, month)
        answered = sum(row.is_answered for row in sheet.rows)
        if not sheet.state and sheet.rows:
            found.append(Task("metrics", each.id, each.caption(), "", month, answered, len(sheet.rows)))
    return found


def _terms(session: Session, within: int) -> list[Task]:
    found = terms.ending(session, within)
    return [Task("term", each.post_id, each.person, each.post or _("Without a name"), each.end) for each in found]


def _licences(session: Session) -> list[Task]:
    return [
        Task("licence", each.group_id, each.group, each.words, each.expires, each.days)
        for each in miner_groups.ending(session)
    ]


def _owed(session: Session) -> list[Task]:
    return [
        Task("owed", each.id, each.text, each.group, each.due, each.days or 0)
        for each in owed.soon(session)[:_MOST_OWED]
    ]


def _reports(session: Session) -> list[Task]:
    found = progress.due_soon(session)[:_MOST_OWED]
    return [Task("report", each.id, each.title, "", each.due, each.days or 0) for each in found]


def _champions(session: Session) -> list[Task]:
    found = champions.asked(session)[:_MOST_OWED]
    return [Task("champion", each.id, each.theme, each.state, each.end, each.days or 0) for each in found]


def _unsent(session: Session, around: Frame, today: date) -> list[Task]:
    """Say that changes wait for a week, or that no sync went well for as long, where there is an endpoint."""
    if not around.enrolled:
        return []
    limit = datetime.combine(today - UNSENT_FOR, datetime.max.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    oldest = session.scalar(
        select(tables.op.c.payload).where(tables.op.c.state == tables.WAITING).order_by(tables.op.c.pos).limit(1)
    )
    since = journal.unpack_payload(oldest).at if oldest else ""
    if around.waiting and since and since <= limit:
        return [Task("waiting", when=since, count=around.waiting)]
    is_silent = around.last_success and around.last_success <= limit
    return [Task("silent", when=around.last_success)] if is_silent else []


def _profile(session: Session) -> list[Task]:
    found = people.profile(session)
    if found.filled >= found.asked:
        return []
    first = found.missing[0][1] if found.missing else ""
    return [Task("profile", found.id, found.name, first, "", found.filled, found.asked)]


def _news(session: Session) -> list[News]:
    """Return the latest changes, one line per record, together with the latest lines of the activity log."""
    found = [*_changes(session), *_activities(session)]
    seen: set[str] = set()
    kept = []
    for each in sorted(found, key=lambda news: news.at, reverse=True):
        if each.record not in seen:
            seen.add(each.record)
            kept.append(each)
    return kept[:MOST_NEWS]


def _changes(session: Session) -> list[News]:
    latest = (
        select(func.max(tables.op.c.pos))
        .where(tables.op.c.type.not_in(_QUIET))
        .group_by(tables.op.c.record)
        .order_by(func.max(tables.op.c.pos).desc())
        .limit(MOST_NEWS * 2)
    )
    rows = session.execute(select(tables.op).where(tables.op.c.pos.in_(latest))).all()
    submissions: dict[str, str] = {}
    if any(row.type == "submission" for row in rows):
        submissions = {each.shown.id: each.id for each in handover.kept(session)}
    found = []
    for row in rows:
        if row.type == "submission" and row.record not in submissions:
            continue  # the draft of what was sent, or one that others have not sent
        record = _record(session, row.type, submissions.get(row.record, row.record))
        if record is None or not row.payload:
            continue
        payload = journal.unpack_payload(row.payload)
        caption = naming.called(session, record)
        made = record.created_at == payload.at
        opens = _opens(session, record)
        found.append(News(record.id, row.type, caption, payload.by, payload.at, made, record.deleted, opens))
    return found


def _activities(session: Session) -> list[News]:
    query = people.ours(session, Activity).where(Activity.date != "", Activity.date <= clock.today().isoformat())
    latest = session.scalars(query.order_by(Activity.date.desc(), Activity.id).limit(MOST_NEWS))
    return [
        News(each.id, "activity", each.text, each.created_by, each.date, opens=_opens(session, each)) for each in latest
    ]


def _record(session: Session, type_name: str, record: str) -> Record | None:
    cls = types().get(type_name)
    return session.get(cls, record) if cls is not None else None


def _opens(session: Session, record: Record) -> tuple[tuple[str, str], ...]:
    """Return type and id of a record, of what it belongs to, of what that belongs to, until one that is removed."""
    found: dict[tuple[str, str], None] = {}
    at: Record | None = record
    while at is not None and not at.deleted and (at.__tablename__, at.id) not in found:  # links may go round
        found[at.__tablename__, at.id] = None
        at = _owner(session, at)
    return tuple(found)


def _owner(session: Session, record: Record) -> Record | None:
    if isinstance(record, Attendance):
        return events.known_as(session, record.event)
    known = fields(type(record)).items()
    links = ((info["link"], getattr(record, name)) for name, info in known if info["kind"] == "link")
    return next((session.get(types()[kind], value) for kind, value in links if value), None)
