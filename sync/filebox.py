"""A file as a box of pieces, each locked and proved by itself, so that any part of it can be made or read alone.

The pieces are AES-256-GCM with a number and a mark of the last one as nonce (the STREAM construction of Hoang,
Reyhanitabar, Rogaway and Vizár, 2015): none can be left out, doubled or moved. A key belongs to one content only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
PIECE = 64 * 1024
"""Bytes of the content in one piece."""
_TAG = 16


def pieces_of(size: int) -> int:
    """Return how many pieces a content of this many bytes has; an empty one has one."""
    return max(1, -(-size // PIECE))


def boxed_size(size: int) -> int:
    """Return the bytes of the box of a content of this many bytes."""
    return size + _TAG * pieces_of(size)


def content_size(boxed: int) -> int:
    """Return the bytes of the content in a box of this many bytes. Raises ValueError where no box is that long."""
    size = boxed - _TAG * max(1, -(-boxed // (PIECE + _TAG)))
    if size < 0 or boxed_size(size) != boxed:
        raise ValueError("no box has this length")
    return size


def place_of(offset: int) -> tuple[int, int]:
    """Return the piece in which a byte of the box lies, and where in it."""
    return divmod(offset, PIECE + _TAG)


def lock(key: bytes, contents: Iterable[bytes], size: int, first: int = 0) -> Iterator[bytes]:
    """Yield the pieces of a box from number `first` on; `contents` begins there too, PIECE bytes each."""
    cipher, last = AESGCM(key), pieces_of(size) - 1
    for number, content in enumerate(contents, first):
        yield cipher.encrypt(_nonce(number, number == last), content, None)


def unlock(key: bytes, boxed: Iterable[bytes], size: int, first: int = 0) -> Iterator[bytes]:
    """Yield the content of each piece. Raises ValueError at the first one that is not what was locked."""
    cipher, last = AESGCM(key), pieces_of(size) - 1
    for number, piece in enumerate(boxed, first):
        try:
            yield cipher.decrypt(_nonce(number, number == last), piece, None)
        except InvalidTag as error:
            raise ValueError("a piece of a box was changed") from error


def split(content: bytes, step: int = PIECE) -> Iterator[bytes]:
    """Yield the content in pieces; of an empty one, one that is empty."""
    for at in range(0, len(content) or 1, step):
        yield content[at : at + step]


def split_box(box: bytes) -> Iterator[bytes]:
    """Yield the pieces of a box."""
    return split(box, PIECE + _TAG)


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11) + bytes([is_last])
