"""Nothing brings back what was erased: no backup, no restored endpoint, nobody who was away."""

from __future__ import annotations

import shutil
import time
import uuid
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from sqlalchemy import insert, select

from sync.client import bundles
from sync.client.engine import SyncEngine
from sync.protocol import ALLIANCE
from sync.server import ledger, service
from sync.server.service import backup, restore
from tests import canary
from tests.erased import WORDS, assert_in_order, everything, named, person, proofs, settle
from tests.sim.simulator import scene
from tests.soak import erasure
from tests.store.test_recovery import spoil_table
from tests.support import PASSPHRASE, Laptop, Office, Post, endpoint_at, introduce
from wimdesk.app import App
from wimdesk.errors import NotFound, Refused, UserError
from wimdesk.records import Person
from wimdesk.services import (
    editing,
    erasing,
    exchange,
    publishing,
)
from wimdesk.store import erasures, facts, tables

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from tests.support import Template

pytestmark = pytest.mark.own_endpoint


def test_an_old_backup_brings_nobody_back(office: Office, tmp_path: Path) -> None:
    assert office.endpoint is not None
    folder, stick = tmp_path / "anna", tmp_path / "copies"
    anna = Laptop.join(App.open(folder, PASSPHRASE), office.endpoint, office.organisation)
    introduce(anna.app, office.organisation)
    bela = office.laptop("Bela")
    record = person(anna, WORDS[0])
    settle(anna, bela)
    anna.app.back_up()
    shutil.copytree(folder / "backups", stick / "backups")
    key = anna.app.store.key
    anna.app.run(erasing.erase, "person", record)
    settle(anna, bela)
    assert canary.count(WORDS, canary.of_folder(folder, key)) == {}
    assert canary.count(WORDS, canary.of_folder(stick, key))["backups"] > 0
    anna.close()
    # Somebody puts back what lay on a stick, and restores it.
    for path in (stick / "backups").iterdir():
        shutil.copy(path, folder / "backups" / path.name)
    newest = max(path.stem for path in (stick / "backups").glob("*.db"))
    App.restore(folder, PASSPHRASE, newest)
    app = App.open(folder, PASSPHRASE)
    with pytest.raises(NotFound):
        app.read(editing.values, "person", record)
    app.sweep_quietly()
    assert canary.count(WORDS, canary.of_folder(folder, key)) == {}, "the ledger beside the database is heeded at once"
    again = Laptop(app, SyncEngine(app))
    settle(again, bela, again)
    assert_in_order(again, bela)
    again.close()


@pytest.mark.expects_log
@pytest.mark.parametrize("spoilt", ["", "site", "erasure"])
def test_an_order_of_a_moment_ago_outlives_a_restoring(office: Office, tmp_path: Path, spoilt: str) -> None:
    """The computer stopped behind the order: no ledger was written beside the database yet."""
    assert office.endpoint is not None
    folder = tmp_path / "anna"
    anna = Laptop.join(App.open(folder, PASSPHRASE), office.endpoint, office.organisation)
    introduce(anna.app, office.organisation)
    bela = office.laptop("Bela")
    anna.add("site", name="Stays")
    record = person(anna, WORDS[0])
    settle(anna, bela)
    anna.app.back_up()
    anna.app.run(erasing.erase, "person", record)
    key = anna.app.store.key
    anna.close()
    assert record not in named(folder)
    if spoilt:
        spoil_table(folder, key, spoilt)
    App.restore(folder, PASSPHRASE, max(path.stem for path in (folder / "backups").glob("*by-hand.db")))
    app = App.open(folder, PASSPHRASE)
    with pytest.raises(NotFound):
        app.read(editing.values, "person", record)
    app.sweep()
    again = Laptop(app, SyncEngine(app))
    settle(again, bela, again)
    assert canary.count(WORDS, canary.of_folder(folder, key)) == {}
    assert everything(office.endpoint, again, bela) == {}, "the order went with the database, and was given again"
    assert_in_order(again, bela)
    again.close()


