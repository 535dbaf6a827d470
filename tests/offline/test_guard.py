"""O01: the whole suite runs without a network, and so does each program that it starts."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_command_line import Machine, environment
from tests.offline import guard

OUTSIDE = "192.0.2.1"
"""An address for examples (RFC 5737)."""
KNOCK = f"import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('{OUTSIDE}', 9))"


def test_row_o01_every_test_runs_without_a_network() -> None:
    with pytest.raises(OSError, match="tests have no network"):
        socket.create_connection((OUTSIDE, 80), timeout=1)
    with pytest.raises(OSError, match="tests have no network"), socket.socket(type=socket.SOCK_DGRAM) as way:
        way.sendto(b"x", (OUTSIDE, 9))
    with pytest.raises(socket.gaierror, match="tests have no network"):
        socket.getaddrinfo("wim.example.org", 443)
    with socket.create_server(("127.0.0.1", 0)) as door:
        socket.create_connection(door.getsockname(), timeout=5).close()
    # The programs that tests start are held back too: without the guard this would be 0 where there is a network.
    child = subprocess.run(
        [sys.executable, "-c", KNOCK], env=environment(), capture_output=True, text=True, check=False
    )
    assert child.returncode == 1
    assert "tests have no network" in child.stderr


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.9", True), ("::1", True), ("localhost", True), ("", True), (OUTSIDE, False), ("wim.example.org", False)],
)
def test_what_means_this_computer(host: str, here: bool) -> None:
    assert guard.stays_here(host) is here


def test_row_o01_the_main_work_from_the_command_line(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "profile")
    person = machine.does("add", "person", "family_name=Diop", "given_name=Awa")["id"]
    site = machine.does("add", "site", "name=Ahafo")["id"]
    machine.does("add", "activity", f"site_id={site}", "date=2026-11-02", "text=Talked with the crew")
    machine.does("set", "person", person, "role=Geologist")
    assert [hit["id"] for hit in machine.does("search", "diop")] == [person]
    out = tmp_path / "people.csv"
    assert machine.does("export", "person", "--out", str(out))["rows"] == 1
    assert "Diop" in out.read_text(encoding="utf-8-sig")
    assert machine.does("backup", "make")
    assert {item["type"] for item in machine.does("outbox")} >= {"person", "site", "activity"}
    assert json.loads(machine.run("check").stdout)
