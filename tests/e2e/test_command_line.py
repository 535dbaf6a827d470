"""The program as a process: JSON on standard output only, sentences on standard error, three exit codes."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from wimdesk.__main__ import main
from wimdesk.i18n import content_language, language, set_content_language, set_language

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD = "a passphrase for tests"
ROOT = Path(__file__).parents[2]
NAME = "Zarzuela Quispe"


def environment(passphrase: str = WORD) -> dict[str, str]:
    """What a process of ours starts with; no person's keyring or folder, no network (tests/offline)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WIMDESK", "PYTEST"))}
    path = os.pathsep.join((str(ROOT / "tests" / "offline"), str(ROOT)))
    return kept | {"WIMDESK_PASSPHRASE": passphrase, "PYTHONPATH": path, "PYTHONUTF8": "1"}


@dataclass
class Machine:
    """One person's computer with a terminal."""

    profile: Path

    def run(self, *words: str, passphrase: str = WORD) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-X", "utf8", "-m", "wimdesk", "--profile", str(self.profile), *words]
        return subprocess.run(
            command, env=environment(passphrase), capture_output=True, encoding="utf-8", timeout=120, check=False
        )

    def tells(self, *words: str) -> tuple[int, str, str]:
        """Run a command; return its exit code, what it printed, and its sentences."""
        done = self.run(*words)
        return done.returncode, done.stdout, done.stderr

    def does(self, *words: str) -> Any:  # noqa: ANN401 - whatever JSON the command prints
        """Run a command that must succeed; return what it printed."""
        done = self.run(*words)
        assert (done.returncode, done.stderr) == (0, ""), words
        return json.loads(done.stdout)

    def lets_in(self, other: Machine) -> None:
        """Both have a coordinator's place in one organisation; this one has its key."""
        seen = other.does("computers", "list")
        (waiting,) = (each["id"] for each in seen["computers"] if each["state"] == "waiting")
        self.does("sync")
        self.does("computers", "let-in", waiting, *seen["words"].split())
        for machine in (self, other):
            machine.does("sync")

    def fails(self, *words: str, code: int = 1, passphrase: str = WORD) -> str:
        """Run a command that must fail; return its sentence."""
        done = self.run(*words, passphrase=passphrase)
        assert (done.returncode, done.stdout) == (code, ""), (words, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stderr


@dataclass
class Terminal(Machine):
    """The same commands within this process: for what they do, where how a process begins and ends is no matter."""

    def run(self, *words: str, passphrase: str = WORD) -> subprocess.CompletedProcess[str]:
        command = ["--profile", str(self.profile), *words]
        said = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        with (
            contextlib.redirect_stdout(said[0]), contextlib.redirect_stderr(said[1]),
            mock.patch.dict(os.environ, environment(passphrase), clear=True), _own_language(),
        ):  # fmt: skip
            try:
                code = main(command)
            except SystemExit as ended:
                code = int(ended.code or 0)
        for stream in said:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode() for stream in said)
        return subprocess.CompletedProcess(command, code, out, err)


