"""People as vCards and jCards, out and in. What a card can't carry, or what we can't keep of one, is listed by field.

A card is known again by its UID, or without one by its name and first address: the same file twice makes nobody new,
a newer file brings people up to date. What a card leaves out stays as it was here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.errors import UserError
from wimdesk.i18n import _, pick
from wimdesk.identifiers import derived_id, is_id
from wimdesk.records import ContactDetail, Organization, Person
from wimdesk.search import fold
from wimdesk.services import bulk, card_fields, custom_fields, editing, exchange, people, vcard
from wimdesk.services.card_fields import Incoming, Loss
from wimdesk.store import erasures, identity, journal
from wimdesk.store.record import Values

MOST_BYTES = 64 * 1024 * 1024
"""Of one file: pictures stand in it."""
_JSON = ".json"


@dataclass(slots=True)
class Brought:
    """What an import did; `act` takes all of it back, 0 where nothing changed."""

    new: int = 0
    changed: int = 0
    same: int = 0
    losses: list[Loss] = field(default_factory=list)
    act: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """A file of cards as text, and what it can't carry."""

    text: str
    count: int
    losses: tuple[Loss, ...] = ()


# ------------------------------------------------------------------- out


def export(session: Session, ids: Sequence[str] | None = None, *, as_json: bool = False) -> Written:
    """Return our people, or these of them in this order, as vCard 4.0 or as jCard."""
    wanted = list(session.scalars(people.ours(session, Person).with_only_columns(Person.id))) if ids is None else ids
    cards: list[list[vcard.Property]] = []
    losses: list[Loss] = []
    own = {each.id: each.label for each in custom_fields.definitions(session, Person.__tablename__)}
    for part in bulk.pieces(wanted):
        filled = custom_fields.values(session, Person.__tablename__, part) if own else {}
        for person, ways, organisation in _described(session, part):
            cards.append(card_fields.told(person, ways, organisation))
            losses += _not_told(
                person, len(cards), [own[field] for field in filled.get(str(person["id"]), ()) if field in own]
            )
    return Written(vcard.write_json(cards) if as_json else vcard.write(cards), len(cards), tuple(losses))


def _described(session: Session, ids: Sequence[str]) -> Iterator[tuple[Values, list[Values], str]]:
    found = editing.several(session, Person.__tablename__, ids)
    ways: dict[str, list[Values]] = {}
    for detail in _details(session, ids):
        ways.setdefault(detail.person_id, []).append(editing.plain(detail))
    linked = {str(person["organization_id"]) for person in found.values()}
    bodies = session.scalars(select(Organization).where(Organization.id.in_(linked), Organization.deleted.is_(False)))
    names = {each.id: pick(each.name) or each.acronym for each in bodies}
    for record in ids:
        person = found.get(record)
        if person is not None and not person["deleted"]:
            yield person, ways.get(record, []), names.get(str(person["organization_id"]), "")


def _details(session: Session, ids: Sequence[str]) -> Iterable[ContactDetail]:
    query = select(ContactDetail).where(ContactDetail.person_id.in_(ids), ContactDetail.deleted.is_(False))
    return session.scalars(query.order_by(ContactDetail.created_at, ContactDetail.id))


def _not_told(person: Values, number: int, own: Sequence[str]) -> Iterator[Loss]:
    first = person["preferred_language"]
    name = people.full_name(str(person["given_name"]), str(person["family_name"]))
    for label in own:
        yield Loss(number, name, label, _("A vCard has no place for it."))
    if first and first not in person["languages"]:
        yield Loss(number, name, "LANG", _("The language for letters is now among the languages too."))


def write(session: Session, path: Path, ids: Sequence[str] | None = None) -> Written:
    """Write our people, or some, into a file: jCard if its name ends with .json. Raises UserError with a sentence."""
    made = export(session, ids, as_json=path.suffix.lower() == _JSON)
    exchange.write_file(path, made.text.encode("utf-8", "replace"))
    return made


# ------------------------------------------------------------------- in


