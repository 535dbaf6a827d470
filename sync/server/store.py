"""The endpoint's store: each request is one transaction, tried again where only others were in its way."""

from __future__ import annotations

import contextlib
import logging
import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoneFree

from sync import bundles
from sync.protocol import Problem
from sync.server import ledger, schema, tables
from sync.server.databases import FILE as FILE
from sync.server.databases import NO_ADDRESS, PostgreSQL, database_of, postgres_url
from sync.server.databases import Unusable as Unusable
from sync.server.recent import Recent
from sync.server.refusals import Refused

T = TypeVar("T")
_PREFIXES = 32
"""How many of the prefixes that devices build on are kept, each of about 256 KiB at most."""
_FIRST_PAUSE = 0.02
"""Seconds before the second try at most; each further pause may be twice as long."""

log = logging.getLogger(__name__)


class Store:
    """The open database: the file in the folder `data`, or PostgreSQL where `database` is its address.

    `now` gives seconds since 1970. A folder and file that are missing are made. Raises Unusable where the folder
    can't be written, the disk is full, the file is none of ours, or the server can't be reached or is not prepared.
    """

    def __init__(self, data: Path, now: Callable[[], float] = time.time, database: str = "") -> None:
        self._clock = now
        self.prefixes: Recent[bytes] = Recent(_PREFIXES)
        """What compressions build on: the same for all devices of an organisation that have read as far."""
        self._database = database_of(data, database)
        self._data = None if database else data
        try:
            if self._database.prepare():
                self.write(_begin)
            state = self.read(lambda connection: connection.execute(select(tables.server_state)).one())
        except (OSError, DBAPIError, Refused) as error:
            self._database.close()
            raise Unusable(self._database.unusable) from error
        except Unusable:
            self._database.close()
            raise
        self.pepper: bytes = state.pepper
        self._sign_key = Ed25519PrivateKey.from_private_bytes(state.sign_key)
        self.public_key = self._sign_key.public_key().public_bytes_raw()
        self.receive_key = X25519PrivateKey.from_private_bytes(state.receive_key)
        self.public_receive_key = self.receive_key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the endpoint's Ed25519 signature."""
        return self._sign_key.sign(message)

    def seal(self, header: bundles.Header, content: bytes, reader: bytes) -> bytes:
        """Return a file that the endpoint signed and only the holder of this X25519 key can open."""
        return bundles.sealed(header, content, self._sign_key, [reader])

    def now(self) -> int:
        """Return the time in whole seconds since 1970."""
        return int(self._clock())

    def check(self) -> None:
        """Raise Unusable where the endpoint must not serve with the rights that it has here."""
        try:
            self._database.check()
        except DBAPIError as error:
            raise Unusable(self._database.unusable) from error

    def check_owner(self) -> None:
        """Raise Unusable where an operator would see only a part."""
        self._database.check_owner()

    @property
    def unusable(self) -> str:
        """The sentence for an operator whose command met a database out of order."""
        return self._database.unusable

    def read(self, work: Callable[[Connection], T], device: bytes = b"") -> T:
        """Return what the work finds at one moment of the database, with the eyes of the device (16 bytes).

        Raises Refused (BUSY) where the database stays out of order over several tries.
        """

        def attempt() -> T:
            with self._database.transaction(device, writes=False) as connection:
                return work(connection)

        return self._tried(attempt)

    def write(self, work: Callable[[Connection], T], device: bytes = b"") -> T:
        """Run the work in one transaction, committed at its end; an exception leaves no trace of it.

        Where others were in its way, or the connection broke, all of the work runs again: it must do nothing but
        speak to the database, and do no harm when it was committed already. Raises Refused (BUSY) as `read` does.
        """
        return self._tried(lambda: self._database.write(work, device))

    def ask(self, question: Select[tuple[object, ...]], given: Mapping[str, object]) -> Row[tuple[object, ...]] | None:
        """Return the first row of the answer to one question, which needs no transaction. Raises as `read` does."""

        def attempt() -> Row[tuple[object, ...]] | None:
            with self._database.connection() as connection:
                return connection.execute(question, given).first()

        return self._tried(attempt)

    def _tried(self, attempt: Callable[[], T]) -> T:
        for further in range(self._database.tries - 1, -1, -1):
            try:
                return attempt()
            except (DBAPIError, NoneFree) as error:
                self._explain(error, last=not further)
            tried = self._database.tries - 1 - further
            time.sleep(random.uniform(0, _FIRST_PAUSE * 2**tried))
        raise AssertionError("the last try has an outcome")

    def _explain(self, error: DBAPIError | NoneFree, *, last: bool) -> None:
        """Return where another try makes sense; otherwise raise what is to be said."""
        if not self._database.passes(error):
            raise error
        state = getattr(getattr(error, "orig", None), "sqlstate", None)
        log.info("the database was busy: %s %s", type(error).__name__, state)
        if last and isinstance(error, IntegrityError):
            raise error
        if last:
            raise Refused(Problem.BUSY) from error

    @contextlib.contextmanager
    def reading(self, device: bytes = b"") -> Iterator[Connection]:
        """Open a connection that sees one moment of the database. There is no second try; raises as `read` does."""
        with self._explained(), self._database.transaction(device, writes=False) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, device: bytes = b"") -> Iterator[Connection]:
        """Open a transaction that is committed at the end, or leaves no trace when an exception passes; one try."""
        with self._explained(), self._database.transaction(device, writes=True) as connection:
            yield connection

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, NoneFree) as error:
            self._explain(error, last=True)

    def note_erased(self, lines: Iterable[ledger.Line]) -> None:
        """Forget what was built on what is erased now, and write the ledger beside the file of the database."""
        self.prefixes.clear()
        self._database.empty_log()
        if self._data is not None:
            ledger.add(self._data, lines)

    def close(self) -> None:
        """Give everything back; a file is whole by itself then."""
        self._database.close()


def _begin(connection: Connection) -> None:
    """Write the keys of a new endpoint, unless another process was faster."""
    if connection.execute(select(tables.server_state)).first() is None:
        key = Ed25519PrivateKey.generate().private_bytes_raw()
        row = {"sign_key": key, "pepper": secrets.token_bytes(32), "generation": _new_generation()}
        row |= {"schema": schema.number()}
        receive_key = X25519PrivateKey.generate().private_bytes_raw()
        connection.execute(insert(tables.server_state).values(one=1, receive_key=receive_key, **row))


def prepare(database: str, role: str) -> None:
    """Make tables and policies in a PostgreSQL database, as its owner, for the endpoint's role; again does no harm.

    Raises Unusable where it can't.
    """
    if not database:
        raise Unusable(NO_ADDRESS)
    owner = PostgreSQL(postgres_url(database).render_as_string(hide_password=False))
    try:
        owner.prepare_for(role, _begin)
    except DBAPIError as error:
        raise Unusable(owner.unusable) from error
    finally:
        owner.close()


def _new_generation() -> int:
    return secrets.randbits(62) + 1  # never 0, which means "not known yet"


def renew_generation(connection: Connection) -> int:
    """Tell every device at its next visit that the endpoint was restored; return the new number."""
    number = _new_generation()
    connection.execute(update(tables.server_state).values(generation=number))
    return number
