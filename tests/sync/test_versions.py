"""What version 0.1.0 left behind goes on with this one: two profiles and the endpoint's file, made by that version.

Anna (coordinator) and Bela (volunteer) had synced one site, which Bela had changed; each had saved one more person.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sync.client.engine import SyncEngine
from sync.client.transport import Transport
from sync.server.service import running
from tests.sync.test_malicious import Malice
from wimdesk.app import App
from wimdesk.errors import Refused
from wimdesk.services import computers, editing
from wimdesk.store import facts, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import Office

RELEASED = Path(__file__).parents[1] / "released" / "0.1.0.zip"
WORD = "a plain old passphrase"
CANARY = b"Quispe 471"


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """The folder that 0.1.0 left behind."""
    with zipfile.ZipFile(RELEASED) as archive:
        archive.extractall(tmp_path)
    return tmp_path


@pytest.fixture
def apps(left: Path) -> Iterator[dict[str, App]]:
    found = {name: App.open(left / name, WORD) for name in ("anna", "bela")}
    yield found
    for app in found.values():
        app.close()


def names(app: App, kind: str, field: str) -> set[str]:
    return {str(row[field]) for row in app.read(editing.rows, kind)} - {""}


def test_each_profile_opens_with_all_that_was_saved(apps: dict[str, App]) -> None:
    for app, operator, person in ((apps["anna"], "4711", "Waiting"), (apps["bela"], "4712", "AlsoWaiting")):
        assert names(app, "site", "name") == {"Mina Norte"}
        assert names(app, "site", "operator") == {f"Canary Quispe {operator}"}
        assert person in names(app, "person", "family_name")
        assert app.read(outbox.count) == 1
        app.check()


def test_laptops_and_endpoint_of_then_go_on_together(apps: dict[str, App], left: Path) -> None:
    assert CANARY in (left / "endpoint" / "endpoint.db").read_bytes(), "0.1.0 could read it"
    anna, bela = apps["anna"], apps["bela"]
    with running(left / "endpoint") as url:
        engines = {}
        for name, app in apps.items():
            app.run(facts.put, server_url=url)
            engines[name] = SyncEngine(app)
        engines["anna"].run_once()
        engines["bela"].run_once()
        engines["anna"].run_once()
        told = anna.read(computers.every)
        assert [each.state for each in told] == ["this", "asked"]
        anna.run(computers.confirm, bela.identity().device, bela.read(computers.own_words))
        for name in ("anna", "bela", "anna"):
            engines[name].run_once()
        for engine in engines.values():
            engine.stop()
    for app in apps.values():
        assert names(app, "site", "operator") == {"Canary Quispe 4712"}
        assert {"Waiting", "AlsoWaiting"} <= names(app, "person", "family_name")
        assert app.read(outbox.count) == 0
    assert CANARY not in b"".join(path.read_bytes() for path in (left / "endpoint").iterdir())


def test_an_endpoint_of_then_is_named(office: Office) -> None:
    """What 0.1.0 answers to whatever is not of its own version."""
    answer = json.dumps({"error": 5, "message": "Program and server speak different versions.", "version": 1}).encode()
    laptop = office.laptop("Anna")
    engine = SyncEngine(laptop.app, lambda url: Transport(url, Malice(426, answer)))
    with pytest.raises(Refused, match="uses an older version"):
        engine.run_once()
    engine.stop()
