"""Who may do what: the role table held against the endpoint, and a marker of each organisation that must not travel.

python -m tests.soak.access --requests 5000 --canaries 20000 --seed 1 [--postgres] [--filters-off]
prints JSON: the cases of the matrix and what was unexpected, and how many answers carried `foreign` markers.
With --filters-off the program's own filters let everything through (canaries only): on PostgreSQL row-level security
alone must keep `foreign` at 0; on SQLite this is the control, which must leak.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import io
import itertools
import json
import logging
import random
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import msgspec
import requests
import zstandard
from starlette.applications import Starlette

from sync.frames import Reader
from sync.protocol import (
    ALLIANCE,
    COMMITTEE,
    PATH_KEYS,
    PATH_SYNC,
    ROLES,
    SHIPPED_OWNER,
    TOKEN_SECONDS,
    VERSION,
    Envelope,
    KeysRequest,
    Op,
    Problem,
    Role,
    Sealed,
    SyncRequest,
    file_path,
    pack,
    private_space,
    shared_space,
)
from sync.server import exchange, keys, pages
from sync.server.app import create_app
from sync.server.roles import Device
from sync.server.service import issue_code, revoke
from tests.postgres import Database, cluster
from tests.sim.wire import Letter, Line
from tests.sync.server.laptop import Answered, Laptop

PLACES = ("private", "shared", "committee", "alliance", "every_shared", "foreign private", "unknown")
"""Kinds of spaces as the role table knows them, and two that nobody may enter."""
FILE_ACTIONS = ("read a file", "send a file", "remove its file", "remove another's file")
ACTIONS = (
    "read", "own", "another's", "take over", "shipped", "open", "sealed", "revoked", "no token", "expired",
    *FILE_ACTIONS,
)  # fmt: skip
"""What is private goes out sealed and all else open; "open" and "sealed" are for either."""
KEY_ACTIONS = ("ask", "make", "contradict", "to itself", "hand on", "abroad", "revoked", "no token", "expired")
"""What a device may want of the organisation's keys."""
LATE = frozenset({"revoked", "expired"})
_KEY = bytes(8)
_SHIPPED = uuid.UUID(SHIPPED_OWNER).bytes
_INFLATED = 1 << 28
_MARKER = 24


@dataclass
class Outcome:
    """What was found."""

    cases: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    searched: int = 0
    foreign: int = 0
    own: int = 0

    def note(self, case: str, expected: str, found: str) -> None:
        """Count one request of the matrix."""
        self.cases[f"{case}: {expected}"] += 1
        if expected != found:
            self.unexpected.append(f"{case}: {expected}, but {found}")


@dataclass
class Site:
    """The production application, called without a socket; its clock can be turned."""

    data: Path
    made: Database | None = None
    later: float = 0.0
    own: set[bytes] = field(default_factory=set)
    """The devices of the organisation that the matrix is about."""

    def __post_init__(self) -> None:
        self.database = self.made.role if self.made else ""
        self.app: Starlette = create_app(self.data, now=self.now, failed_attempts=10**6, database=self.database)
        self.line = Line(lambda: self.app, lambda: None)

    def now(self) -> float:
        return time.time() + self.later

    def member(self, organisation: str, role: str) -> Member:
        """A newly enrolled device."""
        return Member("", issue_code(self.data, organisation, role, self.database)["code"], site=self, role=role)

    async def _stop(self) -> None:
        async with self.app.router.lifespan_context(self.app):
            pass

    def close(self) -> None:
        """Stop the application as a server would, and give the line back."""
        asyncio.run(self._stop())
        self.line.close()


