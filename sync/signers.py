"""Who really ordered that something be erased: each computer can prove it without believing the endpoint.

An order carries the signature of the computer that gave it. Its key is told by a *card*, an operation of type SIGNER
that sets nothing. In an organisation's private space a card is believed, for only its computers can write there. In the
Alliance's space the first card of an organisation is believed, as there is nobody yet who could vouch for it, and each
later one where a computer that is believed already vouches for it. So an organisation tells one key before it is
needed; the others follow the first order that their computer gives.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec

from sync.protocol import ROLES, Payload
from sync.rights import may_write

SIGNER = "signer"
SECRETARIAT = "secretariat"
_ORDER = b"wimdesk erase v1\0"
_CARD = b"wimdesk signer v1\0"
_encode = msgspec.msgpack.Encoder().encode
_payload = msgspec.msgpack.Decoder(Payload).decode
T = TypeVar("T", bound=msgspec.Struct)


class Card(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Which key a computer signs with, and in which role; `voucher` is the computer that says so, and signs it."""

    device: bytes
    key: bytes
    role: str
    voucher: bytes
    signature: bytes


class Signed(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Which computer gave an order, and its signature."""

    device: bytes
    signature: bytes


def card_of(payload: bytes) -> Card | None:
    """Return what the payload of an operation of type SIGNER says, None where it says nothing that can be read."""
    found = _values(payload, Card)
    return found if found is not None and len(found.device) == len(found.voucher) == 16 else None


def signed_of(payload: bytes) -> Signed | None:
    """Return who gave an order, None where it does not say so."""
    return _values(payload, Signed)


def _values(payload: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.convert(_payload(payload).values, kind)
    # A text that is not UTF-8 and nesting without end come through msgspec as Python's own exceptions.
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError, RecursionError):
        return None


def values_of(said: Card | Signed) -> list[object]:
    """Return it as the values of a payload."""
    return list(msgspec.structs.astuple(said))


def record_of(device: bytes) -> bytes:
    """Return the id under which cards of a computer travel; its own id may be that of a record."""
    return hashlib.sha256(_CARD + device).digest()[:16]


def card_message(organisation: bytes, card: Card) -> bytes:
    """Return what `Card.signature` signs."""
    told = (organisation, card.device, card.key, card.role, card.voucher)
    return _CARD + hashlib.sha256(_encode(told)).digest()


def order_message(space: str, record: bytes, owner: bytes, device: bytes) -> bytes:
    """Return what the signature of an order signs; not its place or number, for others may have to bring it back."""
    return _ORDER + hashlib.sha256(_encode((space, record, owner, device))).digest()


def may_order(role_name: str, organisation: bytes, space: str, owner: bytes) -> bool:
    """Say whether somebody in this role may order that a record be erased, by the role table."""
    role = ROLES.get(role_name)
    return role is not None and role.erases and may_write(role, organisation, space, owner)
