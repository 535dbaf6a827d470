"""Bodies as they travel: read with a limit, inflated with a limit, and never trusted before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec
import zstandard
from starlette.requests import ClientDisconnect, Request

from sync.protocol import VERSION, Problem, pack
from sync.server.refusals import Refused

T = TypeVar("T")
_MAGIC = b"\x28\xb5\x2f\xfd"
"""How every zstd frame begins (RFC 8878 section 3.1.1); no message of ours does."""
_STEP = 1 << 20
_WINDOW = 1 << 23
REST = "wimdesk.rest"
"""Where in the scope the bytes are that came before the line was cut and that nobody has read."""
_PATIENCE = 60
"""Seconds without a single byte after which we stop listening."""
_SLOWEST = 50
"""Bytes a second, after the first minute, below which a body is no honest link's."""


class _Head(msgspec.Struct, array_like=True):
    version: int


_head = msgspec.msgpack.Decoder(_Head)


async def received(request: Request, limit: int) -> bytes:
    """Return the body as sent. Raises Refused (TOO_LARGE) as soon as it is known to be more than `limit` bytes."""
    return b"".join([part async for part, _more in parts(request, limit)])


async def parts(request: Request, limit: int) -> AsyncIterator[tuple[bytes, bool]]:
    """Yield the body as it arrives, and whether there is more of it.

    Raises Refused where it is too large, or comes more slowly than any link, ClientDisconnect where the line was cut.
    """
    if int(request.headers.get("content-length", "0")) > limit:
        raise Refused(Problem.TOO_LARGE)
    size, begun, more = 0, time.monotonic(), True
    while more:
        try:
            async with asyncio.timeout(_PATIENCE):
                message = await request.receive()
        except TimeoutError as error:
            raise Refused(Problem.TOO_SLOW) from error
        if message["type"] == "http.disconnect":
            # What arrived before the line was cut counts.
            if rest := request.scope.pop(REST, b""):
                yield rest, True
            raise ClientDisconnect
        part, more = message.get("body", b""), message.get("more_body", False)
        size += len(part)
        if size > limit:
            raise Refused(Problem.TOO_LARGE)
        if size < (time.monotonic() - begun - _PATIENCE) * _SLOWEST:
            raise Refused(Problem.TOO_SLOW)
        yield part, more


def inflated(sent: bytes, limit: int) -> bytes:
    """Return the message in the body. Raises Refused; never holds more than `limit` bytes and a little."""
    if not sent.startswith(_MAGIC):
        return sent
    parts = []
    size = 0
    try:
        with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(sent) as reader:
            while part := reader.read(_STEP):
                size += len(part)
                if size > limit:
                    raise Refused(Problem.TOO_LARGE)
                parts.append(part)
    except zstandard.ZstdError as error:
        raise Refused(Problem.MALFORMED) from error
    return b"".join(parts)


def opened(message: bytes, decoder: msgspec.msgpack.Decoder[T]) -> T:
    """Return the message as a structure. Raises Refused."""
    try:
        return decoder.decode(message)
    # A text that is not UTF-8 and nesting without end come through msgspec as Python's own exceptions.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, MemoryError) as error:
        raise Refused(Problem.MALFORMED) from error


def check_version(message: bytes) -> None:
    """Raise Refused where the message is of a version that we don't speak, whatever else it may say."""
    if opened(message, _head).version != VERSION:
        raise Refused(Problem.VERSION_UNSUPPORTED, version=VERSION)


def packed(message: msgspec.Struct) -> bytes:
    """Return the body to send: compressed where that makes it smaller."""
    plain = pack(message)
    pressed = zstandard.ZstdCompressor(level=3).compress(plain)
    return pressed if len(pressed) < len(plain) else plain
