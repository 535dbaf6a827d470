"""Who may write what, by the role table of the protocol: asked by the endpoint, and by each computer that checks it."""

from __future__ import annotations

import functools
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.protocol import ALLIANCE, COMMITTEE, Role, private_space, shared_space

EVERY_SHARED = "every_shared"


@functools.lru_cache(maxsize=4096)
def text_id(id: bytes) -> str:
    """Return an id of 16 bytes as UUID text."""
    return str(uuid.UUID(bytes=id))


def bytes_id(text: str) -> bytes | None:
    """Return UUID text as 16 bytes, or None where it is not written as str(UUID) writes it."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found.bytes if str(found) == text else None


def organisation_of_shared(space: str) -> bytes | None:
    """Return whose shared space this is, or None where it is another kind of space."""
    parts = space.split("/")
    if len(parts) != 3 or parts[0] != "org" or parts[2] != "shared":
        return None
    return bytes_id(parts[1])


def kind_of(organisation: bytes, space: str) -> str | None:
    """Return the kind of the space as seen from an organisation, or None where nobody of any role could name it."""
    own = text_id(organisation)
    kinds = {
        ALLIANCE: "alliance",
        COMMITTEE: "committee",
        private_space(own): "private",
        shared_space(own): "shared",
    }
    if space in kinds:
        return kinds[space]
    return EVERY_SHARED if organisation_of_shared(space) else None


def may_write(role: Role, organisation: bytes, space: str, owner: bytes) -> bool:
    """Say whether this role in an organisation writes records of this owner in the space."""
    kind = kind_of(organisation, space)
    return kind in role.writes_any or (kind in role.writes_own and owner == organisation)


def verified(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether the Ed25519 key signed the message; wrong lengths are simply not."""
    try:
        _opened(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@functools.lru_cache(maxsize=1024)
def _opened(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)
