"""A laptop whose disk was damaged goes on syncing after its restoring: nothing is lost, nothing is there twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync.client.engine import SyncEngine
from tests.support import PASSPHRASE, Laptop, introduce
from wimdesk.app import DATABASE, App
from wimdesk.errors import Damaged
from wimdesk.services import editing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Office


def names(laptop: Laptop) -> list[str]:
    return sorted(str(row["name"]) for row in laptop.app.read(editing.rows, "site"))


def test_damage_restoring_and_sync(office: Office, tmp_path: Path) -> None:
    assert office.endpoint is not None
    folder = tmp_path / "anna"
    anna = Laptop.join(App.open(folder, PASSPHRASE), office.endpoint, office.organisation)
    introduce(anna.app, office.organisation)
    bela = office.laptop("Bela")
    waiting = anna.add("site", name="in the backup, not sent by then")
    anna.app.back_up()
    anna.sync()
    anna.add("site", name="sent after the backup")
    anna.change("site", waiting, operator="sent after the backup")
    anna.sync()
    bela.add("site", name="from Bela")
    bela.sync()
    anna.sync()
    anna.add("site", name="never sent")
    anna.change("site", waiting, operator="never sent")
    anna.close()
    held = bytearray((folder / DATABASE).read_bytes())
    for page in range(2, 6):
        held[page * 4096 + 100] ^= 1
    (folder / DATABASE).write_bytes(held)
    with pytest.raises(Damaged):
        App.open(folder, PASSPHRASE)
    done = App.restore(folder, PASSPHRASE)
    assert done.complete
    app = App.open(folder, PASSPHRASE)
    again = Laptop(app, SyncEngine(app))
    for laptop in (again, bela, again):
        laptop.sync()
    wanted = ["from Bela", "in the backup, not sent by then", "never sent", "sent after the backup"]
    assert names(again) == names(bela) == wanted
    assert again.see("site", waiting)["operator"] == bela.see("site", waiting)["operator"] == "never sent"
    assert again.questions() == bela.questions() == []
    again.add("site", name="later")
    again.sync()
    bela.sync()
    assert "later" in names(bela)
    again.close()
