"""Whatever stands in the way of a command: one sentence, exit code 1, and not one byte of the profile changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.test_command_line import ROOT, WORD, Machine, environment, serving
from wimdesk.app import App


def prints(folder: Path) -> dict[str, tuple[str, int]]:
    """Content and time of each file but the lock, which holds nothing."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"]
    return {str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns) for path in files}


@pytest.fixture
def anna(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path / "anna")
    machine.does("add", "site", "name=North")
    return machine


def test_a_wrong_passphrase_changes_no_byte(anna: Machine) -> None:
    before = prints(anna.profile)
    for words, word in ((("check",), "wrong"), (("add", "site", "name=South"), "wrong"), (("sync",), "")):
        assert "Nothing was changed" in anna.fails(*words, passphrase=word)
    assert prints(anna.profile) == before


def test_a_command_beside_an_open_window_waits_for_nobody(anna: Machine) -> None:
    app = App.open(anna.profile, WORD)
    try:
        assert "already open" in anna.fails("add", "site", "name=South")
    finally:
        app.close()
    assert [site["name"] for site in anna.does("list", "site")] == ["North"]


def test_a_profile_that_is_a_file(anna: Machine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path / ("x" * 300)):
        assert "Nothing was changed" in Machine(place).fails("check")
    assert (tmp_path / "file").read_text() == "not a folder"


def test_the_secretariats_folder_is_of_no_use(anna: Machine, tmp_path: Path) -> None:
    (tmp_path / "endpoint.db").write_bytes(b"no database at all")
    common = ("--data", str(tmp_path))
    assert "Check the folder" in anna.fails("secretariat", "enrol", *common, "--organisation", "One")
    assert "Check the folder" in anna.fails("secretariat", "serve", *common, "--listen", "127.0.0.1:0")


def test_who_stops_reading_early_hears_no_complaint(anna: Machine) -> None:
    anna.does("set", "site", anna.does("list", "site")[0]["id"], "operator=" + "x" * 100_000)
    command = [sys.executable, "-m", "wimdesk", "--profile", str(anna.profile), "list", "site"]
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 0


FAKETIME = shutil.which("faketime") if os.name != "nt" else None


@pytest.mark.skipif(FAKETIME is None, reason="needs the command faketime")
def test_a_clock_that_jumps_by_decades_loses_nothing(anna: Machine, tmp_path: Path) -> None:
    def at(moment: str, *words: str) -> None:
        command = [str(FAKETIME), "-f", moment, sys.executable, "-m", "wimdesk", "--profile", str(anna.profile), *words]
        done = subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (0, b"")

    with serving(tmp_path / "endpoint") as url:
        enrol = ("secretariat", "enrol", "--data", str(tmp_path / "endpoint"), "--organisation", "One")
        codes = [anna.does(*enrol, "--role", "coordinator")["code"] for _ in range(2)]
        at("+20y", "enrol", codes[0], "--server", url)
        for moment in ("-20y", "@1970-01-02 00:00:00", "+70y"):
            at(moment, "add", "site", f"name={moment}")
            at(moment, "sync")
        bela = Machine(tmp_path / "bela")
        bela.does("enrol", codes[1], "--server", url)
        anna.lets_in(bela)
        names = {site["name"] for site in bela.does("list", "site")}
    assert names == {"North", "-20y", "@1970-01-02 00:00:00", "+70y"}
    assert anna.does("check")["waiting"] == 0
