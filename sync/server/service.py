"""Running the endpoint: as a service, for a moment in a thread, and the operator's few verbs."""

from __future__ import annotations

import contextlib
import gc
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette

from sync.bundles import MAX_CHANGES
from sync.server import audit, bundles, enrolment, erasing, leaving, ledger, metrics, quarantine
from sync.server import backup as copies
from sync.server.app import FAILED_ATTEMPTS, create_app
from sync.server.connections import BACKLOG, make_room
from sync.server.connections import Connection as Line
from sync.server.crew import Crew, handling
from sync.server.databases import FILE as FILE
from sync.server.databases import holds_password as holds_password
from sync.server.files import USUAL, Limits
from sync.server.metrics import log_in_lines as log_in_lines
from sync.server.refusals import Refused
from sync.server.store import Store
from sync.server.store import Unusable as Unusable
from sync.server.store import prepare as prepare
from sync.server.store import renew_generation as renew

_GRACE = 10
"""Seconds that requests on the way have to finish when the server stops."""
_START = 30
NO_BUNDLE = "This is no file of a sync. Nothing was changed. Choose another file."
NO_FILE = "The file can't be read, or the answer not written. Bring the file again: twice does no harm."
ONE_WRITER = "SQLite has one writer, so that one worker is all it can use. Nothing was started. Use PostgreSQL."


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


def _server(app: Starlette, listening: Callable[[], None]) -> _Server:
    # It would keep the addresses of people, for anybody who hangs a handler on it.
    logging.getLogger("uvicorn.access").disabled = True
    config = uvicorn.Config(
        app,
        http=Line,
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,  # every byte counts
        timeout_graceful_shutdown=_GRACE,
        backlog=BACKLOG,
    )
    return _Server(config, listening)


def _listen(host: str, port: int) -> tuple[socket.socket, str]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    bound = listener.getsockname()[1]
    return listener, f"http://[{host}]:{bound}" if ":" in host else f"http://{host}:{bound}"


