"""Whatever is sent, the endpoint answers with a number and a sentence; it never breaks and never swells."""

from __future__ import annotations

import http.client
import itertools
import os
import socket
import tracemalloc
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
import pytest
import requests
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync import wire
from sync.frames import MAGIC, framed, packed
from sync.protocol import (
    MAX_BODY,
    MAX_INFLATED,
    MAX_OPS,
    PATH_ENROL,
    PATH_HEALTH,
    PATH_NONCE,
    PATH_SYNC,
    PATH_TOKEN,
    REQUEST_OPS,
    VERSION,
    Op,
    Payload,
    Problem,
    Sealed,
)
from sync.server.body import inflated
from sync.server.refusals import Refused
from tests.sync.server.laptop import Laptop, post

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint

OPEN = (PATH_ENROL, PATH_NONCE, PATH_TOKEN)
EVERY = (*OPEN, PATH_SYNC)
many = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def laptop(shared_endpoint: Endpoint) -> Laptop:
    return shared_endpoint.laptop()


def sent(laptop: Laptop, path: str, body: bytes) -> Problem | None:
    """The problem that the endpoint named, or None where it was content."""
    response = post(laptop.url + path, body, Authorization=laptop.authorization)
    assert response.status_code < 500, response.text
    if response.status_code == 200:
        return None
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert answer["message"].endswith(".")
    return Problem(answer["error"])


@pytest.mark.parametrize("path", EVERY)
def test_a_body_that_is_too_large(laptop: Laptop, path: str) -> None:
    assert sent(laptop, path, os.urandom(MAX_BODY + 1)) is Problem.TOO_LARGE


@pytest.mark.parametrize(("path", "status"), [(PATH_SYNC, 400), (PATH_NONCE, 413)])
def test_a_body_without_an_end_is_refused_before_it_ends(laptop: Laptop, path: str, status: int) -> None:
    pieces = itertools.repeat(b"\xff\xff\xff\x01" + bytes(1 << 20), 1000)
    headers = {"Authorization": laptop.authorization}
    response = requests.post(laptop.url + path, pieces, headers=headers, timeout=30)
    assert response.status_code == status


def test_nobody_unknown_may_send_much(laptop: Laptop) -> None:
    response = post(laptop.url + PATH_SYNC, bytes(1 << 20), Authorization="Bearer nobody")
    assert response.status_code == 401
    assert sent(laptop, PATH_ENROL, bytes(1 << 15)) is Problem.TOO_LARGE


@pytest.fixture(scope="module", params=["stated", "hidden"])
def bomb(request: pytest.FixtureRequest) -> bytes:
    """A gigabyte of nothing in a few kilobytes, with or without its size written on it."""
    piece, pieces = bytes(1 << 24), 64
    size = len(piece) * pieces if request.param == "stated" else -1
    squeeze = zstandard.ZstdCompressor().compressobj(size=size)
    made = b"".join([*(squeeze.compress(piece) for _ in range(pieces)), squeeze.flush()])
    assert len(made) < 200_000
    return made


@pytest.mark.parametrize("path", EVERY)
def test_a_bomb_is_refused(laptop: Laptop, path: str, bomb: bytes) -> None:
    if path == PATH_SYNC:  # it is noticed at the first piece that makes no sense
        assert sent(laptop, path, plain(laptop) + bomb) is Problem.MALFORMED
    else:
        assert sent(laptop, path, bomb) is Problem.TOO_LARGE


