"""Backups of the endpoint: taken while it serves, believed only when whole, restored into either database."""

from __future__ import annotations

import shutil
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sync.protocol import ALLIANCE, Problem
from sync.server import schema
from sync.server.databases import FILE
from sync.server.service import Unusable, backup, issue_code, restore, running
from tests.postgres import Cluster, needs_server
from tests.sync.server.laptop import Answered, Laptop

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint


def saved(endpoint: Endpoint, file: Path) -> dict[str, int]:
    return backup(endpoint.data, file, database=endpoint.owner)


def test_a_backup_made_while_it_serves_is_one_moment(endpoint: Endpoint, tmp_path: Path) -> None:
    laptop, over = endpoint.laptop(), threading.Event()

    def push() -> None:
        first = 1
        while not over.is_set():
            laptop.push(first, laptop.op(laptop.private), laptop.op(laptop.shared))
            first += 1

    thread = threading.Thread(target=push)
    thread.start()
    try:
        made = [saved(endpoint, tmp_path / f"{number}.backup") for number in range(3)]
    finally:
        over.set()
        thread.join()
    assert made[0]["op"] <= made[1]["op"] <= made[2]["op"]
    assert made[2]["op"] > 0
    assert all(rows["op"] == rows["record_owner"] == rows["sealed"] for rows in made), "half a push"
    assert (tmp_path / "0.backup").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [f"{number}.backup" for number in range(3)]


@pytest.mark.parametrize("target", ["file", pytest.param("server", marks=needs_server)])
def test_what_was_restored_goes_on_in_either_database(
    endpoint: Endpoint, tmp_path: Path, target: str, request: pytest.FixtureRequest
) -> None:
    laptop = endpoint.laptop()
    laptop.push(1, laptop.op(laptop.private, b"kept"), laptop.op(ALLIANCE, b"told"))
    laptop.pull()
    code = endpoint.code()
    rows = saved(endpoint, tmp_path / "a.backup")
    laptop.push(2, laptop.op(laptop.private, b"later"))
    data, owner, role = tmp_path / "new", "", ""
    if target == "server":
        cluster: Cluster = request.getfixturevalue("postgres")
        made = cluster.database()
        owner, role = made.owner, made.role
    generation = restore(data, tmp_path / "a.backup", database=owner)
    assert generation != laptop.generation
    again = backup(data, tmp_path / "b.backup", database=owner)
    assert again == rows | {"audit": rows["audit"] + 1}
    with running(data, database=role) as laptop.url:
        laptop.sign_in()
        with pytest.raises(Answered) as answer:
            laptop.pull()
        assert answer.value.problem is Problem.GENERATION_CHANGED
        laptop.start_over()
        assert laptop.known(laptop.private) == 1
        laptop.push(2, laptop.op(laptop.private, b"later"))
        other = Laptop(laptop.url, code)
        assert other.read(laptop.private) == [b"kept", b"later"]
        assert other.me.server_key == laptop.me.server_key
        assert other.me.receive_key == laptop.me.receive_key


def turned(whole: Path, how: str) -> bytes:
    """The backup with bits turned in its first member, or in what is said of that in the list at its end."""
    content = bytearray(whole.read_bytes())
    with zipfile.ZipFile(whole) as archive:
        told = content.index(b"PK\x01\x02", archive.start_dir)
    names, more = (int.from_bytes(content[at : at + 2], "little") for at in (26, 28))
    at, bits = {"turned": (30 + names + more, 0b110), "locked": (told + 8, 1), "strange": (told + 6, 128)}[how]
    content[at] |= bits
    return bytes(content)


def damaged(whole: Path, how: str) -> Path:
    """A copy of the backup with something wrong."""
    copy = whole.with_suffix(f".{how}")
    content = whole.read_bytes()
    if how == "cut":
        copy.write_bytes(content[: len(content) // 2])
        return copy
    if how == "no backup":
        copy.write_text("a letter")
        return copy
    if how in {"turned", "locked", "strange"}:
        copy.write_bytes(turned(whole, how))
        return copy
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            piece = source.read(name)
            if how == "changed" and name == "op":
                piece = piece.replace(b"kept", b"lost")
            if how == "newer" and name == "manifest.json":
                said = b'"format": %d'
                piece = piece.replace(said % schema.number(), said % (schema.number() + 1))
            if not (how == "less" and name == "audit"):
                target.writestr(name, piece)
            if how == "more" and name == "op":
                target.writestr("op2", piece)
    return copy


@pytest.mark.parametrize("how", ["cut", "no backup", "changed", "newer", "less", "more", "turned", "locked", "strange"])
def test_what_is_not_whole_changes_nothing(tmp_path: Path, how: str) -> None:
    with running(tmp_path / "data") as url:
        laptop = Laptop(url, issue_code(tmp_path / "data", "One", "coordinator")["code"])
        laptop.push(1, laptop.op(laptop.shared, b"kept"))
        backup(tmp_path / "data", tmp_path / "a.backup")
    with pytest.raises(ValueError, match="Nothing was changed"):
        restore(tmp_path / "new", damaged(tmp_path / "a.backup", how))
    assert backup(tmp_path / "new", tmp_path / "b.backup")["op"] == 0
    restore(tmp_path / "new", tmp_path / "a.backup")
    with pytest.raises(ValueError, match="an endpoint already"):
        restore(tmp_path / "new", tmp_path / "a.backup")


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    issue_code(tmp_path, "One", "coordinator")
    with pytest.raises(ValueError, match="could not be written"):
        backup(tmp_path, tmp_path / "nowhere" / "a.backup")
    shutil.copy(tmp_path / FILE, tmp_path / "before")
    with pytest.raises(ValueError, match="no whole backup"):
        restore(tmp_path / "new", tmp_path / "nothing.backup")
    assert not list(tmp_path.glob("**/*.part"))


@needs_server
def test_the_endpoints_role_can_make_no_backup(postgres: Cluster, tmp_path: Path) -> None:
    made = postgres.database()
    with pytest.raises(Unusable, match="Only the owner"):
        backup(tmp_path, tmp_path / "a.backup", database=made.role)
    assert not list(tmp_path.iterdir())
