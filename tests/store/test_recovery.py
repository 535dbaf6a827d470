"""A damaged profile: noticed before anything is changed, and a backup takes its place with what could be read."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.support import PASSPHRASE
from wimdesk.app import DATABASE, App
from wimdesk.errors import Damaged, DiskFull, NotAProfile, UserError
from wimdesk.services import editing, recovery
from wimdesk.store import backup, durable, identity, outbox, tables
from wimdesk.store.engine import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from tests.support import Template


@pytest.fixture(scope="session")
def worked(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed profile with one site in its backup and more that came after it."""
    folder = Path(shutil.copytree(template.folder, tmp_path_factory.mktemp("worked") / "profile"))
    app = App.open(folder, PASSPHRASE)
    app.run(editing.add, "site", {"name": "old"})
    app.back_up()
    record = app.run(editing.add, "site", {"name": "new"})
    app.run(editing.change, "site", record, {"operator": "changed"})
    for number in range(120):
        app.run(editing.add, "site", {"name": f"row {number}"})
    app.close()
    return folder


@pytest.fixture
def folder(worked: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(worked, tmp_path / "profile"))


def names(app: App) -> set[str]:
    return {str(row["name"]) for row in app.read(editing.rows, "site")}


def damage(path: Path, *places: float) -> None:
    held = bytearray(path.read_bytes())
    for place in places or (0.5,):
        held[int(len(held) * place)] ^= 1
    path.write_bytes(held)


def spoil_table(folder: Path, key: bytes, name: str) -> None:
    """Turn a bit on the first page of one table."""
    connection = connect(folder / DATABASE, key)
    page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()
    held = bytearray((folder / DATABASE).read_bytes())
    held[(page - 1) * 4096 + 900] ^= 1
    (folder / DATABASE).write_bytes(held)


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}


def waiting(session: Session) -> list[tuple[str, int, int]]:
    rows = session.execute(select(tables.op).where(tables.op.c.state == tables.WAITING).order_by(tables.op.c.n))
    return [(row.space, row.epoch, row.n) for row in rows]


def test_damage_is_refused_and_nothing_is_changed(folder: Path, template: Template) -> None:
    spoil_table(folder, template.unlocked.database, "site")
    before = files(folder)
    with pytest.raises(Damaged, match="damaged"):
        App.open(folder, PASSPHRASE)
    assert files(folder) == before


def test_a_backup_takes_the_place_with_what_could_be_read(folder: Path, template: Template) -> None:
    old = _epoch(folder)
    spoil_table(folder, template.unlocked.database, "site")
    damaged = (folder / DATABASE).read_bytes()
    with pytest.raises(Damaged):
        App.open(folder, PASSPHRASE)
    offered = App.newest_backup(folder, PASSPHRASE)
    done = App.restore(folder, PASSPHRASE)
    assert (done.copy.name, done.brought_back, done.complete) == (offered.name, 121, True)
    assert "121 records" in done.sentence()
    assert (done.quarantine / DATABASE).read_bytes() == damaged
    app = App.open(folder, PASSPHRASE)
    assert names(app) == {"old", "new", *(f"row {n}" for n in range(120))}
    [row] = [row for row in app.read(editing.rows, "site") if row["name"] == "new"]
    assert row["operator"] == "changed"
    assert len(app.searcher().ask("row", types=("site",)) or []) == 120
    app.run(editing.change, "site", str(row["id"]), {"operator": "again"})
    ops = app.read(waiting)
    assert {epoch for _space, epoch, _n in ops} == {app.identity().epoch} != {old}
    assert [n for _space, _epoch, n in ops] == list(range(1, 125))
    app.check()
    app.close()


def _epoch(folder: Path) -> int:
    app = App.open(folder, PASSPHRASE)
    try:
        return app.identity().epoch
    finally:
        app.close()


def test_what_can_not_be_read_is_told(folder: Path, template: Template) -> None:
    spoil_table(folder, template.unlocked.database, "op")
    done = App.restore(folder, PASSPHRASE)
    assert not done.complete
    assert "could not be read" in done.sentence()
    app = App.open(folder, PASSPHRASE)
    assert "old" in names(app)
    app.close()


