"""How often somebody may guess: failed attempts per address and hour, counted for all workers in the database."""

from __future__ import annotations

import hmac
import ipaddress
import uuid

from sqlalchemy import Connection, delete, func, insert, select

from sync.protocol import Problem
from sync.server.refusals import Refused
from sync.server.store import Store
from sync.server.tables import failed_attempt

_WINDOW = 3600


def _network(address: str) -> str:
    """One household has a whole /64 of IPv6 addresses."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


class Attempts:
    """Counts failed attempts. Those that succeed are free: a class of thirty may enrol behind one router.

    What is on its way at the same moment is not counted yet, so that a few more than `limit` may pass: each code has
    80 bits and a limit of its own, and a row for each request would let anybody fill the database.
    """

    def __init__(self, store: Store, limit: int) -> None:
        self._store = store
        self._limit = limit

    def check(self, address: str) -> None:
        """Raise Refused (TOO_OFTEN) where the address has failed too often within the last hour."""
        network, since = self._hashed(address), self._store.now() - _WINDOW
        mine = (failed_attempt.c.network == network, failed_attempt.c.at > since)
        query = select(func.count()).select_from(failed_attempt).where(*mine)
        if (self._store.read(lambda connection: connection.scalar(query)) or 0) >= self._limit:
            raise Refused(Problem.TOO_OFTEN)

    def failed(self, address: str) -> None:
        """Remember one failed attempt, and forget those that no longer count."""
        now = self._store.now()
        row = {"network": self._hashed(address), "id": uuid.uuid4().bytes, "at": now}

        def work(connection: Connection) -> None:
            connection.execute(delete(failed_attempt).where(failed_attempt.c.at <= now - _WINDOW))
            connection.execute(insert(failed_attempt).values(row))

        self._store.write(work)

    def _hashed(self, address: str) -> bytes:
        return hmac.digest(self._store.pepper, b"address\0" + _network(address).encode(), "sha256")
