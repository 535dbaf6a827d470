"""Computers and the organisation's key on the command line: six words, and a spare key for the day of loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.test_command_line import Terminal, serving

if TYPE_CHECKING:
    from pathlib import Path


def test_six_words_and_a_spare_key(tmp_path: Path) -> None:
    anna, bela, carla, operator = (Terminal(tmp_path / name) for name in ("anna", "bela", "carla", "none"))
    data = ("--data", str(tmp_path / "endpoint"))
    spare = str(tmp_path / "our.wimkey")
    with serving(tmp_path / "endpoint") as url:
        for machine in (anna, bela, carla):
            who = ("--organisation", "WIM Peru", "--role", "coordinator")
            code = operator.does("secretariat", "enrol", *data, *who)["code"]
            joined = machine.does("enrol", code, "--server", url)
            assert joined["let_in"] == (machine is anna), "a new one waits for its six words to be typed"
        anna.does("add", "site", "name=Mina Norte")
        anna.does("sync")
        waiting = bela.does("computers", "list")
        assert (len(waiting["words"].split()), bela.does("list", "site")) == (6, [])
        asks = [each["id"] for each in anna.does("computers", "list")["computers"] if each["state"] == "asked"]
        assert len(asks) == 2
        me = next(each["id"] for each in waiting["computers"] if each["state"] == "waiting")
        assert "not one of the words" in anna.fails("computers", "let-in", me, "xylem", "two")
        let_in = anna.does("computers", "let-in", me, *waiting["words"].split(), "--name", "Bela's laptop")
        assert (let_in["name"], let_in["state"]) == ("Bela's laptop", "sending")
        anna.does("sync")
        assert bela.does("sync")["let_in"]
        assert [row["name"] for row in bela.does("list", "site")] == ["Mina Norte"]

        words = bela.does("key", "save", "--out", spare)["words"]
        assert "do not open" in carla.fails("key", "load", spare, *waiting["words"].split())
        assert carla.does("key", "load", spare, *words.split())["new_keys"] == 1
        carla.does("sync")
        assert [row["name"] for row in carla.does("list", "site")] == ["Mina Norte"]
