"""Connections from laptops: what came before a cut is kept, who asks nothing has to go, and there is always room."""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast
from weakref import WeakKeyDictionary

import h11
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from sync.server.body import REST

_PATIENCE = 60
"""Seconds in which the head of a request must be whole."""
_MOST = 2000
"""Connections that one process holds at a time."""
_OTHERS = 512
"""Open files that are kept free for the database, the log, and connections that have just come or are going."""
BACKLOG = 128
"""Connections that the system may hold ready, and that are taken in at once."""

_asking: WeakKeyDictionary[Config, dict[Connection, None]] = WeakKeyDictionary()
"""Of each server, the connections on which nothing was asked yet, the oldest first."""


class Connection(H11Protocol):
    """One connection. Where there are too many, the one that has asked nothing for the longest makes room."""

    _given_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Welcome it."""
        super().connection_made(transport)
        self._mind()
        if len(self.connections) > _room():
            oldest = next(iter(_asking[self.config]))
            oldest.forget()
            oldest.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        super().data_received(data)
        self._mind()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._mind()

    def connection_lost(self, exc: Exception | None) -> None:
        """Put what arrived where the reader of the body finds it: on a poor link it is all that there is."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.body:
            cast(dict[str, object], cycle.scope)[REST] = bytes(cycle.body)
        self.forget()
        super().connection_lost(exc)

    def _mind(self) -> None:
        """Note whether the head of a request is what we wait for."""
        if self.conn.their_state is not h11.IDLE or self.transport.is_closing():
            self.forget()
        elif self._given_up is None:
            self._given_up = self.loop.call_later(_PATIENCE, self.transport.abort)
            _asking.setdefault(self.config, {})[self] = None

    def forget(self) -> None:
        """It waits for nothing any more."""
        if self._given_up is not None:
            self._given_up.cancel()
            self._given_up = None
            _asking[self.config].pop(self, None)


def make_room() -> None:
    """Have the system let this process open as many files as it needs, as far as it may."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows knows no such limit
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _MOST + _OTHERS
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _room() -> int:
    try:
        import resource
    except ImportError:
        return _MOST
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else min(_MOST, max(soft - _OTHERS, soft // 2))