def serve(
    data: Path,
    host: str,
    port: int,
    ready: Callable[[str], None] | None = None,
    *,
    database: str = "",
    workers: int = 1,
    watch: tuple[str, int] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is on the way.

    `ready` is told the base URL once requests are answered (port 0 takes a free one). `database` is the address of
    a PostgreSQL database instead of the folder; only with it there may be several `workers`. `watch`: host and port of
    the figures for an operator (`metrics.offered`). Raises OSError where a port is taken, Unusable where folder or
    database is of no use. TLS is the job of the proxy in front.
    """
    if workers > 1 and not database:
        raise Unusable(ONE_WRITER)
    listener, url = _listen(host, port)
    tell = partial(ready, url) if ready else _quiet
    with listener, contextlib.ExitStack() as stack:
        if watch:
            store = stack.enter_context(_opened(data, database))
            stack.enter_context(metrics.offered(*watch, store, shared=workers > 1))
        if workers > 1:
            create_app(data, database=database)  # what is wrong is said once, and by us
            Crew(partial(serve_on, listener, data, database), workers).serve(tell)
        else:
            serve_on(listener, data, database, tell)


def _quiet() -> None:
    """Nobody waits for the news."""


def serve_on(listener: socket.socket, data: Path, database: str, ready: Callable[[], None]) -> None:
    """Serve on an open socket until SIGTERM or SIGINT; several processes may do so on the same one."""
    make_room()
    server = _server(create_app(data, database=database), ready)
    # What is here by now stays: to look through it for garbage would hold up everybody now and then.
    gc.collect()
    gc.freeze()

    def stop(number: int, frame: FrameType | None) -> None:
        server.should_exit = True

    # uvicorn raises the signal once more after it has stopped: it must find us calm.
    with handling(stop):
        server.run(sockets=[listener])


@contextlib.contextmanager
def running(
    data: Path,
    *,
    now: Callable[[], float] = time.time,
    failed_attempts: int = FAILED_ATTEMPTS,
    database: str = "",
    limits: Limits = USUAL,
) -> Iterator[str]:
    """Serve on a free port of this computer for as long as the block lasts; yields the base URL."""
    started = threading.Event()
    listener, url = _listen("127.0.0.1", 0)
    with listener:
        app = create_app(data, now=now, failed_attempts=failed_attempts, database=database, limits=limits)
        server = _server(app, started.set)
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
def _opened(data: Path, database: str) -> Iterator[Store]:
    store = Store(data, database=database)
    try:
        yield store
    except (DBAPIError, Refused) as error:  # a full disk, a role that may not
        raise Unusable(store.unusable) from error
    finally:
        store.close()


def issue_code(data: Path, organisation: str, role: str, database: str = "") -> dict[str, str]:
    """Make a one-time code for one device; the organisation is made if it is new. Works while `serve` runs.

    Returns code, organisation (id), organisation_name, role, expires (UTC), and key, by which the endpoint signs (hex).
    Raises ValueError with a sentence where there is no such role or no name.
    """
    with _opened(data, database) as store:
        return enrolment.issue(store, organisation, role) | {"key": store.public_key.hex()}


def revoke(data: Path, device_id: str, *, wipe: bool = False, database: str = "") -> None:
    """Shut a device out from its next request on, and have it wiped. Raises ValueError where there is none."""
    with _opened(data, database) as store:
        enrolment.revoke(store, device_id, wipe=wipe)


def devices(data: Path, *, database: str = "") -> list[dict[str, object]]:
    """Return every computer that was ever enrolled: device, organisation, role, name, enrolled, revoked (UTC)."""
    with _opened(data, database) as store:
        return store.read(enrolment.devices)


def kept_apart(data: Path, *, database: str = "") -> list[dict[str, object]]:
    """Return what revoked computers still sent, without what it says. On PostgreSQL only its owner may ask."""
    with _opened(data, database) as store:
        store.check_owner()
        return store.read(quarantine.kept)


def admit(data: Path, device_id: str, *, database: str = "") -> dict[str, int]:
    """Let in what a revoked computer still sent; return how much was placed, refused and left. As the owner.

    Raises ValueError where there is no such computer.
    """
    with _opened(data, database) as store:
        store.check_owner()
        return store.write(lambda connection: quarantine.admit(connection, device_id, store.now()))


def drop(data: Path, device_id: str, *, database: str = "") -> dict[str, int]:
    """Throw away what a revoked computer still sent; return how many pieces. On PostgreSQL only its owner may."""
    with _opened(data, database) as store:
        store.check_owner()
        return store.write(lambda connection: quarantine.drop(connection, device_id, store.now()))


def remove_organisation(data: Path, organisation: str, *, really: bool, database: str = "") -> dict[str, object]:
    """Shut out all computers of an organisation that has left (its name or id), and remove what only it could read; say
    what that is and, unless `really`, change nothing. On PostgreSQL only its owner may.

    Raises ValueError with a sentence where there is none, or it is the Secretariat itself.
    """
    with _opened(data, database) as store:
        store.check_owner()
        id = store.read(lambda connection: leaving.find(connection, organisation))
        if not really:
            return store.read(lambda connection: leaving.look(connection, id)) | {"removed": False}
        found = store.write(lambda connection: leaving.remove(connection, id, store.now()))
        store.note_erased([])
        return found | {"removed": True}


def proofs(data: Path, *, database: str = "") -> dict[str, int]:
    """Return how many batches in the readable logs carry a signature that holds: what was erased leaves it whole too.

    On PostgreSQL only its owner may ask.
    """
    with _opened(data, database) as store:
        store.check_owner()
        return store.read(erasing.proofs)


def bundle(data: Path, file: Path, out: Path, *, database: str = "") -> dict[str, int]:
    """Take in a file of changes that somebody brought, and write the file with the answer. Works while `serve` runs.

    Raises ValueError with a sentence where the file can't be read or is none for this endpoint.
    """
    with _opened(data, database) as store:
        try:
            if file.stat().st_size > MAX_CHANGES:
                raise ValueError(NO_BUNDLE)
            found = bundles.believed(store, file.read_bytes())
            answer = bundles.answered(store, found)
            out.write_bytes(answer)
        except Refused as refusal:
            raise ValueError(refusal.answer["message"]) from refusal
        except OSError as error:
            raise ValueError(NO_FILE) from error
        return {"read": len(found.content), "written": len(answer)}


def backup(data: Path, file: Path, *, database: str = "") -> dict[str, int]:
    """Write everything into one file while `serve` runs; return rows by table. On PostgreSQL only its owner may.

    Raises ValueError with a sentence where it can't.
    """
    with _opened(data, database) as store:
        done = copies.write(store, file)
        ledger.add(file.parent, store.read(erasing.everything))
        return done


def restore(data: Path, file: Path, *, database: str = "") -> int:
    """Put a backup into an empty folder or prepared database; return the new generation. As the owner on PostgreSQL.

    Raises ValueError with a sentence where the file is not whole or something is there already.
    """
    with _opened(data, database) as store:
        generation = copies.restore(store, file)
        _heed_ledger(store, data, file.parent)
        return generation


def _heed_ledger(store: Store, *folders: Path) -> None:
    """Have erased again what the ledgers in these folders name."""
    lines = ledger.read(*folders)
    store.write(lambda connection: erasing.heed(connection, lines, store.now()))


def renew_generation(data: Path, *, database: str = "") -> int:
    """Tell every device that the endpoint was restored from a backup; to be called before it serves again.

    On PostgreSQL only the owner may: `database` is the owner's address.
    """
    with _opened(data, database) as store:
        store.check_owner()

        def work(connection: Connection) -> int:
            audit.note(connection, store.now(), audit.OPERATOR, "restore")
            return renew(connection)

        if not database:
            _heed_ledger(store, data)
        return store.write(work)
