"""The organisation's keys from computer to computer: made by the first, handed on to those whose words were told.

The endpoint carries locked envelopes. It can neither open them nor put a key of its own in their place: the words
have never passed through it.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy.orm import Session

from sync import lockbox, sealing
from sync.client.transport import damaged
from sync.protocol import ROLES, UNOPENED, Computer, Envelope, KeysRequest, KeysResponse, Problem, Role, key_context
from wimdesk.app import App
from wimdesk.errors import Refused
from wimdesk.services import computers
from wimdesk.store import facts, seal_keys
from wimdesk.store.seal_keys import SealKey

log = logging.getLogger(__name__)
Ask = Callable[[KeysRequest], KeysResponse]
_TRIES = 3
_LIMIT, _MOST, _ID, _LONGEST_NAME = 1 << 31, 10_000, 16, 1000
_LATEST = 1 << 37
"""Seconds since 1970 that a calendar still has."""
_MEANT = "key_meant"
"""The fact that names a key made here, until the endpoint has counted it."""
_STANDING = "key_standing"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(KeysResponse).decode
_NONE = Role(frozenset(), frozenset(), frozenset())


class _Asked(Exception):
    """What is to be asked next."""

    def __init__(self, request: KeysRequest) -> None:
        super().__init__()
        self.request = request


def tend(app: App, exchange: Ask) -> bool:
    """Open, make and hand on keys; say whether this computer can read or seal more than before."""

    def ask(request: KeysRequest) -> KeysResponse:
        return _believed(exchange(request))

    app.run(_ensure_words)
    got = False
    for _try in range(_TRIES):
        standing = ask(KeysRequest())
        app.run(_note, standing)
        opened, failed = _open(app, standing)
        got = got or opened
        try:
            after, made = _act(app, standing, failed, ask)
        except Refused as refused:
            if refused.number != Problem.KEY_OTHER:
                raise
            continue  # another computer was faster
        app.run(_note, after)
        app.run(_looked_after, after)
        return got or made
    return got


def wish(app: App) -> tuple[int, KeysRequest]:
    """Return what a file has to ask for, and the count of changes of keys at which that was known.

    It asks for one thing at a time: the next follows from the answer.
    """
    standing = app.read(_standing)
    if standing is None:
        return 0, KeysRequest()

    def ask(request: KeysRequest) -> KeysResponse:
        raise _Asked(request)

    try:
        _act(app, standing, _open(app, standing)[1], ask)
    except _Asked as asked:
        return standing.version, asked.request
    return standing.version, KeysRequest()


def take(app: App, standing: KeysResponse) -> bool:
    """Heed how an answer to a file says that things stand; say whether this computer can read or seal more now."""
    app.run(_ensure_words)
    _believed(standing)
    known = app.read(_standing)
    if known is not None and standing.version < known.version:
        return False
    app.run(_note, standing)
    return _open(app, standing)[0]


def _believed(standing: KeysResponse) -> KeysResponse:
    """Raise SyncProblem where this can't be how things stand: it is kept, shown, and worked with later."""
    made, computers, envelopes = standing.made, standing.computers, standing.envelopes
    numbers = [number for number, _id in made]
    told = [*numbers, *(n for each in computers for n in (*each.has, *each.failed)), *(e.number for e in envelopes)]
    sound = (
        0 <= standing.version < _LIMIT
        and max(len(made), len(computers), len(envelopes)) <= _MOST
        and all(0 < number < _LIMIT for number in told)
        and numbers == sorted(set(numbers))
        and all(len(each.id) == _ID and len(each.receive_key) == sealing.KEY_BYTES for each in computers)
        and all(0 <= each.enrolled_at < _LATEST and len(each.name) <= _LONGEST_NAME for each in computers)
        and all(len(each.computer) == _ID for each in envelopes)
    )
    if not sound:
        raise damaged()
    return standing


def _act(app: App, standing: KeysResponse, failed: list[Envelope], ask: Ask) -> tuple[KeysResponse, bool]:
    """Tell of envelopes that didn't open, make a key where one is missing, and hand keys on.

    Returns how things stand then, and whether a key was made.
    """
    told = ask(KeysRequest([], failed)) if failed else None
    made = _make(app, standing, ask)
    handed = _hand_on(app, made or standing, ask)
    return handed or made or told or standing, made is not None


