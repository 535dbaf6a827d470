"""Who is asking: a nonce that the device signs, and the token it gets for that."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from sync.protocol import TOKEN_SECONDS, NonceResponse, Problem, TokenRequest, TokenResponse, token_message
from sync.rights import verified
from sync.server import audit, orders, tables
from sync.server.enrolment import DEVICES, device_in, find
from sync.server.refusals import Refused
from sync.server.roles import Device, bytes_id, text_id
from sync.server.store import Store

_NONCE_SECONDS = 120
_STAMP = 8
_RANDOM = 8
_ASKING = (
    DEVICES.add_columns(tables.token.c.expires)
    .join(tables.token, tables.token.c.device == tables.device.c.id)
    .where(tables.token.c.hash == bindparam("hash"))
)
"""Asked again and again in each request: one question, made once."""


def _seal(store: Store, device: str, stamp: bytes) -> bytes:
    return hmac.digest(store.pepper, b"nonce\0" + stamp + device.encode(), "sha256")[:16]


def nonce(store: Store, device: str) -> NonceResponse:
    """Return a fresh nonce. It proves itself, so that nothing is stored for whoever asks."""
    stamp = (store.now() + _NONCE_SECONDS).to_bytes(_STAMP) + secrets.token_bytes(_RANDOM)
    return NonceResponse(stamp + _seal(store, device, stamp))


def _is_fresh(store: Store, device: str, given: bytes) -> bool:
    stamp = given[: _STAMP + _RANDOM]
    sealed = hmac.compare_digest(given[_STAMP + _RANDOM :], _seal(store, device, stamp))
    return sealed and store.now() <= int.from_bytes(stamp[:_STAMP]) <= store.now() + _NONCE_SECONDS


def sign_in(store: Store, request: TokenRequest) -> TokenResponse:
    """Give a token for a signed nonce. Raises Refused; an unknown device looks like a wrong signature."""
    device_id = bytes_id(request.device)
    if device_id is None or not _is_fresh(store, request.device, request.nonce):
        raise Refused(Problem.SIGNATURE_WRONG)
    device = store.read(lambda connection: find(connection, device_id))
    if device is None or not verified(device.sign_key, request.signature, token_message(request.nonce)):
        raise Refused(Problem.SIGNATURE_WRONG)

    def work(connection: Connection) -> tuple[TokenResponse | Problem, Refused]:
        granted = _grant(store, connection, device_id, request.nonce)
        return granted, orders.revoked(store, connection, device_id)

    outcome, order = store.write(work)
    if isinstance(outcome, Problem):  # raised here, so that the audit keeps the refusal
        raise order if outcome is Problem.DEVICE_REVOKED else Refused(outcome)
    return outcome


def _grant(store: Store, connection: Connection, device_id: bytes, given: bytes) -> TokenResponse | Problem:
    now = store.now()
    connection.execute(delete(tables.nonce).where(tables.nonce.c.expires < now))
    connection.execute(delete(tables.token).where(tables.token.c.expires < now))
    hashed = hashlib.sha256(given).digest()
    if connection.execute(select(tables.nonce).where(tables.nonce.c.hash == hashed)).first():
        return Problem.SIGNATURE_WRONG
    connection.execute(insert(tables.nonce).values(hash=hashed, expires=now + _NONCE_SECONDS))
    device = find(connection, device_id)
    if device is None or device.revoked:
        audit.note(connection, now, text_id(device_id), "sign in", Problem.DEVICE_REVOKED.name)
        return Problem.DEVICE_REVOKED
    text = secrets.token_urlsafe(32)
    row = {"hash": _hash(text), "device": device_id, "expires": now + TOKEN_SECONDS}
    connection.execute(insert(tables.token).values(row))
    audit.note(connection, now, text_id(device_id), "sign in")
    return TokenResponse(text, TOKEN_SECONDS, device.role, device.organisation_name, now)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _asked(header: str) -> dict[str, bytes]:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(Problem.TOKEN_NEEDED)
    return {"hash": _hash(text.strip())}


def _answered(store: Store, row: Row[tuple[object, ...]] | None) -> Device:
    if row is None or store.now() >= row.expires:
        raise Refused(Problem.TOKEN_NEEDED)
    return device_in(row)


def caller(store: Store, header: str) -> Device:
    """Return the device whose token the Authorization header carries, also a revoked one. Raises Refused."""
    return _answered(store, store.ask(_ASKING, _asked(header)))


def device_of(store: Store, connection: Connection, header: str) -> Device:
    """Return the device whose token the Authorization header carries. Raises Refused, also where it is revoked."""
    device = _answered(store, connection.execute(_ASKING, _asked(header)).first())
    if device.revoked:
        raise orders.revoked(store, connection, device.id)
    return device
