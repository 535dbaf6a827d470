"""A box whose sending was cut goes on where it was."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync import wire
from sync.frames import packed
from sync.protocol import PATH_SYNC, TRAIL_BYTES, Begun, Problem, Sealed
from tests.sync.server.laptop import Laptop
from tests.sync.server.test_sealed import block, changed, traces

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint


def cut_after(laptop: Laptop, block: Sealed, most: int) -> Begun:
    """Send the beginning of a box, then nothing; return what the endpoint says of it."""
    before = laptop.send(changed(laptop.request(), asks=True)).begun
    body = laptop.packed(laptop.request(), block)
    where = urlsplit(laptop.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        lines = (f"POST {PATH_SYNC} HTTP/1.1", "Host: x", f"Authorization: {laptop.authorization}")
        connection.sendall("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body[:most])
    until = time.monotonic() + 30
    while (begun := laptop.send(changed(laptop.request(), asks=True)).begun) in {None, before}:
        assert time.monotonic() < until, "nothing was kept"
    assert begun is not None
    return begun


def rest_of(laptop: Laptop, block: Sealed, begun: Begun | None) -> bytes:
    return wire.hello(laptop.request(), laptop.names) + packed(wire.sealed_push(block, laptop.names, begun))


def test_a_box_goes_on_where_the_line_was_cut(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    large = block(one, 1, *(os.urandom(1000) for _ in range(20)))
    sent = []
    for most in (6000, 3000, 9000):
        begun = cut_after(one, large, most)
        sent.append(begun.size)
        assert begun.root == large.root[:TRAIL_BYTES]
    assert 4000 < sent[0] < 6000
    assert sent[1] < 3000
    assert 7000 < sent[2] < 9000
    body = rest_of(one, large, begun)
    assert len(body) < len(large.box) - begun.size + 700
    answer = one.opened(one.carry(one.url + PATH_SYNC, body, Authorization=one.authorization).content)
    assert (answer.acked, answer.refused) == ({one.private: 20}, [])
    assert len(two.read(one.private)) == 20
    assert one.send(changed(one.request(), asks=True)).begun is None
    assert len(traces(corner, one.private)) == 3, "the log, its author, its head"


def test_the_rest_of_something_else_is_nothing(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    large = block(one, 1, os.urandom(20_000))
    other = block(one, 1, os.urandom(20_000))
    begun = cut_after(one, large, 9000)
    assert two.send(changed(two.request(), asks=True)).begun is None
    wrong = [
        (two, changed(block(two, 1, b"x"), box=large.box), Begun(large.root[:TRAIL_BYTES], begun.size)),
        (one, other, Begun(other.root[:TRAIL_BYTES], begun.size)),
        (one, large, Begun(begun.root, begun.size + 1)),
    ]
    for laptop, sent, told in wrong:
        sent = laptop.signed(changed(sent, root=sent.root if laptop is one else large.root))
        body = rest_of(laptop, sent, told)
        said = laptop.carry(laptop.url + PATH_SYNC, body, Authorization=laptop.authorization)
        assert (said.status_code, said.json()["error"]) == (400, Problem.MALFORMED)
    spoiled = one.signed(changed(large, box=large.box[:-1] + bytes([large.box[-1] ^ 1])))
    taken = one.carry(one.url + PATH_SYNC, rest_of(one, spoiled, begun), Authorization=one.authorization)
    assert taken.status_code == 200, "its author signed it; who opens it sees"
    assert one.known(one.private) == 1


def test_a_beginning_that_the_line_damaged_is_forgotten(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    large = block(one, 1, os.urandom(20_000))
    damaged = changed(large, box=large.box[:5000] + bytes([large.box[5000] ^ 1]) + large.box[5001:])
    begun = cut_after(one, damaged, 9000)
    said = one.carry(one.url + PATH_SYNC, rest_of(one, large, begun), Authorization=one.authorization)
    assert said.json()["error"] == Problem.SIGNATURE_WRONG
    assert one.send(changed(one.request(), asks=True)).begun is None
    assert one.send(one.request(), large).acked == {one.private: 1}
    assert len(two.read(one.private)) == 1