def _open(app: App, standing: KeysResponse) -> tuple[bool, list[Envelope]]:
    """Take keys out of the envelopes for this computer.

    Returns whether there was a new one, and what is to be told of those that don't open with its words.
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
    return app.run(_agree_on_numbers, standing) or got, failed


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
        made = [(newest + 1, app.run(_new_key, first=not newest))]
    else:
        return None
    after = ask(KeysRequest(made))
    app.run(_agree_on_numbers, after)
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
    for computer in standing.computers:
        if computer.id != me and not hands:
            continue
        if told := words.get(str(uuid.UUID(bytes=computer.id)), ""):
            envelopes += _envelopes(_organisation(app), computer, told, keys)
        else:
            envelopes += [Envelope(number, computer.id, UNOPENED) for number in computer.failed]
    return ask(KeysRequest([], envelopes)) if envelopes else None


def _envelopes(organisation: bytes, computer: Computer, words: str, keys: list[SealKey]) -> Iterator[Envelope]:
    for key in keys:
        if key.number not in computer.has:
            context = key_context(organisation, computer.id, key.number)
            try:
                box = lockbox.lock_for(key.key, computer.receive_key, words, context)
            except ValueError:
                log.warning("a computer has no key to lock with")  # others get theirs all the same
                return
            yield Envelope(key.number, computer.id, box)


def _organisation(app: App) -> bytes:
    return uuid.UUID(app.identity().organisation).bytes


def _ensure_words(session: Session) -> None:
    """A profile that joined with 0.1.0 has none."""
    if not facts.text(session, "words"):
        facts.put(session, words=lockbox.new_words())


def _new_key(session: Session, *, first: bool) -> bytes:
    """Keep a key that nobody has heard of yet, before anybody does, and return its id.

    One that was meant for this before, and not agreed on, will do. No other: a removed computer may have it.
    """
    meant = facts.text(session, _MEANT)
    unused = (key for key in seal_keys.every(session) if not key.number and (first or key.id.hex() == meant))
    key = next(unused, None) or _fresh()
    _keep(session, key)
    facts.put(session, **{_MEANT: key.id.hex()})
    return key.id


def _fresh() -> SealKey:
    key = sealing.new_key()
    return SealKey(0, sealing.id_of(key), key)


def _keep(session: Session, key: SealKey) -> None:
    seal_keys.keep(session, key)
    facts.put(session, locked=False)


def _agree_on_numbers(session: Session, standing: KeysResponse) -> bool:
    """Number the keys that are here as the endpoint does; say whether that made one usable.

    A key that a restored endpoint has forgotten seals nothing more, unless this computer can make it known again.
    """
    before = seal_keys.current(session)
    numbers = {id: number for number, id in standing.made}
    if bytes.fromhex(facts.text(session, _MEANT)) in numbers:
        facts.put(session, **{_MEANT: ""})
        me = uuid.UUID(facts.text(session, "device")).bytes
        computers.note_own(session, next((each.name for each in standing.computers if each.id == me), ""))
    tells = ROLES.get(facts.text(session, "role"), _NONE).hands_keys
    for key in seal_keys.every(session):
        number = numbers.get(key.id, key.number if tells and key.number > len(numbers) else 0)
        if number != key.number:
            seal_keys.keep(session, key._replace(number=number))
    return seal_keys.current(session) != before


def _note(session: Session, standing: KeysResponse) -> None:
    """Write down how things stand. Words with which an envelope did not open are forgotten when that is first heard."""
    known = _standing(session)
    heard = {(each.id, number) for each in (known.computers if known else ()) for number in each.failed}
    mistaken = [each.id for each in standing.computers if {(each.id, number) for number in each.failed} - heard]
    computers.forget_words(session, [str(uuid.UUID(bytes=id)) for id in mistaken])
    newest = standing.made[-1][0] if standing.made else 0
    told = [
        # Who has only an older key can't read what follows: somebody is asked again, unless it is on its way.
        {"id": str(uuid.UUID(bytes=each.id)), "name": each.name, "role": each.role, "at": each.enrolled_at,
         "has": newest in each.has}
        for each in standing.computers
    ]  # fmt: skip
    facts.put(session, key_changes=0, computers=json.dumps(told), **{_STANDING: _encode(standing).hex()})


def _looked_after(session: Session, standing: KeysResponse) -> None:
    facts.put(session, key_changes=standing.version)


def _standing(session: Session) -> KeysResponse | None:
    """How things stood when this computer last heard of them from this endpoint."""
    told = facts.text(session, _STANDING)
    return _decode(bytes.fromhex(told)) if told else None
