"""An endpoint that forges orders to erase: they do nothing, and the laptop says so in a sentence."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update

from sync.client import bundles
from sync.client.healing import PUT_ASIDE
from sync.client.tally import put_token
from sync.erasures import ERASE, ERASED
from sync.protocol import ALLIANCE, Batch, Op
from sync.server import intake, tables
from sync.server.enrolment import find
from sync.server.store import Store
from sync.signers import SIGNER, Card, Signed, card_message, card_of, order_message, record_of, values_of
from tests.support import Laptop, Office, Post, Template, endpoint_at, introduce
from tests.sync.test_refused import set_role
from wimdesk.errors import NotFound, UserError
from wimdesk.records import LibraryItem
from wimdesk.services import doubts, editing, erasing, publishing, tending
from wimdesk.store import audit, erasures, journal, outbox, proof
from wimdesk.store import tables as here

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

OURS: dict[str, object] = {"title": {"en": "Ours"}, "template": "tool", "state": "draft"}
pytestmark = pytest.mark.expects_log


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    """With an endpoint of its own: nobody else's forgeries lie in its log."""
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        here = Office(template, tmp_path, endpoint)
        yield here
        here.close()


@pytest.fixture
def bela(office: Office, anna: Laptop) -> Laptop:
    anna.sync()
    laptop = office.laptop("Bela")
    settle(laptop, anna)
    return laptop


def settle(*laptops: Laptop) -> None:
    for _round in range(3):
        for laptop in laptops:
            laptop.sync()


def item(laptop: Laptop, scope: str = ALLIANCE) -> str:
    record = laptop.add("library_item", **OURS)
    return laptop.app.run(publishing.publish, "library_item", record, scope)


def at_endpoint(office: Office, work: Callable[[Connection], object]) -> None:
    assert office.endpoint is not None
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    with store.writing() as connection:
        work(connection)
    store.close()


def slip_in(office: Office, laptop: Laptop, type_name: str, space: str, record: bytes, values: list[object]) -> None:
    """The endpoint writes an operation in the name of a laptop, of which it has no signature."""
    author = laptop.app.store.author
    owner = uuid.UUID(author.organisation).bytes
    op = Op(space, type_name, record, owner, (), {}, journal.pack_payload(values, "2026-01-01T00:00:00Z", "Anna"))

    def work(connection: Connection) -> None:
        device = find(connection, author.device)
        assert device is not None
        mine = (tables.author.c.device == device.id, tables.author.c.space == space, tables.author.c.epoch == 7)
        known = connection.scalar(select(func.max(tables.author.c.known)).where(*mine)) or 0
        intake.take(connection, device, Batch(space, 7, known + 1, [op], bytes(16), bytes(64)), known, 1)

    at_endpoint(office, work)


def shows(laptop: Laptop, record: str) -> bool:
    try:
        return laptop.see("library_item", record)["title"] == {"en": "Ours"}
    except NotFound:
        return False


def told(laptop: Laptop) -> str:
    return laptop.app.read(outbox.runs)[0].sentence


def space_of(laptop: Laptop, scope: str) -> str:
    return laptop.app.store.author.spaces[scope]


@pytest.mark.parametrize("scope", ["alliance", "shared"])
def test_an_order_that_nobody_signed_does_nothing(office: Office, anna: Laptop, bela: Laptop, scope: str) -> None:
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    stays, goes = item(anna, scope), item(anna, scope)
    settle(anna, bela, olga)
    bela.app.back_up()
    slip_in(office, anna, ERASE, space_of(anna, scope), uuid.UUID(stays).bytes, [])
    settle(anna, bela, olga)
    readers = [anna, bela, olga] if scope == "alliance" else [anna, bela]
    for laptop in readers:
        assert shows(laptop, stays)
        assert told(laptop) == PUT_ASIDE
        assert not any(each.record == stays for each in laptop.app.read(erasing.standings))
        assert laptop.app.read(proof.differing) == []
    assert anna.app.run(erasing.erase, "library_item", goes), "what somebody really orders is erased as ever"
    settle(anna, bela, olga)
    assert not any(shows(laptop, goes) for laptop in readers)
    assert all(shows(laptop, stays) for laptop in readers)


