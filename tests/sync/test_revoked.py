"""A computer that was shut out is told so, signed; it stops, and destroys its data only where the order says so."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from sync.client import transport
from sync.protocol import Problem
from sync.server import service
from tests.support import PASSPHRASE, Endpoint, Laptop, Office, endpoint_at
from wimdesk.__main__ import main
from wimdesk.app import DATABASE, App
from wimdesk.errors import DiskFull, NotAProfile, Refused
from wimdesk.services import editing
from wimdesk.store import facts, keys, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def anna(office: Office) -> Laptop:
    laptop = office.laptop("Anna")
    laptop.sync()
    return laptop


def endpoint_of(office: Office) -> Endpoint:
    assert office.endpoint is not None
    return office.endpoint


def revoke(office: Office, laptop: Laptop, *, wipe: bool = False) -> None:
    endpoint = endpoint_of(office)
    service.revoke(endpoint.data, laptop.app.identity().device, wipe=wipe, database=endpoint.database)


def kept_of(endpoint: Endpoint, laptop: Laptop) -> list[dict[str, object]]:
    kept = service.kept_apart(endpoint.data, database=endpoint.owner)
    return [row for row in kept if row["device"] == laptop.app.identity().device]


def test_what_it_still_sends_is_kept_apart_and_its_data_stays(office: Office, anna: Laptop) -> None:
    bela = office.laptop("Bela")
    record = anna.add("site", name="North")
    revoke(office, anna)
    for _ in range(2):
        with pytest.raises(Refused, match="may no longer sync"):
            anna.sync()
    assert anna.see("site", record)["name"] == "North"
    endpoint = endpoint_of(office)
    mine = kept_of(endpoint, anna)
    assert [(row["sealed"], row["operations"], row["types"]) for row in mine] == [(True, 1, [])]
    bela.sync()
    assert record not in {row["id"] for row in bela.app.read(editing.rows, "site")}


def test_what_it_still_sent_can_be_let_in(office: Office, anna: Laptop) -> None:
    bela, endpoint = office.laptop("Bela"), endpoint_of(office)
    bela.sync()
    private = anna.add("site", name="North")
    shared = anna.add("library_item", title={"en": "Shade for washing plants"})
    device = anna.app.identity().device
    revoke(office, anna)
    with pytest.raises(Refused):
        anna.sync()
    anna.change("site", private, name="North pit")
    anna.engine._revoked = False  # noqa: SLF001 - as if the program had been started anew
    with pytest.raises(Refused):
        anna.sync()
    place = {"database": endpoint.owner}
    done = service.admit(endpoint.data, device, **place)
    assert (done["refused"], done["left"]) == (0, 0)
    assert done["placed"] >= 3
    assert kept_of(endpoint, anna) == []
    bela.sync()
    assert bela.see("site", private)["name"] == "North pit"
    assert bela.see("library_item", shared)["title"] == {"en": "Shade for washing plants"}
    assert service.admit(endpoint.data, device, **place) == {"placed": 0, "refused": 0, "left": 0}
    with pytest.raises(ValueError, match="no computer"):
        service.drop(endpoint.data, "nobody", **place)
    with pytest.raises(Refused):
        anna.sync()


def test_what_it_still_sent_can_be_thrown_away(office: Office, anna: Laptop) -> None:
    endpoint = endpoint_of(office)
    anna.add("site", name="North")
    revoke(office, anna)
    with pytest.raises(Refused):
        anna.sync()
    device, place = anna.app.identity().device, {"database": endpoint.owner}
    assert service.drop(endpoint.data, device, **place) == {"dropped": 1}
    assert kept_of(endpoint, anna) == []
    assert service.drop(endpoint.data, device, **place) == {"dropped": 0}


def test_it_stops_asking_by_itself(office: Office, anna: Laptop) -> None:
    revoke(office, anna)
    with pytest.raises(Refused):
        anna.sync()
    requests = anna.engine._transport.traffic.requests  # type: ignore[union-attr]  # noqa: SLF001 - it has one by now
    anna.engine.start()
    anna.add("site", name="North")
    anna.engine.stop()
    assert anna.engine._transport.traffic.requests == requests  # type: ignore[union-attr]  # noqa: SLF001 - the same one
    assert "may no longer sync" in anna.engine.latest.sentence


def test_wiping_leaves_nothing_that_can_be_read(office: Office, tmp_path: Path) -> None:
    assert office.endpoint is not None
    app = App.open(tmp_path / "own", PASSPHRASE)
    laptop = Laptop.join(app, office.endpoint, office.organisation)
    laptop.sync()
    laptop.add("person", given_name="Carla")
    copy = app.back_up()
    revoke(office, laptop, wipe=True)
    with pytest.raises(Refused, match="destroyed when you close"):
        laptop.sync()
    assert "destroyed when you close" in laptop.engine.latest.sentence
    assert not (tmp_path / "own" / keys.FILE).exists()
    assert not copy.exists()
    laptop.close()
    assert not list((tmp_path / "own").glob(f"{DATABASE}*"))


@pytest.mark.parametrize("metered", [False, True])
def test_a_full_disk_keeps_no_computer_from_being_wiped(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, metered: bool
) -> None:
    assert office.endpoint is not None
    app = App.open(tmp_path / "own", PASSPHRASE)
    laptop = Laptop.join(app, office.endpoint, office.organisation)
    laptop.sync()
    app.settings.put("metered", metered)
    revoke(office, laptop, wipe=True)

    def full(*_all: object, **_more: object) -> None:
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(facts, "put", full)
    monkeypatch.setattr(outbox, "record_run", full)
    with pytest.raises((Refused, DiskFull)):
        laptop.sync()
    monkeypatch.undo()
    assert not (tmp_path / "own" / keys.FILE).exists()
    laptop.close()


def test_a_wipe_leaves_nothing_not_even_what_dead_programs_left(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    app = App.open(folder, PASSPHRASE)
    copy = app.back_up()
    app.close()
    App.restore(folder, PASSPHRASE)
    assert list((folder / keys.QUARANTINE).rglob("*.db"))
    shutil.copy(folder / keys.FILE, folder / f"{keys.FILE}.new")
    shutil.copy(copy.with_suffix(".json"), copy.with_suffix(".json.part"))
    (folder / "restoring").mkdir()
    shutil.copy(copy, folder / "restoring" / DATABASE)
    app = App.open(folder, PASSPHRASE)
    shutil.copy(copy, folder / "restored-000009.db")
    app.wipe()
    app.close()
    assert {path.name for path in folder.rglob("*") if path.is_file()} <= {"lock", "settings.json"}


def test_nobody_else_can_order_a_wipe(office: Office, tmp_path: Path) -> None:
    """The order of another server, or one whose meaning was turned on the way, is no order."""
    assert office.endpoint is not None
    app = App.open(tmp_path / "own", PASSPHRASE)
    laptop = Laptop.join(app, office.endpoint, office.organisation)
    laptop.sync()
    revoke(office, laptop)

    class Turned(transport.Transport):
        def stream(self, path: str, body: bytes, token: str, watch: transport.Watch) -> Iterator[bytes]:
            try:
                yield from super().stream(path, body, token, watch)
            except Refused as refused:
                raise Refused(refused.number, str(refused), wipe=True, order=refused.order) from refused

    laptop.engine._transport = Turned(laptop.app.identity().server_url)  # noqa: SLF001 - somebody sits on the line
    with pytest.raises(Refused) as told:
        laptop.sync()
    assert told.value.number == Problem.DEVICE_REVOKED
    assert (tmp_path / "own" / keys.FILE).exists()
    laptop.engine._transport = None  # noqa: SLF001 - and goes
    revoke(office, laptop, wipe=True)
    app.run(facts.put, server_key="00" * 32)
    with pytest.raises(Refused):
        laptop.sync()
    assert (tmp_path / "own" / keys.FILE).exists()
    laptop.close()
    App.open(tmp_path / "own", PASSPHRASE).close()


def test_a_folder_without_its_keys_says_so(tmp_path: Path) -> None:
    App.open(tmp_path / "own", PASSPHRASE).close()
    keys.destroy(tmp_path / "own")
    with pytest.raises(NotAProfile):
        App.open(tmp_path / "own", PASSPHRASE)


def test_the_operator_lists_and_revokes(office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "server"
    with endpoint_at(data) as endpoint:
        office.endpoint = endpoint
        device = office.laptop("Anna").app.identity().device

    def run(*words: str) -> tuple[int, object]:
        code = main(["secretariat", words[0], "--data", str(data), *words[1:]])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    code, listed = run("devices")
    assert (code, [row["device"] for row in listed], listed[0]["revoked"]) == (0, [device], "")  # type: ignore[attr-defined, index]  # JSON
    assert run("revoke", "--device", device, "--wipe") == (0, {"done": True})
    assert run("devices")[1][0]["revoked"] != ""  # type: ignore[index]  # JSON
    assert run("revoke", "--device", "nobody")[0] == 1
    first, second = run("restored")[1], run("restored")[1]
    assert first != second
    assert run("quarantine") == (0, [])
    assert main(["secretariat", "devices", "--data", str(tmp_path / "nowhere")]) == 1
