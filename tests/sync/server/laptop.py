"""A small device for the tests: it speaks the protocol over a real connection and keeps nothing else."""

from __future__ import annotations

import hashlib
import itertools
import os
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
import requests
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import sealing, wire
from sync.frames import Reader, framed, packed
from sync.protocol import (
    PATH_ENROL,
    PATH_KEYS,
    PATH_NONCE,
    PATH_SYNC,
    PATH_TOKEN,
    VERSION,
    Author,
    Batch,
    Block,
    EnrolRequest,
    EnrolResponse,
    KeysRequest,
    KeysResponse,
    NonceRequest,
    NonceResponse,
    Op,
    Page,
    Placed,
    Problem,
    Sealed,
    SyncRequest,
    SyncResponse,
    TokenRequest,
    TokenResponse,
    batch_root,
    enrol_message,
    pack,
    private_space,
    sealed_message,
    shared_space,
    token_message,
)

T = TypeVar("T")
RECEIVE_KEY = X25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
MAGIC = b"\x28\xb5\x2f\xfd"


class Answered(Exception):
    """The endpoint refused: status, number and the whole JSON."""

    def __init__(self, status: int, answer: dict[str, int | str]) -> None:
        super().__init__(status, answer)
        self.status = status
        self.problem = Problem(answer["error"])
        self.answer = answer


def _nowhere(_op: Op) -> int:
    return 0


def key_of(space: str) -> bytes:
    """The key of a private space: here everybody knows everybody's, so that what leaks can be read."""
    return hashlib.sha256(space.encode()).digest()


def organisation_of(space: str) -> bytes:
    """Whose private space it is."""
    return uuid.UUID(space.split("/")[1]).bytes


def post(url: str, body: bytes, **headers: str) -> requests.Response:
    """Send a body as it is."""
    return requests.post(url, body, headers={"Content-Type": "application/x-wimdesk", **headers}, timeout=30)


def ask(url: str, message: msgspec.Struct, answer: type[T], by: Carry = post, **headers: str) -> T:
    """Send a message, give back the answer, raise Answered for a refusal."""
    response = by(url, zstandard.compress(pack(message)), **headers)
    if response.status_code != 200:
        raise Answered(response.status_code, response.json())
    content = response.content
    plain = zstandard.decompress(content) if content.startswith(MAGIC) else content
    return msgspec.msgpack.decode(plain, type=answer)


Carry = Callable[..., requests.Response]
"""What takes address, body and headers to an endpoint."""


def enrol_request(code: str, key: Ed25519PrivateKey) -> EnrolRequest:
    """A request with a proof that fits."""
    sign_key, receive_key = key.public_key().public_bytes_raw(), RECEIVE_KEY
    return EnrolRequest(code, sign_key, receive_key, "laptop", key.sign(enrol_message(code, sign_key, receive_key)))


