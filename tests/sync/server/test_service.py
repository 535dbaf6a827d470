"""The endpoint as a program of its own: started, killed, stopped, and asked for codes while it runs."""

from __future__ import annotations

import contextlib
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sync.protocol import PATH_HEALTH, PATH_SYNC, VERSION, Op
from sync.server.service import issue_code, running, serve
from tests.sync.server.laptop import MAGIC, Laptop, post

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys
from pathlib import Path
from sync.server.service import serve
serve(Path(sys.argv[1]), "127.0.0.1", 0, lambda url: print(url, flush=True))
"""


@contextlib.contextmanager
def process(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The endpoint in a process of its own, and its base URL."""
    command = [sys.executable, "-c", PROGRAM, str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield child, child.stdout.readline().strip()
        finally:
            child.kill()


def test_it_stops_when_asked_and_leaves_one_file(tmp_path: Path) -> None:
    with process(tmp_path / "data") as (child, url):
        answer = requests.get(url + PATH_HEALTH, timeout=30)
        assert answer.json() == {"status": "ok", "version": VERSION}
        assert "server" not in answer.headers
        assert "date" not in answer.headers, "every byte counts"
        child.send_signal(signal.SIGTERM)
        _out, errors = child.communicate(timeout=30)
        assert (child.returncode, errors) == (0, "")
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["endpoint.db"]
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_killed_in_the_middle_it_has_everything_once(tmp_path: Path) -> None:
    with process(tmp_path) as (child, url):
        laptop = Laptop(url, issue_code(tmp_path, "One", "coordinator")["code"])
        answered = 0
        timer = threading.Timer(0.5, child.kill)
        with contextlib.suppress(requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
            for n in range(1, 100_000, 5):
                answered = laptop.push(n, *numbered(laptop, n)).acked[laptop.shared]
                if n == 1:
                    timer.start()
        timer.join()
    assert answered > 0
    with process(tmp_path) as (_child, url):
        laptop.url = url
        known = laptop.known(laptop.shared)
        assert known in {answered, answered + 5}, "a push is whole or not there"
        laptop.push(answered + 1, *numbered(laptop, answered + 1))
        assert laptop.known(laptop.shared) == answered + 5
        laptop.pull()
        reader = Laptop(url, issue_code(tmp_path, "One", "reader")["code"])
        assert reader.read(laptop.shared) == [b"%d" % n for n in range(1, answered + 6)]


RECORD = bytes(16)


def numbered(laptop: Laptop, first: int) -> list[Op]:
    return [laptop.op(laptop.shared, b"%d" % n, record=RECORD) for n in range(first, first + 5)]


def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        laptop = Laptop(url, issue_code(tmp_path, "One", "coordinator")["code"])
        laptop.push(1, laptop.op(laptop.shared, b"kept"))
    with running(tmp_path) as laptop.url:
        reader = Laptop(laptop.url, issue_code(tmp_path, "One", "reader")["code"])
        assert reader.read(laptop.shared) == [b"kept"]
        assert reader.generation == laptop.me.generation
        assert laptop.known(laptop.shared) == 1
    with pytest.raises(requests.ConnectionError):
        laptop.push(2, laptop.op(laptop.shared))


def test_a_taken_port_is_an_error(tmp_path: Path) -> None:
    with running(tmp_path) as url, pytest.raises(OSError, match="in use"):
        serve(tmp_path, "127.0.0.1", int(url.rpartition(":")[2]))


def test_answers_are_squeezed_only_where_it_helps(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        laptop = Laptop(url, issue_code(tmp_path, "One", "coordinator")["code"])
        answer = post(url + PATH_SYNC, laptop.packed(laptop.request()), Authorization=laptop.authorization)
        assert not answer.content.startswith(MAGIC)
        assert len(answer.headers) == 1, "every byte counts"
        laptop.push(1, laptop.op(laptop.shared, b"a" * 9000))
        laptop.epoch += 1
        answer = post(url + PATH_SYNC, laptop.packed(laptop.request()), Authorization=laptop.authorization)
        assert answer.content.startswith(MAGIC)


def test_the_log_holds_nothing_of_a_person(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with running(tmp_path) as url:
        code = issue_code(tmp_path, "Maria's organisation", "coordinator")["code"]
        laptop = Laptop(url, code)
        laptop.push(1, laptop.op(laptop.shared, b"Maria's note"), laptop.op("Maria's space"))
        post(url + "/maria@example.org?maria", b"Maria", Authorization="Maria")
        post(url + PATH_SYNC, b"Maria", Authorization=laptop.authorization)
    ours = [f"{r.getMessage()} {r.exc_text or ''}" for r in caplog.records if not r.name.startswith("urllib3")]
    assert [line.strip() for line in ours if "refused" in line] == [
        "elsewhere refused: NO_SUCH_PATH",
        "/v1/sync refused: MALFORMED",
    ]
    for secret in ("aria", code, code.replace("-", ""), laptop.authorization[7:]):
        assert not [line for line in ours if secret in line]
