"""The one way into the database: many readers, one writer thread, one announcement after each commit."""

from __future__ import annotations

import contextlib
import errno
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2

from wimdesk.errors import DiskFull, EnvironmentProblem, NotAProfile, ProfileBusy
from wimdesk.events import Changed, Signal
from wimdesk.i18n import _
from wimdesk.store import identity, journal, rows, signers

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)

_PRAGMAS: tuple[str, ...] = (
    "cipher_log_level=NONE", "journal_mode=WAL", "synchronous=FULL", "fullfsync=1", "checkpoint_fullfsync=1",
    "secure_delete=ON", "foreign_keys=ON", "trusted_schema=OFF", "temp_store=MEMORY", "journal_size_limit=4194304",
)  # fmt: skip
_WRITERS_CACHE = "cache_size=-32000"
"""In KiB, at most: a page that was changed just now is not read, checked and decrypted again for the next record."""
_READERS_CACHE = "cache_size=-3000"
"""There are several of them, and each would keep 8 MB by itself, though a screen asks for few pages."""
PAGE = 4096
"""Bytes of one page of the encrypted file: what SQLCipher 4 takes where nobody says otherwise."""
_NO_ROOM_FOR_INDEX = 10 | 19 << 8
"""SQLITE_IOERR_SHMSIZE: the file beside the write-ahead log can't grow, which only a full disk causes."""
_OLDEST_SQLITE = (3, 51, 3)  # earlier ones carry the WAL-reset bug


def connect(path: Path, key: bytes, *, create: bool = False, read_only: bool = False) -> dbapi2.Connection:
    """Open the encrypted file. Raises NotAProfile where the key does not fit or the file is foreign."""
    if dbapi2.sqlite_version_info < _OLDEST_SQLITE:
        raise RuntimeError(f"SQLite {dbapi2.sqlite_version} is too old")
    if not create and not path.is_file():
        raise NotAProfile(_("There is no WIMDesk data in this folder. Nothing was changed. Choose another folder."))
    try:
        connection = dbapi2.connect(str(path), check_same_thread=False, timeout=10, isolation_level=None)
    except dbapi2.Error as error:
        raise translated(error) from error
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        # Reading comes before the pragmas: with a wrong key nothing may be written, not even a journal mode.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        if not connection.execute("PRAGMA cipher_version").fetchall():
            raise RuntimeError("this SQLite can't encrypt")
        for pragma in _PRAGMAS:
            connection.execute("PRAGMA " + pragma).fetchall()
        connection.execute("PRAGMA " + ("query_only=ON" if read_only else _WRITERS_CACHE)).fetchall()
    except dbapi2.Error as error:
        connection.close()
        raise translated(error) from error
    return connection


def translated(error: BaseException) -> EnvironmentProblem:
    """Return the sentence for an error of the computer; re-raise what is a bug of ours.

    SQLite's primary result code decides (sqlite.org/rescode.html).
    """
    code = getattr(error, "sqlite_errorcode", None)
    match code & 0xFF if isinstance(code, int) else None:
        case 13:
            return _disk_full()
        case 5 | 6:
            return ProfileBusy(
                _("Not saved: another program holds your data. Nothing is lost. Close it and try again.")
            )
        case 11 | 26:
            return NotAProfile(
                _(
                    "This file is not WIMDesk data, or the key does not fit. "
                    "Nothing was changed. Choose another profile."
                )
            )
        case 10 if code == _NO_ROOM_FOR_INDEX:
            return _disk_full()
        case 8 | 10 | 14 | 23:
            return _no_rights()
    raise error


def unwritable(error: OSError) -> EnvironmentProblem:
    """Return the sentence for a file of the profile that the computer refuses to read or write."""
    return _disk_full() if error.errno in {errno.ENOSPC, errno.EDQUOT} else _no_rights()


def _disk_full() -> DiskFull:
    return DiskFull(_("Not saved: the disk is full. What was saved before is safe. Free some space, then try again."))


def _no_rights() -> EnvironmentProblem:
    return EnvironmentProblem(
        _("The folder of your data can't be read or written. Nothing was changed. Check the disk and its rights.")
    )


