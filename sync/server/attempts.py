"""How often somebody may guess: failed attempts per address and hour, kept in memory."""

from __future__ import annotations

import ipaddress
import threading
from collections import deque

from sync.protocol import Problem
from sync.server.refusals import Refused

_WINDOW = 3600
_MOST_ADDRESSES = 10_000


def _network(address: str) -> str:
    """One household has a whole /64 of IPv6 addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


class Attempts:
    """Counts failed attempts. Those that succeed are free: a class of thirty may enrol behind one router."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._failed: dict[str, deque[int]] = {}
        self._turn = threading.Lock()

    def check(self, address: str, now: int) -> None:
        """Raise Refused (TOO_OFTEN) where the address has failed too often within the last hour."""
        with self._turn:
            times = self._failed.get(_network(address))
            while times and times[0] <= now - _WINDOW:
                times.popleft()
            if times and len(times) >= self._limit:
                raise Refused(Problem.TOO_OFTEN)

    def failed(self, address: str, now: int) -> None:
        """Remember one failed attempt; the address heard of longest ago is forgotten when there are too many."""
        network = _network(address)
        with self._turn:
            times = self._failed.pop(network, deque(maxlen=self._limit))
            times.append(now)
            self._failed[network] = times
            if len(self._failed) > _MOST_ADDRESSES:
                del self._failed[next(iter(self._failed))]
