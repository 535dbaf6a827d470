"""A network without a socket: requests go byte by byte into the endpoint's application, with faults on the way."""

from __future__ import annotations

import asyncio
import contextlib
import io
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from starlette.types import ASGIApp, Message

from tests.sim.fate import Crash, dying_at_commit

Hook = Callable[[], None]
_MOST = 2_000
"""Requests of one pass; the longest ones that end take a few hundred."""
_PORTAL = b"<html><body>Please accept the terms of this hotel</body></html>"


@dataclass(frozen=True, slots=True)
class Letter:
    """One request as it left a laptop."""

    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    parts: tuple[bytes, ...]
    method: str = "POST"

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))

    def cut(self, size: int) -> Letter:
        """Return the letter with only the first bytes of its body."""
        parts, left = [], size
        for part in self.parts:
            parts.append(part[:left])
            left -= len(parts[-1])
        return Letter(self.path, self.headers, tuple(parts), self.method)


@dataclass(slots=True)
class Reply:
    """One answer as it left the endpoint."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


class _Pieces(io.RawIOBase):
    """A body that comes in pieces and may break off."""

    def __init__(self, pieces: Iterable[bytes], *, broken: bool) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._rest = b""
        self._broken = broken

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """Return what there is of the next piece; at the end nothing, or the error of a lost connection."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                if self._broken:
                    raise ConnectionResetError("the line is dead")
                return b""
            self._rest = piece
        taken = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(taken) :]
        return taken

    def read1(self, size: int = -1) -> bytes:
        """Return what is there already, as `read` does."""
        return self.read(size)


class Line:
    """Carries letters to whichever application serves at this moment."""

    def __init__(self, serving: Callable[[], ASGIApp], arrived: Callable[[], None]) -> None:
        self._serving = serving
        self._arrived = arrived
        self._loop = asyncio.new_event_loop()
        self.carried = 0

    def carry(self, letter: Letter, *, broken: bool = False) -> Reply:
        """Deliver a letter, or its beginning where the line breaks, and return the answer. Crash passes through."""
        self.carried += 1
        self._arrived()
        return self._loop.run_until_complete(self._speak(letter, broken))

    async def _speak(self, letter: Letter, broken: bool) -> Reply:
        reply = Reply()
        parts = [part for part in letter.parts if part]
        coming: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        coming.append({"type": "http.disconnect"} if broken else {"type": "http.request", "body": b""})
        coming.reverse()

        async def receive() -> Message:
            return coming.pop() if coming else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in message.get("headers", [])]
            elif message.get("body"):
                reply.parts.append(bytes(message["body"]))

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": letter.method,
            "scheme": "http", "path": letter.path, "raw_path": letter.path.encode(), "query_string": b"",
            "root_path": "",
            "headers": list(letter.headers), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        try:
            await self._serving()(scope, receive, send)
        except Exception:  # noqa: BLE001 - the server has said 500 and would log the rest
            reply.status = reply.status or 500
            reply.headers.append(("x-failed", "1"))
        return reply

    def close(self) -> None:
        self._loop.close()


@dataclass
class Fault:
    """What happens to one request of a pass; `at` says how far along its bytes (0 to 1)."""

    kind: str
    at: float = 0.0
    hook: Hook | None = None


