"""Sync by a file: by stick or mail, carried by anybody, in any order, twice, and mixed with the network."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import msgspec
import pytest
import requests
from sqlalchemy import func, select

from sync import bundles as files
from sync.client import bundles
from sync.client.bundles import Loaded
from sync.protocol import PATH_BUNDLES, Problem
from sync.server import service
from tests.support import Laptop, Office, Post, endpoint_at
from wimdesk.errors import NoConnection, Refused, UserError
from wimdesk.services import editing
from wimdesk.store import history, outbox, recovery, tables

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session


def operations(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(tables.op)) or 0


def content(laptop: Laptop) -> dict[str, object]:
    """What a person could see but for times, and how far each space was read."""
    kinds = ("person", "site", "organization", "post")
    rows: dict[str, object] = {
        kind: sorted(
            ({**row, "created_at": "", "updated_at": ""} for row in laptop.app.read(editing.rows, kind)),
            key=lambda row: str(row["id"]),
        )
        for kind in kinds
    }
    return {**rows, "cursors": laptop.app.read(outbox.cursors)}


def test_a_file_brings_both_ways(post: Post, anna: Laptop, bela: Laptop) -> None:
    theirs = bela.add("site", name="South")
    bela.sync()
    mine = anna.add("person", given_name="Carla")
    saved = bundles.save(anna.engine, up := post.path())
    assert (saved.changes, saved.more, saved.size) == (1, False, up.stat().st_size)
    assert anna.app.read(bundles.saved_at)
    done = bundles.load(anna.engine, post.answer(up))
    assert (done.arrived, done.refused, done.known, done.more, done.again) == (1, 0, False, False, False)
    assert done.received >= 1
    assert anna.see("site", theirs)["name"] == "South"
    assert anna.app.read(outbox.count) == 0
    assert not anna.app.read(bundles.saved_at)
    assert anna.app.read(outbox.last_success)
    bela.sync()
    assert bela.see("person", mine)["given_name"] == "Carla"
    assert content(anna) == content(bela)


def test_a_new_computer_gets_everything_by_files_only(post: Post, office: Office, anna: Laptop) -> None:
    for number in range(30):
        anna.add("site", name=f"Site {number}")
    anna.sync()
    cora = office.laptop("Cora")
    done = post.round(cora)
    assert done.received >= 30
    assert content(anna) == content(cora)


def test_somebody_else_carries_it_and_can_read_neither(post: Post, office: Office, anna: Laptop) -> None:
    dora = office.laptop("Dora", "Other organisation")
    anna.add("person", given_name="Unmistakable")
    up, down = post.save(anna), post.path()
    assert bundles.look(dora.app, up) == bundles.Look("changes", up.stat().st_size, mine=False)
    assert bundles.carry(dora.engine, up, down) == bundles.Look("answer", down.stat().st_size, mine=False)
    for file in (up, down):
        assert b"Unmistakable" not in file.read_bytes()
        assert bundles.look(anna.app, file).mine
        with pytest.raises(UserError):
            bundles.load(dora.engine, file)
    assert sum((bundles.look(anna.app, up).counts or {}).values()) == 1
    assert bundles.load(anna.engine, down).arrived == 1
    with pytest.raises(UserError, match="holds an answer"):
        bundles.carry(dora.engine, down, post.path())


def test_without_a_network_nothing_can_be_passed_on(post: Post, anna: Laptop, bela: Laptop, tmp_path: Path) -> None:
    up = post.save(anna)
    with endpoint_at(tmp_path / "elsewhere") as gone:
        url = gone.url
    bela.app.run(lambda session: bundles.facts.put(session, server_url=url))
    with pytest.raises(NoConnection):
        bundles.carry(bela.engine, up, out := post.path())
    assert not out.exists()


def test_loading_twice_changes_nothing(post: Post, anna: Laptop, bela: Laptop) -> None:
    anna.add("site", name="North")
    up = post.save(anna)
    first, second = post.answer(up), post.answer(up)
    assert bundles.load(anna.engine, first).arrived == 1
    before = anna.app.read(operations), content(anna)
    for file in (first, second, first):
        assert bundles.load(anna.engine, file) == Loaded(known=True)
    assert (anna.app.read(operations), content(anna)) == before
    bela.sync()
    assert content(bela) == content(anna)


def test_files_in_any_order_and_mixed_with_the_network(post: Post, anna: Laptop, bela: Laptop) -> None:
    saved = []
    for number in range(4):
        anna.add("site", name=f"Site {number}")
        saved.append(post.save(anna))
    answers = [post.answer(saved[at]) for at in (2, 0)]
    anna.sync()
    answers += [post.answer(saved[at]) for at in (3, 1, 3)]
    for file in reversed(answers):
        assert bundles.load(anna.engine, file).arrived == 0
    bela.sync()
    anna.sync()
    assert content(anna) == content(bela)
    names = [row["name"] for row in bela.app.read(editing.rows, "site")]
    assert sorted(map(str, names)) == [f"Site {number}" for number in range(4)]


def test_an_older_answer_after_a_newer_one(post: Post, anna: Laptop, bela: Laptop) -> None:
    bela.add("site", name="First")
    bela.sync()
    early = post.answer(post.save(anna))
    bela.add("site", name="Second")
    bela.sync()
    late = post.answer(post.save(anna))
    assert bundles.load(anna.engine, late).received >= 2
    assert bundles.load(anna.engine, early).known
    bela.sync()
    assert content(anna) == content(bela)


def test_an_answer_beyond_what_was_read_names_what_is_missing(post: Post, office: Office, anna: Laptop) -> None:
    copy = anna.app.store.path
    bela = office.laptop("Bela")
    early = office.folder / "early.db"
    anna.app.store.run(lambda session: None)
    shutil.copy(anna.app.back_up(), early)
    bela.add("site", name="South")
    bela.sync()
    anna.sync()
    assert copy.exists()
    bela.add("site", name="East")
    bela.sync()
    late = post.answer(post.save(anna))
    back = office.reopened("back", early, anna.app.device_keys)
    with pytest.raises(UserError, match="earlier file is missing"):
        bundles.load(back.engine, late)
    back.sync()
    assert {row["name"] for row in back.app.read(editing.rows, "site")} == {"South", "East"}


def test_a_file_for_another_endpoint_is_refused(post: Post, anna: Laptop, tmp_path: Path) -> None:
    up = post.save(anna)
    with endpoint_at(tmp_path / "other") as other:
        said = requests.post(other.url + PATH_BUNDLES, data=up.read_bytes(), timeout=30)
        assert (said.status_code, said.json()["error"]) == (400, Problem.NOT_FOR_US)
        with pytest.raises(ValueError, match="not for this server"):
            service.bundle(other.data, up, post.path())


def test_an_answer_of_another_endpoint_is_not_believed(post: Post, anna: Laptop) -> None:
    down = post.answer(post.save(anna))
    found = files.opened(down.read_bytes(), anna.app.device_keys.receive)
    mine = anna.app.device_keys
    down.write_bytes(
        files.sealed(found.header, found.content, mine.sign, [mine.receive.public_key().public_bytes_raw()])
    )
    before = anna.app.read(operations)
    with pytest.raises(UserError, match="another computer, or damaged"):
        bundles.load(anna.engine, down)
    assert anna.app.read(operations) == before


def test_nobody_signs_for_another(post: Post, anna: Laptop, bela: Laptop) -> None:
    anna.add("site", name="North")
    up = post.save(anna)
    found = files.opened(up.read_bytes(), anna.app.device_keys.receive)
    forged = files.sealed(found.header, found.content, bela.app.device_keys.sign, [found.header.endpoint])
    said = requests.post(post.endpoint.url + PATH_BUNDLES, data=forged, timeout=30)
    assert said.json()["error"] == Problem.SIGNATURE_WRONG
    moved = msgspec.structs.replace(found.header, device=bela.app.store.author.device)
    forged = files.sealed(moved, found.content, bela.app.device_keys.sign, [found.header.endpoint])
    said = requests.post(post.endpoint.url + PATH_BUNDLES, data=forged, timeout=30)
    assert said.status_code == 200, "Bela may say what she likes in her own name"
    answer = files.opened(said.content, bela.app.device_keys.receive)
    assert answer.header.problem == Problem.SIGNATURE_WRONG
    up.write_bytes(said.content)
    assert bundles.load(bela.engine, up).old, "she never saved that file"
    bela.sync()
    assert not bela.app.read(editing.rows, "site")


def test_every_cut_is_noticed(post: Post, anna: Laptop) -> None:
    anna.add("site", name="North")
    up = post.save(anna)
    whole = up.read_bytes()
    for length in (0, 5, 18, 60, 200, len(whole) // 2, len(whole) - 1):
        up.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=r"not for this server|can't be read"):
            post.answer(up)
    up.write_bytes(whole)
    down = post.answer(up)
    whole = down.read_bytes()
    for length in (0, 5, 18, 60, 200, len(whole) // 2, len(whole) - 1):
        down.write_bytes(whole[:length])
        with pytest.raises(UserError):
            bundles.load(anna.engine, down)
    down.write_bytes(whole)
    assert bundles.load(anna.engine, down).arrived == 1


def test_a_revoked_computer_hears_it_and_what_it_sent_is_kept_apart(post: Post, anna: Laptop, bela: Laptop) -> None:
    record = anna.add("site", name="North")
    up = post.save(anna)
    device = anna.app.identity().device
    service.revoke(post.endpoint.data, device, database=post.endpoint.database)
    with pytest.raises(Refused, match="may no longer sync"):
        bundles.load(anna.engine, post.answer(up))
    assert anna.see("site", record)["name"] == "North"
    kept = service.kept_apart(post.endpoint.data, database=post.endpoint.owner)
    assert [row["sealed"] for row in kept if row["device"] == device] == [True]
    bela.sync()
    assert not bela.app.read(editing.rows, "site")


def test_a_wipe_order_comes_by_a_file_too(post: Post, anna: Laptop) -> None:
    up = post.save(anna)
    service.revoke(post.endpoint.data, anna.app.identity().device, wipe=True, database=post.endpoint.database)
    with pytest.raises(Refused, match="destroyed when you close"):
        bundles.load(anna.engine, post.answer(up))


@pytest.mark.parametrize("others_write", [0, 2])
def test_a_restored_endpoint_gets_back_what_it_lost_by_files(
    office: Office, post: Post, tmp_path: Path, others_write: int
) -> None:
    """All rounds of the recovery are files; each says whether one more is needed. Others may be faster."""
    (tmp_path / "home").mkdir()
    with endpoint_at(tmp_path / "first") as endpoint:
        office.endpoint = endpoint
        anna = office.laptop("Anna")
        anna.sync()
        cora = office.laptop("Cora")
        service.backup(endpoint.data, copy := tmp_path / "copy")
        lost = anna.add("site", name="Lost at the endpoint")
        anna.sync()
        held = anna.add("site", name="Not sent yet")
    service.restore(tmp_path / "second", copy)
    with endpoint_at(tmp_path / "second") as endpoint:
        office.endpoint = endpoint
        for laptop in (anna, cora):
            laptop.app.run(lambda session: bundles.facts.put(session, server_url=endpoint.url))
        rounds = [post.round(anna)]
        while rounds[-1].again and len(rounds) < 9:
            if len(rounds) <= others_write:
                cora.add("post", label={"en": f"Meanwhile {len(rounds)}"})
                cora.sync()
            rounds.append(post.round(anna))
        assert not rounds[-1].again
        assert not anna.app.read(recovery.returning)
        assert 3 <= len(rounds) <= 5 + others_write
        bela = office.laptop("Bela")
        bela.sync()
        assert {row["id"] for row in bela.app.read(editing.rows, "site")} == {lost, held}
        anna.sync()
        assert content(anna) == content(bela)


@pytest.mark.parametrize("others_write", [False, True])
def test_a_copied_profile_comes_back_by_files(post: Post, office: Office, anna: Laptop, others_write: bool) -> None:
    anna.sync()
    shutil.copy(anna.app.back_up(), office.folder / "copy.db")
    first = anna.add("site", name="On the laptop")
    anna.sync()
    copy = office.reopened("copied", office.folder / "copy.db", anna.app.device_keys)
    second = copy.add("site", name="On its copy")
    bela = office.laptop("Bela")
    rounds = [post.round(copy)]
    while rounds[-1].again and len(rounds) < 8:
        if others_write:
            bela.add("site", name=f"Meanwhile {len(rounds)}")
            bela.sync()
        rounds.append(post.round(copy))
    assert not rounds[-1].again
    bela.sync()
    copy.sync()
    assert {first, second} <= {row["id"] for row in bela.app.read(editing.rows, "site")}
    assert content(copy) == content(bela)


def test_what_another_copy_has_sent_is_read_first_by_files_too(post: Post, office: Office, anna: Laptop) -> None:
    record = anna.add("person", given_name="Carla")
    anna.sync()
    anna.change("person", record, role="waits in both")
    shutil.copy(anna.app.back_up(), office.folder / "copy.db")
    anna.app.run(lambda session: recovery.begin(session, lost=False))
    anna.sync()
    anna.sync()
    copy = office.reopened("copied", office.folder / "copy.db", anna.app.device_keys)
    for _file in range(4):
        post.round(copy)
    anna.sync()
    for laptop in (anna, copy):
        assert laptop.app.read(outbox.count) == 0
        assert laptop.app.read(operations) == copy.app.read(operations)
        roles = [step.values.get("role") for step in laptop.app.read(history.history, record)]
        assert roles.count("waits in both") == 1
    assert content(copy) == content(anna)


def test_what_was_refused_is_told(post: Post, office: Office, anna: Laptop) -> None:
    anna.sync()
    reader = office.laptop("Rita", role="reader")
    reader.sync()
    reader.add("site", name="May not be written")
    assert post.round(reader).refused == 1
    assert reader.app.read(outbox.refused)


def test_what_another_file_brought_is_no_sign_of_a_loss(post: Post, office: Office, anna: Laptop) -> None:
    """The answer to the first file counts what the second one brought, but says nothing of what was refused in that."""
    anna.sync()
    reader = office.laptop("Rita", role="reader")
    reader.sync()
    saved = []
    for name in ("One", "Two"):
        reader.add("site", name=name)
        saved.append(post.save(reader))
    post.answer(saved[1])
    done = bundles.load(reader.engine, post.answer(saved[0]))
    assert (done.refused, done.again) == (1, False)
    assert not reader.app.read(recovery.returning)


def test_an_answer_from_before_a_new_beginning_is_put_aside(post: Post, office: Office, anna: Laptop) -> None:
    anna.sync()
    shutil.copy(anna.app.back_up(), office.folder / "copy.db")
    anna.add("site", name="On the laptop")
    anna.sync()
    copy = office.reopened("copied", office.folder / "copy.db", anna.app.device_keys)
    early = post.answer(post.save(copy))
    second = copy.add("site", name="On its copy")
    refused = post.answer(post.save(copy))
    copy.sync()
    before = content(copy), copy.app.identity().epoch
    for file in (early, refused):
        assert bundles.load(copy.engine, file) == Loaded(old=True)
    assert (content(copy), copy.app.identity().epoch) == before
    bela = office.laptop("Bela")
    bela.sync()
    assert second in {row["id"] for row in bela.app.read(editing.rows, "site")}
    assert content(bela) == content(copy)


def test_too_much_for_one_file_is_said(post: Post, anna: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    anna.sync()
    for number in range(6):
        anna.add("site", name=f"Site {number}")
    monkeypatch.setattr(outbox, "MAX_OPS", 4)
    saved = bundles.save(anna.engine, up := post.path())
    assert (saved.changes, saved.more) == (4, True)
    assert bundles.load(anna.engine, post.answer(up)).arrived == 4
    saved = bundles.save(anna.engine, up := post.path())
    assert (saved.changes, saved.more) == (2, False)


def test_an_answer_that_is_too_long_says_that_there_is_more(
    post: Post, anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(120):
        bela.add("site", name=f"Site {number}")
    bela.sync()
    monkeypatch.setattr("sync.server.exchange.ANSWER_OPS", 40)
    rounds = [post.round(anna)]
    while rounds[-1].more:
        rounds.append(post.round(anna))
    assert len(rounds) > 1
    bela.sync()
    assert content(anna) == content(bela)


def test_what_is_no_file_of_a_sync(post: Post, anna: Laptop) -> None:
    path = post.path()
    path.write_bytes(b"%PDF-1.7")
    for work in (bundles.load, lambda engine, file: bundles.carry(engine, file, post.path())):
        with pytest.raises(UserError, match="no sync file"):
            work(anna.engine, path)
    path.write_bytes(b"WIMSYNC 2 changes\nanything")
    with pytest.raises(UserError, match="update WIMDesk"):
        bundles.look(anna.app, path)
    with pytest.raises(UserError, match="can't be read"):
        bundles.load(anna.engine, post.path())
    up = post.save(anna)
    with pytest.raises(UserError, match="on their way"):
        bundles.load(anna.engine, up)


def test_opening_costs_little_whatever_is_sent(post: Post, anna: Laptop) -> None:
    """A box may name very many readers; trying each would keep the endpoint busy for minutes."""
    anna.sync()
    stanza = b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n"
    file = b"WIMSYNC 1 changes\nage-encryption.org/v1\n" + stanza * 80_000 + b"--- " + b"A" * 43 + b"\n"
    began = time.perf_counter()
    said = requests.post(post.endpoint.url + PATH_BUNDLES, data=file, timeout=30)
    assert said.status_code == 400
    assert time.perf_counter() - began < 10


def test_what_is_decided_over_a_change_that_waits_is_decided_for_all(post: Post, anna: Laptop, bela: Laptop) -> None:
    site = anna.add("site", name="North")
    for laptop in (anna, bela):
        laptop.sync()
    bela.change("site", site, name="B1")
    anna.change("site", site, name="A1")
    post.answer(post.save(anna))
    bela.sync()
    before = post.save(anna)
    anna.change("site", site, name="A2")
    bundles.load(anna.engine, post.answer(before))
    assert [(each.shown.value, each.other.value) for each in anna.questions()] == [("B1", "A1")]
    anna.change("site", site, name="A3")
    assert anna.questions() == []
    for laptop in (anna, bela, anna):
        laptop.sync()
    asked = [[(each.field, each.other.value) for each in laptop.questions()] for laptop in (anna, bela)]
    assert asked == [[("name", "B1")]] * 2, "what Anna had not seen when she wrote A2 is asked, and nothing else"
