"""The organisation itself: its profile, its people and how to reach them, posts with their holders, and sites."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from babel import Locale
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from resources import content
from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.i18n import _, content_language, locale_name, pick
from wimdesk.records import (
    ContactDetail,
    GroupEntry,
    Licence,
    MinerGroup,
    Organization,
    Person,
    Post,
    PostHolding,
    Site,
    Visit,
    VisitContact,
)
from wimdesk.records.organization import region_name
from wimdesk.search import fold
from wimdesk.services import editing
from wimdesk.services.timeline import language_name
from wimdesk.store import history, identity, journal
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record, fields

SOON = 90
"""A term that ends within so many days is worth a word, where nobody chose another time."""
_PARTS: dict[str, tuple[tuple[type[Record], str], ...]] = {
    "person": ((ContactDetail, "person_id"),),
    "visit": ((VisitContact, "visit_id"),),
    "miner_group": ((Licence, "group_id"), (GroupEntry, "group_id")),
}
"""What goes to the trash together with a record, and the field that says of which it is a part."""
BRANCH = "branch"
"""What a branch of ours is called where kinds of cards are told apart."""
LISTED = "directory"
"""What an organisation of others is called there: it stands in the directory."""
T = TypeVar("T", bound=Record)
PROFILE = (
    "name", "acronym", "scope", "legal_status", "country_code", "languages", "founding_date", "member_count",
    "member_count_source", "member_count_as_of", "summary", "website",
)  # fmt: skip
"""What makes a profile complete, in the order in which it is asked for."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as a row; `reach` is the first number or address, `posts` what she or he holds today."""

    id: str
    name: str
    role: str
    reach: str
    posts: tuple[str, ...]
    initials: str
    own: tuple[str, ...] = ()
    """What own fields of the organisation say."""


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post as a row; `ends` is the first ISO day on which a running term ends."""

    id: str
    label: str
    holders: tuple[str, ...]
    ends: str


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site as a row."""

    id: str
    name: str
    kind: str
    commodity: tuple[str, ...]
    country_code: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of artisanal miners as a row."""

    id: str
    name: str
    kind: str
    women: int | None
    commodity: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One term of office; `when` is "now", "before" or "later" as seen from the day asked for."""

    id: str
    post_id: str
    post: str
    person_id: str
    person: str
    start: str
    end: str
    when: str


@dataclass(frozen=True, slots=True)
class Directory:
    """What stands at the left beside the people, as of one moment. `has_profile` is false until a name was written.

    `asked_kind` is the type of the record that was asked about, empty where it is not ours or in the trash.
    """

    organisation: str
    name: str
    acronym: str
    has_profile: bool
    posts: tuple[PostRow, ...]
    sites: tuple[SiteRow, ...]
    groups: tuple[GroupRow, ...]
    ending: tuple[Term, ...]
    asked: str = ""
    asked_kind: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """One way to reach somebody."""

    id: str
    type: str
    value: str
    label: str
    preferred: bool


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What the card of a person shows beside the fields."""

    id: str
    name: str
    contacts: tuple[Contact, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post and its holders as of a day."""

    id: str
    label: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """How complete the organisation's profile is; `missing` holds (field, label)."""

    id: str
    name: str
    region: str
    filled: int
    asked: int
    missing: tuple[tuple[str, str], ...]


def load(session: Session, asked: str = "", within: int = SOON) -> Directory:
    """Return the directory of our organisation as it is today, and of which kind one record is.

    `within` is the time, in days, in which the end of a term is worth a word.
    """
    who = identity.read(session)
    today = clock.today().isoformat()
    profile = session.get(Organization, who.organisation)
    terms = terms_as_of(session, today)
    posts = list(session.scalars(ours(session, Post)))
    living = {post.id for post in posts}
    limit = (clock.today() + timedelta(days=within)).isoformat()
    ending = [term for term in terms if term.when == "now" and term.post_id in living and today <= term.end <= limit]
    return Directory(
        organisation=who.organisation,
        name=(pick(profile.name) if profile else "") or who.organisation_name,
        acronym=profile.acronym if profile else "",
        has_profile=profile is not None and not profile.deleted,
        posts=_posts(posts, terms),
        sites=_sites(session),
        groups=_groups(session),
        ending=tuple(sorted(ending, key=lambda term: term.end)),
        asked=asked,
        asked_kind="organization" if asked == who.organisation else _kind_of(session, asked),
    )


def _kind_of(session: Session, record: str) -> str:
    for cls in (Person, Post, Site, Visit, MinerGroup):
        if record and session.scalar(ours(session, cls).where(cls.id == record).with_only_columns(cls.id)):
            return cls.__tablename__
    organisation = session.get(Organization, record) if record else None
    if organisation is None or organisation.deleted:
        return ""
    return BRANCH if session.scalar(ours(session, Organization).where(Organization.id == record)) else LISTED


def ours(session: Session, cls: type[T]) -> Select[T]:
    """Return the query for our own records of a type; while trying the app, only what belongs to the sample."""
    who = identity.read(session)
    mine = cls.space == SAMPLE if who.sample else (cls.owner == who.organisation) & (cls.space != SAMPLE)
    return select(cls).where(cls.deleted.is_(False), mine)


