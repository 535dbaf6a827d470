"""A link between laptops and the endpoint that counts every byte, is as slow as one says, and can be cut.

It counts what TCP carries: no headers of IP or TCP, no TLS. Delay and rate are those of one line that all connections
share. A new connection costs one round trip before its first byte moves, as opening one does; TLS would cost one or two
more.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

Way = Literal["up", "down"]
_HEAD = re.compile(rb"(?:^|(?<=[^A-Z]))(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[!-~]* HTTP/1\.[01]\r\n")
_LONGEST_HEAD = 512
_UnderWay = asyncio.Queue[tuple[float, bytes | None]]
"""When a piece arrives; nothing (b"") is the end of the talk, None the end of the line."""
_SEGMENT = 1400
_WHOLE = 1 << 16
_PILE = 64
_HELD_BY_THE_SYSTEM = 16 * 1024
"""Bytes that a sender may be ahead of a slow line: more would make it believe that they had arrived."""


@dataclass(frozen=True)
class Speed:
    """One-way delay in seconds and rate in kilobits a second each way; 0 is as fast as the computer."""

    delay: float = 0.0
    kbit: float = 0.0


@dataclass
class Count:
    """What went over the line since the last `reset`."""

    up: int = 0
    down: int = 0
    connections: int = 0
    requests: int = 0
    turns: int = 0
    """How often somebody up here spoke after having heard something, and the first word."""

    @property
    def total(self) -> int:
        """Bytes both ways."""
        return self.up + self.down

    @property
    def round_trips(self) -> int:
        """Round trips one after the other: those of opening a connection, and each turn to speak."""
        return self.connections + self.turns


@dataclass
class _Line:
    """One direction: it sends one piece after the other, whoever's they are."""

    speed: Speed
    free_at: float = 0.0

    def book(self, size: int) -> tuple[float, float]:
        """Return when a piece has left and when it arrives."""
        left = time.monotonic()
        if self.speed.kbit:
            left = max(left, self.free_at) + size * 8 / (self.speed.kbit * 1000)
            self.free_at = left
        return left, left + self.speed.delay


@dataclass(eq=False)
class _Pair:
    """One connection: the laptop's end and the endpoint's."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    tail: bytes = b""

    def abort(self) -> None:
        for end in self.ends:
            end.transport.abort()


@dataclass
class Link:
    """Listens on `url` and hands on to the endpoint at `target`, which may change. Use `linked`."""

    target: str
    speed: Speed = field(default_factory=Speed)
    url: str = ""
    count: Count = field(default_factory=Count)
    is_cut: bool = False
    _limits: dict[Way, int | None] = field(default_factory=dict)
    _pairs: set[_Pair] = field(default_factory=set)
    _lines: dict[Way, _Line] = field(default_factory=dict)
    _heard: bool = True

    def __post_init__(self) -> None:
        self.shape(self.speed)

    def shape(self, speed: Speed) -> None:
        """Be that slow from the next piece on."""
        self.speed = speed
        self._lines = {"up": _Line(speed), "down": _Line(speed)}

    def reset(self) -> None:
        """Count from nothing."""
        self.count = Count()
        self._heard = True

    def cut_after(self, *, up: int | None = None, down: int | None = None) -> None:
        """Cut every connection once so many bytes were counted; nobody gets through until `heal`."""
        self._limits = {"up": up, "down": down}

    def heal(self) -> None:
        """Let everybody through again."""
        self._limits, self.is_cut = {}, False

    # ------------------------------------------------------------- in the thread of the link

    async def listen(self) -> asyncio.Server:
        """Open the door."""
        door = socket.socket()
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _HELD_BY_THE_SYSTEM)
        door.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{door.getsockname()[1]}"
        return await asyncio.start_server(self._welcome, sock=door, limit=_HELD_BY_THE_SYSTEM)

    async def _welcome(self, hears: asyncio.StreamReader, speaks: asyncio.StreamWriter) -> None:
        where = urlsplit(self.target)
        if self.is_cut:
            speaks.transport.abort()
            return
        self.count.connections += 1
        try:
            await asyncio.sleep(2 * self.speed.delay)
            far_hears, far_speaks = await asyncio.open_connection(where.hostname, where.port, limit=_HELD_BY_THE_SYSTEM)
            await self._talk(_Pair((speaks, far_speaks)), hears, far_hears)
        except* OSError:
            pass  # whoever hung up knows it
        finally:
            speaks.transport.abort()

    async def _talk(self, pair: _Pair, hears: asyncio.StreamReader, far_hears: asyncio.StreamReader) -> None:
        near, far = pair.ends
        self._pairs.add(pair)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry("up", pair, hears, far))
                both.create_task(self._carry("down", pair, far_hears, near))
        finally:
            pair.abort()
            self._pairs.discard(pair)

    async def _carry(self, way: Way, pair: _Pair, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        under_way: _UnderWay = asyncio.Queue(0 if self.speed.kbit else _PILE)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._deliver(under_way, sink))
            while piece := await source.read(_SEGMENT if self.speed.kbit else _WHOLE):
                piece, is_last = self._until_the_cut(way, piece)
                self._note(way, pair, piece)
                left, arrives = self._lines[way].book(len(piece))
                await under_way.put((arrives, piece))
                if is_last:
                    await under_way.put((arrives, None))
                    return
                await asyncio.sleep(max(0.0, left - time.monotonic()))
            await under_way.put((time.monotonic() + self.speed.delay, b""))

    async def _deliver(self, under_way: _UnderWay, sink: asyncio.StreamWriter) -> None:
        while True:
            arrives, piece = await under_way.get()
            await asyncio.sleep(max(0.0, arrives - time.monotonic()))
            if piece is None:
                self._cut()
                return
            if not piece:
                if sink.can_write_eof():
                    sink.write_eof()
                return
            sink.write(piece)
            await sink.drain()

    def _until_the_cut(self, way: Way, piece: bytes) -> tuple[bytes, bool]:
        """Return what of a piece still gets through, and whether the line is cut behind it."""
        limit = self._limits.get(way)
        if limit is None:
            return piece, False
        left = max(0, limit - (self.count.up if way == "up" else self.count.down))
        return piece[:left], len(piece) >= left

    def _note(self, way: Way, pair: _Pair, piece: bytes) -> None:
        if way == "down":
            self.count.down += len(piece)
            self._heard = True
            return
        self.count.up += len(piece)
        self.count.turns += self._heard
        self._heard = False
        known = len(pair.tail)
        text = pair.tail + piece
        self.count.requests += sum(found.end() > known for found in _HEAD.finditer(text))
        pair.tail = text[-_LONGEST_HEAD:]

    def _cut(self) -> None:
        self.is_cut = True
        for pair in self._pairs:
            pair.abort()


@contextlib.contextmanager
def linked(target: str) -> Iterator[Link]:
    """Run a link to the endpoint in a thread of its own for as long as the block lasts."""
    link = Link(target)
    with listening(link.listen):
        yield link


@contextlib.contextmanager
def listening(listen: Callable[[], Awaitable[asyncio.Server]]) -> Iterator[None]:
    """Keep open what `listen` opens, in a loop and a thread of its own, for as long as the block lasts."""
    open_now, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def stay() -> None:
        loops.append(asyncio.get_running_loop())
        async with await listen():
            open_now.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(stay()), name="link", daemon=True)
    thread.start()
    if not open_now.wait(10):
        raise RuntimeError("the link did not open")
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(10)
