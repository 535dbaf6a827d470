"""Bytes by hand: half requests, two lengths, wrong signatures, replays; the endpoint stores what is whole, once."""

from __future__ import annotations

import gzip
import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from sync.protocol import PATH_HEALTH, PATH_NONCE, PATH_SYNC, VERSION, Problem
from sync.server.service import issue_code, serve
from sync.server.store import FILE, Unusable
from tests.sync.server.laptop import Laptop, post

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint

OK = {"status": "ok", "version": VERSION}


@pytest.fixture
def laptop(corner: Endpoint) -> Laptop:
    return corner.laptop()


def connected(laptop: Laptop) -> socket.socket:
    where = urlsplit(laptop.url)
    return socket.create_connection((where.hostname, where.port), timeout=30)


def head(laptop: Laptop, *lines: str, path: str = PATH_SYNC) -> bytes:
    first = (f"POST {path} HTTP/1.1", "Host: x", f"Authorization: {laptop.authorization}")
    return "\r\n".join([*first, *lines, "", ""]).encode()


def status(laptop: Laptop, raw: bytes) -> int:
    """What the endpoint answers to these bytes."""
    with connected(laptop) as connection:
        connection.sendall(raw)
        return int(connection.makefile("rb").readline().split()[1])


def stored(laptop: Laptop, endpoint: Endpoint) -> list[bytes]:
    return endpoint.laptop(role="reader").read(laptop.shared)


def test_a_push_that_stops_half_way_stores_nothing_and_blocks_nobody(laptop: Laptop, corner: Endpoint) -> None:
    body = laptop.packed(
        laptop.request(laptop.batch(1, laptop.op(laptop.shared, b"one"), laptop.op(laptop.shared, b"two")))
    )
    halves = [connected(laptop) for _ in range(100)]
    for connection in halves:
        connection.sendall(head(laptop, f"Content-Length: {len(body)}") + body[: len(body) // 2])
    assert requests.get(laptop.url + PATH_HEALTH, timeout=30).json() == OK
    for connection in halves:
        connection.close()
    assert stored(laptop, corner) == []
    assert post(laptop.url + PATH_SYNC, body, Authorization=laptop.authorization).status_code == 200
    assert stored(laptop, corner) == [b"one", b"two"]


def test_a_body_that_comes_byte_by_byte_is_taken(laptop: Laptop) -> None:
    body = laptop.packed(laptop.request())
    with connected(laptop) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(head(laptop, f"Content-Length: {len(body)}"))
        for byte in body:
            connection.sendall(bytes([byte]))
            time.sleep(0.01)
        assert connection.makefile("rb").readline().split()[1] == b"200"


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 3", "Content-Length: 5"),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: chunked, chunked",),
        ("Content-Length: 0x10",),
        ("X: " + "a" * 200_000,),
        (*(f"X{number}: y" for number in range(20_000)),),
        ("X: a\0b",),
    ],
    ids=["two lengths", "gzip", "chunked twice", "hexadecimal", "long", "many", "NUL"],
)
def test_heads_that_are_not_http(laptop: Laptop, lines: tuple[str, ...]) -> None:
    with connected(laptop) as connection:
        try:
            connection.sendall(head(laptop, *lines))
            answer = connection.makefile("rb").readline()
        except ConnectionError:  # it stopped listening before we stopped talking
            answer = b""
    assert answer == b"" or answer.split()[1] == b"400"
    assert requests.get(laptop.url + PATH_HEALTH, timeout=30).json() == OK


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b'{"a":' * 1_000_000,
        gzip.compress(bytes(100_000_000)),
        bytes(1000),
        b"\xdf\xff\xff\xff\xff",
        b"\xdd\xff\xff\xff\xff",
        b"\x96\x01\x00\x80\x00\xc6\xff\xff\xff\xff",
    ],
    ids=["deep list", "deep map", "gzip bomb", "NULs", "endless map", "endless list", "endless bytes"],
)
def test_bodies_that_promise_too_much(laptop: Laptop, body: bytes) -> None:
    for path in (PATH_SYNC, PATH_NONCE):
        answer = post(laptop.url + path, body, Authorization=laptop.authorization)
        assert answer.json()["error"] in {Problem.MALFORMED, Problem.TOO_LARGE}
        assert answer.status_code in {400, 413}


def test_a_request_without_the_length_of_its_body(laptop: Laptop) -> None:
    assert status(laptop, head(laptop) + laptop.packed(laptop.request())) == 400


def test_a_batch_is_of_use_to_nobody_else_and_only_once(laptop: Laptop, corner: Endpoint) -> None:
    body = laptop.packed(laptop.request(laptop.batch(1, laptop.op(laptop.shared, b"once"))))
    for _ in range(3):
        assert post(laptop.url + PATH_SYNC, body, Authorization=laptop.authorization).status_code == 200
    other = corner.laptop()
    answer = post(laptop.url + PATH_SYNC, body, Authorization=other.authorization)
    assert answer.json()["error"] == Problem.SIGNATURE_WRONG
    assert stored(laptop, corner) == [b"once"]


@pytest.mark.parametrize("content", [b"this is no database of ours", os.urandom(8192)], ids=["text", "noise"])
def test_a_file_that_is_no_endpoint_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(Unusable, match="Nothing was changed"):
        issue_code(tmp_path, "One", "coordinator")
    with pytest.raises(Unusable, match="Nothing was changed"):
        serve(tmp_path, "127.0.0.1", 0)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    for data in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(Unusable, match="Check the folder"):
            issue_code(data, "One", "coordinator")
