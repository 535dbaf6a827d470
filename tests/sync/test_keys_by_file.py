"""The organisation's keys without a network: in the same files as the changes, one step in each."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec
import pytest

from sync import bundles as files
from sync import lockbox
from sync.client import bundles
from sync.protocol import Envelope, KeysRequest, KeysResponse
from sync.server import service
from tests.support import fact
from wimdesk.errors import Refused
from wimdesk.services import computers, editing
from wimdesk.store import outbox, seal_keys

if TYPE_CHECKING:
    from tests.support import Laptop, Office, Post


def newcomer(office: Office, name: str, role: str = "coordinator") -> Laptop:
    """A laptop without the organisation's key."""
    return office.laptop(name, role=role, introduced=False)


def names(laptop: Laptop) -> set[str]:
    return {str(row["name"]) for row in laptop.app.read(editing.rows, "site")}


def tell_words(keeper: Laptop, laptop: Laptop, typed: str = "") -> None:
    keeper.app.run(computers.confirm, laptop.app.identity().device, typed or fact(laptop.app, "words"))


def test_keys_travel_in_files_alone(post: Post, office: Office) -> None:
    anna = newcomer(office, "Anna")
    anna.add("site", name="North")
    assert post.round(anna).more, "the first file asks, the next one makes the key, the third brings what is private"
    assert post.round(anna).more
    assert anna.app.read(outbox.count) > 0
    assert not post.round(anna).more
    assert anna.app.read(outbox.count) == 0
    bela = newcomer(office, "Bela")
    post.round(bela)
    assert names(bela) == set()
    post.round(anna)
    tell_words(anna, bela)
    post.round(anna)
    assert post.round(bela).more
    assert not post.round(bela).more
    assert names(bela) == {"North"}


def test_wrong_words_are_told_and_mended_by_file(post: Post, office: Office) -> None:
    anna = newcomer(office, "Anna")
    for _turn in range(2):
        post.round(anna)
    bela = newcomer(office, "Bela")
    post.round(bela)
    post.round(anna)
    tell_words(anna, bela, lockbox.new_words())
    for laptop in (anna, bela, bela, anna, anna):
        post.round(laptop)
    state = {each.id: each.state for each in anna.app.read(computers.every)}
    assert state[bela.app.identity().device] == "mistaken"
    tell_words(anna, bela)
    for laptop in (anna, bela):
        post.round(laptop)
    assert bela.app.read(seal_keys.current) == anna.app.read(seal_keys.current)


def test_after_a_computer_is_removed_files_bring_the_new_key(post: Post, office: Office) -> None:
    anna, bela, cora = (newcomer(office, name) for name in ("Anna", "Bela", "Cora"))
    for laptop in (anna, bela, cora, anna):
        laptop.sync()
    for laptop in (bela, cora):
        tell_words(anna, laptop)
    for laptop in (anna, bela, cora):
        laptop.sync()
    service.revoke(post.endpoint.data, cora.app.identity().device, database=post.endpoint.database)
    old = anna.app.read(seal_keys.current)
    unheard = post.save(anna)
    post.round(anna)  # hears that Cora is gone
    twice = [post.save(anna), post.save(anna)]
    assert len(anna.app.read(seal_keys.every)) == 2, "a file that is saved again means the same key"
    for file in (unheard, *twice):
        bundles.load(anna.engine, post.answer(file))
    post.round(anna)
    new = anna.app.read(seal_keys.current)
    assert old is not None
    assert new is not None
    assert (new.number, len(anna.app.read(seal_keys.every))) == (2, 2)
    anna.add("site", name="after")
    post.round(anna)
    done = post.round(bela)
    assert not done.more, "the key comes before what it opens"
    assert names(bela) == {"after"}
    with pytest.raises(Refused):
        post.round(cora)


def test_an_old_file_changes_no_key_again(post: Post, office: Office) -> None:
    anna = newcomer(office, "Anna")
    bela = newcomer(office, "Bela")
    for laptop in (anna, bela, anna):
        laptop.sync()
    tell_words(anna, bela, lockbox.new_words())
    wrong = post.save(anna)
    post.answer(wrong)
    bela.sync()  # cannot open it, and says so
    anna.sync()
    tell_words(anna, bela)
    anna.sync()
    post.answer(wrong)
    bela.sync()
    assert bela.app.read(seal_keys.current) is not None


def test_who_may_not_hand_on_keys_may_not_by_file(post: Post, office: Office) -> None:
    anna, bela = newcomer(office, "Anna"), newcomer(office, "Bela", "volunteer")
    for laptop in (anna, bela, anna):
        laptop.sync()
    tell_words(anna, bela)
    for laptop in (anna, bela):
        laptop.sync()
    cora = newcomer(office, "Cora")
    cora.sync()
    post.round(bela)
    standing = fact(bela.app, "key_standing")
    forged = msgspec.msgpack.decode(bytes.fromhex(standing), type=KeysResponse)
    id = uuid.UUID(cora.app.identity().device).bytes
    assert id in {each.id for each in forged.computers}
    up = post.path()
    app, who = bela.app, bela.app.identity()
    header = files.Header(
        "changes", files.new_id(), app.store.author.device, uuid.UUID(who.organisation).bytes,
        bytes.fromhex(fact(app, "server_receive_key")), b"", keys_at=forged.version,
        asks_keys=KeysRequest([], [Envelope(1, id, b"a box of Bela's")]),
    )  # fmt: skip
    found = files.opened(post.save(bela).read_bytes(), app.device_keys.receive)
    up.write_bytes(
        files.sealed(header, found.content, app.device_keys.sign, [bytes.fromhex(fact(app, "server_receive_key"))])
    )
    down = files.opened(post.answer(up).read_bytes(), app.device_keys.receive)
    assert down.header.problem == 0
    assert down.header.keys is not None
    assert next(each for each in down.header.keys.computers if each.id == id).has == []