def test_a_signature_of_somebody_else_or_for_something_else_does_not_count(
    office: Office, anna: Laptop, bela: Laptop
) -> None:
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    first, second = item(anna), item(anna)
    settle(anna, bela, olga)
    record, other = uuid.UUID(first).bytes, uuid.UUID(second).bytes
    owner = uuid.UUID(anna.app.identity().organisation).bytes
    for laptop, named, about in ((olga, olga, record), (olga, anna, record), (anna, anna, other)):
        device = named.app.store.author.device
        signature = laptop.app.device_keys.sign.sign(order_message(ALLIANCE, about, owner, device))
        slip_in(office, anna, ERASE, ALLIANCE, record, values_of(Signed(device, signature)))
    settle(anna, bela, olga)
    assert shows(anna, first)
    assert shows(bela, first)
    assert shows(olga, first)


def test_a_key_that_the_endpoint_invents_is_not_believed(office: Office, anna: Laptop, bela: Laptop) -> None:
    sekai = office.laptop("Sekai", organisation="Secretariat", role="secretariat")
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    stays = item(anna)
    settle(sekai, anna, bela, olga)
    owner, record = uuid.UUID(anna.app.identity().organisation).bytes, uuid.UUID(stays).bytes
    zoe = office.app("nobody")
    key, device = zoe.device_keys.sign, uuid.uuid4().bytes
    public = key.public_key().public_bytes_raw()
    for role in ("coordinator", "secretariat"):
        card = Card(device, public, role, device, b"")
        signed = Card(device, public, role, device, key.sign(card_message(owner, card)))
        at_endpoint(office, _be(anna, role))
        slip_in(office, anna, SIGNER, ALLIANCE, record_of(device), values_of(signed))
        said = Signed(device, key.sign(order_message(ALLIANCE, record, owner, device)))
        slip_in(office, anna, ERASE, ALLIANCE, record, values_of(said))
    settle(anna, bela, olga)
    for laptop in (anna, bela, olga):
        assert shows(laptop, stays)
        assert told(laptop) == PUT_ASIDE


def _be(laptop: Laptop, role: str) -> Callable[[Connection], object]:
    mine = tables.device.c.id == laptop.app.store.author.device
    return lambda connection: connection.execute(update(tables.device).where(mine).values(role=role))


def test_a_second_computer_and_the_secretariat_are_believed_by_all(office: Office, anna: Laptop, bela: Laptop) -> None:
    sekai = office.laptop("Sekai", organisation="Secretariat", role="secretariat")
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    first, second = item(anna), item(anna)
    settle(anna, bela, sekai, olga)
    bela.app.run(erasing.erase, "library_item", first)
    sekai.app.run(erasing.erase, "library_item", second)
    settle(bela, sekai, anna, olga)
    for laptop in (anna, bela, olga, sekai):
        assert not shows(laptop, first)
        assert not shows(laptop, second)
        assert told(laptop) == ""
    late = office.laptop("Late", organisation=f"{office.organisation} 2")
    settle(late)
    assert late.app.read(erasures.doubted) == []


def test_the_secretariat_gives_an_order_that_nobody_can_prove_any_more(
    office: Office, anna: Laptop, bela: Laptop
) -> None:
    """The only computer of an organisation that others believed was lost before it vouched for another."""
    sekai = office.laptop("Sekai", organisation="Secretariat", role="secretariat")
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    lost = item(anna)
    settle(anna, bela, sekai, olga)
    bela.app.run(erasing.erase, "library_item", lost)
    settle(bela, sekai, olga)
    for laptop in (sekai, olga):
        assert shows(laptop, lost)
        assert told(laptop) == PUT_ASIDE
        (doubt,) = laptop.app.read(doubts.doubts)
        assert (doubt.type, doubt.caption, doubt.may) == ("library_item", "Ours", laptop is sekai)
    with pytest.raises(UserError, match="another organisation"):
        olga.app.run(doubts.uphold, ALLIANCE, lost)
    assert shows(olga, lost)
    sekai.app.run(doubts.uphold, ALLIANCE, lost)
    assert sekai.app.read(doubts.doubts) == []
    settle(sekai, olga, bela)
    for laptop in (sekai, olga, bela):
        assert not shows(laptop, lost)
        assert told(laptop) == ""
        assert laptop.app.read(doubts.doubts) == []
        assert laptop.app.read(proof.differing) == []
    with pytest.raises(NotFound):
        sekai.app.run(doubts.uphold, ALLIANCE, lost)


