"""What the store tries again leaves nothing of the try before."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import OperationalError

from sync.frames import packed
from sync.server import databases, exchange
from sync.server.enrolment import find
from sync.server.roles import Device
from sync.server.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from tests.sync.server.conftest import Endpoint


class Shaky(databases.SQLite):
    """Each first try fails when its work is done, as where the connection dies."""

    tries = 2
    is_first = False

    @contextlib.contextmanager
    def transaction(self, device: bytes, *, writes: bool) -> Iterator[Connection]:
        self.is_first = not self.is_first
        with super().transaction(device, writes=writes) as connection:
            yield connection
            if self.is_first:
                raise OperationalError("", {}, ConnectionError())

    def passes(self, error: Exception) -> bool:
        return True


@pytest.mark.parametrize("endpoint", ["sqlite"], indirect=True)
def test_a_box_comes_together_also_where_each_transaction_is_tried_twice(endpoint: Endpoint) -> None:
    laptop = endpoint.laptop()
    boxes = [laptop.block(first, laptop.op(laptop.private, os.urandom(9000))) for first in (1, 2)]
    body = laptop.packed(laptop.request(), *boxes)
    store = Store(endpoint.data)
    known = store.read(lambda connection: find(connection, laptop.id))
    assert known is not None
    store.close()
    store._database = Shaky(endpoint.data)  # noqa: SLF001 - no other way leads between the store and its database

    def ask(_connection: Connection) -> Device:
        return known

    try:
        talk = exchange.Exchange(store, known, ask)
        for at in range(0, len(body), 1500):
            talk.receive(body[at : at + 1500])
        talk.finish()
        told = laptop.opened(packed([frame for some in talk.answer() for frame in some]))
    finally:
        store.close()
    assert told.acked == {laptop.private: 2}
    assert [item for page in told.pages for item in page.ops] == [1, 2]
