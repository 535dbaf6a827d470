"""The endpoint's database: many readers, one writer at a time, each request one transaction."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlcipher3 import dbapi2

from sync.server import tables

FILE = "endpoint.db"
_OLDEST_SQLITE = (3, 53)
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "checkpoint_fullfsync=1", "secure_delete=ON",
    "foreign_keys=ON", "trusted_schema=OFF", "temp_store=MEMORY", "journal_size_limit=4194304",
)  # fmt: skip
_BUSY_SECONDS = 30
UNUSABLE = "The endpoint can't use this folder. Nothing was changed. Check the folder, its rights and the disk."
_WRITES = {"begin": "BEGIN IMMEDIATE"}


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        module=dbapi2,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=60,  # more than there are worker threads: nobody waits for a connection
        connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: dbapi2.Connection, _entry: ConnectionPoolEntry) -> None:
        for pragma in _PRAGMAS:
            connection.execute("PRAGMA " + pragma).fetchall()

    # The driver is in autocommit; we say BEGIN ourselves, and for a writer at once.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


class Unusable(ValueError):
    """The folder can't hold the endpoint's data; `str()` is a sentence for the operator."""


class Store:
    """An open database in the folder `data`, made if missing. `now` gives seconds since 1970.

    Raises Unusable where the folder can't be written, the disk is full, or the file there is none of ours.
    """

    def __init__(self, data: Path, now: Callable[[], float] = time.time) -> None:
        if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
            raise RuntimeError(f"SQLite {dbapi2.sqlite_version} is too old")
        self._clock = now
        self._turn = threading.Lock()
        self._engine = _engine(data / FILE)
        try:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileExistsError):  # made here, so that nobody else may ever read it
                os.close(os.open(data / FILE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._prepare()
        except (OSError, DBAPIError) as error:
            self._engine.dispose()
            raise Unusable(UNUSABLE) from error

    def _prepare(self) -> None:
        with self.writing() as connection:
            tables.create(connection)
            state = connection.execute(select(tables.server_state)).first()
            if state is None:
                connection.execute(insert(tables.server_state).values(one=1, **_first_state()))
            state = connection.execute(select(tables.server_state)).one()
        self.pepper: bytes = state.pepper
        self._sign_key = Ed25519PrivateKey.from_private_bytes(state.sign_key)
        self.public_key = self._sign_key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the endpoint's Ed25519 signature."""
        return self._sign_key.sign(message)

    def now(self) -> int:
        """Return the time in whole seconds since 1970."""
        return int(self._clock())

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that sees one moment of the database."""
        with self._engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is committed at the end, or leaves no trace when an exception passes."""
        with self._turn, self._engine.connect() as plain:
            connection = plain.execution_options(**_WRITES)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Fold the write-ahead log into the file, and close."""
        with contextlib.suppress(DBAPIError), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._engine.dispose()


def _first_state() -> dict[str, bytes | int]:
    key = Ed25519PrivateKey.generate().private_bytes_raw()
    return {"sign_key": key, "pepper": secrets.token_bytes(32), "generation": _new_generation()}


def _new_generation() -> int:
    return secrets.randbits(62) + 1  # never 0, which means "not known yet"


def generation(connection: Connection) -> int:
    """Return the number that changes when the endpoint was restored from a backup."""
    return int(connection.scalars(select(tables.server_state.c.generation)).one())


def renew_generation(connection: Connection) -> int:
    """Tell every device at its next visit that the endpoint was restored; return the new number."""
    number = _new_generation()
    connection.execute(update(tables.server_state).values(generation=number))
    return number
