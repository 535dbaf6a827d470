"""What laptop and endpoint say to each other: messages, limits, numbers of refusals, paths. Nothing else.

Messages are MessagePack arrays (msgspec, by position), compressed with zstd; refusals are JSON so
that a person with a terminal can read them. Whatever carries a message, it says the same.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from enum import IntEnum, unique
from typing import NamedTuple

import msgspec

VERSION = 2
PATH_ENROL = "/v1/enrol"
PATH_NONCE = "/v1/nonce"
PATH_TOKEN = "/v1/token"
PATH_SYNC = "/v1/sync"
PATH_BUNDLES = "/v1/bundles"
PATH_FILES = "/v1/files/{digest}/{space:path}"
"""One file of a space by the SHA-256 of what travels; see `file_path`."""
PATH_KEYS = "/v1/keys"
PATH_ERASE = "/v1/erase"
PATH_HEALTH = "/v1/health"

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a request as sent."""
MAX_INFLATED = 64 * 1024 * 1024
"""Bytes of a request after decompression."""
MAX_OPS = 2000
"""Operations in one batch."""
MAX_PAYLOAD = 512 * 1024
"""Bytes of one operation's payload."""
MAX_SEALED = 1024 * 1024
"""Bytes of one sealed block."""
PAGE_OPS = 48
PAGE_BYTES = 16 * 1024
"""Operations and bytes that travel as one, so that a link that dies every few kilobytes gets something across."""
SEALED_OPS = 4 * PAGE_OPS
SEALED_BYTES = 96 * 1024
"""The same in a private space, where each block has to be packed by itself."""
TRAIL_BYTES = 8
PREFIX_OPS = 256
PREFIX_BYTES = 256 * 1024
"""What a compression builds on: the last operations that the reader has, as many as fit."""
MAX_FILE = 50_000_000
"""Bytes of one file, as it travels."""
FILE_PIECE = 64 * 1024
"""Bytes of a file that are kept as one."""
REQUEST_OPS = 200_000
"""Operations in one request: ten spaces, each with as many as a laptop sends of it at once."""
ANSWER_OPS = 20_000
"""Operations in one answer, and a page of at most MAX_OPS more; then the device asks again."""
TOKEN_SECONDS = 24 * 3600
CODE_SECONDS = 72 * 3600
CODE_TRIES = 5
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: sixteen of these are a one-time code of 80 bits."""

ALLIANCE = "alliance"
COMMITTEE = "committee"
SHIPPED_OWNER = "8b386a3e-81a7-5352-a43b-911a2dccb12e"
"""Owns what ships with the program (themes, indicators); only the Secretariat changes it."""


def private_space(organisation: str) -> str:
    """Return the space that only the organisation's own devices hold."""
    return f"org/{organisation}/private"


def shared_space(organisation: str) -> str:
    """Return the space of the organisation and the Secretariat."""
    return f"org/{organisation}/shared"


def file_path(space: str, digest: bytes) -> str:
    """Return where the endpoint keeps a file of a space."""
    return f"/v1/files/{digest.hex()}/{space}"


class Role(msgspec.Struct, frozen=True):
    """What a device may do, in kinds of spaces; `org` means its own organisation's space."""

    reads: frozenset[str]
    writes_own: frozenset[str]
    writes_any: frozenset[str]
    hands_keys: bool = False
    """Whether it may hand the organisation's key to another computer of the organisation."""
    erases: bool = False
    """Whether it may order that a record which it may write be erased everywhere (sync.erasures)."""


_ORG, _CLOSE = frozenset({"private", "shared", "alliance"}), frozenset({"private", "shared"})
ROLES: dict[str, Role] = {
    "volunteer": Role(_ORG, _ORG, _CLOSE),
    "coordinator": Role(_ORG, _ORG, _CLOSE, hands_keys=True, erases=True),
    "committee": Role(_ORG | {"committee"}, _ORG | {"committee"}, _CLOSE | {"committee"}, True, True),
    "secretariat": Role(
        _ORG | {"committee", "every_shared"},
        _ORG | {"committee", "every_shared"},
        frozenset({"private", "shared", "committee", "alliance", "every_shared"}),
        hands_keys=True,
        erases=True,
    ),
    "reader": Role(_ORG, frozenset(), frozenset()),
}
"""The role table: `writes_own` are records that the device's organisation owns, `writes_any` also others'."""