def _engine(path: Path, key: bytes, *, read_only: bool) -> Engine:
    def _frugal() -> dbapi2.Connection:
        connection = connect(path, key, read_only=True)
        connection.execute("PRAGMA " + _READERS_CACHE).fetchall()
        return connection

    engine = create_engine(
        "sqlite+pysqlite://",
        module=dbapi2,
        creator=_frugal if read_only else lambda: connect(path, key),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        json_serializer=rows.as_json,
        json_deserializer=rows.of_json,
        hide_parameters=True,  # what stands in a statement is what somebody typed
    )

    # The driver is in autocommit; we say BEGIN ourselves, and for a writer at once.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.connection.cursor().execute("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


class Store:
    """An open database. `changed` is sent after each commit, in the thread that wrote."""

    def __init__(self, path: Path, key: bytes, author: journal.Author, writer: Executor | None = None) -> None:
        """Open the file. `writer` runs the writes one after the other; a thread of its own where none is given."""
        self.path = path
        self.key = key
        self.author = author
        self.changed: Signal[Changed] = Signal()
        self.indexers: list[Callable[[Session, dict[str, set[str]]], None]] = []
        self._writer = _engine(path, key, read_only=False)
        self._reader = _engine(path, key, read_only=True)
        self._thread = writer or ThreadPoolExecutor(1, thread_name_prefix="writer")
        self.sign_key: Ed25519PrivateKey | None = None
        """With which this computer signs what others must be able to prove; whoever opens the profile gives it."""
        self._writer_ident: int | None = None
        self._counting = threading.Lock()
        self._waiting = 0
        self._closed = False

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one moment of the database and can't write."""
        try:
            with Session(self._reader, expire_on_commit=False) as session:
                session.info[signers.KEY] = self.sign_key
                yield session
        except DBAPIError as error:
            raise translated(error.orig or error) from error
        except dbapi2.Error as error:  # from rows.find, which speaks to the driver itself
            raise translated(error) from error

    def read(self, query: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Return what the query finds."""
        with self.reading() as session:
            return query(session, *args, **kwargs)

    def write(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run the verb on the writer thread as one transaction and one announcement."""
        return self.write_as("", verb, *args, **kwargs)

    def write_as(
        self, origin: str, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> Future[R]:
        """As `write`; the announcement carries the origin."""

        def begin() -> R:
            with self._counting:
                self._waiting -= 1
            return self._transact(origin, verb, *args, **kwargs)

        with self._counting:
            self._waiting += 1
        return self._thread.submit(begin)

    def is_wanted(self) -> bool:
        """Say whether somebody waits for the writer: who has much to write ends there, and goes on behind it."""
        return self._waiting > 0

    def run(self, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Write and wait. Called from the writer thread itself this is a bug and says so."""
        return self.run_as("", verb, *args, **kwargs)

    def run_as(self, origin: str, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `run`; the announcement carries the origin."""
        if threading.get_ident() == self._writer_ident:
            raise RuntimeError("a write inside a write")
        return self.write_as(origin, verb, *args, **kwargs).result()

    def _transact(
        self, origin: str, verb: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        self._writer_ident = threading.get_ident()
        try:
            with journal.WritingSession(self._writer, self.author) as session, session.begin():
                scribe = session.scribe
                session.info[signers.KEY] = self.sign_key
                result = verb(session, *args, **kwargs)
                session.flush()
                for index in self.indexers:
                    index(session, scribe.worded)
                # Here and not by the caller: what waits behind this write is already written by the new author.
                author = identity.author(identity.read(session)) if session.info.get("new_author") else self.author
            self.author = author
        except DBAPIError as error:
            raise translated(error.orig or error) from error
        except dbapi2.Error as error:  # from what speaks to the driver itself
            raise translated(error) from error
        finally:
            self._writer_ident = None
        if scribe.touched:
            ids = {name: frozenset(found) for name, found in scribe.touched.items()}
            self.changed.send(Changed(ids, origin, scribe.wrote, scribe.removed))
        return result

    def raw(self) -> dbapi2.Connection:
        """Return a read-only driver connection for the searcher and the checks; the caller closes it."""
        return connect(self.path, self.key, read_only=True)

    def close(self) -> None:
        """Finish what was asked for, fold the write-ahead log into the file, and close."""
        if self._closed:
            return
        self._closed = True
        self._thread.shutdown(wait=True)
        self._reader.dispose()
        with contextlib.suppress(DBAPIError, dbapi2.Error), self._writer.connect() as connection:
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._writer.dispose()
