"""Consents: what a person allows today, in which words she was asked, and what follows from her taking it back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import N_, _, language, translator
from wimdesk.records import Consent, ConsentWording, Person
from wimdesk.records.consent import CHANNELS, METHODS, PURPOSES, STATES
from wimdesk.services import library_stories, publishing
from wimdesk.store import facts, history
from wimdesk.store.record import default, fields

IN_DIRECTORY = ("given_name", "family_name", "role", "languages", "country_code", "organization_id")
"""What others see of somebody who allows the directory."""
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
WORDINGS = {
    "directory": N_("I allow my name, role, languages and country to be seen by all members of the Alliance."),
    "messages": N_("I allow my organisation to send me messages and news."),
    "photo": N_("I allow my organisation to take photos of me and to show them."),
    "story": N_("I allow my organisation to tell my story, with my name."),
    "partners": N_("I allow my organisation to pass my name and address on to its partners."),
    "research": N_("I allow my answers to be used for research, without my name."),
}
"""The words that are used until an organisation writes its own."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words with which a consent is asked for."""

    purpose: str
    language: str
    version: str
    text: str

    @property
    def proof(self) -> str:
        """The SHA-256 of the words: a register can show that these and no others were read."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Event:
    """One time that a person allowed something, or took it back."""

    id: str
    purpose: str
    state: str
    date: str
    method: str
    recorded_by: str
    language: str
    wording_version: str
    wording: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for one purpose: the latest event, None where she was never asked."""

    purpose: str
    latest: Event | None

    @property
    def is_given(self) -> bool:
        """Whether it is allowed today."""
        return self.latest is not None and self.latest.state == "given"


@dataclass(frozen=True, slots=True)
class Register:
    """All of one person: what holds for each purpose, every event (newest first), and whether others see her."""

    standings: tuple[Standing, ...]
    events: tuple[Event, ...]
    in_directory: bool


def register(session: Session, person: str) -> Register:
    """Return the register of one person."""
    mine = select(Consent).where(Consent.person_id == person, Consent.deleted.is_(False))
    newest = (Consent.date.desc(), Consent.created_at.desc(), Consent.id.desc())
    events = tuple(map(_event, session.scalars(mine.order_by(*newest))))
    latest: dict[str, Event] = {}
    for event in events:
        latest.setdefault(event.purpose, event)
    return Register(
        tuple(Standing(purpose, latest.get(purpose)) for purpose in PURPOSES), events, _shown(session, person)
    )


def _event(row: Consent) -> Event:
    return Event(
        row.id, row.purpose, row.state, row.date, row.method, row.recorded_by, row.language, row.wording_version,
        row.wording,
    )  # fmt: skip


def allows(session: Session, person: str, purpose: str) -> bool:
    """Say whether a person allows something today."""
    return any(each.purpose == purpose and each.is_given for each in register(session, person).standings)


def wording(session: Session, purpose: str, code: str = "") -> Wording:
    """Return the words with which to ask, in a language, or in one that there is. Raises UserError for no purpose."""
    if purpose not in PURPOSES:
        raise UserError(_("There is no such purpose. Nothing was changed. Known: {names}.").format(names=_names()))
    wanted = code or language()
    own = session.scalars(
        select(ConsentWording)
        .where(ConsentWording.purpose == purpose, ConsentWording.deleted.is_(False))
        .order_by(ConsentWording.version.desc(), ConsentWording.id)
        .limit(1)
    ).first()
    texts = {lang: text for lang, text in own.text.items() if text.strip()} if own else {}
    if own is None or not texts:
        return Wording(purpose, wanted, "0", translator(wanted).gettext(WORDINGS[purpose]))
    found = wanted if wanted in texts else "en" if "en" in texts else sorted(texts)[0]
    return Wording(purpose, found, str(own.version or 1), texts[found])


def _names() -> str:
    return ", ".join(PURPOSES)


def set_wording(session: Session, purpose: str, texts: Mapping[str, str]) -> int:
    """Ask with other words from now on; return their version. What was allowed before was allowed in those words."""
    before = wording(session, purpose)
    version = int(before.version) + 1
    known: dict[str, str] = {}
    if version > 1:
        row = session.scalars(
            select(ConsentWording).where(ConsentWording.purpose == purpose, ConsentWording.version == version - 1)
        ).first()
        known = dict(row.text) if row else {}
    session.add(
        ConsentWording(purpose=purpose, text=known | dict(texts), version=version, since=clock.today().isoformat())
    )
    session.flush()
    return version


def note(session: Session, person: str, purpose: str, state: str, /, **told: str) -> str:
    """Write down that a person allows something, or takes it back; return the record's id.

    `told`: date, language, method, recorded_by; where a story may be told (channel), and until when.
    Taking back "directory" takes her out of what others see.
    Raises NotFound, UserError.
    """
    history.fetch(session, "person", person)
    if (until := told.get("until", "")) and not _DAY.fullmatch(until):
        raise UserError(_("{label}: write a date as {example}.").format(label=_("Until"), example="2026-11-22"))
    wrong = told.get("method", "") not in {"", *METHODS} or told.get("channel", "") not in {"", *CHANNELS}
    if state not in STATES or wrong:
        known = ", ".join((*STATES, *METHODS, *CHANNELS))
        raise UserError(_("This can't be written down. Nothing was changed. Known: {names}.").format(names=known))
    words = wording(session, purpose, told.get("language", ""))
    event = Consent(
        person_id=person, purpose=purpose, state=state, date=told.get("date") or clock.today().isoformat(),
        channel=told.get("channel", ""), until=told.get("until", ""), method=told.get("method", ""),
        recorded_by=told.get("recorded_by") or facts.text(session, "person_name"),
        language=words.language, wording=words.text, wording_version=words.version, proof=words.proof,
    )  # fmt: skip
    session.add(event)
    session.flush()
    if purpose == library_stories.PURPOSE:
        library_stories.settle(session, person)
    if purpose == "directory" and not allows(session, person, "directory"):
        _leave_directory(session, person)
    return event.id


def _leave_directory(session: Session, person: str) -> None:
    """Take her out of what others see; what they have in their trash by then says nothing of her."""
    copy = session.get(Person, publishing.copy_id(session, person, "alliance"))
    if copy is not None:
        for name, info in fields(Person).items():
            setattr(copy, name, default(info))
    publishing.retract(session, "person", person)


def show_in_directory(session: Session, person: str) -> str:
    """Let all of the Alliance see a person who allows it; return the id of what they see. Raises UserError."""
    if not allows(session, person, "directory"):
        raise UserError(
            _("This person has not allowed the directory. Nothing was shared. Write down her consent first.")
        )
    return publishing.publish(session, "person", person, "alliance", only=IN_DIRECTORY)


def _shown(session: Session, person: str) -> bool:
    copy = session.get(Person, publishing.copy_id(session, person, "alliance"))
    return copy is not None and not copy.deleted
