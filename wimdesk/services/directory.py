"""The Alliance's directory: organisations with what each chooses to show of itself, and who offers what somebody needs.

The owner's entry is private. Of it a copy in the Alliance's space has the fields that are shown, and nothing else. The
copy follows within the same transaction as any change of the entry, whoever makes it: a form, the command line, an
import, or Ctrl+Z. So what was never shown never leaves, and what is hidden is gone for others after the next sync.

Two computers of one organisation may change the entry and what is shown of it at the same time; when they have heard
of each other, the copy is made to agree with the entry again (`settle`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import event, select
from sqlalchemy.orm import Session, UOWTransaction

from sync.protocol import ALLIANCE, ROLES
from wimdesk.errors import UserError
from wimdesk.i18n import N_, _, pick
from wimdesk.identifiers import new_id
from wimdesk.records import DirectoryEntry, Organization
from wimdesk.records.directory_entry import CHOSEN
from wimdesk.records.organization import country_name, region_name
from wimdesk.search import fold
from wimdesk.services import editing, publishing
from wimdesk.store import erasures, identity, journal
from wimdesk.store.journal import SAMPLE, WritingSession
from wimdesk.store.record import default, fields

TYPE = "directory_entry"
ASKED = {"offers": N_("offers"), "needs": N_("needs"), "interests": N_("interested in")}
"""Words that, with a colon behind them, ask in one field alone; English ones and those of the reader's language do."""
_SHORTEST = 4
"""Words with fewer letters, such as "for", do not make an offer fit a need."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An organisation in the directory, with what it shows of itself.

    `offered` are its offers that one of our needs asks for, `wanted` its needs that one of our offers meets.
    """

    id: str
    name: str
    acronym: str
    kind: str
    country: str
    region: str
    website: str
    contact_name: str
    email: str
    phone: str
    address: str
    interests: tuple[str, ...]
    offers: tuple[str, ...]
    needs: tuple[str, ...]
    offered: tuple[str, ...]
    wanted: tuple[str, ...]
    mine: bool
    left_on: str = ""
    """The day from which it has left the Alliance, or will have."""


def begin(session: Session) -> str:
    """Make our entry, unless it is there; nothing of it is shown yet. Return its id."""
    organisation = identity.read(session).organisation
    record = erasures.own_id(session, organisation, "directory", organisation)
    found = session.get(DirectoryEntry, record)
    if found is None:
        return editing.add(session, TYPE, {"organization_id": organisation}, record)
    found.deleted = False
    return record


def own(session: Session) -> str:
    """Return the id of our entry, or an empty text."""
    organisation = identity.read(session).organisation
    record = erasures.own_id(session, organisation, "directory", organisation)
    found = session.get(DirectoryEntry, record)
    return "" if found is None or found.deleted else record


def show(session: Session, names: Iterable[str], shown: bool) -> None:
    """Show these fields of our entry to the Alliance, or hide them. Raises UserError for a field that is not there."""
    wanted = list(names)
    wrong = [name for name in wanted if name not in CHOSEN]
    if wrong:
        sentence = _("“{name}” can't be shown or hidden. Nothing was changed. Known: {known}.")
        raise UserError(sentence.format(name=wrong[0], known=", ".join(CHOSEN)))
    record = begin(session)
    before = editing.values(session, TYPE, record)["shown"]
    after = [name for name in CHOSEN if (shown if name in wanted else name in before)]
    editing.change(session, TYPE, record, {"shown": after})


def find(session: Session, text: str = "") -> list[Listed]:
    """Return the organisations whose lines have all these words, by name; "offers: words" asks in the offers alone."""
    field, words = _asked(text)
    return [each for each in _listed(session) if all(word in _said(each, field) for word in words)]


def _asked(text: str) -> tuple[str, list[str]]:
    head, colon, rest = text.partition(":")
    for name, words in ASKED.items():
        if colon and fold(head.strip()) in {name, fold(words), fold(_(words))}:
            return name, fold(rest).split()
    return "", fold(text).split()


def _said(each: Listed, field: str) -> str:
    if field:
        return fold(" ".join(getattr(each, field)))
    parts = (each.name, each.acronym, each.country, each.region, each.contact_name, each.email, each.phone)
    return fold(" ".join([*parts, *each.interests, *each.offers, *each.needs]))


