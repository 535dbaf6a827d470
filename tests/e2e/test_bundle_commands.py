"""A sync by files on the command line: no network, somebody else's network, and an operator without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.test_command_line import Terminal, serving

if TYPE_CHECKING:
    from pathlib import Path


def test_two_volunteers_and_one_network(tmp_path: Path) -> None:
    anna, dora, operator = (Terminal(tmp_path / name) for name in ("anna", "dora", "none"))
    data = ("--data", str(tmp_path / "endpoint"))
    up, down, late = (str(tmp_path / f"{name}.wimsync") for name in ("up", "down", "late"))
    with serving(tmp_path / "endpoint") as url:
        for machine, organisation in ((anna, "WIM Peru"), (dora, "WIM Ghana")):
            code = operator.does("secretariat", "enrol", *data, "--organisation", organisation)["code"]
            machine.does("enrol", code, "--server", url)
        site = anna.does("add", "site", "name=Mina Norte")["id"]
        saved = anna.does("bundle", "export", "--out", up)
        assert (saved["changes"], saved["more"]) == (1, False)
        seen = dora.does("bundle", "inspect", up)
        assert (seen["kind"], seen["mine"], "counts" in seen) == ("changes", False, False)
        carried = dora.does("bundle", "carry", up, "--out", down)
        assert (carried["kind"], carried["mine"]) == ("answer", False)
        assert "another computer" in dora.fails("bundle", "import", down)
    seen = anna.does("bundle", "inspect", up)
    assert (seen["mine"], list(seen["counts"].values())) == (True, [1])
    assert anna.does("bundle", "import", down)["arrived"] == 1
    assert anna.does("bundle", "import", down)["known"] is True
    assert anna.does("outbox") == []

    anna.does("set", "site", site, "name=Mina Sur")
    anna.does("bundle", "export", "--out", up)
    handed = operator.does("secretariat", "bundle", up, "--out", late, *data)
    assert handed["written"] > 0
    assert anna.does("bundle", "import", late)["arrived"] == 1
    assert "not for this server" in operator.fails("secretariat", "bundle", down, "--out", late, *data)
    assert "no sync file" in anna.fails("bundle", "import", str(tmp_path / "endpoint" / "endpoint.db"))
    assert "no connection" in dora.fails("bundle", "carry", up, "--out", down).lower()
