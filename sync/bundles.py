"""A sync as a file that anybody may carry: signed by who wrote it, readable only for whom it is meant.

The first line says in clear whether it holds changes or an answer; the rest is an age box (see `sync.lockbox`). In it:
the header as a frame, 64 bytes of signature, and the content, which is exactly the body of a request or of an answer.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import lockbox
from sync.frames import first_frame, framed
from sync.lockbox import NotForUs as NotForUs
from sync.protocol import KeysRequest, KeysResponse

Kind = Literal["changes", "answer"]
SUFFIX = ".wimsync"
VERSION = 1
MAX_CHANGES = 8 * 1024 * 1024 + 64 * 1024
"""Bytes of a file of changes: the body of a request, and what is around it."""
MAX_ANSWER = 32 * 1024 * 1024
"""Bytes of a file with an answer: 16 MiB of payload and one page more, and what is around them."""
_LINES: dict[bytes, Kind] = {b"WIMSYNC 1 changes\n": "changes", b"WIMSYNC 1 answer\n": "answer"}
_BEGIN = b"WIMSYNC "
_CONTEXT = b"wimdesk bundle v1\0"
_SIGNATURE = 64
_HEAD_OF_BOX = 2048
"""Bytes in which the head of the box must end: each reader in it costs whoever tries to open it some time."""
_END_OF_HEAD = b"\n--- "
_LONGEST_TEXT = 400


class NotABundle(ValueError):
    """The file is something else, or not whole."""


class TooNew(NotABundle):
    """A later version wrote the file."""


class Header(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """Who wrote it and for whom. Ids are 16 bytes.

    `device` wrote the changes, or is who the answer is for. `endpoint`: the X25519 key of the endpoint that is to read
    the changes, or gave the answer. `mark`: anything that the device wants to see again in the answer. `counts`: how
    many changes of each space are in it. An answer names in `answers` the id of the changes; where it is a refusal,
    `problem` is its number, with the `order` of a revocation. `asks_keys` holds if the organisation's keys are still
    what the device knew them to be at the count `keys_at`; where they are not, `keys` tells how they stand.
    """

    kind: str
    id: bytes
    device: bytes
    organisation: bytes
    endpoint: bytes
    mark: bytes
    counts: dict[str, int] = {}
    answers: bytes = b""
    problem: int = 0
    wipe: bool = False
    order: bytes = b""
    role: str = ""
    organisation_name: str = ""
    keys_at: int = 0
    asks_keys: KeysRequest = KeysRequest()
    keys: KeysResponse | None = None


_encode = msgspec.msgpack.Encoder().encode
_header = msgspec.msgpack.Decoder(Header)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was in a file; nothing of it may be believed before `is_by` said so."""

    header: Header
    content: bytes
    signature: bytes
    signed: bytes

    def is_by(self, sign_key: bytes) -> bool:
        """Say whether the holder of this Ed25519 key wrote it."""
        try:
            Ed25519PublicKey.from_public_bytes(sign_key).verify(self.signature, self.signed)
        except (InvalidSignature, ValueError):
            return False
        return True


def new_id() -> bytes:
    """Return a random id for a file."""
    return os.urandom(16)


def sealed(header: Header, content: bytes, sign_key: Ed25519PrivateKey, readers: Collection[bytes]) -> bytes:
    """Return the file. `readers` are the X25519 keys of those who may open it. Raises ValueError for no key."""
    line = next(line for line, kind in _LINES.items() if kind == header.kind)
    head = _encode(header)
    plain = framed(head) + sign_key.sign(_message(head, content)) + content
    return line + lockbox.lock(plain, readers)


def kind_of(file: bytes) -> Kind:
    """Return what the file says in clear that it is. Raises NotABundle, TooNew."""
    for line, kind in _LINES.items():
        if file.startswith(line):
            return kind
    number = file.removeprefix(_BEGIN)[:3].split(b" ")[0]
    if file.startswith(_BEGIN) and number.isdigit() and int(number) > VERSION:
        raise TooNew("a later version wrote this file")
    raise NotABundle("not a file of a sync")


def opened(file: bytes, key: X25519PrivateKey) -> Bundle:
    """Open a file. Raises NotABundle for what is none, NotForUs for what this key does not open or is not whole."""
    kind = kind_of(file)
    box = file[file.index(b"\n") + 1 :]
    if _END_OF_HEAD not in box[:_HEAD_OF_BOX]:
        raise NotForUs("no box, or one for very many")
    plain = lockbox.unlock(box, key)
    found = first_frame(plain)
    if found is None:
        raise NotABundle("it has no header")
    head, used = found
    try:
        header = _header.decode(head)
    # A text that is not UTF-8 and nesting without end come through msgspec as Python's own exceptions.
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, MemoryError) as error:
        raise NotABundle("its header makes no sense") from error
    content = plain[used + _SIGNATURE :]
    if header.kind != kind or not _is_sound(header):
        raise NotABundle("its header says something else")
    return Bundle(header, content, plain[used : used + _SIGNATURE], _message(head, content))


def _is_sound(header: Header) -> bool:
    ids = (header.id, header.device, header.organisation)
    texts = (header.mark, header.order, header.role, header.organisation_name)
    return (
        all(len(each) == 16 for each in ids)
        and len(header.endpoint) == 32
        and len(header.answers) in {0, 16}
        and all(len(each) <= _LONGEST_TEXT for each in texts)
        and 0 <= header.problem < 1 << 16
    )


def _message(head: bytes, content: bytes) -> bytes:
    return _CONTEXT + hashlib.sha256(head).digest() + hashlib.sha256(content).digest()