@pytest.mark.expects_log
def test_the_secretariat_gives_an_order_again_that_went_with_its_database(office: Office, tmp_path: Path) -> None:
    """Also in the shared space of another organisation."""
    assert office.endpoint is not None
    folder = tmp_path / "secretariat"
    first = Laptop.join(App.open(folder, PASSPHRASE), office.endpoint, "Secretariat", role="secretariat")
    introduce(first.app, "Secretariat")
    anna = office.laptop("Anna")
    shared = anna.app.run(publishing.publish, "person", person(anna, WORDS[0]), "shared")
    settle(first, anna, first)
    first.app.back_up()
    first.app.run(erasing.erase, "person", shared)
    first.app.sweep()
    first.close()
    App.restore(folder, PASSPHRASE, max(path.stem for path in (folder / "backups").glob("*by-hand.db")))
    app = App.open(folder, PASSPHRASE)
    again = Laptop(app, SyncEngine(app))
    settle(again, anna, again)
    with pytest.raises(NotFound):
        anna.see("person", shared)
    assert not app.read(facts.get, "unheard")
    again.close()


def test_a_laptop_that_was_away_for_a_year(office: Office, anna: Laptop, bela: Laptop, post: Post) -> None:
    assert office.endpoint is not None
    record = person(anna, WORDS[0])
    shared = anna.app.run(publishing.publish, "person", record, "shared")
    settle(anna, bela)
    bela.change("person", record, role=f"away {WORDS[0]}")
    bela.change("person", shared, role=f"away {WORDS[0]}")
    old = post.save(bela)
    anna.app.run(erasing.erase, "person", record)
    settle(anna)
    answer = post.answer(old)  # a file of before the order, handed in after it
    settle(anna)
    assert everything(office.endpoint, anna) == {}
    bundles.load(bela.engine, answer)
    settle(bela, anna)
    assert everything(office.endpoint, anna, bela) == {}
    assert_in_order(anna, bela)
    late = office.laptop("Late")
    settle(late, anna)
    assert everything(office.endpoint, late) == {}
    assert_in_order(anna, late)


@pytest.mark.parametrize("ledger_survives", [True, False])
def test_an_endpoint_restored_from_before_the_order(
    template: Template, tmp_path: Path, *, ledger_survives: bool
) -> None:
    data, copies = tmp_path / "data", tmp_path / "copies"
    copies.mkdir()
    with endpoint_at(data) as first:
        office = Office(template, tmp_path, first)
        anna, bela = office.laptop("Anna"), office.laptop("Bela")
        record = person(anna, WORDS[0])
        shared = anna.app.run(publishing.publish, "person", record, "shared")
        settle(anna, bela)
        backup(data, copies / "old.backup")
        anna.app.run(erasing.erase, "person", record)
        settle(anna, bela)
        backup(data, copies / "new.backup")
        assert set() != ledger.read(data) <= ledger.read(copies)
        assert canary.count(WORDS, canary.of_endpoint(first, [anna.app])) == {}
    if not ledger_survives:
        (copies / ledger.FILE).unlink()
    again = tmp_path / "again"
    restore(again, copies / "old.backup")
    with endpoint_at(again) as second:
        found = canary.count(WORDS, canary.of_endpoint(second))
        assert (found == {}) == ledger_survives
        for laptop in (anna, bela):
            laptop.app.run(lambda session: facts.put(session, server_url=second.url))
        settle(anna, bela, anna)
        assert canary.count(WORDS, canary.of_endpoint(second, [anna.app])) == {}
        for laptop in (anna, bela):
            with pytest.raises(NotFound):
                laptop.see("person", shared)
        assert_in_order(anna, bela)
        assert [each for each in anna.app.read(erasing.standings) if not each.is_done] == []
        assert proofs(second)["wrong"] == 0
    office.close()


def test_a_ledger_that_was_cut_or_damaged_says_the_rest(tmp_path: Path) -> None:
    first, second = ((ALLIANCE, bytes([at] * 16)) for at in (1, 2))
    ledger.add(tmp_path, [first])
    with (tmp_path / ledger.FILE).open("ab") as file:
        file.write(b"\xff" + b"0a" * 10)  # the computer stopped, or the disk was full, in the middle of a line
    assert ledger.read(tmp_path) == {first}
    ledger.add(tmp_path, [second])
    assert ledger.read(tmp_path) == {first, second}