def test_one_bad_page_of_the_journal_costs_only_its_rows(folder: Path, template: Template) -> None:
    held = bytearray((folder / DATABASE).read_bytes())
    connection = connect(folder / DATABASE, template.unlocked.database)
    leaves = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()
    best = 0
    for page in range(leaves - 1, leaves // 2, -1):
        shutil.rmtree(folder.parent / "try", ignore_errors=True)
        place = Path(shutil.copytree(folder, folder.parent / "try"))
        spoilt = bytearray(held)
        spoilt[page * 4096 + 50] ^= 8
        (place / DATABASE).write_bytes(spoilt)
        done = App.restore(place, PASSPHRASE)
        # The page may also be one of another table, or stand above several: the search goes on for a leaf.
        best = max(best, done.brought_back if not done.complete else 0)
        if best > 60:
            break
    assert 60 < best < 121


@pytest.mark.parametrize("ending", ["-wal", ""])
def test_missing_files_are_brought_back_too(folder: Path, ending: str) -> None:
    (folder / DATABASE).rename(folder / f"elsewhere{ending}")
    with pytest.raises(Damaged, match="missing"):
        App.open(folder, PASSPHRASE)
    App.restore(folder, PASSPHRASE)
    app = App.open(folder, PASSPHRASE)
    assert names(app) == {"old"}
    app.close()


def test_a_damaged_backup_is_passed_over_and_refused_by_name(folder: Path) -> None:
    app = App.open(folder, PASSPHRASE)
    second = app.back_up()
    app.close()
    damage(second)
    damage(folder / DATABASE)
    with pytest.raises(NotAProfile, match="choose another"):
        App.restore(folder, PASSPHRASE, second.stem)
    with pytest.raises(UserError, match="no backup of this name"):
        App.restore(folder, PASSPHRASE, "000099")
    assert App.restore(folder, PASSPHRASE).copy.path < second


def test_without_a_whole_backup_everything_stays(folder: Path) -> None:
    for copy in backup.every(folder / backup.FOLDER):
        damage(copy.path)
    damage(folder / DATABASE)
    before = files(folder)
    with pytest.raises(UserError, match="no whole backup"):
        App.restore(folder, PASSPHRASE)
    assert files(folder) == before


def test_an_older_state_can_be_had_on_purpose_and_the_newer_one_is_kept(folder: Path) -> None:
    first = next(copy for copy in backup.every(folder / backup.FOLDER) if copy.reason == "by-hand")
    done = App.restore(folder, PASSPHRASE, first.name)
    assert (done.brought_back, done.complete) == (0, True)
    app = App.open(folder, PASSPHRASE)
    assert names(app) == {"old"}
    app.close()
    newer = next(copy for copy in backup.every(folder / backup.FOLDER) if copy.reason == "before-restore")
    App.restore(folder, PASSPHRASE, newer.name)
    app = App.open(folder, PASSPHRASE)
    assert len(names(app)) == 122
    app.close()


@pytest.mark.parametrize("step", range(5))
def test_a_restoring_that_dies_is_finished_or_never_was(
    folder: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each durable step in turn is the one before which the program dies."""
    damage(folder / DATABASE, 0.4, 0.6)
    damaged, real, left = (folder / DATABASE).read_bytes(), durable.move, [step]

    class Died(BaseException):
        pass

    def dying(source: Path, target: Path) -> None:
        if not left[0]:
            raise Died
        left[0] -= 1
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(durable, "move", dying)
        try:
            App.restore(folder, PASSPHRASE)
        except Died:
            assert (folder / DATABASE).exists() or list(folder.glob("restored-*.db"))
    try:
        app = App.open(folder, PASSPHRASE)
    except Damaged:
        assert (folder / DATABASE).read_bytes() == damaged
        App.restore(folder, PASSPHRASE)
        app = App.open(folder, PASSPHRASE)
    assert "old" in names(app)
    assert damaged in [path.read_bytes() for path in folder.rglob(f"quarantine/*/{DATABASE}")]
    assert not list(folder.glob("rest*"))
    app.close()


def test_no_room_for_the_restoring_leaves_all_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(folder / DATABASE)
    before = files(folder)

    def full(_source: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DiskFull):
        App.restore(folder, PASSPHRASE)
    assert files(folder) == before


def test_a_crash_is_told_and_a_turned_bit_in_its_log_is_damage(folder: Path) -> None:
    app = App.open(folder, PASSPHRASE)
    for number in range(3):
        app.run(editing.add, "site", {"name": f"late {number}"})
    place = folder.parent / "crashed"
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns("lock"))
    app.close()
    cut = Path(shutil.copytree(place, folder.parent / "cut"))
    log = cut / f"{DATABASE}-wal"
    log.write_bytes(log.read_bytes()[:-2000])
    again = App.open(cut, PASSPHRASE)
    assert any("middle of a save" in sentence for sentence in again.told)
    assert {"late 0", "late 1"} <= names(again)
    again.close()
    damage(place / f"{DATABASE}-wal", 0.2)
    before = files(place)
    with pytest.raises(Damaged):
        App.open(place, PASSPHRASE)
    assert files(place) == before
    done = App.restore(place, PASSPHRASE)
    assert not done.complete
    again = App.open(place, PASSPHRASE)
    assert {"old", "late 2"} <= names(again), "also what stands behind the damaged place"
    again.close()


@pytest.fixture
def own(template: Template, tmp_path: Path) -> Iterator[App]:
    app = App.open(Path(shutil.copytree(template.folder, tmp_path / "own")), PASSPHRASE)
    yield app
    app.close()


def test_backups_come_by_themselves(own: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def reasons() -> list[str]:
        own._copier.submit(lambda: None).result()  # noqa: SLF001 - whatever was asked for before is made
        return [copy.reason for copy in backup.every(own.folder / backup.FOLDER)]

    assert reasons() == ["by-day"]
    own.run(editing.add, "site", {"name": "a"})
    assert reasons() == ["by-day"]
    monkeypatch.setattr("wimdesk.app.BACKUP_AFTER", -1.0)
    own.run(editing.add, "site", {"name": "b"})
    assert reasons() == ["by-work", "by-day"]
    own.close()
    again = App.open(own.folder, PASSPHRASE)
    again.close()
    assert len(backup.every(own.folder / backup.FOLDER)) == 2


def test_the_first_backup_comes_with_the_first_work(tmp_path: Path) -> None:
    app = App.open(tmp_path / "new", PASSPHRASE)
    app.close()
    assert not (tmp_path / "new" / backup.FOLDER).exists()
    app = App.open(tmp_path / "new", PASSPHRASE)
    app.run(editing.add, "site", {"name": "a"})
    app.close()
    assert backup.every(tmp_path / "new" / backup.FOLDER)


def test_what_the_endpoint_had_taken_is_not_sent_twice(folder: Path, template: Template) -> None:
    """In the backup it waits; in the damaged file it has its place."""
    app = App.open(folder, PASSPHRASE)

    def place(session: Session) -> None:
        session.execute(tables.op.update().where(tables.op.c.n == 1).values(state=tables.PLACED, seq=7))

    app.run(place)
    app.close()
    spoil_table(folder, template.unlocked.database, "site")
    done = App.restore(folder, PASSPHRASE)
    assert done.brought_back == 121
    app = App.open(folder, PASSPHRASE)
    assert app.read(outbox.count) == 121
    [old] = [row for row in app.read(editing.rows, "site") if row["name"] == "old"]
    assert app.read(editing.values, "site", str(old["id"]))["name"] == "old"
    rows = app.read(lambda session: session.execute(select(tables.op).where(tables.op.c.state == tables.PLACED)).all())
    assert [(row.n, row.seq) for row in rows] == [(1, 7)]
    assert identity.NOBODY.epoch not in {row.epoch for row in rows}
    app.close()


def test_the_wrong_key_is_not_called_damage(folder: Path) -> None:
    with pytest.raises(NotAProfile) as caught:
        recovery.examine(folder / DATABASE, bytes(32))
    assert not isinstance(caught.value, Damaged)
