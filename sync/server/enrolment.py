"""One-time codes, and the devices that came in with them."""

from __future__ import annotations

import hmac
import secrets
import uuid
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from sync.protocol import (
    CODE_ALPHABET,
    CODE_SECONDS,
    CODE_TRIES,
    ROLES,
    EnrolRequest,
    EnrolResponse,
    Problem,
    clean_code,
    enrol_message,
)
from sync.rights import verified
from sync.server import audit, tables
from sync.server.refusals import Refused
from sync.server.roles import Device, bytes_id, text_id
from sync.server.store import Store

DEVICES = select(
    tables.device,
    tables.organisation.c.name.label("organisation_name"),
    tables.organisation.c.key_changes,
    select(tables.server_state.c.generation).scalar_subquery().label("generation"),
).join(tables.organisation, tables.organisation.c.id == tables.device.c.organisation)
"""Every device, with what is known of its organisation and of the endpoint: asked for together, again and again."""
_DEVICE = DEVICES.where(tables.device.c.id == bindparam("id"))
_CODE_LENGTH = 16
_LONGEST_NAME = 200
_ORGANISATION_NAME = "Name the organisation in 1 to 200 letters. No code was made."


def _locks(key: bytes) -> bool:
    """Say whether anything can be locked with an X25519 key: a few of them give everybody the same secret."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(key))
    except ValueError:
        return False
    return True


def is_plain(text: str, longest: int) -> bool:
    """Say whether a text is short enough and without control characters (PostgreSQL can't keep a NUL)."""
    return len(text) <= longest and not any(ord(letter) < 32 or ord(letter) == 127 for letter in text)


def _hash(store: Store, code: str) -> bytes:
    return hmac.digest(store.pepper, b"code\0" + clean_code(code).encode(), "sha256")


def issue(store: Store, organisation: str, role: str) -> dict[str, str]:
    """Make a one-time code for one device; raises ValueError with a sentence where it can't.

    Without a role the first code of an organisation is a coordinator's, whose computer can let the others in; each
    later one is a volunteer's.
    """
    if role and role not in ROLES:
        raise ValueError(f"There is no role {role}. No code was made. Choose one of: {', '.join(sorted(ROLES))}.")
    name = " ".join(organisation.split())
    if not name or not is_plain(name, _LONGEST_NAME):
        raise ValueError(_ORGANISATION_NAME)
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(_CODE_LENGTH))
    expires = store.now() + CODE_SECONDS

    def work(connection: Connection) -> tuple[bytes, str]:
        owner = _organisation(connection, name)
        row = {"hash": _hash(store, code), "organisation": owner, "expires": expires}
        known = select(tables.code.c.role).where(tables.code.c.hash == row["hash"])
        if (issued := connection.scalar(known)) is not None:  # tried again: it is there already
            return owner, str(issued)
        chosen = role or _usual_role(connection, owner)
        connection.execute(insert(tables.code).values(row | {"role": chosen}))
        audit.note(connection, store.now(), audit.OPERATOR, "issue code", chosen)
        return owner, chosen

    owner, chosen = store.write(work)
    return {
        "code": "-".join(code[i : i + 4] for i in range(0, _CODE_LENGTH, 4)),
        "organisation": text_id(owner),
        "organisation_name": name,
        "role": chosen,
        "expires": datetime.fromtimestamp(expires, UTC).isoformat(),
    }


def _usual_role(connection: Connection, owner: bytes) -> str:
    earlier = select(tables.code.c.hash).where(tables.code.c.organisation == owner).limit(1)
    return "coordinator" if connection.scalar(earlier) is None else "volunteer"


def _organisation(connection: Connection, name: str) -> bytes:
    known: bytes | None = connection.scalar(select(tables.organisation.c.id).where(tables.organisation.c.name == name))
    if known is not None:
        return known
    made = uuid.uuid4().bytes
    connection.execute(insert(tables.organisation).values(id=made, name=name))
    return made


def enrol(store: Store, request: EnrolRequest) -> EnrolResponse:
    """Turn a code into a device. Asking again with the same key gives the same answer. Raises Refused."""
    if len(request.sign_key) != 32 or not _locks(request.receive_key) or not is_plain(request.name, _LONGEST_NAME):
        raise Refused(Problem.MALFORMED)

    def work(connection: Connection) -> EnrolResponse | Problem:
        outcome = _enrol(store, connection, request)
        if isinstance(outcome, Problem):
            audit.note(connection, store.now(), audit.NOBODY, "enrol", outcome.name)
        return outcome

    outcome = store.write(work)
    if isinstance(outcome, Problem):  # raised here, so that the count of tries is kept
        raise Refused(outcome)
    return outcome


