"""The log of a space as others write it, made by hand: whatever a test wants to stand in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import msgspec

from sync.protocol import ALLIANCE, Author, Op, Page, Payload, Placed

HERE = uuid.uuid4().bytes


@dataclass
class Log:
    """The log of one space, as others write it."""

    space: str = ALLIANCE
    owner: bytes = HERE
    ops: list[int | Placed] = field(default_factory=list)
    author: int = 0

    def add(self, record: str, *, type_name: str = "site", base: dict[str, int] | None = None, **values: object) -> int:
        payload = msgspec.msgpack.encode(Payload(list(values.values()), "2026-01-02T03:04:05Z", "Bela"))
        return self.raw(record, payload, tuple(values), type_name, base or {})

    def raw(
        self,
        record: str,
        payload: bytes,
        names: tuple[str, ...],
        type_name: str = "site",
        base: dict[str, int] | None = None,
    ) -> int:
        op = Op(self.space, type_name, uuid.UUID(record).bytes, self.owner, names, base or {}, payload)
        self.ops.append(Placed(self.author, len(self.ops) + 1, op))
        return len(self.ops)

    def page(self, first: int = 1, last: int = 0, epoch: int = 5) -> Page:
        return Page(
            self.space, first, [Author(b"d" * 16, epoch), Author(b"e" * 16, epoch)], self.ops[first - 1 : last or None]
        )