@unique
class Problem(IntEnum):
    """Numbers of refusals. They never change their meaning."""

    MALFORMED = 1
    TOO_LARGE = 2
    NO_SUCH_PATH = 3
    WRONG_METHOD = 4
    VERSION_UNSUPPORTED = 5
    TOO_MANY_OPS = 6
    CODE_UNKNOWN = 10
    CODE_USED = 11
    CODE_EXPIRED = 12
    CODE_LOCKED = 13
    TOKEN_NEEDED = 20
    DEVICE_REVOKED = 21
    SIGNATURE_WRONG = 22
    SPACE_FORBIDDEN = 30
    OWNER_FORBIDDEN = 31
    NUMBERS_NOT_IN_ORDER = 32
    GENERATION_CHANGED = 33
    NUMBERS_USED = 34
    FOLLOWS_REFUSED = 35
    READ_FIRST = 36
    PREFIX_UNKNOWN = 37
    MUST_BE_SEALED = 38
    KEY_FORBIDDEN = 39
    TOO_OFTEN = 40
    TOO_SLOW = 41
    NOT_FOR_US = 42
    KEY_OTHER = 43
    ERASE_FORBIDDEN = 44
    BUSY = 50
    FILE_UNKNOWN = 60
    FILE_ELSEWHERE = 61
    FILE_WRONG = 62
    NO_ROOM = 63
    FILES_TOO_OFTEN = 64
    RANGE_OUTSIDE = 65


class Author(NamedTuple):
    """Who numbered an operation: device id (16 bytes) and epoch (unsigned 64 bit)."""

    device: bytes
    epoch: int


