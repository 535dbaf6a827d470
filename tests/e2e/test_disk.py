"""The short forms of what tests/soak does to the disk, and that each of them can fail."""

from __future__ import annotations

import random
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.soak import fill, flip, power, replay
from wimdesk.services import recovery
from wimdesk.store import writeahead

if TYPE_CHECKING:
    from pathlib import Path

    from wimdesk.store import backup

SEED = 20
needs_recorder = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("gcc") is None, reason="the recorder needs Linux and gcc"
)


@needs_recorder
def test_after_a_power_cut_everything_that_was_saved_is_there() -> None:
    tally = power.soak(60, SEED, lives=3)
    assert (tally.points, tally.outcome.lost, tally.outcome.wrong) == (60, 0, [])
    assert tally.acknowledged > 0
    assert tally.outcome.checks > 1000


@needs_recorder
@pytest.mark.parametrize("kind", ["normal", "plain"])
@pytest.mark.expects_log
def test_without_what_protects_the_saves_the_cut_is_noticed(kind: str) -> None:
    tally = power.soak(40, SEED, kind, lives=2)
    assert tally.bad > 5


def test_the_disk_keeps_what_was_settled_and_any_part_of_the_rest() -> None:
    disk, place = replay.Disk(), "/d/file"
    for kind, path, data in (("C", place, b""), ("W", place, b"a" * 1024), ("S", place, b""), ("S", "/d", b"")):
        disk.take(replay.Event(kind, path, 0, data))
    disk.take(replay.Event("W", place, 0, b"b" * 1024))
    disk.take(replay.Event("R", place, 0, b"/d/other"))
    seen = [disk.after_cut(random.Random(seed)) for seed in range(200)]
    assert {name for names in seen for name in names} == {place, "/d/other"}
    contents = {content for names in seen for content in names.values()}
    assert contents == {one * 512 + two * 512 for one in (b"a", b"b") for two in (b"a", b"b")}


@pytest.mark.expects_log
def test_a_turned_bit_is_told_or_harmless() -> None:
    outcome = flip.soak(15, SEED)
    assert (outcome.times, outcome.silently_wrong, outcome.wrong) == (15, 0, [])
    assert set(outcome.told) >= {"database", "log", "backup"}
    assert outcome.restored > 0


@pytest.mark.expects_log
def test_a_turned_bit_that_nobody_looks_for_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writeahead, "state", lambda _database: "whole")
    assert flip.soak(4, SEED, ("log",)).silently_wrong > 0


def test_a_full_disk_costs_nothing() -> None:
    try:
        outcome = fill.soak(5, SEED)
    except fill.Unmountable:
        pytest.skip("this computer does not let a small disk be mounted")
    assert (outcome.times, outcome.lost, outcome.wrong) == (5, 0, [])
    assert sum(outcome.told.values()) >= 3


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A restoring that says that all came back, whatever it found."""
    real = recovery.restore

    def silent(database: Path, key: bytes, copy: backup.Copy) -> recovery.Recovered:
        done = real(database, key, copy)
        return recovery.Recovered(done.copy, 0, True, done.quarantine)

    monkeypatch.setattr(recovery, "restore", silent)
    monkeypatch.setattr("wimdesk.store.salvage.bring_back", lambda _session, _found: 0)


@pytest.mark.expects_log
@pytest.mark.usefixtures("forgetful")
def test_a_restoring_that_keeps_quiet_is_noticed() -> None:
    assert flip.soak(2, SEED, ("database",)).silently_wrong > 0