@dataclass
class Member(Laptop):
    """A laptop that speaks to the application of a site."""

    site: Site = field(kw_only=True)
    role: str = field(kw_only=True)
    numbers: Counter[str] = field(default_factory=Counter)

    def carry(self, url: str, body: bytes, **headers: str) -> requests.Response:
        """Call the application."""
        told = tuple((name.lower().encode(), value.encode()) for name, value in headers.items())
        reply = self.site.line.carry(Letter(urlsplit(url).path, told, (body,)))
        answer = requests.Response()
        answer.status_code, answer.raw = reply.status, io.BytesIO(reply.body)
        return answer

    def file(self, method: str, space: str, content: bytes) -> str:
        """Ask something about a file; say what became of it."""
        told = {"authorization": self.authorization, "upload-offset": "0", "upload-length": str(len(content))}
        headers = tuple((name.encode(), value.encode()) for name, value in told.items())
        path = file_path(space, hashlib.sha256(content).digest())
        reply = self.site.line.carry(Letter(path, headers, (content,) if method == "PATCH" else (), method))
        if reply.status >= 400:
            return Problem(json.loads(reply.body)["error"]).name
        return "done" if reply.body in {b"", content} else "something else"

    def write(self, op: Op, *, seals: bool | None = None) -> str:
        """Push one operation, what is private sealed unless said otherwise; say what became of it."""
        first = self.numbers[op.space] + 1
        try:
            if op.space == self.private if seals is None else seals:
                answer = self.send(self.request(), self.sealed(first, op))
            else:
                answer = self.send(self.request(self.batch(first, op)))
        except Answered as refusal:
            return refusal.problem.name
        self.numbers[op.space] = first
        refused = [number for space, n, number in answer.refused if (space, n) == (op.space, first)]
        return Problem(refused[0]).name if refused else "taken"

    def sealed(self, first: int, op: Op) -> Sealed:
        """The operation as a block, also where none belongs."""
        block = self.block(first, msgspec.structs.replace(op, space=self.private))
        return self.signed(msgspec.structs.replace(block, space=op.space))

    def sees(self, space: str) -> str:
        """Read everything; say whether there was something of this space."""
        self.cursors = {self.private: 0, space: 0}
        seen = set()
        try:
            while (answer := self.send(self.request())).pages:
                for page in answer.pages:
                    self.cursors[page.space] = page.first + len(page.ops) - 1
                    seen.add(page.space)
                if not answer.more:
                    break
        except Answered as refusal:
            return refusal.problem.name
        return "read" if space in seen else "nothing"

    def tell(self, request: KeysRequest) -> str:
        """Say something about the organisation's keys; return what became of it."""
        try:
            answer = self.keys(request)
        except Answered as refusal:
            return refusal.problem.name
        return "told" if {computer.id for computer in answer.computers} == self.site.own else "told of others"


# ---------------------------------------------------------------- the matrix


