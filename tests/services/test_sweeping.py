"""What was erased leaves the files of this computer, or the program says that it has not yet."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from tests import canary
from tests.support import PASSPHRASE
from wimdesk.app import App
from wimdesk.errors import EnvironmentProblem, ProfileBusy
from wimdesk.services import editing, erasing
from wimdesk.store import durable

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


def test_what_is_erased_goes_also_where_the_ledger_beside_it_cannot_be_written(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = app.run(editing.add, "person", {"family_name": WORD})
    app.back_up()
    app.run(erasing.erase, "person", record)
    write = durable.write

    def held(path: Path, content: bytes) -> None:
        if path.name == erasing.LEDGER:
            raise OSError(errno.EACCES, "another program holds it")
        write(path, content)

    monkeypatch.setattr(durable, "write", held)
    with pytest.raises(EnvironmentProblem):
        app.sweep()
    assert not app.sweep_quietly()
    assert canary.count([WORD], canary.of_folder(app.folder, app.store.key)) == {}
    assert not any(each.is_done for each in app.read(erasing.standings)), "nobody is told before all is done"
    monkeypatch.setattr(durable, "write", write)
    assert app.sweep_quietly()
    assert all(each.is_done for each in app.read(erasing.standings))
