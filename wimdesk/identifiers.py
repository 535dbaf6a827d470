"""Identities made on the laptop, without asking anyone."""

from __future__ import annotations

import os
import threading
import uuid

from wimdesk import clock

NAMESPACE = uuid.UUID("6f1c2f0e-6c0e-5d3b-9a51-2f6f3c2b7a10")


_TICKS = 4096 * 1000
"""Ticks in a second: the milliseconds of a UUIDv7, and the fraction that its 12 bits behind them hold."""

_lock = threading.Lock()
_last = [0]


def new_id() -> str:
    """Return a UUIDv7 (RFC 9562, sections 5.7 and 6.2, method 3): what one program makes sorts as it was made.

    So people who are added in one go stay in that order. A clock that was turned back by more than a second is
    followed: then earlier ids sort later.
    """
    with _lock:
        tick = int(clock.seconds() * _TICKS)
        if tick <= _last[0] < tick + _TICKS:
            tick = _last[0] + 1
        _last[0] = tick
    stamp, fraction = divmod(tick, 4096)
    random = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return str(uuid.UUID(int=(stamp & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | random))


def derived_id(*parts: str) -> str:
    """Return the UUIDv5 of the parts: the same on every laptop, so that one thing stays one record."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def is_id(text: str) -> bool:
    """Say whether the text is a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