def _enrol(store: Store, connection: Connection, request: EnrolRequest) -> EnrolResponse | Problem:
    hashed = _hash(store, request.code)
    # Locked where there can be a second writer: a code is for one computer.
    code = connection.execute(select(tables.code).where(tables.code.c.hash == hashed).with_for_update()).first()
    if code is None:
        return Problem.CODE_UNKNOWN
    message = enrol_message(request.code, request.sign_key, request.receive_key)
    proven = verified(request.sign_key, request.proof, message)
    if code.used_by is not None:
        return _again(store, connection, code.used_by, request.sign_key if proven else b"")
    if problem := _why_not(store, code):
        return problem
    if not proven:
        connection.execute(update(tables.code).where(tables.code.c.hash == hashed).values(tries=code.tries + 1))
        return Problem.SIGNATURE_WRONG
    made = uuid.uuid4().bytes
    connection.execute(
        insert(tables.device).values(
            id=made, organisation=code.organisation, role=code.role, name=request.name, sign_key=request.sign_key,
            receive_key=request.receive_key, enrolled_at=store.now(),
        )
    )  # fmt: skip
    connection.execute(update(tables.code).where(tables.code.c.hash == hashed).values(used_by=made))
    touch_keys(connection, code.organisation)
    audit.note(connection, store.now(), text_id(made), "enrol", code.role)
    return _answer(store, connection, made)


def _why_not(store: Store, code: Row[tuple[object, ...]]) -> Problem | None:
    if code.tries >= CODE_TRIES:
        return Problem.CODE_LOCKED
    return Problem.CODE_EXPIRED if store.now() >= code.expires else None


def _again(store: Store, connection: Connection, used_by: bytes, key: bytes) -> EnrolResponse | Problem:
    """The answer was lost on its way: the same key may hear it again, any other may not."""
    device = find(connection, used_by)
    if device is None or not hmac.compare_digest(device.sign_key, key):
        return Problem.CODE_USED
    return Problem.DEVICE_REVOKED if device.revoked else _answer(store, connection, used_by)


def _answer(store: Store, connection: Connection, device_id: bytes) -> EnrolResponse:
    device = find(connection, device_id)
    if device is None:
        raise LookupError("a device that was just written is not there")
    return EnrolResponse(
        text_id(device.id),
        text_id(device.organisation),
        device.organisation_name,
        device.role,
        store.public_key,
        device.generation,
        store.public_receive_key,
    )


def find(connection: Connection, device_id: bytes) -> Device | None:
    """Return the device as it is now."""
    row = connection.execute(_DEVICE, {"id": device_id}).first()
    return None if row is None else device_in(row)


def device_in(row: Row[tuple[object, ...]]) -> Device:
    """Return the device in a row of `DEVICES`."""
    revoked = row.revoked_at is not None
    known = (row.id, row.organisation, row.organisation_name, row.role, row.sign_key)
    return Device(*known, revoked, row.key_changes, row.generation)


def touch_keys(connection: Connection, organisation: bytes) -> None:
    """Have each computer of the organisation look again at who has which key."""
    table = tables.organisation
    connection.execute(update(table).where(table.c.id == organisation).values(key_changes=table.c.key_changes + 1))


def revoke(store: Store, device: str, *, wipe: bool = False) -> None:
    """Shut the device out from its next request on; raises ValueError with a sentence where there is none."""
    device_id = bytes_id(device)

    def work(connection: Connection) -> None:
        known = find(connection, device_id) if device_id else None
        if known is None:
            raise ValueError("There is no computer with this number. Nothing was changed. Check the number.")
        if not known.revoked:
            changed = update(tables.device).where(tables.device.c.id == known.id)
            connection.execute(changed.values(revoked_at=store.now()))
            touch_keys(connection, known.organisation)
        if wipe:
            connection.execute(delete(tables.wipe).where(tables.wipe.c.device == known.id))
            connection.execute(insert(tables.wipe).values(device=known.id))
        if wipe or not known.revoked:
            audit.note(
                connection, store.now(), audit.OPERATOR, "revoke and wipe" if wipe else "revoke", text_id(known.id)
            )

    store.write(work)


def devices(connection: Connection) -> list[dict[str, object]]:
    """Return every computer that was ever enrolled, the oldest first."""
    query = (
        select(tables.device, tables.organisation.c.name.label("organisation_name"))
        .join(tables.organisation, tables.organisation.c.id == tables.device.c.organisation)
        .order_by(tables.device.c.enrolled_at, tables.device.c.id)
    )
    return [
        {
            "device": text_id(row.id), "organisation": row.organisation_name, "role": row.role, "name": row.name,
            "enrolled": _moment(row.enrolled_at), "revoked": _moment(row.revoked_at) if row.revoked_at else "",
        }
        for row in connection.execute(query)
    ]  # fmt: skip


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