def read(path: Path) -> list[Incoming]:
    """Return the contacts in a file. Raises UserError where it can't be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(_("This file is larger than 64 MB. Nothing was imported. Export fewer contacts at a time."))
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(_("This file can't be read. Nothing was imported. Check its name and place.")) from error
    return [_understood(card) for card in vcard.read(raw)]


def _understood(card: vcard.Card) -> Incoming:
    kind = next((each.text().lower() for each in card.all("KIND")), "")
    found = Incoming(card.line) if kind == "group" else card_fields.understand(card)
    if kind == "group":
        found.losses.append(Loss(card.line, "", "KIND", _("This card is a group, not a person: it was left out.")))
    elif not card.whole:
        found.losses.append(Loss(card.line, found.name, "END", _("The card has no end: a part of it may be missing.")))
    elif not found.person and not found.ways:
        found.losses.append(Loss(card.line, "", "FN", _("Nothing in this card can be kept: it was left out.")))
    return found


def bring_in(session: Session, found: Sequence[Incoming]) -> Brought:
    """Make or bring up to date a person for each contact, as one act. A session that only reads says what would be."""
    done = Brought(losses=[loss for each in found for loss in each.losses])
    mine = identity.read(session).organisation
    writing = journal.is_writing(session)
    bodies = _organisations(session)
    taken: dict[str, int] = {}
    for start in range(0, len(found), 500):
        part = [each for each in found[start : start + 500] if each.person or each.ways]
        ids = _ids(session, mine, part)
        fresh = [(record, each) for record, each in zip(ids, part, strict=True) if _is_first(record, each, taken, done)]
        known = {each.id: each for each in session.scalars(select(Person).where(Person.id.in_(ids)))}
        with session.no_autoflush:
            _take_ways(session, done, [(record, each, known.get(record)) for record, each in fresh], mine, bodies)
        if writing:
            session.flush()
        session.expunge_all()
    done.act = journal.scribe_of(session).act if writing and (done.new or done.changed) else 0
    return done


def _is_first(record: str, each: Incoming, taken: dict[str, int], done: Brought) -> bool:
    if record in taken:
        reason = _("The card in line {line} is the same contact: this one was left out.").format(line=taken[record])
        done.losses.append(Loss(each.line, each.name, "UID", reason))
        return False
    taken[record] = each.line
    return True


def _ids(session: Session, mine: str, part: Sequence[Incoming]) -> list[str]:
    """Return under which id each contact is or will be: its own where it came from here, else one made of its UID."""
    bare = [each.uid.lower().removeprefix("urn:uuid:") for each in part]
    asked = [uid for uid in bare if is_id(uid)]
    here = set(session.scalars(select(Person.id).where(Person.id.in_(asked))))  # in the trash too: it stays there
    return [
        uid if uid in here else derived_id("vcard", mine, each.uid or _likeness(each))
        for uid, each in zip(bare, part, strict=True)
    ]


def _likeness(each: Incoming) -> str:
    first = next((way for kind in ("email", "phone") for way in each.ways if way["type"] == kind), None)
    return f"{fold(each.name)}\x1f{fold(str(first['value'])) if first else ''}"


def _organisations(session: Session) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in session.scalars(select(Organization).where(Organization.deleted.is_(False))):
        for name in (*each.name.values(), each.acronym):
            if name:
                found.setdefault(fold(name), each.id)
    return found


def _take_ways(
    session: Session,
    done: Brought,
    part: Sequence[tuple[str, Incoming, Person | None]],
    mine: str,
    bodies: dict[str, str],
) -> None:
    details: dict[str, list[ContactDetail]] = {}
    for detail in session.scalars(select(ContactDetail).where(ContactDetail.person_id.in_([each[0] for each in part]))):
        details.setdefault(detail.person_id, []).append(detail)
    for record, each, person in part:
        values = dict(each.person)
        if each.organisation:
            body = bodies.get(fold(each.organisation), "")
            values |= {"organization_id": body} if body else {}
            if not body:
                reason = _("“{text}” is no organisation that WIMDesk knows.").format(text=each.organisation)
                done.losses.append(Loss(each.line, each.name, "ORG", reason))
        if person is None and record in erasures.every(session):
            done.losses.append(Loss(each.line, each.name, "UID", _(editing.ERASED)))
        elif person is None:
            editing.prepare(session, Person, {"organization_id": mine} | values, record)
            done.new += 1
            add_ways(session, record, each.ways, [])
        elif person.deleted:
            done.losses.append(Loss(each.line, each.name, "UID", _("This contact is in the trash and stays there.")))
            done.same += 1
        else:
            changed = editing.update(session, person, values)
            changed |= add_ways(session, record, each.ways, details.get(record, []))
            done.changed += changed
            done.same += not changed


def add_ways(session: Session, person: str, ways: Sequence[Values], known: Sequence[ContactDetail]) -> bool:
    """Add the numbers and addresses that are not there; one that was removed here stays away."""
    here = {(detail.type, _sameness(detail.value)): detail for detail in known}
    preferred = {detail.type for detail in known if detail.preferred and not detail.deleted}
    changed = False
    for way in ways:
        found = here.get((str(way["type"]), _sameness(str(way["value"]))))
        if found is None:
            first = way["preferred"] and way["type"] not in preferred
            made = erasures.living_id(session, "vcard", person, str(way["type"]), _sameness(str(way["value"])))
            editing.prepare(session, ContactDetail, {**way, "preferred": first, "person_id": person}, made)
            changed = True
        elif not found.deleted and way["label"]:
            changed |= editing.update(session, found, {"label": way["label"]})
    return changed


def _sameness(value: str) -> str:
    return "".join(fold(value).split())