class Op(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What one commit did to one record, before the endpoint gave it a place.

    `base`: for each field set, the seq at which the device last saw that field change, or minus
    the n of its own earlier operation where that has no seq yet; 0 (never seen) is left out.
    A deletion says it of every field that it saw.
    `payload`: opaque to the endpoint; see `pack_payload`.
    """

    space: str
    type: str
    record: bytes
    owner: bytes
    fields: tuple[str, ...]
    base: dict[str, int]
    payload: bytes


class Payload(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The readable part: values in the order of `fields`, and who and when, for people to read."""

    values: list[object]
    at: str
    by: str


class Batch(msgspec.Struct, array_like=True, frozen=True):
    """Operations n, n+1, ... of one device, epoch and space, signed once. Each space is numbered by itself."""

    space: str
    epoch: int
    first: int
    ops: list[Op]
    seed: bytes
    signature: bytes


class Sealed(msgspec.Struct, array_like=True, frozen=True):
    """Operations first, first+1, ... of one device, epoch and private space, as only the organisation can read them.

    `key`: which of the organisation's keys opens the box. `root`: what `batch_root` says of what is in it; the
    signature is over `sealed_message`. `built_on`: numbers of own operations before it, not yet placed when it was
    sealed, on which something in it builds.
    """

    space: str
    epoch: int
    first: int
    count: int
    built_on: tuple[int, ...]
    key: bytes
    root: bytes
    signature: bytes
    box: bytes


class Begun(NamedTuple):
    """How many bytes of a box arrived before the line was cut, and the first bytes (TRAIL_BYTES) of its root."""

    root: bytes
    size: int


class SyncRequest(msgspec.Struct, array_like=True, frozen=True):
    """One round trip up: how far this device has read each space, and what it has to say.

    `all_read`: take the batches only if there is nothing new to read (what is sent back may be back already).
    `trails`: the trail of each log at its cursor (see `trail`). `prefix`: the space on whose last PREFIX_OPS
    operations before the cursor the compression builds, and their digest. `begun`: the next box of the private space,
    of which the device has the beginning. `asks`: it wants to know what arrived of its own last one. `sums`: what each
    log says up to its cursor (sync.digests), where the endpoint can know. `reread`: spaces that are read again because
    something differed.
    """

    version: int
    generation: int
    cursors: dict[str, int]
    epoch: int
    batches: list[Batch] = []
    all_read: bool = False
    trails: dict[str, bytes] = {}
    prefix: tuple[str, bytes] | None = None
    begun: Begun | None = None
    asks: bool = False
    sums: dict[str, bytes] = {}
    reread: list[str] = []


class Placed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An operation of somebody else in a page: `author` is the index in the page's authors."""

    author: int
    n: int
    op: Op


class Page(msgspec.Struct, array_like=True, frozen=True):
    """Operations first, first+1, ... of one space. An own operation of the current epoch is only its n.

    `own` is the digest of all those (see `digest_of`): a copied profile has used the same numbers for something else.
    """

    space: str
    first: int
    authors: list[Author]
    ops: list[int | Placed]
    own: bytes = b""


class Block(msgspec.Struct, array_like=True, frozen=True):
    """Operations seq, seq+1, ... of a private space, as they were sealed; an own one has no box (see `Sealed`)."""

    space: str
    seq: int
    author: Author | None
    n: int
    count: int
    key: bytes
    root: bytes
    box: bytes


class SyncResponse(msgspec.Struct, array_like=True, frozen=True):
    """One round trip down. `acked`: of each space in the request, the highest n known of this device and epoch.

    `refused`: (space, n, problem number) of operations in the request that got no place and never will.
    `more`: call again, there is more to read. `keys`: changes with each computer and key of the organisation.
    `begun`: the device's last box where only its beginning arrived.
    `differs`: spaces of which the device was told everything, and says something else (SyncRequest.sums).
    """

    generation: int
    acked: dict[str, int]
    pages: list[Page]
    refused: list[tuple[str, int, int]]
    more: bool
    keys: int = 0
    begun: Begun | None = None
    differs: list[str] = []


class EnrolRequest(msgspec.Struct, array_like=True, frozen=True):
    """A one-time code and the device's public keys; `proof` signs code + both keys with `sign_key`."""

    code: str
    sign_key: bytes
    receive_key: bytes
    name: str
    proof: bytes


class EnrolResponse(msgspec.Struct, array_like=True, frozen=True):
    """Who the device is from now on. Ids are UUID text."""

    device: str
    organisation: str
    organisation_name: str
    role: str
    server_key: bytes
    generation: int
    receive_key: bytes
    """The X25519 key of the endpoint, for what travels as a file."""


class NonceRequest(msgspec.Struct, array_like=True, frozen=True):
    """Asks for a fresh nonce to sign."""

    device: str


class NonceResponse(msgspec.Struct, array_like=True, frozen=True):
    """32 random bytes, good for one token and two minutes."""

    nonce: bytes


class TokenRequest(msgspec.Struct, array_like=True, frozen=True):
    """The nonce, signed (TOKEN_CONTEXT + nonce) with the device's key."""

    device: str
    nonce: bytes
    signature: bytes


class TokenResponse(msgspec.Struct, array_like=True, frozen=True):
    """A bearer token (text) that is good for `seconds`; role and organisation as they are now, and the endpoint's
    clock in seconds since 1970 (0 where it does not say)."""

    token: str
    seconds: int
    role: str
    organisation_name: str
    now: int = 0


class Envelope(msgspec.Struct, array_like=True, frozen=True):
    """One of the organisation's keys for one of its computers: locked for it, and with the words it has told.

    An empty box is that computer's word that it could not open the one before; UNOPENED answers that it was heard.
    """

    number: int
    computer: bytes
    box: bytes


UNOPENED = b"-"


class KeysRequest(msgspec.Struct, array_like=True, frozen=True):
    """Asks for what concerns the organisation's keys, after adding `made` (number, id) and `envelopes`."""

    made: list[tuple[int, bytes]] = []
    envelopes: list[Envelope] = []


class Computer(msgspec.Struct, array_like=True, frozen=True):
    """A computer of the organisation that was not removed; `has` are the numbers of keys in envelopes for it, and
    `failed` those of envelopes that it could not open."""

    id: bytes
    name: str
    role: str
    receive_key: bytes
    enrolled_at: int
    has: list[int]
    failed: list[int]


class KeysResponse(msgspec.Struct, array_like=True, frozen=True):
    """All keys of the organisation (number, id), its computers, and the envelopes for this computer.

    `stale`: a computer that has the newest key was removed; what follows needs a new one.
    """

    version: int
    made: list[tuple[int, bytes]]
    computers: list[Computer]
    envelopes: list[Envelope]
    stale: bool


TOKEN_CONTEXT = b"wimdesk token v1\0"
ENROL_CONTEXT = b"wimdesk enrol v1\0"
BATCH_CONTEXT = b"wimdesk batch v1\0"
ORDER_CONTEXT = b"wimdesk order v1\0"
SEALED_CONTEXT = b"wimdesk sealed v1\0"


def sealed_message(device: bytes, block: Sealed) -> bytes:
    """Return what `Sealed.signature` signs: all of the block, for the endpoint can't see whether a box still opens."""
    clear = (block.space, device, block.epoch, block.first, block.count, block.built_on, block.key, block.root)
    return SEALED_CONTEXT + hashlib.sha256(_encode((*clear, hashlib.sha256(block.box).digest()))).digest()


def key_context(organisation: bytes, computer: bytes, number: int) -> bytes:
    """Return what an envelope is bound to."""
    return b"wimdesk envelope v1\0" + organisation + computer + number.to_bytes(4)


def order_message(device: bytes, *, wipe: bool) -> bytes:
    """Return what the endpoint signs when it tells a revoked device to stop, or to stop and wipe."""
    return ORDER_CONTEXT + device + bytes([wipe])


def enrol_message(code: str, sign_key: bytes, receive_key: bytes) -> bytes:
    """Return what `EnrolRequest.proof` signs; the code may be as typed."""
    return ENROL_CONTEXT + clean_code(code).encode() + sign_key + receive_key


def token_message(nonce: bytes) -> bytes:
    """Return what `TokenRequest.signature` signs."""
    return TOKEN_CONTEXT + nonce


_encode = msgspec.msgpack.Encoder().encode


def pack(message: msgspec.Struct) -> bytes:
    """Return the message as bytes, not yet compressed."""
    return _encode(message)


def clean_code(text: str) -> str:
    """Return a typed one-time code as it is stored: no spaces or dashes, O read as 0, I and L as 1."""
    kept = text.upper().translate(str.maketrans("OIL", "011"))
    return "".join(c for c in kept if c in CODE_ALPHABET)


def salt(seed: bytes, index: int) -> bytes:
    """Return the salt of one operation of a batch."""
    return hmac.digest(seed, index.to_bytes(4), "sha256")[:16]


def batch_root(space: str, device: bytes, epoch: int, first: int, ops: list[Op], seed: bytes) -> bytes:
    """Return the Merkle root (SHA-256) that the device signs for this batch.

    Each leaf commits to the clear part and to H(salt || payload), so that a payload can be erased
    later and the signature still verifies.
    """
    hidden = [hashlib.sha256(salt(seed, index) + op.payload).digest() for index, op in enumerate(ops)]
    return root_over(space, device, epoch, first, ops, hidden)


def root_over(space: str, device: bytes, epoch: int, first: int, ops: list[Op], hidden: list[bytes]) -> bytes:
    """Return the root where only H(salt || payload) of each operation is known."""
    level = []
    for index, op in enumerate(ops):
        clear = _encode(
            (space, device, epoch, first + index, op.type, op.record, op.owner, op.fields, sorted(op.base.items()))
        )
        level.append(hashlib.sha256(b"\0" + clear + hidden[index]).digest())
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [hashlib.sha256(b"\1" + b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return BATCH_CONTEXT + (level[0] if level else b"")


def digest_of(ops: Iterable[Op]) -> bytes:
    """Return a short digest of what operations say; nothing for none."""
    told = [(op.type, op.record, op.owner, op.fields, sorted(op.base.items()), op.payload) for op in ops]
    return hashlib.sha256(_encode(told)).digest()[:TRAIL_BYTES] if told else b""


def newest_that_fit(newest_first: Iterable[Op]) -> list[Op]:
    """Return the operations on which a compression builds (PREFIX_BYTES), in the order of the log."""
    found, size = [], 0
    for op in newest_first:
        size += len(op.payload) + sum(map(len, (*op.fields, *op.base)))
        if size > PREFIX_BYTES:
            break
        found.append(op)
    return found[::-1]


def trail(before: bytes, device: bytes, epoch: int, n: int) -> bytes:
    """Return the log's trail after an operation: two logs with the same trail say the same up to there."""
    return hashlib.sha256(before + device + (epoch % (1 << 64)).to_bytes(8) + n.to_bytes(8)).digest()[:TRAIL_BYTES]