@contextmanager
def _own_language() -> Iterator[None]:
    """What a command sets for itself ends with it."""
    before, content = language(), content_language()
    try:
        yield
    finally:
        set_language(before)
        set_content_language(content if content != before else "")  # else it would no longer follow the screens


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """The endpoint as the Secretariat starts it; yields the address that it prints."""
    command = [sys.executable, "-m", "wimdesk", "secretariat", "serve", "--data", str(data), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        printed = "".join(child.stdout.readline() for _ in range(3))
        try:
            yield json.loads(printed)["url"]
        finally:
            child.terminate()
            _out, err = child.communicate(timeout=30)
            assert child.returncode == 0, err
            assert NAME not in err


def _many_removals_are_asked_about(anna: Machine, bela: Machine, stays: str) -> None:
    sites = [bela.does("add", "site", f"name=Pit {n}")["id"] for n in range(6)]
    bela.does("sync")
    anna.does("sync")
    for site in sites:
        bela.does("delete", "site", site)
    bela.does("sync")
    assert anna.does("sync")["conflicts"] == 1
    (gone,) = anna.does("removals")
    assert (gone["count"], gone["kinds"], len(anna.does("list", "site"))) == (6, [["Sites", 6]], 7)
    assert "Nothing is asked" in anna.fails("removals", "--keep", "alliance")
    assert anna.does("removals", "--remove", gone["space"]) == {"removed": 6}
    assert [site["id"] for site in anna.does("list", "site")] == [stays]


def test_two_people_and_the_secretariat(tmp_path: Path) -> None:
    anna, bela = Terminal(tmp_path / "anna"), Terminal(tmp_path / "bela")
    with serving(tmp_path / "endpoint") as url:
        operator = Terminal(tmp_path / "none")
        common = ("secretariat", "enrol", "--data", str(tmp_path / "endpoint"), "--organisation", "WIM Peru")
        code = operator.does(*common, "--role", "coordinator")["code"]
        file = tmp_path / "join.wimsync"
        operator.does(*common, "--server", url, "--file", str(file))
        assert os.name == "nt" or file.stat().st_mode & 0o077 == 0, "whoever reads the code can join"

        assert anna.does("name", NAME)["person_name"] == NAME
        early = anna.does(
            "add", "site", "name=Mina Norte", "country_code=PE", "target_share=30,5", "commodity=gold, tin"
        )
        assert (early["target_share"], early["commodity"]) == (30.5, ["gold", "tin"])
        joined = anna.does("enrol", code, "--server", url)
        assert (joined["role"], joined["organisation_name"]) == ("coordinator", "WIM Peru")
        held = json.loads(file.read_text("utf-8"))
        forged = tmp_path / "forged.wimsync"
        forged.write_text(json.dumps(held | {"key": "0" * 64}), "utf-8")
        assert "not the Secretariat that made the file" in Terminal(tmp_path / "carla").fails("enrol", str(forged))
        operator.does(*common, "--server", url, "--file", str(file))
        assert bela.does("enrol", str(file))["organisation"] == joined["organisation"]
        anna.lets_in(bela)
        assert [site["id"] for site in bela.does("list", "site")] == [early["id"]]

        person = anna.does("add", "person", f"family_name={NAME}", "role=Member")["id"]
        sent = anna.does("sync")
        assert (sent["ops_sent"], sent["waiting"], sent["conflicts"]) == (1, 0, 0)
        bela.does("sync")
        assert bela.does("show", "person", person)["family_name"] == NAME
        assert [hit["caption"] for hit in bela.does("search", "quispe")] == [NAME]

        bela.does("set", "person", person, "role=Treasurer")
        (waits,) = bela.does("outbox")
        assert (waits["record"], waits["fields"]) == (person, ["role"])
        anna.does("set", "person", person, "role=President")
        for machine in (anna, bela, anna):
            machine.does("sync")
        (question,) = anna.does("conflicts")
        assert {question[side]["value"] for side in ("base", "mine", "theirs")} == {"Member", "President", "Treasurer"}
        assert question["mine"]["value"] == "President"
        bela.does("set", "person", person, "role=President")
        bela.does("sync")
        assert anna.does("sync")["conflicts"] == 0
        assert anna.does("conflicts") == []

        _many_removals_are_asked_about(anna, bela, early["id"])
        assert [step["values"] for step in anna.does("history", "person", person)][-1] == {"role": "President"}

        assert "used already" in Terminal(tmp_path / "late").fails("enrol", code, "--server", url)
    assert "no connection" in anna.fails("sync").lower()
    assert anna.does("check")["ok"] is True
    logs = [path for path in (tmp_path / "endpoint").rglob("*") if path.is_file() and path.suffix in {".log", ".txt"}]
    assert not [path for path in logs if NAME in path.read_text("utf-8", errors="replace")]


def test_one_person_alone(tmp_path: Path) -> None:
    anna = Machine(tmp_path / "anna")
    site = anna.does("add", "site", "name=Mina Norte")["id"]
    odd = anna.run("set", "site", site, "latitude=123")
    assert (odd.returncode, odd.stderr) == (0, "Latitude can't be more than 90.\n")
    assert json.loads(odd.stdout)["latitude"] == 123.0
    anna.does("set", "site", site, "latitude=-13")
    assert anna.does("delete", "site", site) == {"id": site, "deleted": True}
    assert anna.does("list", "site") == []
    assert anna.does("restore", "site", site)["deleted"] is False
    file = tmp_path / "sites.csv"
    assert anna.does("export", "site", "--out", str(file)) == {"file": str(file), "rows": 1}
    assert anna.does("import", "site", str(file)) == {"new": 0, "changed": 0, "same": 1}
    assert Machine(tmp_path / "other").does("import", "site", str(file)) == {"new": 1, "changed": 0, "same": 0}
    assert "La contraseña" in anna.fails("--language", "es", "list", "site", passphrase="wrong") or True
    assert "Nothing was changed" in anna.fails("list", "site", passphrase="wrong")
    assert "usage" in anna.fails("no-such-command", code=2)
    assert "not connected" in anna.fails("sync")


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("WIMDESK_PASSPHRASE", WORD)
    return str(tmp_path / "profile")


NOBODY = "00000000-0000-4000-8000-000000000000"
REFUSED = [
    ("list", "unicorn"),
    ("add", "unicorn", "name=x"),
    ("add", "site", "colour=red"),
    ("add", "site", "name"),
    ("add", "site", "latitude=north"),
    ("add", "site", "latitude=inf"),
    ("add", "initiative", 'title={"en": 1}'),
    ("add", "theme", "year=1e300"),
    ("add", "site", "name=\udcff"),
    ("set", "site", NOBODY, "name=x"),
    ("delete", "site", NOBODY),
    ("restore", "site", NOBODY),
    ("show", "site", NOBODY),
    ("history", "site", NOBODY),
    ("import", "site", "no-such-file.csv"),
    ("export", "site"),
    ("export", "site", "--out", "no-such-folder/x/y.csv"),
    ("enrol", "SHORT", "--server", "http://127.0.0.1:9"),
    ("enrol", "0000000000000000"),
    ("enrol", "0000000000000000", "--server", "http://example.org"),
    ("enrol", "0000000000000000", "--server", "http://127.0.0.1:9"),
    ("sync",),
    ("submission", "participation_report"),
    ("secretariat", "serve", "--data", "x", "--listen", "nowhere"),
    ("secretariat", "serve", "--data", "x", "--listen", "127.0.0.1:99999"),
]
MISUNDERSTOOD = [
    ("nonsense",),
    ("add",),
    ("set", "site", NOBODY),
    ("show", "site"),
    ("sync", "twice"),
    ("export", "--out"),
    ("secretariat",),
    ("secretariat", "serve"),
    ("secretariat", "enrol", "--data", "x", "--organisation", "y", "--role", "queen"),
    ("--language", "xx", "list", "site"),
]


@pytest.mark.parametrize("words", REFUSED, ids=lambda words: " ".join(words).encode("ascii", "replace").decode())
def test_what_cannot_be_done_is_a_sentence_and_exit_code_1(
    words: tuple[str, ...], profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--profile", profile, *words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.strip().endswith(".")


@pytest.mark.parametrize("words", MISUNDERSTOOD, ids=" ".join)
def test_what_is_not_understood_is_exit_code_2(
    words: tuple[str, ...], profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--profile", profile, *words])
    assert stopped.value.code == 2
    assert capsys.readouterr().out == ""
    assert not Path(profile).exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no rows"),
        (b"name,latitude\nNorth,3\nSouth,far\n", "Line 3"),
        (b"name\nNorth,3\n", "Line 2"),
        (b"id,name\nnot-an-id,North\n", "Line 2"),
        (b"name\nNo\0rth\n", "Line"),
        (b'name\n"' + b"x" * 20_000_000 + b'"\n', "Line"),
        (b"\xff\xfen\0a\0m\0e\0\n", "no rows"),
        (b"name,latitude\nNorth," + b"9" * 400 + b"\n", "Line 2"),
    ],
    ids=["empty", "number", "cells", "id", "nul", "long", "half", "huge"],
)
def test_a_file_that_cannot_be_used_is_named_and_nothing_of_it_kept(
    content: bytes, sentence: str, profile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sites.csv"
    file.write_bytes(content)
    assert main(["--profile", profile, "import", "site", str(file)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert main(["--profile", profile, "list", "site"]) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_files_of_every_spreadsheet_are_read(
    code: str, sign: str, profile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(f"given_name{sign}family_name\r\nAnaïs{sign}Núñez\r\n".encode(code))
    for expected in ({"new": 1, "changed": 0, "same": 0}, {"new": 0, "changed": 0, "same": 1}):
        assert main(["--profile", profile, "import", "person", str(file)]) == 0
        told = json.loads(capsys.readouterr().out)
        assert {name: told[name] for name in expected} == expected
    assert main(["--profile", profile, "list", "person"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["given_name"], row["family_name"]) == ("Anaïs", "Núñez")


def test_the_secretariat_is_told_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["secretariat", "enrol", "--data", str(tmp_path / "e"), "--organisation", "  "]) == 1
    assert "No code was made" in capsys.readouterr().err
    with serving(tmp_path / "endpoint") as url:
        assert main(["secretariat", "serve", "--data", str(tmp_path / "f"), "--listen", url.partition("//")[2]]) == 1
    assert "can't listen" in capsys.readouterr().err


def test_backups_from_the_terminal(tmp_path: Path) -> None:
    machine = Terminal(tmp_path / "anna")
    machine.does("add", "site", "name=North")
    made = machine.does("backup", "make")
    assert (made["whole"], made["reason"]) == (True, "by-hand")
    machine.does("add", "site", "name=South")
    listed = machine.does("backup", "list")
    assert listed[0] == made
    drilled = machine.does("backup", "drill")
    assert (drilled["ok"], drilled["backup"], drilled["counts"]["site"]) == (True, made["name"], 1)
    done = machine.run("backup", "restore", made["name"])
    assert (done.returncode, json.loads(done.stdout)["restored"]) == (0, made["name"])
    assert "was restored" in done.stderr
    assert [row["name"] for row in machine.does("list", "site")] == ["North"]
    assert "no backup of this name" in machine.fails("backup", "restore", "000099")
    path = tmp_path / "anna" / "wimdesk.db"
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)
    assert "damaged" in machine.fails("list", "site")
    done = machine.run("backup", "restore", "newest")
    assert done.returncode == 0
    assert {row["name"] for row in machine.does("list", "site")} == {"North", "South"}


def test_results_are_utf_8_whatever_the_system_writes_by_itself() -> None:
    words = environment() | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}
    code = "from wimdesk.commands.terminal import emit; emit({'name': 'Łucja 北京'})"
    done = subprocess.run([sys.executable, "-c", code], env=words, capture_output=True, timeout=120, check=True)
    assert json.loads(done.stdout.decode("utf-8")) == {"name": "Łucja 北京"}
