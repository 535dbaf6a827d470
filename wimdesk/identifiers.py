"""Identities made on the laptop, without asking anyone."""

from __future__ import annotations

import os
import uuid

from wimdesk import clock

NAMESPACE = uuid.UUID("6f1c2f0e-6c0e-5d3b-9a51-2f6f3c2b7a10")


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562, section 5.7): ids made later sort later, roughly."""
    stamp = int(clock.seconds() * 1000)
    value = (stamp & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def derived_id(*parts: str) -> str:
    """Return the UUIDv5 of the parts: the same on every laptop, so that one thing stays one record."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def is_id(text: str) -> bool:
    """Say whether the text is a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
