"""An order to erase reaches everybody who has the record, and takes along what is said of it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from sync import sealing
from sync.client.engine import SyncEngine
from sync.erasures import ERASE, ERASED
from sync.protocol import SHIPPED_OWNER
from sync.server.store import Store
from sync.server.tables import device as devices
from sync.server.tables import sealed as boxes
from tests import canary
from tests.erased import WORDS, assert_in_order, everything, named, person, proofs, settle, stubs
from tests.support import PASSPHRASE, Laptop, Office, introduce
from wimdesk.app import App
from wimdesk.errors import NotFound, UserError
from wimdesk.records import LibraryItem, Theme
from wimdesk.services import (
    directory,
    editing,
    erasing,
    full_export,
    full_import,
    merging,
    publishing,
    todo,
)
from wimdesk.store import audit, erasures, facts, history, journal, proof, seal_keys, tables

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session


pytestmark = pytest.mark.own_endpoint


def test_twenty_people_are_in_no_byte_of_any_store(office: Office, anna: Laptop, bela: Laptop) -> None:
    assert office.endpoint is not None
    people = [person(anna, word) for word in WORDS]
    stays = anna.add("person", given_name="Stays", family_name="Here")
    settle(anna, bela)
    for record, word in zip(people, WORDS, strict=True):
        bela.change("person", record, role=f"Editor {word}")
        anna.change("person", record, role=f"Member {word}")  # in two places
    shared = anna.app.run(publishing.publish, "person", people[0], "alliance")
    settle(anna, bela)
    assert anna.questions()
    for laptop in (anna, bela):
        laptop.app.back_up()
    bela.change("person", people[1], pronouns=f"she {WORDS[1]}")  # never sent before the order
    before = everything(office.endpoint, anna, bela)
    for store in ("wimdesk.db", "backups", "endpoint boxes", "endpoint op"):
        assert before.get(store, 0) > 0, f"the search finds nothing in {store}"
    for record in people:
        anna.app.run(erasing.erase, "person", record)
    settle(anna, bela)
    assert everything(office.endpoint, anna, bela) == {}
    assert_in_order(anna, bela)
    for laptop in (anna, bela):
        assert laptop.see("person", stays)["given_name"] == "Stays"
        assert laptop.questions() == []
        assert not any(any(laptop.app.read(stubs, record)) for record in [*people, shared])
        with pytest.raises(NotFound):
            laptop.see("person", shared)
    assert proofs(office.endpoint)["wrong"] == 0
    standings = anna.app.read(erasing.standings)
    assert len(standings) > 20 * 4
    assert all(each.is_done for each in standings), [each for each in standings if not each.is_done][:3]


@pytest.mark.expects_log
def test_a_volunteer_may_not_erase(office: Office, anna: Laptop) -> None:
    record = person(anna, WORDS[0])
    anna.sync()
    vera = office.laptop("Vera", role="volunteer")
    vera.sync()
    with pytest.raises(UserError, match="may not erase"):
        vera.app.run(erasing.erase, "person", record)
    vera.app.run(lambda session: facts.put(session, role="coordinator"))  # a program that says it were one
    shared = vera.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
    copy = vera.app.run(publishing.publish, "library_item", shared, "alliance")
    settle(vera, anna)
    vera.app.run(lambda session: erasures.order(session, session.get_one(LibraryItem, copy)))
    settle(vera, anna, vera)
    assert anna.see("library_item", copy)["title"] == {"en": "Ours"}
    assert vera.see("library_item", copy)["title"] == {"en": "Ours"}, "what was refused comes back"
    settle(vera, anna)
    assert vera.app.read(proof.differing) == []


@pytest.mark.expects_log
def test_what_the_endpoint_did_not_take_is_not_erased_at_the_next_start(
    office: Office, anna: Laptop, tmp_path: Path
) -> None:
    assert office.endpoint is not None
    anna.sync()
    folder = tmp_path / "vera"
    vera = Laptop.join(App.open(folder, PASSPHRASE), office.endpoint, office.organisation, role="volunteer")
    introduce(vera.app, office.organisation)
    shared = vera.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
    copy = vera.app.run(publishing.publish, "library_item", shared, "alliance")
    settle(vera, anna)
    vera.app.run(lambda session: facts.put(session, role="coordinator"))  # her role was taken back, she does not know
    vera.app.run(erasing.erase, "library_item", copy)
    vera.app.sweep()
    assert copy in named(folder)
    settle(vera, anna, vera)
    assert vera.see("library_item", copy)["title"] == {"en": "Ours"}
    vera.close()
    app = App.open(folder, PASSPHRASE)
    vera = Laptop(app, SyncEngine(app))
    try:
        assert vera.see("library_item", copy)["title"] == {"en": "Ours"}
        assert copy not in named(folder)
    finally:
        vera.close()


@pytest.mark.expects_log
def test_a_later_edit_carries_nothing_of_what_was_refused_with_an_order(office: Office, anna: Laptop) -> None:
    item = anna.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
    copy = anna.app.run(publishing.publish, "library_item", item, "alliance")
    anna.sync()
    rita = office.laptop("Rita", role="reader")
    rita.sync()
    rita.app.run(lambda session: facts.put(session, role="coordinator"))
    rita.change("library_item", copy, issued="2026-02-03")
    rita.app.run(erasing.erase, "library_item", copy)
    settle(rita, anna, rita)
    assert rita.see("library_item", copy)["issued"] != "2026-02-03"
    rita.change("library_item", copy, title={"en": "Her word"})
    op = tables.op.c
    last = select(op.fields).where(op.record == copy).order_by(op.pos.desc()).limit(1)
    assert rita.app.read(lambda session: session.scalar(last)) == ["title"]


@pytest.mark.expects_log
def test_what_is_anothers_is_not_erased(office: Office, anna: Laptop) -> None:
    item = anna.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
    copy = anna.app.run(publishing.publish, "library_item", item, "alliance")
    anna.sync()
    other = office.laptop("Olga", organisation=f"{office.organisation} 2")
    other.sync()
    with pytest.raises(UserError, match="another organisation"):
        other.app.run(erasing.erase, "library_item", copy)
    other.app.run(lambda session: erasures.order(session, session.get_one(LibraryItem, copy)))
    settle(other, anna)
    assert anna.see("library_item", copy)["title"] == {"en": "Ours"}


def test_who_joins_later_has_nothing_to_confirm(office: Office, anna: Laptop) -> None:
    item = anna.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
    anna.app.run(publishing.publish, "library_item", item, "alliance")
    anna.sync()
    anna.app.run(erasing.erase, "library_item", item)
    settle(anna)
    other = office.laptop("Olga", organisation=f"{office.organisation} 2")
    settle(other)
    mine, op = uuid.UUID(other.app.identity().device).bytes, tables.op.c
    told = other.app.read(lambda session: session.scalars(select(op.device).where(op.type.in_([ERASE, ERASED]))).all())
    assert told
    assert mine not in told
    assert_in_order(other)


def test_what_ships_with_the_program_is_not_erased(office: Office, anna: Laptop) -> None:
    """Nobody owns it in the log, so anybody can claim it."""
    secretary = office.laptop("Sekai", organisation="Secretariat", role="secretariat")
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    settle(anna, olga)
    theme = anna.app.read(lambda session: session.scalars(select(Theme.id)).first())
    assert theme is not None
    for owner in (olga.app.identity().organisation, SHIPPED_OWNER):
        olga.app.run(journal.write_mark, ERASE, "alliance", theme, owner, [])
    settle(olga, anna, secretary)
    for laptop in (anna, secretary):
        assert laptop.see("theme", theme)["id"] == theme
    secretary.change("theme", theme, title={"en": "Another title"})
    settle(secretary, anna)
    assert anna.see("theme", theme)["title"] == {"en": "Another title"}
    assert anna.app.read(proof.differing) == []


def test_what_else_an_act_did_can_still_be_taken_back(anna: Laptop) -> None:
    def both(session: Session) -> tuple[str, str]:
        return editing.add(session, "person", {"given_name": "Gone"}), editing.add(session, "site", {"name": "Stays"})

    gone, stays = anna.app.run(both)
    act = anna.app.read(history.last_act)
    anna.app.run(erasing.erase, "person", gone)
    assert anna.app.read(history.last_act) == act
    assert anna.app.run(history.undo, act) == 1
    assert anna.see("site", stays)["deleted"]
    anna.sync()
    assert anna.app.read(audit.verify).findings == ()


def test_what_a_full_export_brought_of_others_goes_with_the_order(office: Office, anna: Laptop, tmp_path: Path) -> None:
    assert office.endpoint is not None
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    item = olga.add("library_item", title={"en": "Theirs"}, template="tool", state="draft")
    copy = olga.app.run(publishing.publish, "library_item", item, "alliance")
    settle(olga, anna)
    full_export.export(anna.app.store, anna.app.contents, tmp_path / "all.zip")
    app = office.app("fresh")
    full_import.bring_in(app.store, app.contents, tmp_path / "all.zip")
    assert app.read(editing.values, "library_item", copy)["title"] == {"en": "Theirs"}
    app.back_up()
    olga.app.run(erasing.erase, "library_item", copy)
    settle(olga)
    fresh = Laptop.join(app, office.endpoint, office.organisation)
    introduce(app, office.organisation)
    settle(fresh)
    with pytest.raises(NotFound):
        fresh.see("library_item", copy)
    assert canary.count(["Theirs"], canary.of_folder(app.folder, app.store.key)) == {}


def test_a_task_about_her_goes_with_her(anna: Laptop) -> None:
    stays, gone = sorted(anna.add("person", given_name=f"{WORDS[0]} {number}") for number in range(2))
    call = anna.app.run(todo.add, "Call her", about=gone, note=f"{WORDS[0]} is ill")
    anna.app.run(merging.merge, stays, gone)
    assert anna.see("task", call)["about"] == stays
    anna.app.run(erasing.erase, "person", stays)
    with pytest.raises(NotFound):
        anna.see("task", call)
    anna.app.sweep()
    assert canary.count(WORDS, canary.of_folder(anna.app.folder, anna.app.store.key)) == {}


def test_what_is_made_again_after_it_was_erased_arrives(office: Office, anna: Laptop, bela: Laptop) -> None:
    """Some ids follow from what a record is about; nothing that is written under an erased one arrives."""
    item = anna.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
    first = anna.app.run(publishing.publish, "library_item", item, "alliance")
    anna.app.run(publishing.retract, "library_item", item)
    anna.app.run(directory.show, ["phone"], True)
    settle(anna, bela)
    entry = anna.app.read(directory.own)
    anna.app.run(erasing.erase, "library_item", first)
    anna.app.run(erasing.erase, "directory_entry", entry)
    settle(anna, bela)
    second = anna.app.run(publishing.publish, "library_item", item, "alliance")
    anna.app.run(directory.show, ["email"], True)
    settle(anna, bela)
    assert bela.see("library_item", second)["title"] == {"en": "Ours"}
    again = anna.app.read(directory.own)
    assert bela.see("directory_entry", again)["shown"] == ["email"]
    assert bela.app.run(erasing.erase, "directory_entry", again), "and it can be erased once more"


def test_a_box_is_packed_anew_with_the_key_of_today(office: Office, anna: Laptop, bela: Laptop) -> None:
    assert office.endpoint is not None
    record = anna.add("person", given_name=WORDS[0])
    anna.add("site", name="Stays")
    settle(anna, bela)
    key = bytes(range(32))
    for laptop in (anna, bela):  # another one was removed, and still has the key from before
        laptop.app.run(seal_keys.keep, seal_keys.SealKey(2, sealing.id_of(key), key))
    anna.app.run(erasing.erase, "person", record)
    settle(anna, bela)
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    with store.reading() as connection:
        mine = (boxes.c.space == anna.app.store.author.spaces["private"], boxes.c.resealed != b"")
        of_box = connection.scalars(select(boxes.c.key).where(*mine)).all()
    store.close()
    assert set(of_box) == {sealing.id_of(key)}
    late = office.laptop("Late", introduced=False)
    for laptop in (anna, bela):
        assert laptop.app.read(proof.differing) == []
    for each in anna.app.read(seal_keys.every):
        late.app.run(seal_keys.keep, each)
    settle(late)
    assert [row["name"] for row in late.app.read(editing.rows, "site")] == ["Stays"]


def test_who_went_back_behind_a_box_that_was_packed_anew_keeps_what_came_since(
    office: Office, anna: Laptop, bela: Laptop
) -> None:
    """Others' boxes are told as a whole, also where the number in them stands for something else here."""
    anna.add("site", name="Old")
    settle(anna, bela)
    copy = anna.app.back_up()
    record = anna.add("person", given_name=WORDS[0])
    anna.add("site", name="Sent")
    settle(anna, bela)
    bela.app.run(erasing.erase, "person", record)
    settle(bela)
    again = office.reopened("restored", copy, anna.app.device_keys)
    anna.close()
    again.add("site", name="Since")
    settle(again, bela)
    for laptop in (again, bela):
        assert sorted(str(row["name"]) for row in laptop.app.read(editing.rows, "site")) == ["Old", "Sent", "Since"]
        assert laptop.app.read(proof.differing) == []


def test_who_lost_a_role_since_the_order_still_syncs(office: Office, anna: Laptop) -> None:
    assert office.endpoint is not None
    secretary = office.laptop("Sekai", organisation="Secretariat", role="secretariat")
    item = anna.add("library_item", title={"en": "Ours"}, template="tool", state="draft")
    shared = anna.app.run(publishing.publish, "library_item", item, "shared")
    settle(anna, secretary)
    anna.app.run(erasing.erase, "library_item", shared)
    settle(anna, secretary)
    # Her last pass ended before the receipt came; then she got another role.
    secretary.app.run(erasures.ask_again, anna.app.store.author.spaces["shared"], [shared])
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    with store.writing() as connection:
        mine = devices.c.id == secretary.app.store.author.device
        connection.execute(update(devices).where(mine).values(role="coordinator"))
    store.close()
    assert secretary.add("site", name="Goes on")
    assert secretary.sync().waiting == 0
    assert secretary.engine.latest.sentence == ""
