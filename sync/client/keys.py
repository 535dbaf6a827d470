"""The organisation's keys from computer to computer: made by the first, handed on to those whose words were told.

The endpoint carries locked envelopes. It can neither open them nor put a key of its own in their place: the words
have never passed through it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from sync import lockbox, sealing
from sync.protocol import ROLES, UNOPENED, Computer, Envelope, KeysRequest, KeysResponse, Problem, Role, key_context
from wimdesk.app import App
from wimdesk.errors import Refused
from wimdesk.services import computers
from wimdesk.store import facts, seal_keys
from wimdesk.store.seal_keys import SealKey

Ask = Callable[[KeysRequest], KeysResponse]
_TRIES = 3
_NONE = Role(frozenset(), frozenset(), frozenset())


def tend(app: App, ask: Ask) -> bool:
    """Open, make and hand on keys; say whether this computer can read or seal more than before."""
    app.run(_ensure_words)
    for _try in range(_TRIES):
        standing = ask(KeysRequest())
        got, told = _open(app, standing, ask)
        try:
            made = _make(app, standing, ask)
            handed = _hand_on(app, made or standing, ask)
        except Refused as refused:
            if refused.number != Problem.KEY_OTHER:
                raise
            continue  # another computer was faster
        app.run(_note, handed or made or told or standing)
        return got or made is not None
    return False


def _open(app: App, standing: KeysResponse, ask: Ask) -> tuple[bool, KeysResponse | None]:
    """Take keys out of the envelopes for this computer, and tell of those that don't open with its words.

    Returns whether there was one, and how things stand after something was told.
    """
    with app.store.reading() as session:
        words, known = facts.text(session, "words"), seal_keys.by_id(session)
    ids = dict(standing.made)
    failed: list[Envelope] = []
    got = False
    for envelope in standing.envelopes:
        id = ids.get(envelope.number, b"")
        if id in known:
            continue
        try:
            context = key_context(_organisation(app), envelope.computer, envelope.number)
            key = lockbox.unlock_for(envelope.box, app.device_keys.receive, words, context)
        except lockbox.NotForUs:
            key = b""
        if not key or sealing.id_of(key) != id:
            failed.append(Envelope(envelope.number, envelope.computer, b""))
            continue
        app.run(_keep, SealKey(envelope.number, id, key))
        got = True
    told = ask(KeysRequest([], failed)) if failed else None
    return app.run(_agree_on_numbers, standing) or got, told


def _make(app: App, standing: KeysResponse, ask: Ask) -> KeysResponse | None:
    """Give the organisation its first key, or a new one after a computer was removed; return how things stand then."""
    with app.store.reading() as session:
        role = ROLES.get(facts.text(session, "role"), _NONE)
        keys = seal_keys.every(session)
    newest = standing.made[-1][0] if standing.made else 0
    lost = [(key.number, key.id) for key in keys if key.number > newest]
    has_newest = bool(keys) and keys[-1].number == newest > 0
    if lost:
        made = lost  # the endpoint was restored
    elif "private" in role.writes_any and (not newest or (standing.stale and has_newest and role.hands_keys)):
        unused = next((key for key in keys if not key.number and not newest), None)
        key = unused.key if unused else sealing.new_key()
        app.run(_keep, SealKey(0, sealing.id_of(key), key))  # before anybody hears of it
        made = [(newest + 1, sealing.id_of(key))]
    else:
        return None
    after = ask(KeysRequest(made))
    app.run(_agree_on_numbers, after)
    me = uuid.UUID(app.identity().device).bytes
    app.run(computers.note_own, next((each.name for each in after.computers if each.id == me), ""))
    return after


def _hand_on(app: App, standing: KeysResponse, ask: Ask) -> KeysResponse | None:
    """Put keys into envelopes for this computer itself, and for those whose words a coordinator has typed."""
    with app.store.reading() as session:
        hands = ROLES.get(facts.text(session, "role"), _NONE).hands_keys
        keys = [key for key in seal_keys.every(session) if key.number]
        words = computers.words(session)
        words[app.identity().device] = facts.text(session, "words")
    me = uuid.UUID(app.identity().device).bytes
    envelopes: list[Envelope] = []
    mistaken: list[str] = []
    for computer in standing.computers:
        told = words.get(str(uuid.UUID(bytes=computer.id)), "")
        if not told or (computer.id != me and not hands):
            continue
        if computer.failed:
            mistaken.append(str(uuid.UUID(bytes=computer.id)))
            envelopes += [Envelope(number, computer.id, UNOPENED) for number in computer.failed]
            continue
        envelopes += _envelopes(_organisation(app), computer, told, keys)
    if mistaken:
        app.run(computers.forget_words, mistaken)
    return ask(KeysRequest([], envelopes)) if envelopes else None


def _envelopes(organisation: bytes, computer: Computer, words: str, keys: list[SealKey]) -> Iterator[Envelope]:
    for key in keys:
        if key.number not in computer.has:
            context = key_context(organisation, computer.id, key.number)
            yield Envelope(key.number, computer.id, lockbox.lock_for(key.key, computer.receive_key, words, context))


def _organisation(app: App) -> bytes:
    return uuid.UUID(app.identity().organisation).bytes


def _ensure_words(session: Session) -> None:
    """A profile that joined with 0.1.0 has none."""
    if not facts.text(session, "words"):
        facts.put(session, words=lockbox.new_words())


def _keep(session: Session, key: SealKey) -> None:
    seal_keys.keep(session, key)
    facts.put(session, locked=False)


def _agree_on_numbers(session: Session, standing: KeysResponse) -> bool:
    """Number the keys that are here as the endpoint does; say whether that made one usable.

    A key that a restored endpoint has forgotten seals nothing more, unless this computer can make it known again.
    """
    before = seal_keys.current(session)
    numbers = {id: number for number, id in standing.made}
    tells = ROLES.get(facts.text(session, "role"), _NONE).hands_keys
    for key in seal_keys.every(session):
        number = numbers.get(key.id, key.number if tells and key.number > len(numbers) else 0)
        if number != key.number:
            seal_keys.keep(session, key._replace(number=number))
    return seal_keys.current(session) != before


def _note(session: Session, standing: KeysResponse) -> None:
    told = [
        {"id": str(uuid.UUID(bytes=each.id)), "name": each.name, "role": each.role, "at": each.enrolled_at,
 "has": bool(each.has)}
        for each in standing.computers
    ]  # fmt: skip
    facts.put(session, key_changes=standing.version, computers=json.dumps(told))
