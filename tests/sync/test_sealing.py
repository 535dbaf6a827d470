"""What is private is readable for the organisation's own computers alone; the key reaches a new one by six words."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from sync import lockbox, sealing
from sync.client import pieces
from sync.protocol import Author, Block, Op, Payload, private_space
from sync.server import exchange, service, tables
from sync.server import sealed as log_of_blocks
from sync.server.enrolment import touch_keys
from sync.server.store import Store
from tests.support import Laptop, fact
from wimdesk.errors import UserError
from wimdesk.services import computers, editing
from wimdesk.store import facts, history, outbox, seal_keys
from wimdesk.store import tables as store_tables

if TYPE_CHECKING:
    from tests.support import Endpoint, Office

ORGANISATION = bytes(range(16))
SPACE = private_space("00010203-0405-0607-0809-0a0b0c0d0e0f")
AUTHOR = Author(bytes(16), 7)
CANARY = "canary-4711-Quispe"


def op(number: int, text: str = "x") -> Op:
    payload = msgspec.msgpack.encode(Payload([text], "2026-01-01T00:00:00Z", "Anna"))
    return Op(SPACE, "site", bytes([number]) * 16, ORGANISATION, ("name",), {"name": number} if number else {}, payload)


def sealed(key: bytes, ops: list[Op]) -> Block:
    root, box = sealing.seal(key, SPACE, AUTHOR, 5, ops, ORGANISATION)
    return Block(SPACE, 11, AUTHOR, 5, len(ops), sealing.id_of(key), root, box)


@given(texts=st.lists(st.text(), min_size=1, max_size=20))
def test_what_was_sealed_comes_out_as_it_was(texts: list[str]) -> None:
    key = sealing.new_key()
    ops = [op(at, text) for at, text in enumerate(texts) if text.isprintable() or text == text.encode().decode()]
    assert sealing.unseal(key, sealed(key, ops), ORGANISATION) == ops


@settings(max_examples=200)
@given(data=st.data())
def test_nothing_that_was_touched_is_opened(data: st.DataObject) -> None:
    key = bytes(32)
    block = sealed(key, [op(1, "ore"), op(2, "copper")])
    box = bytearray(block.box)
    at = data.draw(st.integers(0, len(box) * 8 - 1))
    box[at // 8] ^= 1 << at % 8
    others = st.sampled_from(
        [
            {"box": bytes(box)}, {"space": SPACE[:-1]}, {"author": Author(bytes(16), 8)},
            {"author": Author(b"\1" * 16, 7)}, {"n": 6}, {"count": 1}, {"root": bytes(32)}, {"box": b""},
        ]
    )  # fmt: skip
    with pytest.raises(ValueError, match="not what was sealed"):
        sealing.unseal(key, msgspec.structs.replace(block, **data.draw(others)), ORGANISATION)
    with pytest.raises(ValueError, match="not what was sealed"):
        sealing.unseal(b"\1" * 32, block, ORGANISATION)


def sites(laptop: Laptop) -> set[str]:
    return {str(row["name"]) for row in laptop.app.read(editing.rows, "site")}


def content(endpoint: Endpoint) -> bytes:
    """All bytes that the endpoint keeps, whatever the database."""
    if not endpoint.database:
        return b"".join(path.read_bytes() for path in endpoint.data.rglob("*") if path.is_file())
    store = Store(endpoint.data, database=endpoint.owner)
    try:
        with store.reading() as connection:
            rows = [tuple(row) for table in tables.metadata.sorted_tables for row in connection.execute(table.select())]
    finally:
        store.close()
    return b"".join(each if isinstance(each, bytes) else str(each).encode() for row in rows for each in row)


def test_the_endpoint_has_nothing_to_read(office: Office) -> None:
    assert office.endpoint is not None
    anna, bela = office.laptop("Anna"), office.laptop("Bela")
    record = anna.add("site", name=CANARY, operator="operator " + CANARY)
    for laptop in (anna, bela):
        laptop.sync()
    assert CANARY in sites(bela)
    held = content(office.endpoint)
    assert anna.app.identity().device.replace("-", "") in held.hex(), "it does look into what the endpoint keeps"
    assert CANARY.encode() not in held
    assert bytes.fromhex(record.replace("-", "")) not in held, "not even which records there are"
    key = anna.app.read(seal_keys.current)
    assert key is not None
    assert key.key not in held


def join(office: Office, name: str, role: str = "coordinator") -> Laptop:
    laptop = office.laptop(name, role=role, introduced=False)
    laptop.sync()
    return laptop


def let_in(keeper: Laptop, laptop: Laptop, typed: str = "") -> None:
    keeper.sync()
    keeper.app.run(computers.confirm, laptop.app.identity().device, typed or fact(laptop.app, "words"))
    keeper.sync()
    laptop.sync()


def state_of(laptop: Laptop, other: Laptop) -> str:
    found = {each.id: each.state for each in laptop.app.read(computers.every)}
    return found[other.app.identity().device]


def test_a_second_computer_waits_for_its_six_words(office: Office) -> None:
    anna = join(office, "Anna")
    anna.add("site", name="North")
    anna.sync()
    bela = join(office, "Bela")
    bela.add("site", name="South")
    theme = bela.add("theme", title={"en": "open to all"})
    bela.sync()
    anna.sync()
    assert anna.see("theme", theme)["title"] == {"en": "open to all"}, "what is open does not wait"
    assert sites(bela) == {"South"}
    assert bela.sync().waiting == 1, "what is private waits here"
    assert state_of(anna, bela) == "asked"
    assert bela.app.read(computers.own_words).split() == fact(bela.app, "words").split()
    let_in(anna, bela)
    assert sites(bela) == {"North", "South"}
    assert bela.app.read(computers.own_words) == ""
    anna.sync()
    assert (sites(anna), state_of(anna, bela)) == ({"North", "South"}, "ready")
    assert bela.sync().waiting == 0


def test_wrong_words_let_nobody_in_and_can_be_typed_again(office: Office) -> None:
    anna = join(office, "Anna")
    anna.add("site", name="North")
    bela = join(office, "Bela")
    let_in(anna, bela, lockbox.new_words())
    assert sites(bela) == set()
    anna.sync()
    assert state_of(anna, bela) == "mistaken"
    for typed in ("one two three", "four five six seven eight nine ten"):
        with pytest.raises(UserError, match="Nothing was changed"):
            anna.app.run(computers.confirm, bela.app.identity().device, typed)
    let_in(anna, bela)
    assert sites(bela) == {"North"}


def test_a_volunteer_can_let_nobody_in(office: Office) -> None:
    anna, bela = join(office, "Anna"), join(office, "Bela", "volunteer")
    let_in(anna, bela)
    carla = join(office, "Carla", "volunteer")
    bela.sync()
    with pytest.raises(UserError, match="Ask a coordinator"):
        bela.app.run(computers.confirm, carla.app.identity().device, fact(carla.app, "words"))
    carla.sync()
    assert carla.app.read(seal_keys.current) is None


def test_a_reader_reads_what_is_private(office: Office) -> None:
    anna, bela = join(office, "Anna"), join(office, "Bela", "reader")
    anna.add("site", name="North")
    let_in(anna, bela)
    assert sites(bela) == {"North"}


def test_after_a_computer_is_removed_what_follows_has_a_new_key(office: Office) -> None:
    assert office.endpoint is not None
    anna, bela, carla = join(office, "Anna"), join(office, "Bela"), join(office, "Carla")
    let_in(anna, bela)
    let_in(anna, carla)
    old = bela.app.read(seal_keys.current)
    service.revoke(office.endpoint.data, bela.app.identity().device, database=office.endpoint.database)
    anna.sync()
    anna.add("site", name="after")
    for laptop in (anna, carla, anna):
        laptop.sync()
    new = anna.app.read(seal_keys.current)
    assert old is not None
    assert new is not None
    assert (new.number, carla.app.read(seal_keys.current)) == (2, new)
    assert new.key != old.key
    assert "after" in sites(carla)
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    try:
        with store.reading() as connection:
            mine = tables.sealed.c.space == private_space(anna.app.identity().organisation)
            row = connection.execute(tables.sealed.select().where(mine).order_by(tables.sealed.c.seq.desc())).first()
    finally:
        store.close()
    assert row is not None
    assert row.key == new.id
    late = join(office, "Dora")
    let_in(carla, late)
    assert sites(late) == {"after"}, "a new computer gets the old keys too"


def test_who_is_no_longer_confirmed_when_the_key_changes_can_be_let_in_again(office: Office) -> None:
    assert office.endpoint is not None
    anna, bela, carla = join(office, "Anna"), join(office, "Bela"), join(office, "Carla")
    let_in(anna, carla)
    let_in(anna, bela)
    anna.app.run(history.undo, anna.app.read(history.last_act))
    service.revoke(office.endpoint.data, carla.app.identity().device, database=office.endpoint.database)
    anna.sync()
    anna.add("site", name="after")
    for laptop in (anna, bela, anna):
        laptop.sync()
    assert sites(bela) == set()
    assert (bela.app.read(computers.own_words) != "", state_of(anna, bela)) == (True, "asked")
    let_in(anna, bela)
    assert sites(bela) == {"after"}
    anna.sync()
    assert state_of(anna, bela) == "ready"


def test_two_first_computers_at_once_have_one_key(office: Office) -> None:
    anna, bela = (office.laptop(name, introduced=False) for name in ("Anna", "Bela"))
    anna.sync()
    bela.sync()
    assert bela.app.read(seal_keys.current) is None
    assert anna.app.read(seal_keys.current) is not None


def put_key(laptop: Laptop, id: bytes, key: bytes) -> None:
    laptop.app.run(lambda session: session.connection().execute(update(store_tables.seal_key).values(id=id, key=key)))


@pytest.mark.expects_log
def test_a_block_that_does_not_open_stops_nothing_behind_it(office: Office) -> None:
    anna, bela = office.laptop("Anna"), office.laptop("Bela")
    key = anna.app.read(seal_keys.current)
    assert key is not None
    anna.add("site", name="first")
    put_key(anna, key.id, sealing.new_key())  # a broken program
    anna.sync()
    put_key(anna, key.id, key.key)
    bela.add("site", name="second")
    bela.sync()
    assert sites(bela) == {"second"}
    carla = office.laptop("Carla")
    carla.sync()
    assert sites(carla) == {"second"}


@pytest.mark.parametrize(("role", "kept"), [("reader", 0), ("volunteer", 1)])
def test_keys_that_the_endpoint_lost_come_back_with_who_may_bring_them(office: Office, role: str, kept: int) -> None:
    assert office.endpoint is not None
    anna, bela, carla = join(office, "Anna"), join(office, "Bela", role), join(office, "Carla")
    let_in(anna, bela)
    let_in(anna, carla)
    service.revoke(office.endpoint.data, carla.app.identity().device, database=office.endpoint.database)
    for laptop in (anna, bela):
        laptop.sync()
    newest = bela.app.read(seal_keys.current)
    assert newest is not None
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    with store.writing() as connection:
        for table in (tables.space_key, tables.envelope):
            connection.execute(table.delete().where(table.c.number > kept))
        touch_keys(connection, uuid.UUID(anna.app.identity().organisation).bytes)
    store.close()
    anna.add("site", name="North")
    for laptop in (bela, anna, bela):
        laptop.sync()
    assert sites(bela) == {"North"}
    assert (newest.number, anna.app.read(seal_keys.current), bela.app.read(seal_keys.current)) == (2, newest, newest)


def test_after_a_restore_keys_are_looked_at_whatever_their_count_says(office: Office) -> None:
    """The count goes back with the endpoint, and can come to stand for something else."""
    assert office.endpoint is not None
    anna, bela = join(office, "Anna"), join(office, "Bela")
    anna.add("site", name="North")
    let_in(anna, bela)
    assert sites(bela) == {"North"}
    late = join(office, "Carla")
    anna.sync()
    anna.app.run(computers.confirm, late.app.identity().device, fact(late.app, "words"))
    anna.sync()
    # As if a restored endpoint had counted up to the same number that Carla heard last, before her envelope came.
    anna_count = anna.app.read(facts.number, "key_changes")
    late.app.run(facts.put, key_changes=anna_count)
    service.renew_generation(office.endpoint.data, database=office.endpoint.owner)
    late.sync()
    assert sites(late) == {"North"}


@pytest.mark.parametrize("within", ["one request", "two requests"])
def test_what_builds_on_a_number_that_a_copy_has_used_waits_for_it(
    office: Office, anna: Laptop, bela: Laptop, within: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = anna.add("person", given_name="Carla")
    anna.sync()
    clone = office.reopened("clone", anna.app.back_up(), anna.app.device_keys)
    for laptop in (bela, anna):
        laptop.add("person", given_name="hers has the number")
        laptop.sync()
    clone.change("person", record, role="first")
    clone.change("person", record, role="second")
    if within == "one request":
        monkeypatch.setattr(pieces, "SEALED_OPS", 1)
    else:
        monkeypatch.setattr(outbox, "MAX_OPS", 1)
        monkeypatch.setattr(exchange, "ANSWER_OPS", 1)
        monkeypatch.setattr(log_of_blocks, "PAGE_BYTES", 1)
    clone.sync()
    monkeypatch.undo()
    for laptop in (bela, anna, clone):
        laptop.sync()
        assert (laptop.see("person", record)["role"], laptop.questions()) == ("second", [])
