"""Notices that a network is there again, so that nobody waits for the end of a long pause."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

_LOOK_EVERY = 5.0
_ANYWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses for examples (RFC 5737, RFC 3849): a way to them is a way to the world. Nothing is ever sent there."""


def own_addresses() -> tuple[str, ...]:
    """Return the addresses by which this computer would speak to the world; none without a network. Sends nothing."""
    found = []
    for family, anywhere in _ANYWHERE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect((anywhere, 9))
            found.append(str(way.getsockname()[0]))
    return tuple(found)


def rest(wake: threading.Event, seconds: float | None, *, failed: bool) -> None:
    """Wait until somebody wakes us, or so long (None: for ever). After a failure another network ends it too."""
    if not failed or seconds is None:
        wake.wait(seconds)
        return
    before, end = own_addresses(), time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not wake.wait(min(left, _LOOK_EVERY)):
        now = own_addresses()
        if now and now != before:
            return
        before = now
