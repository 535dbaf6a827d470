"""A space's log as the endpoint would keep it, to bring an open profile what others did."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from sync.protocol import Author, Op, Page, Placed, private_space
from tests.support import waiting
from wimdesk.app import App
from wimdesk.store import inbox, journal

MAMANI, FLORES = "J. Mamani", "Elena Flores"


@dataclass
class SharedLog:
    """Places operations of others and of this profile in its private space, one after another."""

    app: App
    seq: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    devices: dict[str, bytes] = field(default_factory=dict)

    def other(
        self, by: str, type_name: str, record: str, values: dict[str, object], base: dict[str, int] | None = None
    ) -> int:
        """Bring an operation of somebody else; return its place."""
        organisation = self.app.identity().organisation
        n = self.numbers[by] = self.numbers.get(by, 0) + 1
        author = Author(self.devices.setdefault(by, uuid.uuid4().bytes), 1)
        payload = journal.pack_payload(list(values.values()), f"2026-11-20T08:{self.seq + 10}:00Z", by)
        op = Op(
            private_space(organisation), type_name, uuid.UUID(record).bytes, uuid.UUID(organisation).bytes,
            tuple(values), base or {}, payload,
        )  # fmt: skip
        return self._apply([author], [Placed(0, n, op)])

    def own(self) -> int:
        """Give a place to everything that waits here; return the last place."""
        first, ops = waiting(self.app)
        assert ops, "nothing waits"
        return self._apply([], list(range(first, first + len(ops))))

    def _apply(self, authors: list[Author], ops: list[int | Placed]) -> int:
        space = private_space(self.app.identity().organisation)
        self.app.store.run_as("sync", inbox.apply_page, Page(space, self.seq + 1, authors, ops))
        self.seq += len(ops)
        return self.seq