def test_a_bomb_is_refused_without_holding_it(bomb: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            inflated(bomb, MAX_INFLATED)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MAX_INFLATED + (4 << 20)


@pytest.mark.parametrize(("window", "problem"), [(20, None), (27, Problem.MALFORMED)])
def test_a_window_that_takes_much_memory_is_refused(
    shared_endpoint: Endpoint, window: int, problem: Problem | None
) -> None:
    laptop = shared_endpoint.laptop()  # nothing of it is known, whatever other tests sent
    parameters = zstandard.ZstdCompressionParameters.from_level(1, window_log=window)
    frame = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = wire.push(laptop.batch(1, laptop.op(laptop.shared, bytes(9000))), laptop.names, lambda _op: 0)
    assert sent(laptop, PATH_SYNC, plain(laptop) + frame.compress(body) + frame.flush()) is problem


@pytest.mark.parametrize("cut", [1, 3, 4, 5, 10, -1])
def test_a_truncated_body(shared_endpoint: Endpoint, cut: int) -> None:
    laptop = shared_endpoint.laptop()  # whatever other tests sent
    whole = laptop.packed(laptop.request(laptop.batch(1, laptop.op(laptop.shared, b"x" * 500))))
    assert MAGIC in whole
    assert sent(laptop, PATH_SYNC, whole[:cut]) is Problem.MALFORMED
    laptop.epoch += 1
    whole = laptop.packed(laptop.request(laptop.batch(1, laptop.op(laptop.shared))))
    assert MAGIC not in whole
    assert sent(laptop, PATH_SYNC, whole[:cut]) is Problem.MALFORMED


def test_other_versions(laptop: Laptop) -> None:
    request = msgspec.structs.replace(laptop.request(), version=VERSION + 1)
    assert sent(laptop, PATH_SYNC, laptop.packed(request)) is Problem.VERSION_UNSUPPORTED
    assert (
        sent(laptop, PATH_SYNC, framed(msgspec.msgpack.encode([VERSION + 1, {"all": "new"}])))
        is Problem.VERSION_UNSUPPORTED
    )
    later = [VERSION, 0, 1, [], None, False, None, False, [], [], "later"]
    assert sent(laptop, PATH_SYNC, framed(msgspec.msgpack.encode(later))) is None


def plain(laptop: Laptop) -> bytes:
    return wire.hello(laptop.request(), laptop.names)


def test_nesting_without_end(laptop: Laptop) -> None:
    for path in EVERY:
        assert sent(laptop, path, b"\x91" * 15_000) in {Problem.MALFORMED, Problem.TOO_LARGE}
    deep = b"\x95\x01\x00\x01\x90" + b"\x91" * 1_000_000 + b"\xc0"
    assert sent(laptop, PATH_SYNC, framed(deep)) is Problem.MALFORMED
    assert sent(laptop, PATH_SYNC, plain(laptop) + framed(deep)) is Problem.MALFORMED


def test_texts_that_are_no_text(laptop: Laptop) -> None:
    for text in (b"\xa2\xff\xfe", b"\xa3\xed\xa0\x80"):
        assert sent(laptop, PATH_NONCE, b"\x91" + text) is Problem.MALFORMED


@pytest.mark.parametrize("path", [*EVERY, PATH_HEALTH])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "BREW"])
def test_methods(laptop: Laptop, path: str, method: str) -> None:
    response = requests.request(method, laptop.url + path, timeout=30)
    if (path == PATH_HEALTH) == (method in {"GET", "HEAD"}) and method in {"GET", "HEAD", "POST"}:
        assert response.status_code in {200, 400, 401}
        return
    assert response.status_code == 405
    assert response.headers["Allow"]
    assert method == "HEAD" or response.json()["error"] == Problem.WRONG_METHOD


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/sync/", "/v2/sync", "/v1/%00", "/v1/%ff", "//", "/../..", "/v1/sync%2f", "/é", "/" + "a" * 9000],
)
def test_unknown_paths(laptop: Laptop, path: str) -> None:
    response = requests.post(laptop.url + path, b"", timeout=30)
    assert response.status_code == 404
    assert response.json()["error"] == Problem.NO_SUCH_PATH


