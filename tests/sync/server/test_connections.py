"""Very many connections, slow ones and large ones: the endpoint goes on for everybody else, and its log stays short."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests

from sync.protocol import PATH_BUNDLES, PATH_HEALTH, Problem
from sync.server import connections
from sync.server.routes import ROUTES

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint

resource = pytest.importorskip("resource")
FILES = 700
_LARGE = next(row.most_bytes for row in ROUTES if row.path == PATH_BUNDLES)


def connected(url: str) -> socket.socket:
    where = urlsplit(url)
    return socket.create_connection((where.hostname, where.port), timeout=30)


@contextmanager
def served(data: Path, log: Path) -> Iterator[str]:
    """The program itself, which may open few files."""
    listen = ("--listen", "127.0.0.1:0")
    command = [sys.executable, "-m", "wimdesk", "secretariat", "serve", "--data", str(data), *listen]
    limited = f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({FILES}, {FILES})); "
    limited += "os.execv(sys.argv[1], sys.argv[1:])"
    with (
        log.open("wb") as written,
        subprocess.Popen(
            [sys.executable, "-c", limited, *command], stdout=subprocess.PIPE, stderr=written, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            printed = "".join(process.stdout.readline() for _ in range(3))
            yield json.loads(printed)["url"]
        finally:
            process.terminate()


def is_well(url: str) -> bool:
    try:
        return requests.get(url + PATH_HEALTH, timeout=30).status_code == 200
    except requests.RequestException:
        return False


def test_more_connections_than_there_are_files(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(tmp_path / "data", log) as url, ExitStack() as open_ones:
        for _ in range(FILES + 100):
            open_ones.enter_context(connected(url))
        time.sleep(1)
        assert all(is_well(url) for _ in range(20))
    assert log.stat().st_size < 100_000


def answered_once(url: str) -> socket.socket:
    """A connection on which one question was answered; where we stalled and had to go before, another."""
    for _try in range(20):
        line = connected(url)
        try:
            line.sendall(b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
            if line.recv(100).startswith(b"HTTP/1.1 200"):
                return line
        except ConnectionError:
            """The endpoint hung up."""
        line.close()
    pytest.fail("nothing was answered")


@pytest.mark.parametrize("begin", [b"", b"GET /v1/health HTTP/1.1\r\nHost: x\r\n"])
def test_who_asks_nothing_has_to_go(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    monkeypatch.setattr(connections, "_PATIENCE", 0.5)
    with answered_once(endpoint.url) as first, connected(endpoint.url) as second:
        for each in (first, second):
            with suppress(ConnectionError):  # it did so at once
                each.sendall(begin)
        for each in (first, second):
            with suppress(ConnectionError):
                while each.recv(10_000):
                    """Until the endpoint hangs up; at most as long as a socket of ours waits."""


def test_nobody_unknown_fills_the_memory(endpoint: Endpoint) -> None:
    """What stops just before its end would be held for as long as a byte comes now and then."""
    with ExitStack() as open_ones:
        for _ in range(4):
            line = open_ones.enter_context(connected(endpoint.url))
            head = b"POST /v1/bundles HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
            line.sendall(head % _LARGE)
            assert line.recv(10_000).startswith(b"HTTP/1.1 100"), "its body is waited for now"
            line.sendall(os.urandom(1000))
        for _ in range(25):
            answer = requests.post(endpoint.url + PATH_BUNDLES, b"x", timeout=30)
            assert (answer.status_code, answer.json()["error"]) == (503, Problem.BUSY)
    until = time.monotonic() + 30
    while answer.status_code == 503 and time.monotonic() < until:
        answer = requests.post(endpoint.url + PATH_BUNDLES, b"x", timeout=30)
    assert answer.json()["error"] == Problem.NOT_FOR_US, "busy is no wrong try"
