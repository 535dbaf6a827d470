"""The profile on the disk: unreadable without its key, never changed by a failed opening, whole after every mishap."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import MetaData, create_engine, inspect
from sqlcipher3 import dbapi2

from tests.support import PASSPHRASE, Template
from wimdesk.app import DATABASE, App
from wimdesk.errors import DiskFull, EnvironmentProblem, NotAProfile, ProfileBusy, ProfileTooNew, WrongKey
from wimdesk.services import editing
from wimdesk.store import history, keys, migrations, outbox
from wimdesk.store.engine import connect
from wimdesk.store.record import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "Zarzuela Quispe-Ñandú"


def prints(folder: Path) -> dict[str, tuple[str, int]]:
    """Content and time of every file. The lock holds nothing: only its content counts."""
    return {
        path.relative_to(folder).as_posix(): (
            hashlib.sha256(path.read_bytes()).hexdigest(),
            0 if path.name == "lock" else path.stat().st_mtime_ns,
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def folder(template: Template, tmp_path: Path) -> Path:
    """A closed profile with one site."""
    return Path(shutil.copytree(template.folder, tmp_path / "profile"))


@pytest.fixture
def key(template: Template) -> bytes:
    return template.unlocked.database


def test_no_name_stands_readable_in_any_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    temporary, folder = tmp_path / "temporary", tmp_path / "profile"
    temporary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    caplog.set_level("DEBUG")

    def search() -> list[str]:
        wanted = [MARK.encode(code) for code in ("utf-8", "utf-16-le", "latin-1")]
        wanted += [word.casefold().encode() for word in ("Zarzuela", "ñandu", "quispe")]
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        return [
            path.name for path in files if any(word in path.read_bytes().lower() for word in [*wanted, b"zarzuela"])
        ]

    app = App.open(folder, PASSPHRASE)
    app.set_person(MARK)
    for number in range(300):
        person = app.run(editing.add, "person", {"family_name": MARK, "summary": f"{MARK} {number}"})
    app.run(editing.change, "person", person, {"role": MARK})
    assert app.searcher().ask("zarzuela")
    app.back_up()
    assert search() == [], "while it is open"
    app.check()
    app.close()
    assert search() == [], "after it is closed"
    assert MARK not in caplog.text
    assert (folder / "backups").is_dir()


def test_a_wrong_passphrase_changes_no_file(folder: Path) -> None:
    before = prints(folder)
    for word in ("wrong", "", None):
        with pytest.raises(WrongKey):
            App.open(folder, word)
    assert prints(folder) == before
    App.open(folder, PASSPHRASE).close()


def test_without_keyring_and_passphrase_nothing_is_kept(tmp_path: Path) -> None:
    with pytest.raises(WrongKey):
        App.open(tmp_path / "new", None)
    assert [path.name for path in (tmp_path / "new").iterdir() if path.name != "lock"] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps files from others by its own means")
def test_nobody_else_may_look_into_the_folder(folder: Path, tmp_path: Path) -> None:
    App.open(tmp_path / "new", PASSPHRASE).close()
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


CHILD = """
import sys, time
from pathlib import Path
from wimdesk.app import App
app = App.open(Path(sys.argv[1]), sys.argv[2])
print("open", flush=True)
time.sleep(60)
"""


def test_a_second_instance_is_refused_and_a_killed_one_leaves_the_way_free(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD, folder, PASSPHRASE], stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == b"open\n"
            with pytest.raises(ProfileBusy):
                App.open(folder, PASSPHRASE)
        finally:
            child.kill()
    App.open(folder, PASSPHRASE).close()


def test_a_newer_database_is_refused_and_left_as_it_is(folder: Path, key: bytes) -> None:
    connection = connect(folder / DATABASE, key)
    connection.execute(f"PRAGMA user_version={len(migrations.STEPS) + 1}")
    connection.close()
    before = prints(folder)
    with pytest.raises(ProfileTooNew, match="later WIMDesk"):
        App.open(folder, PASSPHRASE)
    assert prints(folder) == before


@pytest.mark.parametrize("content", [b"", b"this is no database", os.urandom(8192)], ids=["empty", "text", "noise"])
def test_a_file_that_is_no_profile_is_refused_and_left_as_it_is(folder: Path, content: bytes) -> None:
    (folder / DATABASE).write_bytes(content)
    before = prints(folder)
    with pytest.raises(NotAProfile):
        App.open(folder, PASSPHRASE)
    assert prints(folder) == before


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b'{"profile": 1, "slots": 2, "device": 3}'])
def test_damaged_keys_are_refused_and_left_as_they_are(folder: Path, content: bytes) -> None:
    for name in (keys.FILE, keys.COPY):
        (folder / name).write_bytes(content)
    before = prints(folder)
    with pytest.raises((NotAProfile, WrongKey)):
        App.open(folder, PASSPHRASE)
    assert prints(folder) == before


@pytest.mark.parametrize("content", [b"", b"{}", None])
def test_damaged_keys_are_replaced_by_their_copy_and_kept(folder: Path, content: bytes | None) -> None:
    known = (folder / keys.FILE).read_bytes()
    if content is None:
        (folder / keys.FILE).unlink()
    else:
        (folder / keys.FILE).write_bytes(content)
    app = App.open(folder, PASSPHRASE)
    assert any("file of keys" in sentence for sentence in app.told)
    app.close()
    assert (folder / keys.FILE).read_bytes() == known
    kept = folder / keys.QUARANTINE / keys.FILE
    assert content is None or kept.read_bytes() == content


@pytest.mark.parametrize("part", [0.02, 0.5, 0.97])
def test_a_truncated_database_is_named_as_such(folder: Path, part: float) -> None:
    whole = (folder / DATABASE).read_bytes()
    (folder / DATABASE).write_bytes(whole[: int(len(whole) * part) // 4096 * 4096 or 2000])

    with pytest.raises(NotAProfile):
        _open_and_check(folder)


@pytest.mark.expects_log
def test_one_turned_bit_is_found_by_the_check(folder: Path, template: Template) -> None:
    path = folder / DATABASE
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)
    with pytest.raises(NotAProfile):
        _open_and_check(folder)


def _open_and_check(folder: Path) -> None:
    app = App.open(folder, PASSPHRASE)
    try:
        app.check()
    finally:
        app.close()


def test_an_interrupted_first_opening_is_taken_up_again(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = App.open(folder, PASSPHRASE)
    themes = len(app.read(editing.rows, "theme"))
    database = app.store.key
    app.close()
    # Killed after the schema was made and before anything was in it.
    (folder / DATABASE).unlink()
    migrations.migrate(folder / DATABASE, database, folder / "backups")
    again = App.open(folder, PASSPHRASE)
    assert len(again.read(editing.rows, "theme")) == themes > 0
    again.close()
    # Killed while the file was being made.
    (folder / DATABASE).unlink()
    shutil.rmtree(folder / "backups")
    (folder / "wimdesk.new").write_bytes(b"half")
    App.open(folder, PASSPHRASE).close()
    assert sorted(path.name for path in folder.iterdir()) == ["keys.copy.json", "keys.json", "lock", DATABASE]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only an administrator can mount a small disk")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=16m", "tmpfs", place], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this computer does not let a small disk be mounted")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def _fill(app: App, saved: list[str]) -> None:
    for _ in range(2000):
        saved += [app.run(editing.add, "site", {"name": "during", "operator": os.urandom(4_000).hex()})]


def test_a_full_disk_is_said_and_loses_nothing(small_disk: Path, template: Template) -> None:
    folder = small_disk / "profile"
    shutil.copytree(template.folder, folder)
    app = App.open(folder, PASSPHRASE)
    try:
        saved = [app.run(editing.add, "site", {"name": "before"})]
        app.back_up()  # behind the backup of the day, which is made beside the rest
        filler = small_disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - 500_000))
        with pytest.raises(DiskFull, match="safe"):
            _fill(app, saved)
        assert {row["id"] for row in app.read(editing.rows, "site")} == set(saved)
        before = set((folder / "backups").iterdir())
        with pytest.raises((DiskFull, EnvironmentProblem)):
            app.back_up()
        assert set((folder / "backups").iterdir()) == before, "no half copy stays"
        filler.unlink()
        saved.append(app.run(editing.add, "site", {"name": "after"}))
        app.check()
    finally:
        app.close()
    again = App.open(folder, PASSPHRASE)
    assert {row["id"] for row in again.read(editing.rows, "site")} == set(saved)
    assert again.read(outbox.count) == len(saved)
    again.close()


def test_the_migrated_schema_is_the_one_of_the_models(folder: Path, key: bytes, tmp_path: Path) -> None:
    def described(connection: dbapi2.Connection, table: str) -> tuple[object, ...]:
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        indexes = connection.execute(f'PRAGMA index_list("{table}")').fetchall()
        inside = [
            (name, unique, origin, partial, [row[2] for row in connection.execute(f'PRAGMA index_info("{name}")')])
            for _number, name, unique, origin, partial in indexes
        ]
        # A column that was added later stands last in a table that was there; nothing asks for a column by its place.
        return sorted(column[1:] for column in columns), sorted(inside)

    modelled = create_engine(
        "sqlite+pysqlite://", module=dbapi2, creator=lambda: dbapi2.connect(str(tmp_path / "m.db"))
    )
    metadata: MetaData = Base.metadata
    metadata.create_all(modelled)
    names = inspect(modelled).get_table_names()
    modelled.dispose()
    migrated, plain = connect(folder / DATABASE, key), dbapi2.connect(str(tmp_path / "m.db"))
    try:
        assert {name: described(migrated, name) for name in names} == {name: described(plain, name) for name in names}
        known = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_%'"
        assert {row[0] for row in migrated.execute(known)} == set(names)
    finally:
        migrated.close()
        plain.close()


def test_a_backup_is_whole_and_opens_with_the_key(folder: Path, key: bytes) -> None:
    app = App.open(folder, PASSPHRASE)
    site = app.run(editing.add, "site", {"name": "North"})
    copy = app.back_up()
    app.run(editing.change, "site", site, {"name": "South"})
    app.close()
    shutil.copy(copy, folder / DATABASE)
    restored = App.open(folder, PASSPHRASE)
    restored.check()
    assert restored.read(editing.values, "site", site)["name"] == "North"
    assert len(restored.read(history.history, site)) == 1
    restored.close()
    with pytest.raises(NotAProfile):
        connect(copy, bytes(32))
    assert {path.suffix for path in copy.parent.iterdir()} == {".db", ".json"}
