"""Messages as frames in one stream of bytes: whatever arrived whole before a cut counts.

A frame is its length (seven bits a byte, the lowest first) and that many bytes. Frames travel in one zstd stream
that is flushed after each, or as they are where that is smaller.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence

import zstandard

MAX_FRAME = 4 * 1024 * 1024
MAX_FRAMES = 20_000
MAGIC = b"\x28\xb5\x2f\xfd"
"""How every zstd frame begins (RFC 8878 section 3.1.1)."""
_LONGEST = 4
"""Bytes of a length."""
_LEVEL = 19
_WINDOW_LOG = 21
_BITE = 256
"""Bytes given to the decompressor at a time. They become 8 MiB at most: a block of 4 bytes holds up to 128 KiB."""
_LARGE = 256 * 1024
_ENOUGH = 8 * 1024


class TooLarge(ValueError):
    """A frame or a stream is beyond its limit."""


def framed(message: bytes) -> bytes:
    """Return the message with its length before it. Raises TooLarge."""
    if len(message) > MAX_FRAME:
        raise TooLarge("a frame is too large")
    head = bytearray()
    left = len(message)
    while left > 127:
        head.append(left & 127 | 128)
        left >>= 7
    head.append(left)
    return bytes(head) + message


def packed(frames: Sequence[bytes], prefix: bytes = b"") -> bytes:
    """Return a whole stream of these frames, compressed where that makes it smaller."""
    plain = b"".join(frames)
    press = Press(len(plain), prefix)
    pressed = b"".join([*map(press.add, frames), press.end()])
    return pressed if len(pressed) < len(plain) or plain.startswith(MAGIC) else plain


def _dictionary(prefix: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


@functools.lru_cache(maxsize=8)
def _digested(prefix: bytes) -> zstandard.ZstdCompressionDict:
    """Return what a short stream builds on, ready for use: making it ready costs far more than the stream itself."""
    made = _dictionary(prefix)
    made.precompute_compress(
        compression_params=zstandard.ZstdCompressionParameters.from_level(_LEVEL, source_size=len(prefix) + _ENOUGH)
    )
    return made


class Press:
    """Compresses a stream frame by frame; `size` is about how many bytes there will be.

    `prefix` are bytes that the reader has already: what is like them takes little room.
    """

    def __init__(self, size: int, prefix: bytes = b"") -> None:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            _LEVEL,
            source_size=max(1, min(size + len(prefix), 1 << _WINDOW_LOG)),
            write_content_size=False,
            # Almost as small and much sooner there.
            **({"strategy": zstandard.STRATEGY_BTOPT} if size > _LARGE else {}),
        )
        # zstd searches a stream no more thoroughly than what it builds on: a short one would spoil a long one.
        useful = len(prefix) >= _ENOUGH or size <= 8 * len(prefix)
        known = None
        if prefix and useful:
            known = _digested(prefix) if size <= max(_ENOUGH, len(prefix)) else _dictionary(prefix)
        self._stream = zstandard.ZstdCompressor(compression_params=parameters, dict_data=known).compressobj()

    def add(self, frame: bytes) -> bytes:
        """Return bytes from which the frame, and all before it, can be read."""
        return self._stream.compress(frame) + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def end(self) -> bytes:
        """Return the last bytes."""
        return self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH)


class Reader:
    """Takes a stream apart as it arrives. Raises ValueError for nonsense, TooLarge beyond `limit` bytes of plain."""

    def __init__(self, limit: int, prefix: bytes = b"") -> None:
        self._limit = limit
        self._prefix = prefix
        self._begin = b""
        self._inflate: zstandard.ZstdDecompressionObj | None = None
        self._plain = bytearray()
        self._size = self._count = 0
        self._started = False

    def feed(self, part: bytes) -> Iterator[bytes]:
        """Yield each frame that is whole now."""
        if not self._started:
            self._begin += part
            if len(self._begin) < len(MAGIC) and MAGIC.startswith(self._begin):
                return
            part, self._started = self._begin, True
            if part.startswith(MAGIC):
                self._inflate = self._inflater()
        for at in range(0, len(part), _BITE):
            self._take(part[at : at + _BITE])
            yield from self._frames()

    def _inflater(self) -> zstandard.ZstdDecompressionObj:
        known = _dictionary(self._prefix) if self._prefix else None
        return zstandard.ZstdDecompressor(dict_data=known, max_window_size=1 << _WINDOW_LOG).decompressobj()

    def end(self) -> None:
        """Raise ValueError where the stream ends in the middle of a frame, or of itself."""
        if self._plain or not self._started or (self._inflate is not None and not self._inflate.eof):
            raise ValueError("the stream was cut")

    def _take(self, bite: bytes) -> None:
        if self._inflate is not None:
            if self._inflate.eof:
                raise ValueError("more after the end")
            try:
                bite = self._inflate.decompress(bite)
            except zstandard.ZstdError as error:
                raise ValueError("not what it says") from error
        self._size += len(bite)
        if self._size > self._limit:
            raise TooLarge("the stream is too large")
        self._plain += bite

    def _frames(self) -> Iterator[bytes]:
        while found := first_frame(self._plain):
            frame, used = found
            self._count += 1
            if self._count > MAX_FRAMES:
                raise TooLarge("too many frames")
            del self._plain[:used]
            yield frame


def handfuls(frames: Iterable[bytes], enough: int) -> Iterator[list[bytes]]:
    """Yield the frames, at a time so many that they have `enough` bytes: a small one may say much once understood."""
    some: list[bytes] = []
    size = 0
    for frame in frames:
        some.append(frame)
        size += len(frame)
        if size >= enough:
            yield some
            some, size = [], 0
    if some:
        yield some


def first_frame(begin: bytes | bytearray) -> tuple[bytes, int] | None:
    """Return the plain frame at the beginning and where it ends, None while it is not whole. Raises TooLarge."""
    head = next((at + 1 for at, byte in enumerate(begin[:_LONGEST]) if byte < 128), None)
    if head is None and len(begin) < _LONGEST:
        return None
    length = sum((byte & 127) << 7 * at for at, byte in enumerate(begin[: head or _LONGEST]))
    if head is None or length > MAX_FRAME:
        raise TooLarge("a frame is too large")
    if not length:
        raise ValueError("a frame without anything in it")
    return (bytes(begin[head : head + length]), head + length) if len(begin) >= head + length else None