@dataclass
class Scene:
    """One organisation with a device of each role, and the Secretariat's device, which wrote in every space."""

    site: Site
    seed: str

    def __post_init__(self) -> None:
        self.count = itertools.count()
        self.site.later = 0  # codes are only good for three days
        self.other = self.site.member(f"Other {self.seed}", "secretariat")
        self.members = {role: self.site.member(f"Own {self.seed}", role) for role in ROLES}
        self.mine = next(iter(self.members.values())).organisation
        own, other = str(uuid.UUID(bytes=self.mine)), self.other.me.organisation
        self.spaces = {
            "private": private_space(own), "shared": shared_space(own), "committee": COMMITTEE, "alliance": ALLIANCE,
            "every_shared": shared_space(other), "foreign private": private_space(other), "unknown": "group/1",
        }  # fmt: skip
        self.taken: dict[str, bytes] = {}
        for kind in ("shared", "committee", "alliance", "every_shared", "foreign private"):
            op = self.other.op(self.spaces[kind])
            assert self.other.write(op) == "taken", kind
            self.taken[kind] = op.record
            assert self.other.file("PATCH", self.spaces[kind], self.seed.encode()) == "done", kind
        op = self.members["coordinator"].op(self.spaces["private"])
        assert self.members["coordinator"].file("PATCH", op.space, self.seed.encode()) == "done"
        assert self.members["coordinator"].write(op) == "taken"
        self.taken["private"] = op.record
        self.site.own = {member.id for member in self.members.values()}
        first = KeysRequest([(1, _KEY)], [Envelope(1, self.members["coordinator"].id, b"locked")])
        assert self.members["coordinator"].tell(first) == "told"
        assert self.other.tell(KeysRequest([(1, b"1" * 8)])) == "told of others"
        self.keys = 1

    def try_out(self, role: str, kind: str, action: str) -> tuple[str, str]:
        """Return what the role table says and what the endpoint did."""
        member, space = self.members[role], self.spaces[kind]
        if action == "read":
            return _may_read(ROLES[role], kind), member.sees(space)
        if action == "no token":
            return "TOKEN_NEEDED", self._unknown(member, lambda: member.write(member.op(space)))
        if action in FILE_ACTIONS:
            return self._with_file(member, kind, action)
        owner, record = self._record(kind, action, member)
        op = member.op(space, owner=owner, record=record)
        seals = action == "sealed" if action in {"open", "sealed"} else None
        return _may_write(ROLES[role], kind, action, owner == self.mine), member.write(op, seals=seals)

    def try_keys(self, role: str, action: str) -> tuple[str, str]:
        """Return what the role table says of the organisation's keys and what the endpoint did."""
        member = self.members[role]
        if action == "no token":
            return "TOKEN_NEEDED", self._unknown(member, lambda: member.tell(KeysRequest()))
        neighbour = next(other.id for other in self.members.values() if other is not member)
        request = {
            "ask": KeysRequest(), "make": KeysRequest([(self.keys + 1, uuid.uuid4().bytes)]),
            "contradict": KeysRequest([(1, b"another key")]), "to itself": _envelope(member.id),
            "hand on": _envelope(neighbour), "abroad": _envelope(self.other.id),
        }[action]  # fmt: skip
        found = member.tell(request)
        self.keys += action == "make" and found == "told"
        return _may_keys(ROLES[role], action), found

    def _with_file(self, member: Member, kind: str, action: str) -> tuple[str, str]:
        """A file that the Secretariat sent (in the private space a colleague did), or one that the member sends."""
        role, space, there = ROLES[member.role], self.spaces[kind], self.seed.encode()
        enters = kind in role.writes_own | role.writes_any
        if action == "read a file":
            return "done" if kind in role.reads else "SPACE_FORBIDDEN", member.file("GET", space, there)
        mine = f"{member.role} {next(self.count)}".encode()
        if action == "send a file":
            return "done" if enters else "SPACE_FORBIDDEN", member.file("PATCH", space, mine)
        if action == "remove its file":
            member.file("PATCH", space, mine)
            return "done" if enters else "SPACE_FORBIDDEN", member.file("DELETE", space, mine)
        sender = self.members["coordinator"] if kind == "private" else self.other
        sender.file("PATCH", space, mine)
        removed = "done" if kind in role.writes_any or (enters and kind == "private") else "OWNER_FORBIDDEN"
        there_is_one = kind != "unknown"
        expected = (removed if there_is_one else "FILE_UNKNOWN") if enters else "SPACE_FORBIDDEN"
        return expected, member.file("DELETE", space, mine)

    def _record(self, kind: str, action: str, member: Member) -> tuple[bytes, bytes]:
        if action == "take over":
            # Says that a record is its own which another organisation wrote first.
            return (self.other.organisation if kind == "private" else member.organisation), self.taken.get(kind, b"")
        owners = {"another's": self.other.organisation, "shipped": _SHIPPED}
        return owners.get(action, member.organisation), b""

    def _unknown(self, member: Member, attempt: Callable[[], str]) -> str:
        kept, member.authorization = member.authorization, "Bearer nobody"
        try:
            return attempt()
        finally:
            member.authorization = kept

    def out_of_date(self, outcome: Outcome) -> None:
        """Let every token expire, then renew it."""
        self.site.later += TOKEN_SECONDS + 1
        for role, member in self.members.items():
            for kind, space in self.spaces.items():
                outcome.note(f"{role}/{kind}/expired", "TOKEN_NEEDED", member.write(member.op(space)))
                outcome.note(f"{role}/{kind}/expired", "TOKEN_NEEDED", member.file("GET", space, b"x"))
                outcome.note(f"{role}/{kind}/expired", "TOKEN_NEEDED", member.file("PATCH", space, b"x"))
            outcome.note(f"{role}/keys/expired", "TOKEN_NEEDED", member.tell(KeysRequest()))
            member.sign_in()

    def revoked(self, outcome: Outcome) -> None:
        """Remove every device; nothing may be read or written any more."""
        for role, member in self.members.items():
            revoke(self.site.data, member.me.device, database=self.site.database)
            for kind, space in self.spaces.items():
                outcome.note(f"{role}/{kind}/revoked", "DEVICE_REVOKED", member.write(member.op(space)))
                outcome.note(f"{role}/{kind}/revoked", "DEVICE_REVOKED", member.sees(space))
                for method in ("GET", "PATCH", "DELETE"):
                    found = member.file(method, space, self.seed.encode())
                    outcome.note(f"{role}/{kind}/revoked", "DEVICE_REVOKED", found)
            outcome.note(f"{role}/keys/revoked", "DEVICE_REVOKED", member.tell(KeysRequest()))