@dataclass
class Laptop:
    """One enrolled device: its key, its place in each log, and how far it has numbered its operations."""

    url: str
    code: str
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    epoch: int = field(default_factory=lambda: int.from_bytes(os.urandom(8)) | 1 << 63)
    """The upper half of the numbers on purpose: databases know only signed ones."""

    def __post_init__(self) -> None:
        self.me = ask(self.url + PATH_ENROL, enrol_request(self.code, self.key), EnrolResponse, self.carry)
        self.id = uuid.UUID(self.me.device).bytes
        self.organisation = uuid.UUID(self.me.organisation).bytes
        self.private = private_space(self.me.organisation)
        self.shared = shared_space(self.me.organisation)
        self.generation = 0
        self.cursors = {self.private: 0}
        self.blocks: list[Block] = []
        self.log: dict[str, list[int | Placed]] = {}
        self.names = wire.Names(self.organisation)
        self.made: dict[tuple[str, int], bytes] = {}
        self.places: dict[str, dict[int, bytes]] = {}
        self.sign_in()

    def carry(self, url: str, body: bytes, **headers: str) -> requests.Response:
        """Take a body to the endpoint."""
        return post(url, body, **headers)

    def sign_in(self) -> TokenResponse:
        """Get a new token."""
        nonce = ask(self.url + PATH_NONCE, NonceRequest(self.me.device), NonceResponse, self.carry).nonce
        request = TokenRequest(self.me.device, nonce, self.key.sign(token_message(nonce)))
        answer = ask(self.url + PATH_TOKEN, request, TokenResponse, self.carry)
        self.authorization = f"Bearer {answer.token}"
        return answer

    def op(
        self, space: str, payload: bytes = b"x", *, record: bytes = b"", owner: bytes = b"", type_name: str = "note"
    ) -> Op:
        """An operation on a new record of the own organisation, unless said otherwise."""
        return Op(space, type_name, record or os.urandom(16), owner or self.organisation, ("title",), {}, payload)

    def batch(self, first: int, *ops: Op) -> Batch:
        """Signed operations of one space."""
        seed, space = os.urandom(32), ops[0].space if ops else self.shared
        signature = self.key.sign(batch_root(space, self.id, self.epoch, first, list(ops), seed))
        return Batch(space, self.epoch, first, list(ops), seed, signature)

    def block(self, first: int, *ops: Op, built_on: tuple[int, ...] = ()) -> Sealed:
        """Signed operations of one private space, sealed."""
        space = ops[0].space
        author, whose = Author(self.id, self.epoch), organisation_of(space)
        root, box = sealing.seal(key_of(space), space, author, first, ops, whose)
        key = sealing.id_of(key_of(space))
        return self.signed(Sealed(space, self.epoch, first, len(ops), built_on, key, root, b"", box))

    def signed(self, block: Sealed) -> Sealed:
        """The block with a signature that fits."""
        return msgspec.structs.replace(block, signature=self.key.sign(sealed_message(self.id, block)))

    def forged(self, space: str, first: int, ops: list[tuple[object, ...]], seed: bytes) -> bytes:
        """The frame of a batch of nonsense, signed where the protocol can sign it."""
        space = self.shared if space == "own" else space
        made = [msgspec.convert((space, *op), Op) for op in ops]
        try:
            root = batch_root(space, self.id, self.epoch, first, made, seed)
        except (OverflowError, UnicodeEncodeError):
            root = b""
        try:
            return wire.push(Batch(space, self.epoch, first, made, seed, self.key.sign(root)), self.names, _nowhere)
        except (OverflowError, UnicodeEncodeError):
            return framed(msgspec.msgpack.encode([0, 1, seed, root, b"nonsense"]))

    def request(self, *batches: Batch) -> SyncRequest:
        """What one round trip says."""
        return SyncRequest(VERSION, self.generation, self.cursors, self.epoch, list(batches))

    def send(self, request: SyncRequest, *blocks: Sealed) -> SyncResponse:
        """One round trip; the answer is not applied."""
        response = self.carry(self.url + PATH_SYNC, self.packed(request, *blocks), Authorization=self.authorization)
        if response.status_code != 200:
            raise Answered(response.status_code, response.json())
        return self.opened(response.content)

    def push(self, first: int, *ops: Op) -> SyncResponse:
        """Push, each space numbered from `first` on, and forget the answer's pages. What is private is sealed."""
        spaces = {space: [op for op in ops if op.space == space] for space in dict.fromkeys(op.space for op in ops)}
        batches = [self.batch(first, *some) for space, some in spaces.items() if space != self.private]
        private = spaces.get(self.private)
        return self.send(self.request(*batches), *([self.block(first, *private)] if private else []))

    def known(self, space: str) -> int:
        """The highest n that the endpoint knows of this device in the space."""
        if space == self.private:
            return self._known_private()
        root = batch_root(space, self.id, self.epoch, 1, [], bytes(16))
        empty = Batch(space, self.epoch, 1, [], bytes(16), self.key.sign(root))
        return self.send(self.request(empty)).acked[space]

    def _known_private(self) -> int:
        try:
            self.send(self.request(), self.block(1 << 62, self.op(self.private)))
        except Answered as refusal:
            if refusal.problem is Problem.NUMBERS_NOT_IN_ORDER:
                return int(refusal.answer["expected"]) - 1
            raise
        raise AssertionError

    def keys(self, request: KeysRequest | None = None) -> KeysResponse:
        """How things stand with the organisation's keys, after adding some."""
        headers = {"Authorization": self.authorization}
        return ask(self.url + PATH_KEYS, request or KeysRequest(), KeysResponse, self.carry, **headers)

    def packed(self, request: SyncRequest, *blocks: Sealed) -> bytes:
        """The body of a request."""
        for batch in request.batches:
            for n, op in enumerate(batch.ops, batch.first):
                self.made[batch.space, n] = op.record
        pushes = [wire.push(batch, self.names, _nowhere) for batch in request.batches]
        pushes += [frame for block in blocks for frame in wire.sealed_push(block, self.names)]
        return wire.hello(request, self.names) + (packed(pushes) if pushes else b"")

    def opened(self, content: bytes) -> SyncResponse:
        """The answer in a body."""
        reader = Reader(1 << 30)
        found = [wire.answer_of(frame) for frame in reader.feed(content)]
        reader.end()
        pages: list[Page] = []
        self.blocks = []
        boxes: wire.Boxes[wire.SealedPart] = wire.Boxes()
        for each in found[:-1]:
            if isinstance(each, wire.SealedPart):
                if whole := boxes.add(each):
                    self.blocks.append(wire.block_of(whole, self.names))
                    pages.append(page_of(self.blocks[-1]))
                continue
            assert isinstance(each, wire.Part)
            page = wire.page_of(each, self.names, self.records_at)
            self.places[page.space] = self.places.get(page.space, {}) | {
                seq: self.made.get((page.space, item), b"") if isinstance(item, int) else item.op.record
                for seq, item in enumerate(page.ops, page.first)
            }
            pages.append(page)
        assert isinstance(found[-1], wire.End)
        return wire.end_of(found[-1], pages, self.names)

    def start_over(self) -> None:
        """Read everything again from the beginning."""
        self.generation, self.cursors, self.log = 0, {self.private: 0}, {}

    def records_at(self, space: str, places: Collection[int]) -> dict[int, bytes]:
        """What was at these places in what was read."""
        return {place: self.places[space][place] for place in places}

    def pull(self) -> int:
        """Read all there is; returns how many round trips it took."""
        for trips in itertools.count(1):
            answer = self.send(self.request())
            self.generation = answer.generation
            for page in answer.pages:
                assert page.first == self.cursors.get(page.space, 0) + 1
                self.log.setdefault(page.space, []).extend(page.ops)
                self.cursors[page.space] = page.first + len(page.ops) - 1
            if not answer.more:
                return trips
        raise AssertionError

    def read(self, space: str) -> list[bytes]:
        """The payloads of others in the space, in order."""
        self.pull()
        return [item.op.payload for item in self.log.get(space, []) if isinstance(item, Placed)]


def page_of(block: Block) -> Page:
    """A block of a private log as a page; raises ValueError where it is not what was sealed."""
    if block.author is None:
        return Page(block.space, block.seq, [], [*range(block.n, block.n + block.count)])
    ops = sealing.unseal(key_of(block.space), block, organisation_of(block.space))
    return Page(block.space, block.seq, [block.author], [Placed(0, n, op) for n, op in enumerate(ops, block.n)])
