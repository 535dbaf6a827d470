"""The two databases that can hold the endpoint's log: a SQLite file for one office, PostgreSQL for many workers."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlcipher3 import dbapi2

from sync.server import row_security, schema, tables
from sync.server.writers import Writers

T = TypeVar("T")
FILE = "endpoint.db"
UNUSABLE = "The endpoint can't use this folder. Nothing was changed. Check the folder, its rights and the disk."
UNREACHABLE = "The endpoint can't use this database. Nothing was changed. Check its address, the role and the server."
UNPREPARED = "This database is not prepared. Nothing was changed. Run “wimdesk secretariat prepare” as its owner first."
TOO_STRONG = "This role could pass by row security. Nothing was changed. Serve with a role that owns nothing."
OWNER_NEEDED = "Only the owner of this database may do that. Nothing was changed. Use the owner's address."
NO_ADDRESS = "This is no address of a PostgreSQL database. Nothing was changed. Write postgresql://ROLE@HOST/DATABASE."
_OLDEST_SQLITE = (3, 53)
_PRAGMAS = (
    "journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "checkpoint_fullfsync=1", "secure_delete=ON",
    "foreign_keys=ON", "trusted_schema=OFF", "temp_store=MEMORY", "journal_size_limit=4194304",
)  # fmt: skip
_BUSY_SECONDS = 30
_CONNECTIONS = (4, 16)
"""Connections that one worker keeps, and how many more it may open: four workers fit into PostgreSQL's usual 100."""
_SETTINGS = {
    "search_path": row_security.SCHEMA,
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITING = "BEGIN ISOLATION LEVEL READ COMMITTED"
_PASSING = ("08", "40", "53", "57", "23505", "55P03")
"""How the SQLSTATE of something begins that may be over at the next try: connections, serialisation, deadlocks,
resources, shutdown, a row that somebody else wrote first, a lock that did not come."""


class Unusable(ValueError):
    """The folder or database can't hold the endpoint's data; `str()` is a sentence for the operator."""


class Database(Protocol):
    """What the store needs of a database."""

    unusable: str
    """The sentence for when it can't be used at all."""
    tries: int
    """How often a transaction is tried that failed for a reason that passes."""

    def transaction(self, device: bytes, *, writes: bool) -> contextlib.AbstractContextManager[Connection]:
        """Open a transaction for what a device (16 bytes, or none) asked for."""

    def write(self, work: Callable[[Connection], T], device: bytes) -> T:
        """Do the work in a transaction that writes; return what it gives once that is stored."""

    def connection(self) -> contextlib.AbstractContextManager[Connection]:
        """Open a connection on which each statement is a transaction of its own."""

    def prepare(self) -> bool:
        """Make what is missing, where it is ours to make; say whether the first state is to be written."""

    def check(self) -> None:
        """Raise Unusable where the endpoint must not serve from here."""

    def check_owner(self) -> None:
        """Raise Unusable where policies would hide rows from an operator."""

    def passes(self, error: DBAPIError | NoneFree) -> bool:
        """Say whether what went wrong may go well at the next try."""

    def empty_log(self) -> None:
        """Have nothing of what was erased in a log beside the data, where that is ours to see to."""

    def close(self) -> None:
        """Give everything back."""


def database_of(data: Path, address: str) -> Database:
    """Return the PostgreSQL database at the address, or the file in the folder `data` where there is none.

    Raises Unusable where the address is none.
    """
    return PostgreSQL(address) if address else SQLite(data)


class SQLite:
    """One file: many readers, one writer at a time."""

    unusable = UNUSABLE
    tries = 1  # its own waiting is long enough

    def __init__(self, data: Path) -> None:
        if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
            raise RuntimeError(f"SQLite {dbapi2.sqlite_version} is too old")
        self._file = data / FILE
        self._engine = _sqlite_engine(self._file)
        self._writers = Writers(self._writing)

    def prepare(self) -> bool:
        """Make the folder, the file and the tables where they are missing."""
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):  # made here, so that nobody else may ever read it
            os.close(os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with self.transaction(b"", writes=True) as connection:
            _make(connection)
            return connection.execute(select(tables.server_state)).first() is None

    @contextlib.contextmanager
    def transaction(self, device: bytes, *, writes: bool) -> Iterator[Connection]:
        """A reader sees one moment of the file; writers come one after the other."""
        if not writes:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
            return
        with self._writers.turn, self._writing() as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def write(self, work: Callable[[Connection], T], device: bytes) -> T:
        """Those that come at the same moment share a commit."""
        return self._writers.write(work)

    def connection(self) -> contextlib.AbstractContextManager[Connection]:
        """The driver is in autocommit."""
        return self._engine.connect()

    def check(self) -> None:
        """Whoever can open the file may serve from it."""

    def check_owner(self) -> None:
        """Whoever can open the file owns it."""

    def passes(self, error: DBAPIError | NoneFree) -> bool:
        """Another process held the file too long."""
        code = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
        return isinstance(error, NoneFree) or str(code).startswith("SQLITE_BUSY")

    def empty_log(self) -> None:
        """Fold the write-ahead log into the file and leave none; whoever reads just now holds it up until next time."""
        with contextlib.suppress(DBAPIError), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Fold the write-ahead log into the file, and close."""
        self.empty_log()
        self._engine.dispose()


def _make(connection: Connection) -> None:
    try:
        schema.make(connection)
    except schema.TooNew as error:
        raise Unusable(str(error)) from error


def _sqlite_engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite+pysqlite", database=str(path)),
        module=dbapi2,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=60,  # more than there are worker threads: nobody waits for a connection
        # The driver is in autocommit: we say BEGIN ourselves, and for a writer at once.
        connect_args={"check_same_thread": False, "timeout": _BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: dbapi2.Connection, _entry: ConnectionPoolEntry) -> None:
        for pragma in _PRAGMAS:
            connection.execute("PRAGMA " + pragma).fetchall()

    return engine


class PostgreSQL:
    """A server that several workers share. Rows of spaces are seen only by whom the policies let in."""

    unusable = UNREACHABLE
    tries = 8

    def __init__(self, address: str) -> None:
        self._engine = _postgres_engine(postgres_url(address))

    def prepare(self) -> bool:
        """Its owner prepares it by a command of its own; here it only must be there."""
        with self.transaction(b"", writes=False) as connection:
            if not row_security.is_there(connection):
                raise Unusable(UNPREPARED)
            if not schema.is_current(connection):
                raise Unusable(schema.TOO_NEW if schema.is_newer(connection) else UNPREPARED)
        return False

    def prepare_for(self, role: str, begin: Callable[[Connection], None]) -> None:
        """Make, as the owner, tables and policies for the endpoint's role, then let `begin` write what is first.

        Raises Unusable where there is no such role.
        """
        with self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN")
            row_security.lock(connection)
            if not row_security.knows(connection, role):
                raise Unusable(f"There is no role {role} in this database. Nothing was changed. Create it first.")
            row_security.make_schema(connection)
            _make(connection)
            row_security.apply(connection, role)
            begin(connection)

    @contextlib.contextmanager
    def transaction(self, device: bytes, *, writes: bool) -> Iterator[Connection]:
        """A reader sees one moment. A writer waits for others of its own device, then only for the counter row.

        Writers read what was committed before each statement: the row lock of the counter lasts to the commit, and
        a commit is visible before its locks are gone, so that nobody ever sees seq k + 1 without k.
        """
        words = [_WRITING if writes else _READING]
        if device:
            words.append(row_security.acting_as(device))
        if device and writes:
            # Also against a revocation that comes while a push is on its way.
            words.append(f"SELECT id FROM device WHERE id = '\\x{device.hex()}' FOR NO KEY UPDATE")
        with self._engine.begin() as connection:
            connection.exec_driver_sql("; ".join(words))  # one way to the server and back
            yield connection

    def write(self, work: Callable[[Connection], T], device: bytes) -> T:
        """The server itself lets those share a commit that come at the same moment."""
        with self.transaction(device, writes=True) as connection:
            return work(connection)

    def connection(self) -> contextlib.AbstractContextManager[Connection]:
        """The driver is in autocommit."""
        return self._engine.connect()

    def check(self) -> None:
        """Raise Unusable where row security would not bind this role, or is not that of this version."""
        with self.transaction(b"", writes=False) as connection:
            if row_security.passes_by(connection):
                raise Unusable(TOO_STRONG)
            if not (row_security.is_current(connection) and schema.is_current(connection)):
                raise Unusable(UNPREPARED)

    def check_owner(self) -> None:
        """Raise Unusable where row security binds this role."""
        with self.transaction(b"", writes=False) as connection:
            if not row_security.passes_by(connection):
                raise Unusable(OWNER_NEEDED)

    def passes(self, error: DBAPIError | NoneFree) -> bool:
        """Something in the way of others, of the connection or of the server."""
        if isinstance(error, NoneFree) or error.connection_invalidated:
            return True
        state = getattr(error.orig, "sqlstate", None)
        if state is None:  # it could not even connect
            return not isinstance(error, IntegrityError)
        return str(state).startswith(_PASSING)

    def empty_log(self) -> None:
        """The server's own log and its vacuum are the operator's (docs/operations.md)."""

    def close(self) -> None:
        """Hang up."""
        self._engine.dispose()


def postgres_url(address: str) -> URL:
    """Return the address for our driver. Raises Unusable where it is no PostgreSQL address; it is never shown."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise Unusable(NO_ADDRESS) from error
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise Unusable(NO_ADDRESS)
    return url.set(drivername="postgresql+psycopg")


def holds_password(address: str) -> bool:
    """Say whether an address shows a password to whoever lists the processes."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        return False
    return bool(url.password) or any("password" in name.lower() for name in url.query)


def _postgres_engine(url: URL) -> Engine:
    size, more = _CONNECTIONS
    options = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())
    return create_engine(
        url,
        isolation_level="AUTOCOMMIT",  # we say BEGIN ourselves, and with it all that a transaction begins with
        pool_size=size,
        max_overflow=more,
        pool_timeout=20,
        connect_args={"connect_timeout": 10, "application_name": "wimdesk", "options": options},
        hide_parameters=True,
    )


def answers(connection: Connection) -> bool:
    """Say whether the database answers."""
    return bool(connection.scalar(text("SELECT 1")))
