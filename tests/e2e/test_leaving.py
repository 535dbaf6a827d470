"""P05: everything out in open formats, and into an empty profile again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.e2e.test_command_line import WORD, Terminal
from tests.support import sample_row
from wimdesk.app import App
from wimdesk.services import attaching, editing, full_export, samples
from wimdesk.store.record import fields, types

STRANGER = "0191f9a4-0000-7000-8000-00000000c0de"
MADE_ANEW = {"versions", "secret", "carried"}
"""Bookkeeping of the merge, and keys of files."""


def furnish(folder: Path) -> None:
    """A profile with a row of every type, one in the trash, and two files."""
    app = App.open(folder, WORD)
    app.set_person("Awa Diop")
    for name, cls in types().items():
        values = {key: value for key, value in sample_row(cls, name).items() if fields(cls)[key]["kind"] != "link"}
        if name not in {"attachment", "computer"}:
            app.run(editing.add, name, values)
    app.run(samples.write_own, app.identity().organisation)
    person = app.run(editing.add, "person", {"family_name": "Diop", "given_name": "Awa"})
    gone = app.run(editing.add, "site", {"name": "Closed pit"})
    app.run(editing.remove, "site", gone)
    attaching.attach(app.store, app.contents, ("person", person), "plan.txt", b"The plan \xe2\x82\xac")
    app.close()


def everything(folder: Path) -> dict[str, list[dict[str, Any]]]:
    app = App.open(folder, WORD)
    try:
        return app.read(_rows)
    finally:
        app.close()


def _rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [
            {key: value for key, value in editing.plain(each).items() if key not in MADE_ANEW}
            for each in session.scalars(select(cls).order_by(cls.id))
        ]
        for name, cls in types().items()
    }


def content(folder: Path) -> bytes:
    app = App.open(folder, WORD)
    try:
        (found,) = [each for each in app.read(attaching.every, app.contents) if each.title == "plan.txt"]
        assert found.here
        return app.contents.read(found.digest)
    finally:
        app.close()


def test_row_p05_everything_out_and_into_a_new_profile(tmp_path: Path) -> None:
    furnish(tmp_path / "old")
    old, new, out = Terminal(tmp_path / "old"), Terminal(tmp_path / "new"), tmp_path / "all.zip"
    told = old.does("export", "--all", "--out", str(out))
    assert set(told["tables"]) == set(types())
    assert all(told["tables"][name] > 0 for name in types() if name != "computer"), told["tables"]
    assert {"keys", "sync", "settings"} <= told["not_carried"].keys()
    came = new.does("import-all", str(out))
    assert came["tables"] == told["tables"]
    before, after = everything(tmp_path / "old"), everything(tmp_path / "new")
    for name in types():
        assert after[name] == before[name], name
    assert content(tmp_path / "new") == content(tmp_path / "old")
    assert "data here already" in new.fails("import-all", str(out))
    # What came in goes to whichever Secretariat the new profile joins, and the words are found.
    assert len(new.does("outbox")) > 10
    assert "Awa Diop" in [hit["caption"] for hit in new.does("search", "diop")]


def test_the_file_is_read_without_this_program(tmp_path: Path) -> None:
    furnish(tmp_path / "old")
    out = tmp_path / "all.zip"
    Terminal(tmp_path / "old").does("export", "--all", "--out", str(out))
    with zipfile.ZipFile(out) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for each in manifest["files"]:
            assert hashlib.sha256(archive.read(each["path"])).hexdigest() == each["sha256"], each["path"]
        people = list(csv.DictReader(io.StringIO(archive.read("tables/person.csv").decode())))
        assert "Diop" in [row["family_name"] for row in people]
        as_json = json.loads(archive.read("tables/person.json"))
        assert [row["id"] for row in as_json["records"]] == [row["id"] for row in people]
        assert as_json["fields"]["family_name"]["label"] == "Family name"
        assert "secret" not in json.loads(archive.read("tables/attachment.json"))["fields"]
        (plan,) = [name for name in archive.namelist() if name.endswith("/plan.txt")]
        assert archive.read(plan).decode() == "The plan €"
        history = [json.loads(line) for line in archive.read("history.jsonl").splitlines()]
        assert {"at", "by", "device", "record", "type", "values"} == history[0].keys()
        assert "Awa Diop" in {each["by"] for each in history}
        assert "manifest.json" in archive.read("README.txt").decode()
        packed = archive.getinfo("tables/membership.json")
        assert packed.compress_size < packed.file_size / 2


@pytest.mark.parametrize(
    "how", ["changed", "torn", "no zip", "no manifest", "later", "unknown table", "wrong kind", "half a row"]
)
def test_a_file_that_is_not_whole_changes_nothing(tmp_path: Path, how: str) -> None:
    furnish(tmp_path / "old")
    out, bad = tmp_path / "all.zip", tmp_path / "bad.zip"
    Terminal(tmp_path / "old").does("export", "--all", "--out", str(out))
    spoil(out, bad, how)
    new = Terminal(tmp_path / "new")
    said = new.fails("import-all", str(bad))
    assert "Nothing was" in said
    assert new.does("list", "person") == new.does("outbox") == []
    assert new.does("import-all", str(out))["attachments"] == 1


def spoil(out: Path, bad: Path, how: str) -> None:
    if how == "no zip":
        bad.write_bytes(out.read_bytes()[:300])
        return
    if how == "torn":
        with zipfile.ZipFile(out) as archive:
            at = archive.getinfo("tables/person.json").header_offset
        content = bytearray(out.read_bytes())
        content[at + 80 : at + 110] = bytes(30)
        bad.write_bytes(content)
        return
    with zipfile.ZipFile(out) as archive, zipfile.ZipFile(bad, "w") as made:
        for name in archive.namelist():
            data = archive.read(name)
            if how == "changed" and name == "tables/person.json":
                data = data.replace(b"Diop", b"Dior")
            if name == "tables/person.json" and how in {"wrong kind", "half a row"}:
                data = json.dumps({"records": [_row(json.loads(data)["records"][0], how)]}).encode()
            if name == full_export.MANIFEST:
                data = _other_manifest(json.loads(data), how, out)
            if data:
                made.writestr(name, data)
        if how == "unknown table":
            made.writestr("tables/starship.json", "{}")


def _row(row: dict[str, Any], how: str) -> dict[str, Any]:
    """A row of somebody else, with a list where a text belongs, or one of ours that says too little."""
    if how == "wrong kind":
        return row | {"owner": STRANGER, "space": "alliance", "given_name": ["Awa"]}
    return {name: value for name, value in row.items() if name != "space"}


def _other_manifest(manifest: dict[str, Any], how: str, out: Path) -> bytes:
    if how == "no manifest":
        return b""
    if how in {"wrong kind", "half a row"}:
        with zipfile.ZipFile(out) as archive:
            row = _row(json.loads(archive.read("tables/person.json"))["records"][0], how)
        proof = hashlib.sha256(json.dumps({"records": [row]}).encode()).hexdigest()
        manifest["files"] = [
            each | {"sha256": proof} if each["path"] == "tables/person.json" else each for each in manifest["files"]
        ]
    if how == "later":
        manifest["version"] = 99
    if how == "unknown table":
        proof = hashlib.sha256(b"{}").hexdigest()
        manifest["files"].append({"path": "tables/starship.json", "bytes": 2, "sha256": proof})
    return json.dumps(manifest).encode()
