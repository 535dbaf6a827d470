"""A line between real processes on which each connection has its own fate, drawn from a seed.

It knows as little of the protocol as a real line does: bytes, and where the first head of a request ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.link import listening

_HEAD = 16 * 1024
_PIECE = 4096
_PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n\r\n<h1>Please pay.</h1>\n"[:-1]
_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\noops"
_LONG_SILENCE = 31.0
"""Seconds: longer than a laptop waits."""
FATES = {
    "clean": 30, "refused": 6, "mute": 4, "gateway": 5, "portal": 4, "cut up": 8, "cut down": 12, "stalled up": 5,
    "stalled down": 5, "silent": 0.15, "flipped up": 5, "flipped down": 5, "trickling": 5, "twice": 6, "answer lost": 8,
}  # fmt: skip
"""What happens to a connection, and how often."""


@dataclass(eq=False)
class _Talk:
    """One connection under way: both ends of it, what it is to suffer, and after how many bytes."""

    fate: str
    at: int
    chance: random.Random
    ends: list[asyncio.StreamWriter] = field(default_factory=list)
    said: bytearray = field(default_factory=bytearray)

    def abort(self) -> None:
        for end in self.ends:
            end.transport.abort()


@dataclass
class Weather:
    """Listens on `port` and hands on to the endpoint at `target`. Use `blowing`."""

    target: int
    chance: random.Random
    port: int = 0
    fair: bool = True
    seen: Counter[str] = field(default_factory=Counter)
    _under_way: set[asyncio.Task[None] | None] = field(default_factory=set)
    """The loop itself holds them only weakly."""

    async def listen(self) -> asyncio.Server:
        """Open the door."""
        door = socket.create_server(("127.0.0.1", 0))
        self.port = door.getsockname()[1]
        return await asyncio.start_server(self._welcome, sock=door)

    async def _welcome(self, hears: asyncio.StreamReader, speaks: asyncio.StreamWriter) -> None:
        fate = "clean" if self.fair else self.chance.choices([*FATES], [*FATES.values()])[0]
        at = int(10 ** self.chance.uniform(0, 4.3))
        talk = _Talk(fate, at, random.Random(self.chance.random()), [speaks])
        self.seen[fate] += not self.fair
        me = asyncio.current_task()
        self._under_way.add(me)
        try:
            await self._suffer(talk, hears, speaks)
        except* (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever hung up knows it
        finally:
            talk.abort()
            self._under_way.discard(me)

    async def _suffer(self, talk: _Talk, hears: asyncio.StreamReader, speaks: asyncio.StreamWriter) -> None:
        if talk.fate == "refused":
            return
        if talk.fate in {"mute", "gateway", "portal"}:
            await asyncio.wait_for(hears.readuntil(b"\r\n\r\n"), _LONG_SILENCE)
            speaks.write({"mute": b"", "gateway": _GATEWAY, "portal": _PORTAL}[talk.fate])
            await speaks.drain()
            speaks.write_eof()
            await hears.read(_HEAD)
            return
        far_hears, far_speaks = await asyncio.open_connection("127.0.0.1", self.target)
        talk.ends.append(far_speaks)
        async with asyncio.TaskGroup() as both:
            both.create_task(self._carry(talk, "up", hears, far_speaks))
            both.create_task(self._carry(talk, "down", far_hears, speaks))
        if talk.fate == "twice":
            await self._again(bytes(talk.said))

    async def _carry(self, talk: _Talk, way: str, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        gone = 0
        while piece := await source.read(talk.chance.randint(1, 300) if talk.fate == "trickling" else _PIECE):
            if way == "up" and talk.fate == "twice":
                talk.said += piece
            reached = gone <= talk.at < gone + len(piece)
            gone += len(piece)
            if way == "down" and talk.fate == "answer lost":
                await asyncio.sleep(talk.chance.uniform(0, 0.05))  # by then the endpoint is through with it
                talk.abort()
                return
            if talk.fate == "trickling":
                await asyncio.sleep(talk.chance.uniform(0, 0.01))
            elif reached and talk.fate.endswith(way):
                piece = await self._hit(talk, piece, talk.at - gone + len(piece))
            elif reached and talk.fate == "silent":
                await asyncio.sleep(_LONG_SILENCE)
            sink.write(piece)
            if talk.fate == f"cut {way}" and reached:
                await asyncio.wait_for(sink.drain(), 1)
                talk.abort()
                return
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()

    async def _hit(self, talk: _Talk, piece: bytes, place: int) -> bytes:
        kind = talk.fate.partition(" ")[0]
        if kind == "flipped":
            return piece[:place] + bytes([piece[place] ^ 1 << talk.chance.randrange(8)]) + piece[place + 1 :]
        if kind == "stalled":
            await asyncio.sleep(talk.chance.uniform(0.2, 2))
        return piece[:place] if kind == "cut" else piece

    async def _again(self, said: bytes) -> None:
        """Say once more what was said, as a line does that believes it lost; nobody hears the answer."""
        hears, speaks = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            speaks.write(said)
            speaks.write_eof()
            while await asyncio.wait_for(hears.read(_PIECE), 5):
                pass
        except TimeoutError:
            pass
        finally:
            speaks.transport.abort()


@contextlib.contextmanager
def blowing(target: int, seed: int) -> Iterator[Weather]:
    """Run the line in a thread of its own for as long as the block lasts; it is fair at first."""
    weather = Weather(target, random.Random(seed))
    with listening(weather.listen):
        yield weather