def rows(session: Session, ids: Sequence[str]) -> list[PersonRow]:
    """Return these people as rows, in any order; who is gone is left out."""
    reach: dict[str, str] = {}
    order = (ContactDetail.preferred.desc(), ContactDetail.created_at, ContactDetail.id)
    details = select(ContactDetail).where(ContactDetail.deleted.is_(False), ContactDetail.person_id.in_(ids))
    for detail in session.scalars(details.order_by(*order)):
        if detail.value:
            reach.setdefault(detail.person_id, detail.value)
    held = held_today(session, clock.today().isoformat(), ids)
    return [
        PersonRow(
            person.id, full_name(person.given_name, person.family_name), person.role, reach.get(person.id, ""),
            held.get(person.id, ()), (person.given_name[:1] + person.family_name[:1]).upper(),
        )
        for person in session.scalars(select(Person).where(Person.id.in_(ids), Person.deleted.is_(False)))
    ]  # fmt: skip


def held_today(session: Session, today: str, people: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Return by person what she or he holds on this ISO day: for some people, or for everybody."""
    held: dict[str, tuple[str, ...]] = {}
    for term in terms_as_of(session, today, people=people):
        if term.when == "now":
            held[term.person_id] = (*held.get(term.person_id, ()), term.post)
    return held


def full_name(given: str, family: str) -> str:
    """Return what a person is called; a sentence where nothing was written yet."""
    return f"{given} {family}".strip() or _("Without a name")


def _posts(posts: list[Post], terms: list[Term]) -> tuple[PostRow, ...]:
    running: dict[str, list[Term]] = {}
    for term in terms:
        if term.when == "now":
            running.setdefault(term.post_id, []).append(term)
    rows = (_post_row(post, running.get(post.id, [])) for post in posts)
    return tuple(sorted(rows, key=lambda row: fold(row.label)))


def _post_row(post: Post, running: list[Term]) -> PostRow:
    ends = min((term.end for term in running if term.end), default="")
    return PostRow(post.id, pick(post.label) or _("Without a name"), tuple(term.person for term in running), ends)


def _sites(session: Session) -> tuple[SiteRow, ...]:
    found = sorted(session.scalars(ours(session, Site)), key=lambda site: (fold(site.name), site.id))
    return tuple(
        SiteRow(site.id, site.name or _("Without a name"), site.kind, tuple(site.commodity), site.country_code)
        for site in found
    )


def _groups(session: Session) -> tuple[GroupRow, ...]:
    # What is shared is a copy in a wider space: the one of our own is listed.
    found = session.scalars(ours(session, MinerGroup).where(MinerGroup.space != ALLIANCE))
    return tuple(
        GroupRow(group.id, group.name or _("Without a name"), group.kind, group.women, tuple(group.commodity))
        for group in sorted(found, key=lambda group: (fold(group.name), group.id))
    )


def terms_as_of(session: Session, day: str, *, post: str = "", people: Collection[str] = ()) -> list[Term]:
    """Return all terms, or those of a post or of some people, as seen from an ISO day; the latest to begin first."""
    query = select(PostHolding).where(PostHolding.deleted.is_(False))
    if post:
        query = query.where(PostHolding.post_id == post)
    if people:
        query = query.where(PostHolding.person_id.in_(people))
    holdings = session.scalars(query.order_by(PostHolding.start_date.desc(), PostHolding.id)).all()
    names = _captions(session, Person, {holding.person_id for holding in holdings})
    posts = _captions(session, Post, {holding.post_id for holding in holdings})
    return [
        Term(
            holding.id, holding.post_id, posts.get(holding.post_id, ""), holding.person_id,
            names.get(holding.person_id, ""), holding.start_date, holding.end_date,
            when_held(holding.start_date, holding.end_date, day),
        )
        for holding in holdings
    ]  # fmt: skip


def _captions(session: Session, cls: type[T], ids: set[str]) -> dict[str, str]:
    found = session.scalars(select(cls).where(cls.id.in_(ids)))
    trashed = _("in the trash")
    return {
        record.id: (_("Without a name") if record.caption() == record.id else record.caption())
        + (f" ({trashed})" if record.deleted else "")
        for record in found
    }


def when_held(start: str, end: str, day: str) -> str:
    """Say whether a term runs on an ISO day ("now"), ended ("before") or begins after it ("later").

    A month or a year may stand for the day: then a term runs if it runs at any time of it. Partial dates of a term
    count from their first day to their last.
    """
    if start > day + "~":
        return "later"
    return "now" if not end or end + "~" >= day else "before"


def person_card(session: Session, person: str) -> PersonCard:
    """Return how to reach a person and which posts she or he holds or held; raises NotFound."""
    found = history.fetch(session, "person", person)
    return PersonCard(
        person,
        _name_of(found),
        _contacts(session, person),
        tuple(terms_as_of(session, clock.today().isoformat(), people=[person])),
    )


def _name_of(record: Record) -> str:
    """Return the caption; empty where nothing was written yet, as a caption falls back to the id."""
    return "" if record.caption() == record.id else record.caption()


def _contacts(session: Session, person: str) -> tuple[Contact, ...]:
    query = select(ContactDetail).where(ContactDetail.person_id == person, ContactDetail.deleted.is_(False))
    found = session.scalars(query.order_by(ContactDetail.created_at, ContactDetail.id))
    return tuple(Contact(each.id, each.type, each.value, each.label, each.preferred) for each in found)


def post_card(session: Session, post: str, day: str = "") -> PostCard:
    """Return a post with its terms as seen from an ISO day, today where none is given; raises NotFound."""
    found = history.fetch(session, "post", post)
    return PostCard(
        post,
        _name_of(found),
        tuple(terms_as_of(session, day or clock.today().isoformat(), post=post)),
    )


def site_name(session: Session, site: str) -> str:
    """Return what a site is called, empty where it has no name yet; raises NotFound."""
    found = history.fetch(session, "site", site)
    return found.name if isinstance(found, Site) else ""


def profile(session: Session, organisation: str = "") -> Profile:
    """Return how complete the profile of an organisation is, of ours where none is named."""
    who = identity.read(session)
    wanted = organisation or who.organisation
    found = session.get(Organization, wanted)
    known = fields(Organization)
    values = {name: getattr(found, name) if found else None for name in PROFILE}
    missing = tuple((name, _(known[name]["label"])) for name, value in values.items() if value in (None, "", {}, []))
    name = (pick(found.name) if found else "") or (who.organisation_name if wanted == who.organisation else "")
    region = region_name(found.country_code) if found else ""
    return Profile(wanted, name, region, len(PROFILE) - len(missing), len(PROFILE), missing)


def countries() -> list[tuple[str, str]]:
    """Return (ISO 3166-1 code, name by CLDR) of every country, sorted by name in the reader's language."""
    names = Locale.parse(locale_name()).territories
    return sorted(((code, str(names.get(code, code))) for code in content.m49()), key=lambda pair: fold(pair[1]))


def languages() -> list[tuple[str, str]]:
    """Return (BCP 47 code, name by CLDR) of every language without a region, sorted by name."""
    known = [str(code) for code in Locale.parse(locale_name()).languages]
    codes = [code for code in known if code.isalpha() and len(code) <= 3]
    return sorted(((code, language_name(code)) for code in codes), key=lambda pair: fold(pair[1]))


def begin_profile(session: Session) -> str:
    """Make our organisation's profile unless it is there; return its id."""
    who = identity.read(session)
    found = session.get(Organization, who.organisation)
    if found is None:
        name = {content_language(): who.organisation_name} if who.organisation_name else {}
        kind = "secretariat" if who.role == "secretariat" else "wim_organisation"
        editing.add(session, "organization", {"name": name, "classification": kind}, who.organisation)
    elif found.deleted:
        found.deleted = False
    return who.organisation


def begin_person(session: Session) -> str:
    """Make an empty person of our organisation; return the id."""
    return editing.add(session, "person", {"organization_id": identity.read(session).organisation})


def begin_post(session: Session) -> str:
    """Make an empty post of our organisation; return the id."""
    return editing.add(session, "post", {"organization_id": identity.read(session).organisation})


def begin_site(session: Session) -> str:
    """Make an empty site in the organisation's country; return the id."""
    found = session.get(Organization, identity.read(session).organisation)
    return editing.add(session, "site", {"country_code": found.country_code if found else "", "status": "operating"})


def add_contact(session: Session, person: str, kind: str) -> str:
    """Add an empty way to reach a person; the first one of its kind is the one to use first."""
    history.fetch(session, "person", person)
    first = all(contact.type != kind for contact in _contacts(session, person))
    return editing.add(session, "contact_detail", {"person_id": person, "type": kind, "preferred": first})


def prefer(session: Session, contact: str) -> None:
    """Use this number or address first; the others of the same kind and person come after it."""
    chosen = history.fetch(session, "contact_detail", contact)
    if not isinstance(chosen, ContactDetail):
        return
    same = (ContactDetail.person_id == chosen.person_id, ContactDetail.type == chosen.type)
    for each in session.scalars(select(ContactDetail).where(ContactDetail.deleted.is_(False), *same)):
        if each.preferred != (each.id == contact):
            each.preferred = each.id == contact


def appoint(session: Session, post: str, person: str, start: str, end: str = "") -> str:
    """Begin a term of office; other terms stay as they are. Raises RuleBroken for dates that can't be."""
    editing_values = {"post_id": post, "person_id": person, "start_date": start, "end_date": end}
    return editing.add(session, "post_holding", editing_values)


def remove(session: Session, type_name: str, record: str) -> int:
    """Move a record to the trash with its parts, such as a person with every number; return the act, to undo it."""
    editing.remove(session, type_name, record)
    for cls, whole in _PARTS.get(type_name, ()):
        for part in session.scalars(select(cls).where(getattr(cls, whole) == record)):
            part.deleted = True
    return journal.scribe_of(session).act
