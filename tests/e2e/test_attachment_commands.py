"""Attachments on the command line: a file is sent, fetched and saved; a name that would lead away does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.test_command_line import Terminal, serving

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_goes_from_one_computer_to_another(tmp_path: Path) -> None:
    anna, bela, operator = (Terminal(tmp_path / name) for name in ("anna", "bela", "none"))
    plan = tmp_path / "plan.pdf"
    plan.write_bytes(b"plan of the shaft" * 1000)
    with serving(tmp_path / "endpoint") as url:
        for machine in (anna, bela):
            common = ("--data", str(tmp_path / "endpoint"), "--organisation", "WIM Peru", "--role", "coordinator")
            machine.does("enrol", operator.does("secretariat", "enrol", *common)["code"], "--server", url)
        anna.lets_in(bela)
        site = anna.does("add", "site", "name=Mina Norte")["id"]
        made = anna.does("attachment", "add", site, str(plan))
        assert (made["title"], made["format"], made["size"], made["here"]) == (
            plan.name,
            "application/pdf",
            17_000,
            True,
        )
        assert made["state"] == "Waiting to go"
        anna.does("sync")
        anna.does("set", "attachment", made["id"], "title=../../secret/plan.pdf")
        anna.does("sync")
        bela.does("sync")
        (seen,) = bela.does("attachment", "list", site)
        assert seen["here"] is True
        assert bela.does("attachment", "list") == [seen]
        (tmp_path / "out").mkdir()
        saved = bela.does("attachment", "save", made["id"], "--out", str(tmp_path / "out"))
        assert saved["file"] == str(tmp_path / "out" / "plan.pdf")
        assert (tmp_path / "out" / "plan.pdf").read_bytes() == plan.read_bytes()
        (path,) = (tmp_path / "bela" / "attachments").iterdir()
        path.unlink()
        assert "not on this computer" in bela.fails("attachment", "save", made["id"], "--out", str(tmp_path / "x"))
        assert bela.does("attachment", "fetch", made["id"])["here"] is True
    assert "can't be read" in anna.fails("attachment", "add", site, str(tmp_path / "none"))
    assert "no such record" in anna.fails("attachment", "add", made["id"], str(plan)).lower()