def _listed(session: Session) -> list[Listed]:
    who = identity.read(session)
    shown = Organization.space == SAMPLE if who.sample else Organization.space != SAMPLE
    organisations = session.scalars(select(Organization).where(Organization.deleted.is_(False), shown)).all()
    entries = _entries(session)
    mine = session.get(DirectoryEntry, own(session))
    ours = (list(mine.offers), list(mine.needs)) if mine is not None else ([], [])
    found = [
        _one(each, entries.get((each.id, each.owner)), ours if each.owner != who.organisation else None)
        for each in organisations
    ]
    return sorted(found, key=lambda each: (fold(each.name), each.id))


def _entries(session: Session) -> dict[tuple[str, str], DirectoryEntry]:
    """Return what is shown by organisation and owner: nobody else can speak for an organisation."""
    query = select(DirectoryEntry).where(DirectoryEntry.deleted.is_(False), DirectoryEntry.space == ALLIANCE)
    return {(each.organization_id, each.owner): each for each in session.scalars(query)}


def _one(each: Organization, entry: DirectoryEntry | None, ours: tuple[list[str], list[str]] | None) -> Listed:
    offers, needs = (tuple(entry.offers), tuple(entry.needs)) if entry is not None else ((), ())
    our_offers, our_needs = ours or ([], [])
    return Listed(
        id=each.id, name=pick(each.name) or each.acronym or _("Without a name"), acronym=each.acronym,
        kind=each.classification, country=country_name(each.country_code), region=region_name(each.country_code),
        website=each.website, contact_name=entry.contact_name if entry is not None else "",
        email=entry.email if entry is not None else "", phone=entry.phone if entry is not None else "",
        address=entry.address if entry is not None else "",
        interests=tuple(entry.interests) if entry is not None else (), offers=offers, needs=needs,
        offered=tuple(offer for offer in offers if any(_fits(offer, need) for need in our_needs)),
        wanted=tuple(need for need in needs if any(_fits(offer, need) for offer in our_offers)),
        mine=ours is None, left_on=each.left_on,
    )  # fmt: skip


def _fits(offer: str, need: str) -> bool:
    """Say whether an offer and a need have a word of some length in common, whatever its accents and case."""
    words = ({word for word in fold(text).split() if len(word) >= _SHORTEST} for text in (offer, need))
    return bool(set.intersection(*words))


# ------------------------------------------------------------- the copy that others see


def settle(session: Session) -> None:
    """Have the copies of our entries say what is shown, after two computers changed both at the same time."""
    who = identity.read(session)
    role = ROLES.get(who.role)
    if role is None or not role.writes_own:
        return
    query = select(DirectoryEntry).where(DirectoryEntry.owner == who.organisation, DirectoryEntry.space != ALLIANCE)
    for entry in session.scalars(query).all():
        _renew(session, entry)


def _mirror(session: Session, _context: UOWTransaction, _instances: object) -> None:
    for record in [*session.new, *session.dirty]:
        if isinstance(record, DirectoryEntry):
            _renew(session, record)


def _renew(session: Session, entry: DirectoryEntry) -> None:
    """Make, change or remove the copy of an entry, as it now is."""
    spaces = journal.scribe_of(session).author.spaces
    if (entry.space or spaces["private"]) in {spaces["alliance"], SAMPLE} or spaces["alliance"] == SAMPLE:
        return
    entry.id = entry.id or new_id()
    known = fields(DirectoryEntry)
    kept = {name: getattr(entry, name) for name in known}
    blank = {name: default(info) for name, info in known.items()}
    values = DirectoryEntry.outward(blank | {name: value for name, value in kept.items() if value is not None})
    copy_id = publishing.copy_id(session, entry.id, "alliance")
    # An import may bring the copy along: it is not in the file yet, and must not be made twice.
    coming = (each for each in session.new if isinstance(each, DirectoryEntry) and each.id == copy_id)
    copy = next(coming, None) or session.get(DirectoryEntry, copy_id)
    gone = bool(entry.deleted) or not values["shown"]
    if copy is None:
        if not gone:
            session.add(DirectoryEntry(id=copy_id, space=spaces["alliance"], **values))
        return
    for name, value in (values | {"deleted": gone}).items():
        if getattr(copy, name) != value:
            setattr(copy, name, value)


event.listen(WritingSession, "before_flush", _mirror, insert=True)  # before the journal looks at what changed
