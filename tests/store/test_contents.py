"""Contents of attachments on the disk: proved when read, unreadable for others, swept when nobody needs them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import filebox
from tests.support import PASSPHRASE
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import EnvironmentProblem
from wimdesk.services import attaching, editing
from wimdesk.store.contents import UNKNOWN_FOR, Contents

KEY = bytes(range(32))
SIZES = st.one_of(st.integers(0, 40), st.integers(filebox.PIECE - 2, filebox.PIECE + 2), st.just(3 * filebox.PIECE))
DYING = """
import os, signal, sys
from pathlib import Path
from wimdesk.app import App
from wimdesk.services import attaching, editing
app = App.open(Path(sys.argv[1]), sys.argv[2])
site = app.read(editing.rows, "site")[0]["id"]
attaching.attach(app.store, app.contents, ("site", site), "before.bin", b"before" * 1000)
attaching._add = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
attaching.attach(app.store, app.contents, ("site", site), "killed.bin", b"killed" * 1000)
"""


@given(size=SIZES, first=st.integers(0, 3))
def test_a_box_opens_from_any_piece_on(size: int, first: int) -> None:
    content = os.urandom(size)
    pieces = list(filebox.lock(KEY, filebox.split(content), size))
    box = b"".join(pieces)
    assert len(box) == filebox.boxed_size(size)
    assert filebox.content_size(len(box)) == size
    assert b"".join(filebox.unlock(KEY, filebox.split_box(box), size)) == content
    rest = list(filebox.split(content))[first:]
    assert list(filebox.lock(KEY, rest, size, first)) == pieces[first:]


def test_pieces_can_neither_be_left_out_nor_moved_nor_touched() -> None:
    size = 3 * filebox.PIECE
    pieces = list(filebox.lock(KEY, filebox.split(bytes(size)), size))
    cut = 2 * filebox.PIECE
    for held, told in (
        (pieces[:2], cut),
        ([pieces[1], pieces[0], pieces[2]], size),
        ([pieces[0], pieces[0], pieces[2]], size),
        ([pieces[0][:-1] + bytes([pieces[0][-1] ^ 1]), *pieces[1:]], size),
    ):
        with pytest.raises(ValueError, match="changed"):
            list(filebox.unlock(KEY, held, told))
    for length in (0, 15, filebox.PIECE + 17):
        with pytest.raises(ValueError, match="length"):
            filebox.content_size(length)


@pytest.fixture
def contents(tmp_path: Path) -> Contents:
    return Contents(tmp_path / "attachments", KEY)


@pytest.mark.parametrize("size", [0, 1, filebox.PIECE, 150_000])
def test_what_is_kept_is_read(contents: Contents, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    digest = contents.keep(content)
    assert digest == hashlib.sha256(content).hexdigest()
    assert contents.has(digest)
    assert contents.read(digest) == content
    assert contents.keep(content) == digest
    assert len(list((tmp_path / "attachments").iterdir())) == 1
    assert not Contents(tmp_path / "attachments", bytes(32)).has(digest), "another profile's key finds nothing"
    contents.forget(digest)
    contents.forget(digest)
    with pytest.raises(EnvironmentProblem, match="not on this computer"):
        contents.read(digest)


@pytest.mark.expects_log
@pytest.mark.parametrize("damage", ["bit", "cut", "long", "empty", "other"])
def test_damage_is_noticed_and_put_aside(contents: Contents, tmp_path: Path, damage: str) -> None:
    digest = contents.keep(os.urandom(150_000))
    (path,) = (tmp_path / "attachments").iterdir()
    held = path.read_bytes()
    if damage == "other":
        contents.keep(b"another one")
        other = next(each for each in path.parent.iterdir() if each != path)
        other.replace(path)
    else:
        damaged = {"bit": held[:9] + bytes([held[9] ^ 1]) + held[10:], "cut": held[:70_000], "long": held + b"x"}
        path.write_bytes(damaged.get(damage, b""))
    with pytest.raises(EnvironmentProblem, match="damaged"):
        contents.read(digest)
    assert not contents.has(digest), "so that it can be fetched anew"
    assert (tmp_path / "quarantine" / path.name).is_file()
    contents.forget(digest)
    assert not (tmp_path / "quarantine" / path.name).exists(), "what is erased is nowhere"


@given(parts=st.lists(st.binary(max_size=50), min_size=1, max_size=8))
def test_what_arrives_in_parts_is_whole_whenever_it_was_cut(
    parts: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    part = Contents(tmp_path_factory.mktemp("parts"), KEY).part("ab")
    so_far = b""
    for each in parts:
        part.append(iter([each[:20], each[20:]]))
        so_far += each
        assert part.size() == len(so_far)
        assert part.read() == so_far
    part.drop()
    assert part.size() == 0


def test_what_came_before_the_line_was_cut_stays(contents: Contents) -> None:
    part = contents.part("ab")

    def coming() -> object:
        yield b"one"
        raise EnvironmentProblem("cut")

    for _time in range(2):
        with pytest.raises(EnvironmentProblem):
            part.append(coming())  # type: ignore[arg-type]  # an iterator that breaks off
    assert part.read() == b"oneone"
    assert contents.used() == 6 + 16
    assert part.takes() == 6 + 16


def test_killed_between_the_file_and_the_record_nothing_is_lost_and_nothing_stays_for_ever(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = App.open(folder, PASSPHRASE)
    app.run(editing.add, "site", {"name": "North"})
    app.close()
    child = subprocess.run(
        [sys.executable, "-c", DYING, str(folder), PASSPHRASE], check=False, cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert child.returncode == -9
    held = folder / "attachments"
    assert len(list(held.iterdir())) == 2
    (held / "half.new").write_bytes(b"a write that was cut short")
    app = App.open(folder, PASSPHRASE)
    (only,) = app.read(attaching.every, app.contents)
    assert (only.title, app.contents.read(only.digest)) == ("before.bin", b"before" * 1000)
    assert len(list(held.iterdir())) == 2, "its record may still come; the half one has gone"
    app.close()
    old = time.time() - UNKNOWN_FOR - 60
    for path in held.iterdir():
        os.utime(path, (old, old))
    app = App.open(folder, PASSPHRASE)
    assert len(list(held.iterdir())) == 1
    assert app.contents.read(only.digest) == b"before" * 1000
    # In the trash it stays as long as an unknown one would; then it goes.
    app.run(attaching.remove, only.id)
    app.close()
    App.open(folder, PASSPHRASE).close()
    assert len(list(held.iterdir())) == 1
    with clock.driven_by(lambda: time.time() + UNKNOWN_FOR + 60):
        App.open(folder, PASSPHRASE).close()
    assert not list(held.iterdir())


def test_a_backup_finds_the_contents_again_and_a_wiped_profile_has_none(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    app = App.open(folder, PASSPHRASE)
    site = app.run(editing.add, "site", {"name": "North"})
    made = attaching.attach(app.store, app.contents, ("site", site), "plan.pdf", b"plan" * 1000)
    app.back_up()
    app.close()
    App.restore(folder, PASSPHRASE)
    app = App.open(folder, PASSPHRASE)
    shown = app.read(attaching.one, app.contents, made)
    assert app.contents.read(shown.digest) == b"plan" * 1000
    app.wipe()
    app.close()
    assert not list((folder / "attachments").iterdir())


NAMES = st.one_of(
    st.text(),
    st.sampled_from(
        ["../../etc/passwd", "..\\..\\win.ini", "C:\\x.txt", "/abs", "con.txt", "NUL", "a/b/..", "..", ".", "",
         "x\u202etxt.exe", "a\x00b", "file:stream", "name. . .", "\ud800.txt", "é" * 500 + ".pdf", "COM1.tar.gz"]
    ),
)  # fmt: skip


@given(title=NAMES)
def test_no_title_leads_out_of_the_folder(title: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    name = attaching.safe_name(title)
    folder = tmp_path_factory.getbasetemp() / "saved"
    folder.mkdir(exist_ok=True)
    target = folder / name
    assert target.parent == folder
    assert target.resolve().parent == folder.resolve()
    assert name == attaching.safe_name(name)
    assert len(name.encode()) < 200
    assert not set(name) & set('<>:"/\\|?*\x00\u202e')
    assert name.split(".")[0].casefold() not in {"con", "nul", "com1"}
    target.write_bytes(b"")
    target.unlink()
