"""A file of changes, whoever brought it, and the file with the answer that only its author can read."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from sync import bundles
from sync.frames import packed
from sync.protocol import KeysRequest, KeysResponse, Problem
from sync.server import keys, orders, tables
from sync.server.enrolment import find
from sync.server.exchange import Exchange
from sync.server.refusals import Refused
from sync.server.roles import Device
from sync.server.store import Store

_PASSING = frozenset({Problem.BUSY})
"""Refusals that say nothing about the file: it may be brought again."""
_OF_KEYS = frozenset({Problem.KEY_OTHER, Problem.KEY_FORBIDDEN, Problem.MALFORMED, Problem.TOO_LARGE})
_NOTHING = KeysRequest()


@dataclass(frozen=True, slots=True)
class Believed:
    """A file of changes that an enrolled device has signed for this endpoint, and the key that locks the answer."""

    device: Device
    receive_key: bytes
    header: bundles.Header
    content: bytes


def believed(store: Store, file: bytes) -> Believed:
    """Open a file. Raises Refused where it is not for us, not whole, or not of a device that we know."""
    try:
        bundle = bundles.opened(file, store.receive_key)
    except bundles.TooNew as error:
        raise Refused(Problem.VERSION_UNSUPPORTED, version=bundles.VERSION) from error
    except ValueError as error:
        raise Refused(Problem.NOT_FOR_US) from error
    header = bundle.header
    if header.kind != "changes" or header.endpoint != store.public_receive_key:
        raise Refused(Problem.NOT_FOR_US)

    def work(connection: Connection) -> tuple[Device | None, bytes]:
        query = select(tables.device.c.receive_key).where(tables.device.c.id == header.device)
        return find(connection, header.device), connection.scalar(query) or b""

    device, receive_key = store.read(work)
    if device is None or device.organisation != header.organisation or not bundle.is_by(device.sign_key):
        raise Refused(Problem.SIGNATURE_WRONG)
    return Believed(device, receive_key, header, bundle.content)


def answered(store: Store, found: Believed) -> bytes:
    """Do what the file asks for and return the file with the answer, which may be a refusal.

    Raises Refused only for what may be over when the file is brought again.
    """
    exchange = Exchange(store, found.device, functools.partial(_still, store, found.device.id))
    header = bundles.Header(
        "answer", bundles.new_id(), found.device.id, found.device.organisation, store.public_receive_key,
        found.header.mark, answers=found.header.id, role=found.device.role,
        organisation_name=found.device.organisation_name,
    )  # fmt: skip
    try:
        exchange.receive(found.content)
        exchange.finish()
        content = packed([frame for some in exchange.answer() for frame in some])
        header = msgspec.structs.replace(header, keys=_keys(store, found))
    except Refused as refusal:
        if refusal.problem in _PASSING:
            raise
        header = _refusing(header, refusal)
        content = b""
    return store.seal(header, content, found.receive_key)


def _keys(store: Store, found: Believed) -> KeysResponse | None:
    """Do what the file asks for about keys, unless they have changed since; say how they stand where it can't know.

    So a file that is handed in again changes no key twice.
    """

    def work(connection: Connection) -> KeysResponse | None:
        device = _still(store, found.device.id, connection)
        as_known = device.key_changes == found.header.keys_at
        asked = found.header.asks_keys if as_known and not refused else _NOTHING
        return (
            None
            if as_known and found.header.asks_keys == _NOTHING
            else keys.tend(connection, device, asked, store.now())
        )

    refused = False
    try:
        return store.write(work, found.device.id)
    except Refused as refusal:
        if refusal.problem not in _OF_KEYS:
            raise
        refused = True
        return store.write(work, found.device.id)


def _refusing(header: bundles.Header, refusal: Refused) -> bundles.Header:
    said = refusal.details
    wipe, order = bool(said.get("wipe")), bytes.fromhex(str(said.get("order", "")))
    return msgspec.structs.replace(header, problem=int(refusal.problem), wipe=wipe, order=order)


def _still(store: Store, device_id: bytes, connection: Connection) -> Device:
    """Asked again and again: the device may be revoked while its file is being read."""
    device = find(connection, device_id)
    if device is None or device.revoked:
        raise orders.revoked(store, connection, device_id)
    return device
