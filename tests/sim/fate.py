"""What nobody can replay in the real world, from one seed: chance, time and sudden death."""

from __future__ import annotations

import base64
import contextlib
import functools
import os
import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from datetime import datetime
from typing import ParamSpec, TypeVar
from unittest import mock

import anyio.to_thread
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from wimdesk import app as apps
from wimdesk.store import engine as stores
from wimdesk.store import rows

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
BEGINNING = 1_767_225_600
"""2026-01-01, in seconds since 1970."""
LEAP = 100_000_000
"""Clocks are wrong by a multiple of this many seconds (some three years), so that the rest still names the save."""


class Crash(BaseException):
    """The process is gone; what stands in the file is all that is left."""


class Clock:
    """One true time that goes on by a second per save, and for each who asks a mistake of its own."""

    def __init__(self) -> None:
        self.tick = 0
        self.leaps = 0

    def now(self) -> float:
        """Return seconds since 1970 as whoever acts at this moment reads them."""
        return float(BEGINNING + self.tick + self.leaps * LEAP)

    def go_on(self) -> None:
        """A second has passed."""
        self.tick += 1

    @contextlib.contextmanager
    def wrong_by(self, leaps: int) -> Iterator[None]:
        """Let the one who acts within the block see a wrong time."""
        before, self.leaps = self.leaps, leaps
        try:
            yield
        finally:
            self.leaps = before


def tick_of(at: str) -> int:
    """Return the true time at which somebody acted who read this on her clock, however wrong it was."""
    return int(datetime.fromisoformat(at).timestamp() - BEGINNING) % LEAP


async def _inline(work: Callable[..., R], *args: object, **_options: object) -> R:
    return work(*args)


class Here(Executor):
    """Runs what is handed in at once, in the thread of whoever asks."""

    def __init__(self, *_args: object, **_options: object) -> None:
        """Take the place of an executor with threads, whatever that was to be."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Run it; the future is done. Crash passes through as it does from a thread."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(error)
        return future


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Let everything that the program draws from the system come from the seed; nothing goes to another thread."""
    drawn = random.Random(seed)
    with contextlib.ExitStack() as stack:
        for name, replacement in {
            "token_bytes": lambda count=32: drawn.randbytes(count),
            "token_urlsafe": lambda count=32: base64.urlsafe_b64encode(drawn.randbytes(count)).rstrip(b"=").decode(),
            "randbits": drawn.getrandbits,
            "choice": drawn.choice,
        }.items():
            stack.enter_context(mock.patch.object(secrets, name, replacement))
        stack.enter_context(mock.patch.object(os, "urandom", drawn.randbytes))
        for kind in (Ed25519PrivateKey, X25519PrivateKey):
            stack.enter_context(mock.patch.object(kind, "generate", functools.partial(_key, kind, drawn)))
        for place in (apps, stores):  # or chance would be drawn in another order each time
            stack.enter_context(mock.patch.object(place, "ThreadPoolExecutor", Here))
        stack.enter_context(mock.patch.object(anyio.to_thread, "run_sync", _inline))
        yield


def _key(kind: type[Ed25519PrivateKey] | type[X25519PrivateKey], drawn: random.Random) -> object:
    return kind.from_private_bytes(drawn.randbytes(32))


@contextlib.contextmanager
def dying_at_statement(number: int) -> Iterator[None]:
    """Crash before the given statement (1 is the first) that any database runs within the block.

    What a laptop says in the driver's own words counts too.
    """
    left = [number]
    right = rows.driver

    def count(*_args: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    def driver(session: Session) -> dbapi2.Connection:
        count()
        return right(session)

    with _listening("before_cursor_execute", count), mock.patch.object(rows, "driver", driver):
        yield


@contextlib.contextmanager
def dying_at_commit() -> Iterator[None]:
    """Crash when a transaction is about to be committed within the block."""

    def stop(*_args: object) -> None:
        raise Crash

    with _listening("commit", stop):
        yield


@contextlib.contextmanager
def _listening(name: str, heard: Callable[..., None]) -> Iterator[None]:
    event.listen(Engine, name, heard)
    try:
        yield
    finally:
        event.remove(Engine, name, heard)


def weighted(rng: random.Random, names: Sequence[T], weights: Sequence[float]) -> T:
    """Draw one name by its weight."""
    return rng.choices(names, weights)[0]


cached = functools.lru_cache(maxsize=None)
