"""Backups: which are kept, what they prove of themselves, and that one of them restores alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from wimdesk import clock
from wimdesk.services import editing
from wimdesk.store import backup, keys

if TYPE_CHECKING:
    from pathlib import Path

    from wimdesk.app import App


def copies(app: App) -> list[backup.Copy]:
    return backup.every(app.folder / backup.FOLDER)


def made_at(monkeypatch: pytest.MonkeyPatch, app: App, *moments: str) -> list[Path]:
    found = []
    for at in moments:
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        found.append(app.back_up())
    return found


def copy(number: int, at: str) -> backup.Copy:
    from datetime import date
    from pathlib import Path

    return backup.Copy(Path(f"{number:06}"), number, at, "by-day", date.fromisoformat(at[:10]).toordinal())


def test_the_latest_each_day_and_each_week_are_kept() -> None:
    hours = [copy(n, f"2026-11-30T{n:02}:00:00Z") for n in range(10, 20)]
    days = [copy(n - 20, f"2026-11-{n:02}T09:00:00Z") for n in range(21, 30)]
    older = [copy(-n, f"2026-{month}T09:00:00Z") for n, month in enumerate(("11-14", "11-05", "10-30", "10-20"), 100)]
    known = sorted([*hours, *days, *older], key=lambda each: each.number, reverse=True)
    kept = [each.at[5:13] for each in backup.kept_of(known)]
    assert kept == [
        "11-30T19", "11-30T18", "11-30T17", "11-30T16",
        "11-29T09", "11-28T09", "11-27T09", "11-26T09", "11-25T09", "11-24T09", "11-21T09", "11-14T09",
    ]  # fmt: skip


def test_what_is_too_old_goes_but_never_the_latest() -> None:
    known = [copy(n, f"20{20 + n}-01-01T00:00:00Z") for n in range(9, 0, -1)]
    assert [each.number for each in backup.kept_of(known)] == [9, 8, 7, 6]


def test_a_wrong_clock_neither_deletes_the_new_one_nor_hides_it(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    first = made_at(monkeypatch, app, "2026-11-01T10:00:00Z", "2046-11-02T10:00:00Z", "2026-11-02T10:00:00Z")
    last = made_at(monkeypatch, app, "2015-01-01T00:00:00Z")
    assert [each.path for each in copies(app)] == [*last, *reversed(first)]
    assert backup.newest_whole(app.folder / backup.FOLDER, app.store.key) == copies(app)[0]


@pytest.mark.parametrize("end", [".db", ".json"])
def test_one_turned_bit_in_a_backup_is_noticed(app: App, end: str) -> None:
    app.run(editing.add, "site", {"name": "North"})
    path = app.back_up().with_suffix(end)
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 4
    path.write_bytes(held)
    [found] = copies(app)
    # A damaged manifest costs nothing: the database proves itself.
    assert backup.is_whole(found, app.store.key) == (end == ".json")
    assert (backup.facts(found, app.store.key) is None) == (end == ".json")


def test_a_manifest_tells_nothing_without_the_key_and_belongs_to_its_copy(app: App) -> None:
    app.run(editing.add, "site", {"name": "North"})
    first, second = app.back_up(), app.back_up()
    held = json.loads(first.with_suffix(".json").read_text())
    assert sorted(held) == ["format", "keys", "sealed"]
    known = backup.facts(copies(app)[0], app.store.key)
    assert known is not None
    assert (known.counts["site"], known.number, known.head > 0) == (1, 2, True)
    assert backup.facts(copies(app)[0], bytes(32)) is None
    app.run(editing.add, "site", {"name": "South"})
    third = app.back_up()
    third.with_suffix(".json").write_bytes(second.with_suffix(".json").read_bytes())
    assert not backup.is_whole(copies(app)[0], app.store.key)


def test_keys_come_from_the_first_whole_copy(app: App) -> None:
    made = app.back_up()
    known = keys.read(app.folder)
    (app.folder / keys.FILE).write_bytes(b"{}")
    assert keys.read(app.folder) == known
    (app.folder / keys.COPY).write_bytes(b"[")
    assert keys.read(app.folder) == known
    made.with_suffix(".json").unlink()
    assert keys.read(app.folder) is None