def _may_read(role: Role, kind: str) -> str:
    return "read" if kind in role.reads else "nothing"


def _may_write(role: Role, kind: str, action: str, mine: bool) -> str:
    if action == "open" and kind == "private":
        return "MUST_BE_SEALED"
    if action == "sealed" and kind != "private":
        return "MALFORMED"
    if kind not in role.writes_own | role.writes_any:
        return "SPACE_FORBIDDEN"
    if kind == "private":
        return "taken"  # nobody but the organisation sees whose record it is
    if action == "take over":
        return "OWNER_FORBIDDEN"
    return "taken" if kind in role.writes_any or mine else "OWNER_FORBIDDEN"


def _envelope(computer: bytes) -> KeysRequest:
    return KeysRequest([], [Envelope(1, computer, b"locked")])


def _may_keys(role: Role, action: str) -> str:
    if action == "contradict" and "private" in role.writes_any:
        return "KEY_OTHER"
    allowed = {"ask": True, "to itself": True, "make": role.hands_keys, "hand on": role.hands_keys}
    return "told" if allowed.get(action) else "KEY_FORBIDDEN"


def matrix(site: Site, wanted: int, seed: int) -> Outcome:
    """Try every role, kind of space and action, in any order, again and again, with so many requests at least."""
    outcome, chance = Outcome(), random.Random(seed)
    while outcome.cases.total() < wanted:
        scene = Scene(site, f"{seed}.{outcome.cases.total()}")
        places = [(kind, action) for kind in PLACES for action in ACTIONS] + [("keys", each) for each in KEY_ACTIONS]
        cases = [(role, kind, action) for role in ROLES for kind, action in places if action not in LATE]
        chance.shuffle(cases)
        for role, kind, action in cases:
            tried = scene.try_keys(role, action) if kind == "keys" else scene.try_out(role, kind, action)
            outcome.note(f"{role}/{kind}/{action}", *tried)
        scene.out_of_date(outcome)
        scene.revoked(outcome)
    return outcome


# ---------------------------------------------------------------- the canaries


def _readers(role: Role, kind: str, *, own: bool) -> bool:
    """Say by the role table alone whether a space of this kind, of the own organisation or another, may be read."""
    if kind in {"committee", "alliance"} or own:
        return kind in role.reads
    return kind == "shared" and "every_shared" in role.reads


@dataclass
class Canary:
    """A secret of one organisation in one kind of space."""

    owner: Member
    kind: str
    space: str
    marker: bytes
    reader: bytes = b""
    """The only device that may read it, where there is one."""

    def may_be_read_by(self, member: Member) -> bool:
        """Say what the role table says."""
        if self.reader:
            return member.id == self.reader
        return _readers(ROLES[member.role], self.kind, own=member.organisation == self.owner.organisation)


def planted(site: Site, organisations: int, chance: random.Random) -> tuple[list[Member], list[Canary]]:
    """Let a device of each organisation write a secret in each kind of space; return askers of every role."""
    roles, members, hidden = list(ROLES), [], []
    for number in range(organisations):
        writer = site.member(f"Canary {number}", "committee")
        members.append(site.member(f"Canary {number}", roles[number % len(roles)]))
        spaces = {"private": writer.private, "shared": writer.shared, "committee": COMMITTEE, "alliance": ALLIANCE}
        for kind, space in spaces.items():
            marker = chance.randbytes(_MARKER)
            if kind == "private":
                box = writer.signed(msgspec.structs.replace(writer.sealed(1, writer.op(space)), box=marker))
                assert not writer.send(writer.request(), box).refused
            else:
                assert writer.write(writer.op(space, marker)) == "taken"
            hidden.append(Canary(writer, kind, space, marker))
        key, locked = chance.randbytes(_MARKER), chance.randbytes(_MARKER)
        writer.keys(KeysRequest([(1, key)], [Envelope(1, members[-1].id, locked)]))
        hidden.append(Canary(writer, "private", writer.private, key))
        hidden.append(Canary(writer, "private", writer.private, locked, members[-1].id))
    return members, hidden


