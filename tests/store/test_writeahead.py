"""The write-ahead log is looked at before SQLite silently forgets what does not fit."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from wimdesk.app import DATABASE
from wimdesk.services import editing
from wimdesk.store import writeahead

if TYPE_CHECKING:
    from pathlib import Path

    from wimdesk.app import App

LOG = DATABASE + "-wal"


@pytest.fixture
def crashed(app: App, tmp_path: Path) -> Path:
    """What a power cut leaves behind three saves."""
    place = tmp_path / "crashed"
    place.mkdir()
    app.store.run(lambda _session: None)
    for number in range(3):
        app.run(editing.add, "site", {"name": str(number)})
        (place / f"{number}").write_bytes((app.folder / LOG).read_bytes())
    shutil.copy(app.folder / LOG, place / LOG)
    return place


def turned(raw: bytes, at: int) -> bytes:
    return raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]


def state_of(place: Path, raw: bytes) -> str:
    (place / LOG).write_bytes(raw)
    return writeahead.state(place / DATABASE)


def test_a_log_as_it_was_left_is_whole(crashed: Path) -> None:
    for number in range(3):
        assert state_of(crashed, (crashed / f"{number}").read_bytes()) == "whole"
    assert state_of(crashed, b"") == "whole"
    (crashed / LOG).unlink()
    assert writeahead.state(crashed / DATABASE) == "whole"


def test_each_turned_bit_is_noticed(crashed: Path) -> None:
    raw, chance = (crashed / "2").read_bytes(), random.Random(3)
    last = len((crashed / "1").read_bytes())
    for _ in range(60):
        at = chance.randrange(len(raw))
        expected = {"damaged"} if at < last - 4120 else {"unfinished"} if at >= last else {"damaged", "unfinished"}
        assert state_of(crashed, turned(raw, at)) in expected, at


def test_a_log_that_ends_in_the_middle_of_a_save_is_unfinished(crashed: Path) -> None:
    raw, last = (crashed / "2").read_bytes(), len((crashed / "1").read_bytes())
    assert state_of(crashed, raw[: last + 4120 + 700]) == "unfinished"


def test_what_an_earlier_log_left_behind_is_no_damage(app: App, tmp_path: Path) -> None:
    for number in range(400):
        app.run(editing.add, "site", {"name": str(number)})
    shutil.copy(app.folder / LOG, tmp_path / LOG)
    assert writeahead.state(tmp_path / DATABASE) == "whole"