def test_an_endpoint_that_died_behind_an_order_writes_its_ledger_at_the_next_start(
    template: Template, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    with endpoint_at(data) as first:
        office = Office(template, tmp_path, first)
        anna = office.laptop("Anna")
        record = anna.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
        shared = anna.app.run(publishing.publish, "library_item", record, "alliance")
        settle(anna)
        anna.app.run(erasing.erase, "library_item", shared)
        settle(anna)
    written = ledger.read(data)
    assert written
    (data / ledger.FILE).unlink()
    with endpoint_at(data):
        assert ledger.read(data) == written
    office.close()


def test_many_stories_with_faults(tmp_path: Path) -> None:
    """The short form of `python -m tests.soak.erasure --times 500`."""
    with scene(4, tmp_path) as here:
        outcome = erasure.run(here, 3, 7)
    assert outcome.wrong == []
    assert outcome.ordered > 3


def test_the_search_finds_who_was_not_erased(tmp_path: Path) -> None:
    """The control: without the ledger, what comes late stays."""
    with scene(4, tmp_path) as here, mock.patch.object(erasures, "known", side_effect=lambda *_: set()):
        outcome = erasure.run(here, 2, 7)
    assert outcome.resurrected


def test_a_backup_of_before_the_joining_is_made_anew_too(office: Office) -> None:
    assert office.endpoint is not None
    app = office.app("alone")
    record = app.run(editing.add, "person", {"given_name": WORDS[0]})
    app.back_up()
    laptop = Laptop.join(app, office.endpoint, office.organisation)
    introduce(app, office.organisation)
    settle(laptop)
    assert canary.count(WORDS, canary.of_folder(app.folder, app.store.key))["backups"] > 0
    app.run(erasing.erase, "person", record)
    app.sweep()
    assert canary.count(WORDS, canary.of_folder(app.folder, app.store.key)) == {}


def test_what_a_removed_computer_still_sends_of_her_is_not_kept(office: Office, anna: Laptop, bela: Laptop) -> None:
    assert office.endpoint is not None
    record = anna.add("person", given_name="Her")
    shared = anna.app.run(publishing.publish, "person", record, "shared")
    settle(anna, bela)
    bela.change("person", shared, role=f"away {WORDS[0]}")
    anna.app.run(erasing.erase, "person", record)
    anna.sync()
    service.revoke(office.endpoint.data, bela.app.identity().device, database=office.endpoint.database)
    with pytest.raises(Refused):
        bela.sync()
    kept = service.kept_apart(office.endpoint.data, database=office.endpoint.owner)
    assert [each["types"] for each in kept if not each["sealed"]] == [["person"]]
    assert canary.count(WORDS, canary.of_endpoint(office.endpoint)) == {}


def test_a_file_does_not_bring_back_who_was_erased(anna: Laptop) -> None:
    text = f"family_name\n{WORDS[0]}\n"
    assert anna.app.run(exchange.import_csv, "person", text).new == 1
    record = anna.app.read(lambda session: session.scalars(select(Person.id)).one())
    anna.app.run(erasing.erase, "person", record)
    with pytest.raises(UserError, match="can't come back"):
        anna.app.run(exchange.import_csv, "person", text)


def test_a_long_ledger_is_heeded_at_each_start_without_delay(anna: Laptop) -> None:
    lines = [(ALLIANCE, str(uuid.UUID(int=at)), "2026-01-01T00:00:00Z") for at in range(6000)]

    def put(session: Session) -> None:
        known = insert(tables.erasure)
        named = [{"space": space, "record": record, "at": at} for space, record, at in lines]
        session.execute(known, [{**each, "type": "", "owner": "", "by": "", "swept": True} for each in named])

    anna.app.run(put)
    began = time.process_time()
    assert anna.app.run(erasing.apply_ledger, lines) == 0
    assert time.process_time() - began < 1
