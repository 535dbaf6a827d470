"""Several workers on one database: what stands in each other's way is tried again, and what they count is shared."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, insert, select, text

from sync.protocol import ALLIANCE, PATH_ENROL, PATH_HEALTH, VERSION, EnrolRequest, EnrolResponse, Problem
from sync.server import tables
from sync.server.refusals import Refused
from sync.server.service import issue_code, running, serve
from sync.server.store import Store, Unusable
from tests.postgres import Cluster, cluster, needs_server
from tests.support import free_port
from tests.sync.server.laptop import Answered, Laptop, ask, enrol_request

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint

ROOT = Path(__file__).parents[3]
pytestmark = needs_server
on_postgres = pytest.mark.parametrize("endpoint", ["postgresql"], indirect=True)


def backends(address: str, kill: str = "") -> int:
    """How many connections the endpoint has to its database; they are ended where `kill` says so."""
    what = "pg_terminate_backend(pid)" if kill else "1"
    query = f"SELECT {what} FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'wimdesk'"
    with psycopg.connect(address, autocommit=True) as connection:
        return len(connection.execute(query).fetchall())


@on_postgres
def test_a_transaction_whose_connection_dies_runs_again(endpoint: Endpoint) -> None:
    laptop = endpoint.laptop()
    store = Store(endpoint.data, database=endpoint.database)
    lives: list[int] = []

    def work(connection: Connection) -> int:
        lives.append(connection.scalar(select(func.pg_backend_pid())) or 0)
        connection.execute(insert(tables.nonce).values(hash=bytes(32), expires=1))
        if len(lives) < 3:
            backends(endpoint.owner.replace("wimdesk_owner", "wimdesk_endpoint"), kill="all")
            connection.execute(text("SELECT 1"))
        return len(lives)

    assert store.write(work) == 3
    assert len(set(lives)) == 3
    assert store.read(lambda connection: connection.scalar(select(func.count()).select_from(tables.nonce))) == 2
    store.close()
    assert laptop.push(1, laptop.op(laptop.shared)).acked == {laptop.shared: 1}, "the endpoint's own ones died too"


@on_postgres
def test_who_blocks_for_too_long_gets_a_number_and_blocks_no_reader(endpoint: Endpoint) -> None:
    laptop, other = endpoint.laptop(), endpoint.laptop()
    laptop.push(1, laptop.op(ALLIANCE))
    with psycopg.connect(endpoint.owner) as connection:
        connection.execute("SELECT * FROM wimdesk.space FOR UPDATE")
        store = Store(endpoint.data, database=endpoint.database)

        def work(inner: Connection) -> None:
            inner.execute(text("SET LOCAL lock_timeout = '20ms'"))
            inner.execute(select(tables.space).with_for_update())

        with pytest.raises(Refused) as refusal:
            store.write(work, laptop.id)
        assert refusal.value.problem is Problem.BUSY
        assert (refusal.value.status, refusal.value.headers["Retry-After"]) == (503, "60")
        assert other.read(ALLIANCE) == [b"x"]
        store.close()


@on_postgres
def test_a_code_is_for_one_computer_also_when_two_come_at_once(endpoint: Endpoint) -> None:
    for _ in range(3):
        same = [enrol_request(code, Ed25519PrivateKey.generate()) for code in [endpoint.code()] * 6]
        with ThreadPoolExecutor(6) as pool:
            outcomes = Counter(pool.map(lambda request: outcome(endpoint.url, request), same))
        assert outcomes == {None: 1, Problem.CODE_USED: 5}


def test_the_same_push_many_times_at_once_is_there_once(endpoint: Endpoint) -> None:
    laptop = endpoint.laptop()
    request = laptop.request(laptop.batch(1, *(laptop.op(laptop.shared, b"%d" % n) for n in range(5))))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(laptop.send, [request] * 8))
    assert {answer.acked[laptop.shared] for answer in answers} == {5}
    assert endpoint.laptop(role="reader").read(laptop.shared) == [b"%d" % n for n in range(5)]


def test_a_server_that_is_gone_is_said_with_a_number_and_it_goes_on_afterwards(tmp_path: Path) -> None:
    with cluster(durable=True) as server:
        made = server.database()
        with running(tmp_path, database=made.role) as url:
            laptop = Laptop(url, issue_code(tmp_path, "One", "coordinator", made.role)["code"])
            server.stop()
            answer = requests.get(url + PATH_HEALTH, timeout=30)
            assert (answer.status_code, answer.json()["error"]) == (503, Problem.BUSY)
            server.start()
            assert laptop.push(1, laptop.op(laptop.shared)).acked == {laptop.shared: 1}


def test_sqlite_says_why_it_has_one_worker(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="one writer"):
        serve(tmp_path, "127.0.0.1", 0, workers=2)


def children(parent: int) -> set[int]:
    """The workers of a running endpoint (Linux)."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    command = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in listed}
    return {child for child, words in command.items() if b"spawn_main" in words}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_workers_share_a_port_what_they_count_and_are_replaced(postgres: Cluster) -> None:
    made = postgres.database()
    environment = os.environ | {"WIMDESK_DATABASE": made.role}
    words = [sys.executable, "-m", "wimdesk", "secretariat", "serve", "--listen", "127.0.0.1:0", "--workers", "3"]
    watch = f"127.0.0.1:{free_port()}"
    words += ["--metrics", watch]
    with subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            child.stdout.readline()
            url = child.stdout.readline().split('"')[3]
            before = children(child.pid)
            assert len(before) == 3
            wrong = enrol_request("0" * 16, Ed25519PrivateKey.generate())
            problems = [outcome(url, wrong) for _ in range(25)]
            assert problems == [Problem.CODE_UNKNOWN] * 20 + [Problem.TOO_OFTEN] * 5
            os.kill(min(before), signal.SIGKILL)
            until = time.monotonic() + 30
            while len(children(child.pid) - before) < 1 and time.monotonic() < until:
                with contextlib.suppress(requests.ConnectionError):  # what the dead one had taken
                    assert requests.get(url + PATH_HEALTH, timeout=30).json() == {"status": "ok", "version": VERSION}
            assert len(children(child.pid)) == 3
            counted = requests.get(f"http://{watch}/metrics", timeout=30).text
            for status, count in ((404, 20), (429, 5)):
                assert f'wimdesk_requests_total{{route="enrol",status="{status}"}} {count}.0\n' in counted
            child.send_signal(signal.SIGTERM)
            assert child.wait(30) == 0
        finally:
            child.kill()


def outcome(url: str, request: EnrolRequest) -> Problem | None:
    """Why somebody could not enrol, if so."""
    try:
        ask(url + PATH_ENROL, request, EnrolResponse)
    except Answered as answer:
        return answer.problem
    return None
