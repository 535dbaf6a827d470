"""Private operations as a box that only the organisation's computers can open. The endpoint carries it unread.

A box is a nonce of 12 bytes and AES-256-GCM over zstd over columns; everything clear about it is bound to it. The nonce
is drawn from the key and all that it is used for (as in RFC 5297): the same operations make the same box, so that a
device can go on with one of which the beginning has arrived.
Each is packed by itself and names records by their ids: it opens whatever becomes of the boxes before it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Collection, Mapping, Sequence

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sync import columns
from sync.protocol import Author, Block, Op, batch_root

KEY_BYTES = 32
ID_BYTES = 8
_NONCE_BYTES = 12
_LEVEL = 19
_MOST = 16 * 1024 * 1024
"""Bytes of what is in a box."""


def new_key() -> bytes:
    """Return a key for an organisation."""
    return os.urandom(KEY_BYTES)


def id_of(key: bytes) -> bytes:
    """Return what names the key and says nothing about it."""
    return hashlib.sha256(b"wimdesk key v1\0" + key).digest()[:ID_BYTES]


def root_of(key: bytes, space: str, author: Author, first: int, ops: Sequence[Op]) -> bytes:
    """Return what stands for the operations in the clear: a hash with salts that only the key can give."""
    seed = hmac.digest(key, b"seed" + _header(space, author, first, len(ops)), "sha256")[:16]
    return hashlib.sha256(batch_root(space, author.device, author.epoch, first, list(ops), seed)).digest()


def seal(
    key: bytes, space: str, author: Author, first: int, ops: Sequence[Op], organisation: bytes
) -> tuple[bytes, bytes]:
    """Return (root, box) of operations of one private space."""
    packed = zstandard.ZstdCompressor(level=_LEVEL).compress(columns.encode(ops, organisation, lambda _op: 0))
    root = root_of(key, space, author, first, ops)
    bound = _header(space, author, first, len(ops)) + root
    nonce = hmac.digest(key, b"nonce" + bound + hashlib.sha256(packed).digest(), "sha256")[:_NONCE_BYTES]
    return root, nonce + AESGCM(key).encrypt(nonce, packed, bound)


def unseal(key: bytes, block: Block, organisation: bytes) -> list[Op]:
    """Return the operations of somebody else's block. Raises ValueError where it is not what it says."""
    if block.author is None:
        raise ValueError("an own block has no box")
    bound = _header(block.space, block.author, block.n, block.count) + block.root
    try:
        packed = AESGCM(key).decrypt(block.box[:_NONCE_BYTES], block.box[_NONCE_BYTES:], bound)
        if not 0 <= zstandard.frame_content_size(packed) <= _MOST:
            raise ValueError("more than a box holds")
        plain = zstandard.ZstdDecompressor().decompress(packed, allow_extra_data=False)
    except (InvalidTag, zstandard.ZstdError, ValueError) as error:
        raise ValueError("not what was sealed") from error
    ops = columns.decode(plain, block.space, organisation, _no_places)
    if len(ops) != block.count or root_of(key, block.space, block.author, block.n, ops) != block.root:
        raise ValueError("not what was signed")
    return ops


def _no_places(_places: Collection[int]) -> Mapping[int, bytes]:
    raise ValueError("a box names records by their ids")


def _header(space: str, author: Author, first: int, count: int) -> bytes:
    numbers = b"".join(number.to_bytes(8) for number in (author.epoch % (1 << 64), first, count))
    return b"wimdesk box v1\0" + author.device + numbers + space.encode()
