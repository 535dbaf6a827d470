"""The word of organisations on the texts of the Alliance: endorse, ratify, acknowledge, withdraw; and the registers.

Nobody speaks for another organisation: a commitment counts where its owner is the organisation that it names, and the
endpoint lets only that organisation, or the Secretariat for it, write such a record.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ROLES
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import N_, _, pick, speaking, translator
from wimdesk.records import AllianceText, Commitment, Organization
from wimdesk.records.commitment import ANSWERS, INDEPENDENCE, is_running
from wimdesk.records.organization import country_name, region_name
from wimdesk.search import fold
from wimdesk.services import editing, exchange, texts
from wimdesk.services.texts import TextInfo
from wimdesk.store import erasures, history, identity, journal
from wimdesk.store.journal import SAMPLE

TYPE = "commitment"
ANSWER_OF: Mapping[str, tuple[str, ...]] = {
    "declaration": ("endorsed",),
    "position": ("ratified", "reserved"),
    "regulation": ("acknowledged",),
}
"""How an organisation answers to a text of each kind."""
PENDING = {
    "declaration": N_("Not endorsed"),
    "position": N_("Pending"),
    "regulation": N_("To acknowledge"),
}
"""What is said of an organisation that has not answered."""
REGISTER = ("organisation", "country", "region", "version", "signed_on", "withdrawn_on", "signed_by", "capacity")
"""The columns of the register, as a CSV names them."""
_HEADINGS = {
    "organisation": N_("Organisation"), "country": N_("Country"), "region": N_("Region"), "version": N_("Version"),
    "signed_on": N_("Signed on"), "withdrawn_on": N_("Withdrawn on"), "signed_by": N_("Signed by"),
    "capacity": N_("In which capacity"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One period in which an organisation stands by a version. `running` is as of the day asked for."""

    id: str
    text_id: str
    version: str
    organisation_id: str
    organisation: str
    country: str
    region: str
    answer: str
    signed_on: str
    withdrawn_on: str
    signed_by: str
    capacity: str
    reservation: str
    why: str
    independent: bool
    running: bool