def test_what_was_ordered_before_the_key_was_told_is_heeded_when_it_comes(office: Office, anna: Laptop) -> None:
    """Of our own computers we believe only what the endpoint can't write: till this one was let in, it knows none."""
    shared = item(anna, "shared")
    settle(anna)
    waits = office.laptop("Waits", introduced=False)
    settle(waits)
    assert shows(waits, shared)
    anna.app.run(erasing.erase, "library_item", shared)
    settle(anna, waits)
    assert shows(waits, shared)
    assert waits.app.read(erasures.doubted)
    introduce(waits.app, office.organisation)
    settle(waits)
    assert not shows(waits, shared)
    assert waits.app.read(erasures.doubted) == []
    assert waits.app.read(proof.differing) == []


def test_who_forgot_that_she_ever_ordered_tells_her_key_when_she_reads_it(
    office: Office, anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her disk died right behind the order, and an older copy took its place."""
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    goes = item(anna)
    settle(anna, bela, olga)
    copy = bela.app.back_up()
    bela.app.run(erasing.erase, "library_item", goes)
    with monkeypatch.context() as dying:
        dying.setattr(tending, "is_needed", lambda _session: False)
        bela.sync()
    bela.close()
    olga.sync()
    assert shows(olga, goes), "nobody has told yet whose key that is"
    again = office.reopened("again", copy, bela.app.device_keys)
    settle(again, anna, olga)
    assert not any(shows(laptop, goes) for laptop in (again, anna, olga))
    assert olga.app.read(erasures.doubted) == []


def test_what_comes_without_what_it_says_empties_nothing(office: Office, anna: Laptop, bela: Laptop) -> None:
    """An endpoint that lost what operations say, or hides it, and has both laptops read all again."""
    stays = item(anna)
    settle(anna, bela)
    emptied = update(tables.op).where(tables.op.c.record == uuid.UUID(stays).bytes).values(payload=b"")
    at_endpoint(office, lambda connection: connection.execute(emptied))
    for laptop in (anna, bela):
        laptop.app.run(proof.read_again, [ALLIANCE])
    settle(anna, bela)
    mine = (here.op.c.record == stays, here.op.c.type == "library_item")
    assert all(anna.app.read(lambda session: session.scalars(select(here.op.c.payload).where(*mine)).all()))
    assert shows(anna, stays)
    assert shows(bela, stays)
    assert anna.app.read(proof.differing) == []


def test_a_file_with_a_forged_order_does_nothing(office: Office, anna: Laptop, bela: Laptop, post: Post) -> None:
    stays = item(anna)
    settle(anna, bela)
    slip_in(office, anna, ERASE, ALLIANCE, uuid.UUID(stays).bytes, [])
    loaded = bundles.load(bela.engine, post.answer(post.save(bela)))
    assert loaded.received
    assert shows(bela, stays)
    assert bela.app.read(erasures.doubted) == [(ALLIANCE, stays)]
    assert told(bela) == PUT_ASIDE


def test_what_was_ordered_before_joining_is_signed_anew(office: Office, anna: Laptop) -> None:
    assert office.endpoint is not None
    settle(anna)
    app = office.app("alone")
    shared = app.run(publishing.publish, "library_item", app.run(editing.add, "library_item", OURS), "shared")
    app.run(erasing.erase, "library_item", shared)
    laptop = Laptop.join(app, office.endpoint, office.organisation)
    introduce(app, office.organisation)
    settle(laptop, anna)
    assert anna.app.read(erasures.known, space_of(anna, "shared")) == {shared}
    assert anna.app.read(erasures.doubted) == []
    assert laptop.app.read(audit.verify).findings == ()


def test_copies_that_hear_of_a_new_role_one_after_the_other_do_not_correct_each_other(
    office: Office, anna: Laptop
) -> None:
    settle(anna)
    twin = office.reopened("twin", anna.app.back_up(), anna.app.device_keys)
    settle(anna, twin)
    set_role(office, anna, "committee")
    anna.app.run(put_token, "")  # only this one asks for another, and hears of the role with it
    settle(anna, twin)
    told = cards(anna)
    assert len(told) == 2
    settle(anna, twin, anna)
    assert cards(anna) == told
    twin.app.run(put_token, "")
    settle(twin, anna)
    assert set(cards(anna)) == {"coordinator", "committee"}
    assert cards(anna)[-1] == "committee"


def cards(laptop: Laptop) -> list[str]:
    """Return the roles that were told in the Alliance's space, in their order."""
    op = here.op.c
    query = select(op.payload).where(op.type == SIGNER, op.space == ALLIANCE).order_by(op.seq)
    found = [card_of(payload) for payload in laptop.app.read(lambda session: session.scalars(query).all())]
    return [card.role for card in found if card is not None]


@pytest.mark.parametrize("way", ["card", "record"])
def test_nobody_takes_the_place_of_the_key_of_another_organisations_computer(
    office: Office, anna: Laptop, way: str
) -> None:
    """Ids of computers are no secret: whoever has read one may be faster than its own organisation."""
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    zoe = office.laptop("Zoe", organisation=f"{office.organisation} 3")
    settle(anna, olga, zoe)
    bela = office.laptop("Bela")
    settle(bela, anna)
    goes = item(anna)
    settle(anna, bela, zoe)
    device, mine = bela.app.store.author.device, olga.app.store.author
    record, key = str(uuid.UUID(bytes=record_of(device))), olga.app.device_keys.sign
    public = key.public_key().public_bytes_raw()
    message = card_message(uuid.UUID(mine.organisation).bytes, Card(device, public, "coordinator", mine.device, b""))
    card = Card(device, public, "coordinator", mine.device, key.sign(message))

    def claim(session: Session) -> None:
        if way == "card":
            journal.write_mark(session, SIGNER, ALLIANCE, record, mine.organisation, values_of(card))
        else:
            session.add(LibraryItem(id=record, space=ALLIANCE, title={"en": "Olga's"}))

    olga.app.run(claim)
    settle(olga, zoe)
    bela.app.run(erasing.erase, "library_item", goes)
    settle(bela, anna, bela, zoe)
    assert not shows(zoe, goes)
    assert zoe.app.read(erasures.doubted) == []


@pytest.mark.parametrize("names_us", [True, False])
def test_nobody_confirms_for_a_computer_of_another_organisation(
    office: Office, anna: Laptop, bela: Laptop, names_us: bool
) -> None:
    olga = office.laptop("Olga", organisation=f"{office.organisation} 2")
    goes = item(anna)
    settle(anna, bela, olga)
    anna.app.run(erasing.erase, "library_item", goes)
    settle(anna, olga)
    owner, device = (anna if names_us else olga).app.identity().organisation, bela.app.identity().device
    olga.app.run(lambda session: journal.write_mark(session, ERASED, ALLIANCE, goes, owner, [], by=device))
    settle(olga, anna)
    (standing,) = [each for each in anna.app.read(erasing.standings) if each.record == goes]
    *ours, _endpoint = standing.witnesses
    assert sorted(bool(each.at) for each in ours) == [False, True]
    settle(bela, anna)
    (standing,) = [each for each in anna.app.read(erasing.standings) if each.record == goes]
    assert standing.is_done


def test_a_receipt_of_no_day_at_all_stops_nothing(office: Office, anna: Laptop, bela: Laptop) -> None:
    goes = item(anna)
    settle(anna, bela)
    anna.app.run(erasing.erase, "library_item", goes)
    anna.sync()
    never = update(tables.erased).values(at=10**15)
    at_endpoint(office, lambda connection: connection.execute(never))
    settle(bela)
    assert told(bela) == ""
    assert bela.app.read(erasures.pending) == {ALLIANCE: [goes]}
