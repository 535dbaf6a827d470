"""The Secretariat on a PostgreSQL server: two roles, an address that shows no password, a way over from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.postgres import ROLE, Cluster, needs_server
from wimdesk.__main__ import main

SECRET = "open sesame"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, object, str]:
    """Exit code, what was printed as JSON, and what was said."""
    code = main(["secretariat", *words])
    out, said = capsys.readouterr()
    return code, json.loads(out) if out else None, said


@needs_server
def test_from_a_file_to_a_server_with_two_roles(
    postgres: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, old, file = postgres.empty(), tmp_path / "old", tmp_path / "a.backup"
    assert run(capsys, "enrol", "--data", str(old), "--organisation", "One")[0] == 0
    code, rows, _said = run(capsys, "backup", "--data", str(old), "--file", str(file))
    assert isinstance(rows, dict)
    assert (code, rows["code"], rows["organisation"]) == (0, 1, 1)
    monkeypatch.setenv("WIMDESK_DATABASE", empty.role)
    code, _none, said = run(capsys, "enrol", "--organisation", "One")
    assert (code, "not prepared" in said) == (1, True)
    for _ in range(2):
        assert run(capsys, "prepare", "--role", ROLE, "--database", empty.owner)[0] == 0
    assert run(capsys, "restore", "--file", str(file), "--database", empty.owner)[0] == 0
    code, made, _said = run(capsys, "enrol", "--organisation", "One")
    assert isinstance(made, dict)
    assert (code, run(capsys, "devices")[1]) == (0, [])
    for verb in (("restored",), ("quarantine",), ("backup", "--file", str(tmp_path / "b.backup"))):
        code, _none, said = run(capsys, *verb)
        assert (code, "Only the owner" in said) == (1, True)
    assert run(capsys, "quarantine", "--database", empty.owner)[:2] == (0, [])
    again = run(capsys, "backup", "--file", str(tmp_path / "b.backup"), "--database", empty.owner)[1]
    assert isinstance(again, dict)
    assert (again["organisation"], again["code"]) == (1, 2), "the same organisation, one more code"


@pytest.mark.parametrize(
    "address",
    [f"postgresql://someone:{SECRET}@127.0.0.1:1/none", f"postgresql://127.0.0.1:1/none?user=a&password={SECRET}"],
)
def test_no_password_on_the_command_line_nor_in_what_is_said(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    code, _none, said = run(capsys, "devices", "--database", address)
    assert (code, "could read this password" in said) == (1, True)
    monkeypatch.setenv("WIMDESK_DATABASE", address)
    code, _none, later = run(capsys, "devices")
    assert (code, "can't use this database" in later) == (1, True)
    assert SECRET not in said + later + caplog.text