class Wire(BaseAdapter):
    """The adapter of one laptop. `plan` maps the number of a request within the pass to its fault."""

    def __init__(self, line: Line, keep: Callable[[Letter], None], crash_server: Hook) -> None:
        super().__init__()
        self._line = line
        self._keep = keep
        self._crash_server = crash_server
        self._building = HTTPAdapter()
        self.plan: dict[int, Fault] = {}
        self.number = 0
        self.happened: list[str] = []
        self.chance = random.Random(0)
        self.after_answer: Hook | None = None

    def expect(self, plan: dict[int, Fault], chance: random.Random) -> None:
        """Begin a pass with these faults."""
        self.plan, self.number, self.happened, self.chance, self.after_answer = plan, 0, [], chance, None

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send as a network would that has today's faults."""
        letter = _letter(request)
        fault = self.plan.get(self.number)
        self.number += 1
        if self.number > _MOST:
            raise AssertionError("I9: a pass asks the endpoint again and again, without end")
        if fault is None:
            return self._answer(request, self._line.carry(letter))
        self.happened.append(fault.kind)
        return self._send_with(fault, letter, request)

    def _send_with(self, fault: Fault, letter: Letter, request: requests.PreparedRequest) -> requests.Response:
        if fault.kind in _BEFORE:
            _BEFORE[fault.kind](self, fault, letter)
        if fault.kind == "portal":
            return self._answer(request, Reply(200, [("Content-Type", "text/html")], [_PORTAL]))
        if fault.kind == "refused_by_proxy":
            return self._answer(request, Reply(503, [], [b"no backend"]))
        if fault.kind == "request_cut_clean":
            letter = letter.cut(int(letter.size * fault.at))
        reply = self._line.carry(letter)
        if fault.kind == "duplicate_request":
            reply = self._line.carry(letter)
        if fault.kind in _AFTER:
            return self._answer_with(fault, reply, request)
        return self._answer(request, reply)

    def _answer_with(self, fault: Fault, reply: Reply, request: requests.PreparedRequest) -> requests.Response:
        body = reply.body
        kept = body[: int(len(body) * fault.at)]
        match fault.kind:
            case "answer_lost":
                raise requests.exceptions.ReadTimeout("nothing came back")
            case "server_dies_after_commit":
                self._crash_server()
                raise requests.exceptions.ConnectionError("the server went away")
            case "bad_gateway_after_commit":
                return self._answer(request, Reply(502, [], [b"bad gateway"]))
            case "laptop_dies_before_apply":
                raise Crash
            case "answer_cut":
                return self._answer(request, Reply(reply.status, reply.headers, [kept]))
            case "answer_cut_clean":
                return self._answer(request, Reply(reply.status, [], [kept]))
            case "answer_reset":
                return self._answer(request, Reply(reply.status, reply.headers, [kept]), broken=True)
            case "slow_drip":
                step = 1 if len(body) < 600 else len(body) // 97
                return self._answer(
                    request,
                    Reply(reply.status, reply.headers, [body[i : i + step] for i in range(0, len(body), step)]),
                )
        return self._answer(request, reply)

    def _answer(self, request: requests.PreparedRequest, reply: Reply, *, broken: bool = False) -> requests.Response:
        if self.after_answer is not None:
            self.after_answer()
        headers = urllib3.HTTPHeaderDict(reply.headers)
        raw = urllib3.HTTPResponse(
            body=_Pieces(reply.parts, broken=broken),
            headers=headers, status=reply.status, preload_content=False, decode_content=False,
            request_method=request.method,
        )  # fmt: skip
        return self._building.build_response(request, raw)

    def drop(self, _fault: Fault, _letter: Letter) -> None:
        raise requests.exceptions.ConnectTimeout("no line")

    def delay(self, _fault: Fault, letter: Letter) -> None:
        self._keep(letter)
        raise requests.exceptions.ReadTimeout("the packet is somewhere")

    def repeat_later(self, _fault: Fault, letter: Letter) -> None:
        self._keep(letter)

    def cut(self, fault: Fault, letter: Letter) -> None:
        self._line.carry(letter.cut(int(letter.size * fault.at)), broken=True)
        raise requests.exceptions.ConnectionError("broken pipe")

    def kill_server(self, _fault: Fault, letter: Letter) -> None:
        with contextlib.suppress(Crash), dying_at_commit():
            self._line.carry(letter)
        self._crash_server()
        raise requests.exceptions.ConnectionError("the server went away")

    def act(self, fault: Fault, _letter: Letter) -> None:
        if fault.hook is not None:
            fault.hook()

    def close(self) -> None:
        """Nothing is open."""


_BEFORE: dict[str, Callable[[Wire, Fault, Letter], None]] = {
    "request_lost": Wire.drop,
    "request_delayed": Wire.delay,
    "request_repeated_later": Wire.repeat_later,
    "request_cut": Wire.cut,
    "act_during": Wire.act,
    "server_dies_before_commit": Wire.kill_server,
}
_AFTER = frozenset(
    {
        "answer_lost", "server_dies_after_commit", "bad_gateway_after_commit", "laptop_dies_before_apply", "answer_cut",
        "answer_cut_clean", "answer_reset", "slow_drip",
    }
)  # fmt: skip


def _letter(request: requests.PreparedRequest) -> Letter:
    body: Any = request.body
    if body is None:
        parts: tuple[bytes, ...] = ()
    elif isinstance(body, bytes | str):
        parts = (body.encode() if isinstance(body, str) else body,)
    else:
        parts = tuple(bytes(part) for part in body)
    headers = tuple((str(k).lower().encode(), _bytes(v)) for k, v in request.headers.items())
    return Letter(urlsplit(request.url or "").path, headers, parts, request.method or "POST")


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")
