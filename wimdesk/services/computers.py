"""The organisation's computers: who may read what is private, because somebody has compared six words."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import lockbox
from sync.protocol import ALLIANCE, ROLES, private_space, shared_space
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records import Computer
from wimdesk.store import facts, journal, seal_keys, tables

State = Literal["this", "waiting", "ready", "asked", "mistaken", "sending"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A computer for the list: this one (perhaps still waiting), ready, asking, with mistaken words, or soon ready.

    `sign` tells computers of the same name apart; both screens show it.
    """

    id: str
    name: str
    sign: str
    role: str
    since: str
    state: State


def every(session: Session) -> list[Seen]:
    """Return the organisation's computers as the endpoint last told of them, in the order in which they came."""
    told = json.loads(facts.text(session, "computers") or "[]")
    known = {record.id: record for record in session.scalars(select(Computer).where(Computer.deleted.is_(False)))}
    me, opens, found = facts.text(session, "device"), seal_keys.opens(session), []
    called = names(session)
    for each in told:
        record = known.get(each["id"])
        name = called.get(each["id"], "")
        since = datetime.fromtimestamp(each["at"], UTC).strftime("%Y-%m-%d")
        state = ("this" if opens else "waiting") if each["id"] == me else _state(each, record)
        found.append(Seen(each["id"], name, each["id"][-4:].upper(), each["role"], since, state))
    return found


def names(session: Session) -> dict[str, str]:
    """Return what each computer is called, by id: where several have the name of their system, with who works there."""
    told = {each["id"]: each["name"] for each in json.loads(facts.text(session, "computers") or "[]")}
    found = told | {each.id: each.name for each in session.scalars(select(Computer)) if each.name}
    often = Counter(found.values()) + Counter(told.values())
    alike = len(found) > 1
    return {
        id: _told_apart(session, id, name) if alike and often[name] > 1 else name for id, name in found.items() if name
    }


def _told_apart(session: Session, computer: str, name: str) -> str:
    person = facts.text(session, "person_name") if computer == facts.text(session, "device") else ""
    person = person or _last_person(session, computer)
    return f"{name} ({person})" if person else name


def _last_person(session: Session, computer: str) -> str:
    """Return whose name stands beside the latest change that came from a computer; empty where none is here."""
    op, own = tables.op.c, facts.text(session, "organisation")
    for space in (private_space(own), shared_space(own), ALLIANCE):  # one by one: each is one look into an index
        query = select(op.payload).where(op.space == space, op.device == uuid.UUID(computer).bytes)
        payload = session.scalar(query.order_by(op.epoch.desc(), op.n.desc()).limit(1))
        if payload and (person := journal.unpack_payload(payload).by):
            return person
    return ""


@dataclass(frozen=True, slots=True)
class Look:
    """What the page of computers shows: `words` of this one while it waits, whether it may let others in, and all."""

    enrolled: bool
    words: str
    may_confirm: bool
    computers: tuple[Seen, ...]
    nobody: bool = False
    """Whether the key is there, but on no computer that may hand it on: then only a spare key helps."""


def look(session: Session) -> Look:
    """Return how things stand."""
    enrolled = bool(facts.text(session, "server_url"))
    told = json.loads(facts.text(session, "computers") or "[]")
    ready = [each["role"] for each in told if each["has"]]
    nobody = bool(ready) and not any(role in ROLES and ROLES[role].hands_keys for role in ready)
    words = own_words(session) if enrolled else ""
    return Look(enrolled, words, may_confirm(session), tuple(every(session)), nobody)


def _state(told: dict[str, object], record: Computer | None) -> State:
    if told["has"]:
        return "ready"
    if record is None:
        return "asked"
    return "sending" if record.words else "mistaken"


def may_confirm(session: Session) -> bool:
    """Say whether this computer may let others of its organisation read what is private."""
    role = ROLES.get(facts.text(session, "role"))
    return role is not None and role.hands_keys and seal_keys.current(session) is not None


def own_words(session: Session) -> str:
    """Return the six words of this computer while it waits for the organisation's key; empty when it has it."""
    return "" if seal_keys.opens(session) else facts.text(session, "words")


def waits(session: Session) -> bool:
    """Say whether this computer waits for another one, which can let it in: nothing private travels till then."""
    told = json.loads(facts.text(session, "computers") or "[]")
    return bool(own_words(session)) and any(each["has"] for each in told)


def asking(session: Session) -> int:
    """Return how many computers this one may let in and nobody has."""
    if not may_confirm(session):
        return 0
    return sum(seen.state in {"asked", "mistaken"} for seen in every(session))


def confirm(session: Session, computer: str, typed: str, name: str = "") -> None:
    """Let a computer read what is private; `typed` are the six words that stand on its screen.

    Raises UserError where they can't be right; then nothing was changed.
    """
    if not may_confirm(session):
        raise UserError(_("This computer may not let others in. Nothing was changed. Ask a coordinator."))
    try:
        words_told = lockbox.words_of(typed)
    except lockbox.NotWords as wrong:
        raise UserError(_sentence(str(wrong))) from wrong
    told = next((each for each in every(session) if each.id == computer), None)
    if told is None:
        raise UserError(_("This computer is not known here. Nothing was changed. Sync, then try again."))
    put(session, computer, name or told.name, words_told)
    facts.put(session, key_changes=0)  # look after the keys at the next sync


def _sentence(word: str) -> str:
    if not word:
        return _("These are not six words. Nothing was changed. Read them again from the other screen.")
    return _("“{word}” is not one of the words. Nothing was changed. Read it again from the other screen.").format(
        word=word
    )


def put(session: Session, computer: str, name: str, words_told: str) -> None:
    """Write down a computer and the words that were told for it."""
    record = session.get(Computer, computer)
    if record is None:
        record = Computer(id=computer)
        session.add(record)
    record.name, record.words, record.deleted = name, words_told, False


def note_own(session: Session, name: str) -> None:
    """Write down this computer, which needs nobody to confirm it: it made the key."""
    me = facts.text(session, "device")
    if session.get(Computer, me) is None:
        put(session, me, name, facts.text(session, "words"))


def words(session: Session) -> dict[str, str]:
    """Return the words of each computer that was confirmed, by id."""
    rows = session.execute(select(Computer.id, Computer.words).where(Computer.deleted.is_(False)))
    return {row.id: row.words for row in rows if row.words}


def forget_words(session: Session, computers: Iterable[str]) -> None:
    """Take back words that did not fit."""
    for id in computers:
        record = session.get(Computer, id)
        if record is not None:
            record.words = ""