def canaries(site: Site, wanted: int, seed: int, organisations: int = 50, *, filters: bool = True) -> Outcome:
    """Let devices ask for everything they can think of, and search each answer for what they may not read."""
    outcome, chance = Outcome(), random.Random(seed)
    members, hidden = planted(site, organisations, chance)
    spaces = sorted({canary.space for canary in hidden})
    with contextlib.nullcontext() if filters else open_doors(spaces):
        while outcome.searched < wanted:
            member = chance.choice(members)
            path, body = PATH_SYNC, member.packed(question(member, chance, spaces))
            if chance.random() < 0.1:
                path, body = PATH_KEYS, pack(KeysRequest())
            answer = member.carry(path, body, Authorization=member.authorization)
            plain = _plain(answer)
            found = [canary for canary in hidden if canary.marker in plain]
            outcome.statuses[str(answer.status_code)] += 1
            outcome.searched += 1
            outcome.own += any(canary.may_be_read_by(member) for canary in found)
            outcome.foreign += not all(canary.may_be_read_by(member) for canary in found)
    return outcome


def question(member: Member, chance: random.Random, spaces: list[str]) -> SyncRequest:
    """A request for some spaces from some place on, now and then with an empty batch in one of them."""
    cursors = {space: chance.choice((0, 0, 0, 1)) for space in chance.sample(spaces, chance.randint(0, 4))}
    if chance.random() < 0.5:
        cursors[member.private] = 0
    prefix = (chance.choice(spaces), chance.randbytes(8)) if chance.random() < 0.05 else None
    batches = []
    if chance.random() < 0.1:
        made = member.batch(1)
        batches.append(made)
    return SyncRequest(VERSION, 0, cursors, member.epoch, batches, prefix=prefix)


def _plain(answer: requests.Response) -> bytes:
    if answer.status_code != 200:
        return bytes(answer.content)
    with contextlib.suppress(zstandard.ZstdError):  # an answer about keys
        return zstandard.decompress(answer.content, max_output_size=_INFLATED)
    with contextlib.suppress(ValueError):
        return b"".join(Reader(_INFLATED).feed(answer.content))
    return bytes(answer.content)


@contextlib.contextmanager
def open_doors(spaces: list[str]) -> Iterator[None]:
    """Let the program's own filters pass everything for as long as the block lasts."""
    private = next(space for space in spaces if space.endswith("/private"))

    def kind_of(_device: Device, space: str) -> str:
        return "private" if space.endswith("/private") else "shared"

    with (
        mock.patch.object(keys, "private_space", return_value=private),
        mock.patch.object(exchange, "kind_of", kind_of),
        mock.patch.object(pages, "kind_of", kind_of),
        mock.patch.object(exchange, "may_read", return_value=True),
        mock.patch.object(pages, "may_read", return_value=True),
        mock.patch.object(pages, "own_spaces", return_value=spaces),
        mock.patch.object(pages, "reads_every_shared", return_value=True),
    ):
        yield


# ---------------------------------------------------------------- running


@contextlib.contextmanager
def site(*, postgres: bool) -> Iterator[Site]:
    """A fresh endpoint over a file or over a server of its own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        made = stack.enter_context(cluster()).database() if postgres else None
        opened = Site(folder, made)
        stack.callback(opened.close)
        yield opened


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="The role table against the endpoint, and canaries.")
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--canaries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--filters-off", action="store_true")
    known = parser.parse_args(arguments)
    logging.disable(logging.INFO)
    begun = time.monotonic()
    tried = Outcome()
    if not known.filters_off:
        with site(postgres=known.postgres) as place:
            tried = matrix(place, known.requests, known.seed)
    with site(postgres=known.postgres) as place:
        searched = canaries(place, known.canaries, known.seed, filters=not known.filters_off)
    told = {
        **vars(known), "requests": tried.cases.total(), "kinds_of_cases": len(tried.cases),
        "unexpected": len(tried.unexpected), "first_unexpected": tried.unexpected[:10], "searched": searched.searched,
        "statuses": searched.statuses, "answers_with_own": searched.own, "foreign": searched.foreign,
        "seconds": round(time.monotonic() - begun, 1), "cases": tried.cases,
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    leak_expected = known.filters_off and not known.postgres
    return int(bool(tried.unexpected) or (searched.foreign == 0) == leak_expected or not searched.own)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
