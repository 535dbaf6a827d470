"""Running the endpoint: as a service, for a moment in a thread, and the operator's few verbs."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import uvicorn
from sqlalchemy.exc import OperationalError

from sync.server import audit, enrolment, orders
from sync.server.app import FAILED_ATTEMPTS, create_app
from sync.server.store import FILE as FILE
from sync.server.store import UNUSABLE, Store
from sync.server.store import Unusable as Unusable
from sync.server.store import renew_generation as renew

_GRACE = 10
"""Seconds that requests on the way have to finish when the server stops."""
_START = 30


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self._listening()


def _server(data: Path, listening: Callable[[], None], now: Callable[[], float], failed_attempts: int) -> _Server:
    config = uvicorn.Config(
        create_app(data, now=now, failed_attempts=failed_attempts),
        http="h11",
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,  # it would keep the addresses of people
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    return _Server(config, listening)


def _listen(host: str, port: int) -> tuple[socket.socket, str]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    bound = listener.getsockname()[1]
    return listener, f"http://[{host}]:{bound}" if ":" in host else f"http://{host}:{bound}"


def serve(data: Path, host: str, port: int, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is on the way.

    `ready` is told the base URL once requests are answered (port 0 takes a free one). Raises OSError
    where the port is taken, Unusable where the folder is of no use. TLS is the job of the proxy in front.
    """
    listener, url = _listen(host, port)
    with listener:
        server = _server(data, lambda: ready(url) if ready else None, time.time, FAILED_ATTEMPTS)

        def stop(number: int, frame: FrameType | None) -> None:
            server.should_exit = True

        # uvicorn raises the signal once more after it has stopped: it must find us calm.
        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            server.run(sockets=[listener])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def running(
    data: Path, *, now: Callable[[], float] = time.time, failed_attempts: int = FAILED_ATTEMPTS
) -> Iterator[str]:
    """Serve on a free port of this computer for as long as the block lasts; yields the base URL."""
    started = threading.Event()
    listener, url = _listen("127.0.0.1", 0)
    with listener:
        server = _server(data, started.set, now, failed_attempts)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="endpoint")
        thread.start()
        try:
            if not started.wait(_START):
                raise RuntimeError("the endpoint did not start")
            yield url
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def _opened(data: Path) -> Iterator[Store]:
    store = Store(data)
    try:
        yield store
    except OperationalError as error:  # a full disk, mostly
        raise Unusable(UNUSABLE) from error
    finally:
        store.close()


def issue_code(data: Path, organisation: str, role: str) -> dict[str, str]:
    """Make a one-time code for one device; the organisation is made if it is new. Works while `serve` runs.

    Returns code, organisation (id), organisation_name, role and expires (UTC). Raises ValueError with a
    sentence where there is no such role or no name.
    """
    with _opened(data) as store:
        return enrolment.issue(store, organisation, role)


def revoke(data: Path, device_id: str, *, wipe: bool = False) -> None:
    """Shut a device out from its next request on, and have it wiped. Raises ValueError where there is none."""
    with _opened(data) as store:
        enrolment.revoke(store, device_id, wipe=wipe)


def devices(data: Path) -> list[dict[str, object]]:
    """Return every computer that was ever enrolled: device, organisation, role, name, enrolled, revoked (UTC)."""
    with _opened(data) as store, store.reading() as connection:
        return enrolment.devices(connection)


def quarantine(data: Path) -> list[dict[str, object]]:
    """Return what revoked computers still sent, without what it says."""
    with _opened(data) as store, store.reading() as connection:
        return orders.quarantined(connection)


def renew_generation(data: Path) -> int:
    """Tell every device that the endpoint was restored from a backup; to be called before it serves again."""
    with _opened(data) as store, store.writing() as connection:
        audit.note(connection, store.now(), audit.OPERATOR, "restore")
        return renew(connection)