def test_headers_of_every_kind(laptop: Laptop) -> None:
    for value in (b"Bearer \xff\xfe", b"Bearer " + b"x" * 20_000, b"\xe2\x82\xac", b"Bearer Bearer", b" "):
        connection = http.client.HTTPConnection(urlsplit(laptop.url).netloc, timeout=30)
        connection.request("POST", PATH_SYNC, b"", {"Authorization": value, "Content-Encoding": "br"})
        assert connection.getresponse().status == 401
        connection.close()


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\r\n\r\n",
        b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/nonce HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"POST /v1/nonce HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /v1/nonce HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/nonce?\xff HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_bytes_that_are_hardly_http(laptop: Laptop, raw: bytes) -> None:
    where = urlsplit(laptop.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").readline()
    assert answer == b"" or answer.split()[1].startswith(b"4"), answer
    assert requests.get(laptop.url + PATH_HEALTH, timeout=30).json() == {"status": "ok", "version": VERSION}


def test_somebody_who_hangs_up_in_the_middle(laptop: Laptop) -> None:
    where = urlsplit(laptop.url)
    head = (
        f"POST {PATH_SYNC} HTTP/1.1\r\nHost: x\r\nAuthorization: {laptop.authorization}\r\nContent-Length: 99\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port), timeout=30) as connection:
        connection.sendall(head.encode() + b"half")
    assert sent(laptop, PATH_SYNC, laptop.packed(laptop.request())) is None


@many
@given(path=st.sampled_from(EVERY), body=st.binary(max_size=200), squeezed=st.booleans())
def test_any_bytes(laptop: Laptop, path: str, body: bytes, squeezed: bool) -> None:
    assert sent(laptop, path, zstandard.compress(body) if squeezed else body)


numbers = st.integers(-(2**63), 2**64 - 1)
simple = st.none() | st.booleans() | numbers | st.floats() | st.text(max_size=20) | st.binary(max_size=40)
anything = st.recursive(
    simple, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3)
)


@many
@given(path=st.sampled_from(EVERY), message=anything)
def test_any_message(laptop: Laptop, path: str, message: object) -> None:
    sent(laptop, path, msgspec.msgpack.encode(message))
    sent(laptop, PATH_SYNC, framed(msgspec.msgpack.encode(message)))
    sent(laptop, PATH_SYNC, plain(laptop) + framed(msgspec.msgpack.encode(message)))


text = st.text(max_size=10)
raw = st.binary(max_size=33)
ops = st.tuples(
    text, raw | st.just(bytes(16)),
    raw | st.just(bytes(16)), st.lists(text, max_size=3), st.dictionaries(text, numbers, max_size=3), raw,
)  # fmt: skip


signed = st.tuples(
    numbers | st.just(0),
    st.dictionaries(text | st.sampled_from(["alliance", "own"]), numbers | st.just(0), max_size=3),
    numbers,
    numbers | st.just(1),
    st.lists(ops, max_size=4),
    st.just(bytes(32)) | raw,
    st.sampled_from(["alliance", "committee", "own", "org/x/shared", ""]) | text,
)


@many
@given(wish=signed)
def test_any_request_that_is_signed(
    laptop: Laptop,
    wish: tuple[int, dict[str, int], int, int, list[tuple[object, ...]], bytes, str],
) -> None:
    """The numbers are nonsense, but the device is enrolled and its signature fits wherever one can be made."""
    generation, cursors, epoch, first, operations, seed, space = wish
    where = [(0 if space == "own" else space, cursor, seed[:8]) for space, cursor in cursors.items()]
    begin = framed(msgspec.msgpack.encode([VERSION, generation, epoch, where]))
    sent(laptop, PATH_SYNC, begin)
    laptop.epoch = max(0, epoch)
    begin = framed(msgspec.msgpack.encode([VERSION, 0, laptop.epoch, []]))
    sent(laptop, PATH_SYNC, begin + laptop.forged(space, first, operations, seed))


def test_a_small_request_does_not_become_a_very_large_one(shared_endpoint: Endpoint) -> None:
    laptop = shared_endpoint.laptop()  # nothing of it is known, whatever other tests sent
    payload = msgspec.msgpack.encode(Payload(["x"], "2026-11-23T01:02:03Z", "n" * 1500))
    record = os.urandom(16)
    ops = [laptop.op(laptop.shared, payload, record=record) for _ in range(MAX_OPS)]
    batch = laptop.batch(1, *ops)
    request = msgspec.structs.replace(laptop.request(*[batch] * 40), all_read=True)
    body = laptop.packed(request)
    assert len(body) < 40 * 1024
    assert sent(laptop, PATH_SYNC, body) is Problem.TOO_LARGE
    assert laptop.known(laptop.shared) == 0


def test_a_short_request_does_not_name_very_many_operations(shared_endpoint: Endpoint) -> None:
    """Of a sealed block only its author knows how many there are: each claimed one would cost the endpoint a row."""
    laptop = shared_endpoint.laptop(role="reader")
    frames = []
    for first in range(1, REQUEST_OPS + 2, MAX_OPS):
        claimed = Sealed(laptop.private, laptop.epoch, first, MAX_OPS, (), bytes(8), bytes(32), b"", b"x")
        frames += wire.sealed_push(laptop.signed(claimed), laptop.names)
    body = wire.hello(msgspec.structs.replace(laptop.request(), all_read=True), laptop.names) + packed(frames)
    assert len(body) < 16 * 1024
    assert sent(laptop, PATH_SYNC, body) is Problem.TOO_MANY_OPS
    assert laptop.known(laptop.private) == 0


def test_a_short_request_does_not_name_very_many_fields(shared_endpoint: Endpoint) -> None:
    """What is told once for many operations is kept with each of them."""
    laptop = shared_endpoint.laptop()
    names, record = {f"{number:03}": 0 for number in range(500)}, os.urandom(16)
    ops = [Op(laptop.shared, "note", record, laptop.organisation, (), names, b"") for _ in range(400)]
    frame = wire.push(laptop.batch(1, *ops), laptop.names, lambda _op: 0)
    hello = wire.hello(msgspec.structs.replace(laptop.request(), all_read=True), laptop.names)
    body = hello + packed([frame] * 40)
    assert len(body) < 16 * 1024
    assert sent(laptop, PATH_SYNC, body) is Problem.TOO_LARGE
    assert laptop.known(laptop.shared) == 0