@dataclass(frozen=True, slots=True)
class Ours:
    """What we have said on a text: the word that holds today, the earlier ones, and whether we may say one now."""

    info: TextInfo
    answers: tuple[str, ...]
    word: Word | None
    before: tuple[Word, ...]
    may: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an organisation stands on a text: an answer, or nothing yet."""

    organisation_id: str
    organisation: str
    country: str
    word: Word | None
    mine: bool


@dataclass(frozen=True, slots=True)
class Register:
    """The register of endorsers as of a day; `regions` counts those whose word holds on it."""

    day: str
    words: tuple[Word, ...]
    regions: tuple[tuple[str, int], ...]
    countries: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        """How many organisations stand by it on that day."""
        return sum(count for _region, count in self.regions)


def sign(
    session: Session, text_id: str, signed_by: str, capacity: str, answer: str = "", *, day: str = "",
    reservation: str = "", independent: bool = False, organisation: str = "",
) -> str:  # fmt: skip
    """Give our organisation's word on a version in force; return the id of the record.

    The Secretariat may enter the word of another `organisation`, as it was given on paper. The id follows from who
    answers to what and for which time, so that two laptops that sign while they are offline make one record. Raises
    RuleBroken for what is missing, UserError where it can't be signed.
    """
    row = texts.fetch(session, text_id)
    who = identity.read(session)
    whose = organisation or who.organisation
    _refuse_to_sign(session, row, who, whose)
    wanted = answer or ANSWER_OF[row.kind][0]
    problems = []
    if wanted not in ANSWER_OF[row.kind]:
        problems.append(("answer", _("Choose one of these: {known}.").format(known=", ".join(ANSWER_OF[row.kind]))))
    if not signed_by.strip():
        problems.append(("signed_by", _("Write who signs for the organisation.")))
    if not capacity.strip():
        problems.append(("capacity", _("Write in which capacity, for example president.")))
    if wanted == "reserved" and not reservation.strip():
        problems.append(("reservation", _("Write what the reservation is.")))
    if row.kind == "regulation" and not independent:
        problems.append(("independent", _("Say that your organisation stays independent. Nothing was signed.")))
    if problems:
        raise RuleBroken(problems)
    values = {
        "text_id": row.id, "organization_id": whose, "answer": wanted, "signed_by": signed_by.strip(),
        "capacity": capacity.strip(), "reservation": reservation.strip() if wanted == "reserved" else "",
        "independent": independent, "date": day or clock.today().isoformat(), "withdrawn_on": "", "withdrawn_why": "",
    }  # fmt: skip
    return _write(session, row.id, whose, values)


def _refuse_to_sign(session: Session, row: AllianceText, who: identity.Identity, whose: str) -> None:
    role = ROLES.get(who.role)
    if role is None or not role.writes_own:
        raise UserError(_("Your role only reads. Nothing was signed. Ask your coordinator."))
    if whose != who.organisation and who.role != "secretariat":
        raise UserError(_("Nobody signs for another organisation. Nothing was signed."))
    if row.state != "published" or not texts.is_official(row):
        raise UserError(_("Only a version that is in force can be signed. Nothing was signed."))
    profile = session.get(Organization, whose)
    if profile is None and not (whose == who.organisation and who.organisation_name):
        raise UserError(_("This organisation has no name here yet. Nothing was signed. Fill in its profile first."))
    today = clock.today().isoformat()
    if any(is_running(each, today) for each in _of(session, [row.id], whose)):
        raise UserError(_("This version is signed already. Nothing was changed."))


def _write(session: Session, text_id: str, whose: str, values: dict[str, object]) -> str:
    for time in itertools.count():
        record = erasures.own_id(session, whose, TYPE, whose, text_id, str(time))
        made = session.get(Commitment, record)
        if made is None or made.deleted:
            break
    if made is None:
        space = journal.scribe_of(session).author.spaces["alliance"]
        session.add(Commitment(id=record, space=space, owner=whose, **values))
    else:
        editing.update(session, made, values | {"deleted": False})
    session.flush()
    return record


def withdraw(session: Session, commitment: str, why: str = "", day: str = "") -> int:
    """End our word on a day, today where none is given; it stays in the history. Return the act, to undo it."""
    found = history.fetch(session, TYPE, commitment)
    who = identity.read(session)
    if not isinstance(found, Commitment) or (found.owner != who.organisation and who.role != "secretariat"):
        raise UserError(_("Nobody withdraws the word of another organisation. Nothing was changed."))
    ends = day or clock.today().isoformat()
    if found.withdrawn_on:
        raise UserError(_("This was withdrawn before. Nothing was changed."))
    if ends < found.date:
        raise RuleBroken([("withdrawn_on", _("The end is before the start. Check both dates."))])
    editing.update(session, found, {"withdrawn_on": ends, "withdrawn_why": why.strip()})
    session.flush()
    return journal.scribe_of(session).act


def _of(session: Session, text_ids: Sequence[str], organisation: str = "") -> list[Commitment]:
    query = select(Commitment).where(Commitment.deleted.is_(False), Commitment.text_id.in_(text_ids))
    if organisation:
        query = query.where(Commitment.organization_id == organisation)
    rows = session.scalars(query.order_by(Commitment.date.desc(), Commitment.id.desc()))
    return [row for row in rows if row.owner == row.organization_id or row.space == SAMPLE]


def _words(session: Session, rows: Sequence[Commitment], day: str) -> list[Word]:
    who = identity.read(session)
    ids = {row.organization_id for row in rows}
    known = {each.id: each for each in session.scalars(select(Organization).where(Organization.id.in_(ids)))}
    ids = {row.text_id for row in rows}
    versions = {each.id: each.version for each in session.scalars(select(AllianceText).where(AllianceText.id.in_(ids)))}
    found = []
    for row in rows:
        profile = known.get(row.organization_id)
        name = profile.caption() if profile is not None else ""
        if not name and row.organization_id == who.organisation:
            name = who.organisation_name
        code = profile.country_code if profile is not None else ""
        found.append(
            Word(
                row.id, row.text_id, versions.get(row.text_id, ""), row.organization_id,
                name or _("An organisation that is not here yet"), country_name(code), region_name(code), row.answer,
                row.date, row.withdrawn_on, row.signed_by, row.capacity, row.reservation, row.withdrawn_why,
                row.independent, is_running(row, day),
            )
        )  # fmt: skip
    return found


def ours(session: Session, text_id: str) -> Ours:
    """Return what our organisation has said on a version."""
    found = texts.reading(session, text_id)
    who = identity.read(session)
    words = _words(session, _of(session, [text_id], who.organisation), clock.today().isoformat())
    running = next((word for word in words if word.running), None)
    role = ROLES.get(who.role)
    may = role is not None and bool(role.writes_own) and found.info.state == "published"
    before = tuple(word for word in words if word is not running)
    return Ours(found.info, ANSWER_OF[found.info.kind], running, before, may)


def register(session: Session, day: str = "", kind: str = "declaration") -> Register:
    """Return who has endorsed the Declaration by a day, each organisation once, and who of them stands by it then."""
    when = day or clock.today().isoformat()
    ids = [each.id for each in texts.listed(session, kind) if each.state in {"published", "withdrawn"}]
    rows = [row for row in _of(session, ids) if row.date <= when]
    latest: dict[str, Word] = {}
    for word in _words(session, rows, when):  # the latest first
        kept = latest.get(word.organisation_id)
        if kept is None or (word.running and not kept.running):
            latest[word.organisation_id] = word
    words = sorted(latest.values(), key=lambda word: (not word.region, word.region, fold(word.organisation)))
    return Register(when, tuple(words), _counted(words, "region"), _counted(words, "country"))


def _counted(words: Sequence[Word], by: str) -> tuple[tuple[str, int], ...]:
    counts = Counter(str(getattr(word, by)) or _("Region not known") for word in words if word.running)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], fold(pair[0]))))


def cells(word: Word) -> tuple[str, ...]:
    """Return what the register shows of a word, by its columns."""
    shown = {"version": word.version, "signed_on": word.signed_on, "withdrawn_on": word.withdrawn_on}
    return tuple(str(shown.get(name, getattr(word, name, ""))) for name in REGISTER)


def headings() -> tuple[str, ...]:
    """Return what the columns of the register are called, in the reader's language."""
    return tuple(_(_HEADINGS[name]) for name in REGISTER)


