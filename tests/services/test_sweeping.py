"""What was erased leaves the files of this computer, or the program says that it has not yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests import canary
from tests.support import PASSPHRASE
from wimdesk.app import App
from wimdesk.errors import ProfileBusy
from wimdesk.services import editing, erasing

if TYPE_CHECKING:
    from pathlib import Path

WORD = "Qañarïa55Zw"


def test_while_somebody_reads_it_says_that_traces_are_left_and_removes_them_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "_TRIES", 2)
    app = App.open(tmp_path / "profile", PASSPHRASE)
    record = app.run(editing.add, "person", {"family_name": WORD})
    key = app.store.key
    with app.store.reading() as session:
        session.execute(text("SELECT count(*) FROM person"))  # as a long report does
        app.run(erasing.erase, "person", record)
        with pytest.raises(ProfileBusy, match="traces of it are still in a file"):
            app.sweep()
        assert not any(each.is_done for each in app.read(erasing.standings))
        app.run(editing.add, "site", {"name": "Saved meanwhile"})
    app.close()
    app = App.open(tmp_path / "profile", PASSPHRASE)
    app.sweep()  # waits for what the start has begun
    assert all(each.is_done for each in app.read(erasing.standings))
    assert canary.count([WORD], canary.of_folder(app.folder, key)) == {}
    app.close()