def register_csv(session: Session, day: str = "") -> str:
    """Return the register as of a day as CSV (RFC 4180): the lines of the table, in its order."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headings())
    for word in register(session, day).words:
        writer.writerow(exchange.cell(text) for text in cells(word))
    return out.getvalue()


def overview(session: Session, text_id: str, day: str = "") -> list[Standing]:
    """Return where each organisation of the Alliance stands on a version, by name; who has not answered too."""
    when = day or clock.today().isoformat()
    who = identity.read(session)
    answered: dict[str, Word] = {}
    for word in _words(session, _of(session, [text_id]), when):
        if word.running:
            answered.setdefault(word.organisation_id, word)
    found = [
        Standing(each.id, each.caption(), country_name(each.country_code), answered.pop(each.id, None),
                 each.id == who.organisation)
        for each in _members(session, who)
    ]  # fmt: skip
    found += [
        Standing(word.organisation_id, word.organisation, word.country, word, word.organisation_id == who.organisation)
        for word in answered.values()
    ]
    return sorted(found, key=lambda each: (fold(each.organisation), each.organisation_id))


def _members(session: Session, who: identity.Identity) -> list[Organization]:
    """Return the organisations that take part: each owns its own profile, also where it is a branch of another one."""
    seen = Organization.space == SAMPLE if who.sample else Organization.space != SAMPLE
    query = select(Organization).where(Organization.deleted.is_(False), seen)
    skipped = {"secretariat", "committee", "company", "sponsor"}
    return [
        each
        for each in session.scalars(query)
        if each.classification not in skipped
        and not ("" < each.left_on <= clock.today().isoformat())
        and (each.owner == each.id or (who.sample and each.id == who.organisation))
    ]


def answer_words(kind: str, word: Word | None) -> str:
    """Return an organisation's answer in words, or that there is none."""
    return _(ANSWERS.get(word.answer, word.answer)) if word is not None else _(PENDING[kind])


def owed(session: Session) -> list[TextInfo]:
    """Return the versions of the regulation and of positions in force that wait for our organisation's word."""
    who = identity.read(session)
    role = ROLES.get(who.role)
    if role is None or not role.writes_own:
        return []
    current = [each for each in texts.listed(session) if each.current and each.kind != "declaration"]
    today = clock.today().isoformat()
    answered = {
        row.text_id for row in _of(session, [each.id for each in current], who.organisation) if is_running(row, today)
    }
    return [each for each in current if each.id not in answered]


def certificate(session: Session, commitment: str, lang: str) -> tuple[str, bytes]:
    """Return a name for the file and the PDF that certifies a word, in a language. Raises NotFound."""
    from wimdesk.pdf import certificate as pdf  # loads the PDF writer, which only documents need

    found = history.fetch(session, TYPE, commitment)
    if not isinstance(found, Commitment):
        raise TypeError(found)
    row = history.fetch(session, texts.TYPE, found.text_id)
    with speaking(lang):
        (word,) = _words(session, [found], clock.today().isoformat())
        titles: Mapping[str, str] = getattr(row, "title", {})
        data = pdf.Certificate(
            organisation=word.organisation, country=word.country, language=lang, made_on=clock.today().isoformat(),
            title=pick(titles), version=word.version, answer=_(ANSWERS.get(word.answer, "")),
            signed_on=word.signed_on, signed_by=word.signed_by, capacity=word.capacity, reservation=word.reservation,
            independence=_(INDEPENDENCE) if word.independent else "", withdrawn_on=word.withdrawn_on,
            reference=f"WIM-{word.signed_on[:4]}-{found.id[:8].upper()}",
        )  # fmt: skip
    return f"{word.organisation} {word.version}", pdf.build(data, words=translator(lang))
