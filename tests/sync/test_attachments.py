"""Attachments between laptops and a real endpoint: resumed both ways, proved, and within the room there is."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import random
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import LargeBinary, cast, select, update

from sync import filebox
from sync.client import files
from sync.client.engine import SyncEngine
from sync.client.transport import Transport
from sync.server import service, tables
from sync.server.store import Store
from tests.bench.link import Link, Speed, linked
from tests.support import Laptop, endpoint_at, fact
from wimdesk import clock
from wimdesk.errors import Cancelled, NoConnection, UserError
from wimdesk.records.library_item import POINTS
from wimdesk.services import attaching, editing, library, library_review, taking_part
from wimdesk.store import history
from wimdesk.store.contents import UNKNOWN_FOR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support import Endpoint, Office
    from wimdesk.services.attaching import Attached

CANARY = b"canary-4711-Quispe "
PER_CUT = 8_000
"""Bytes that a pass may take beside the file: the greeting, the heads, and what was on its way at the cut."""
MEGABYTE = 1_000_000


def attach(laptop: Laptop, parent: tuple[str, str], content: bytes, name: str = "plan.pdf") -> str:
    return attaching.attach(laptop.app.store, laptop.app.contents, parent, name, content)


def see(laptop: Laptop, attachment: str) -> Attached:
    return laptop.app.read(attaching.one, laptop.app.contents, attachment)


def read(laptop: Laptop, attachment: str) -> bytes:
    return laptop.app.contents.read(see(laptop, attachment).digest)


def content_of(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def change_at_endpoint(endpoint: Endpoint, carried: str, content: bytes) -> None:
    """Put something else in the place of the first piece of a file."""
    store = Store(endpoint.data, database=endpoint.owner)
    piece = tables.file_piece.c
    mine = (piece.digest == bytes.fromhex(carried), piece.at == 0)
    with store.writing() as connection:
        connection.execute(update(tables.file_piece).where(*mine).values(content=content))
    store.close()


@pytest.fixture
def secretariat(tmp_path: Path) -> Iterator[Endpoint]:
    """An endpoint of its own: what one story gives to the Alliance would come to the laptops of the next."""
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        yield endpoint


@pytest.fixture
def two(office: Office) -> tuple[Laptop, Laptop, tuple[str, str]]:
    """Two laptops of one organisation, and a site that both know."""
    anna, bela = office.laptop("Anna"), office.laptop("Bela")
    site = anna.add("site", name="North")
    anna.sync()
    bela.sync()
    return anna, bela, ("site", site)


Two = tuple[Laptop, Laptop, tuple[str, str]]


@pytest.mark.parametrize("size", [1, filebox.PIECE - 1, filebox.PIECE, filebox.PIECE + 1, 200_000])
def test_a_private_file_comes_to_the_other_laptop(two: Two, size: int) -> None:
    anna, bela, site = two
    content = content_of(size)
    made = attach(anna, site, content)
    assert see(anna, made).state == "Waiting to go"
    anna.sync()
    assert see(anna, made).state == "On this computer"
    bela.sync()
    theirs = see(bela, made)
    assert (theirs.title, theirs.here, theirs.size, theirs.note) == ("plan.pdf", True, size, "")
    assert read(bela, made) == content
    # Nothing is to do, so nothing is asked: only the operations are.
    assert anna.sync().requests == bela.sync().requests == 1


def test_the_endpoint_can_neither_read_a_private_file_nor_learn_what_it_is(two: Two, office: Office) -> None:
    anna, _bela, site = two
    content = CANARY * 5000
    attach(anna, site, content, "Quispe-contract.txt")
    anna.sync()
    assert office.endpoint is not None
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    found = 0
    digest = hashlib.sha256(content)
    with store.reading() as connection:
        for table in tables.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                held = b"\0".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
                found += 1
                for secret in (CANARY.strip(), b"Quispe-contract", digest.digest(), digest.hexdigest().encode()):
                    assert secret not in held, table.name
        size = connection.scalars(select(tables.file.c.size).where(tables.file.c.size == filebox.boxed_size(95_000)))
        assert size.all(), "it is there, as a box"
    store.close()
    assert found


def test_on_the_disk_nothing_is_readable(two: Two) -> None:
    anna, bela, site = two
    content = CANARY * 5000
    made = attach(anna, site, content, "Quispe.txt")
    anna.sync()
    bela.sync()
    for laptop in (anna, bela):
        names = [path for path in laptop.app.folder.rglob("*") if path.is_file()]
        assert any(path.parent.name == "attachments" for path in names)
        digest = see(laptop, made).digest
        for path in names:
            held = path.read_bytes()
            assert CANARY not in held
            assert digest not in path.name
            assert bytes.fromhex(digest) not in held


def over(laptop: Laptop, link: Link) -> SyncEngine:
    """An engine that has just been started, on another way to the endpoint."""
    return SyncEngine(laptop.app, lambda _url: Transport(link.url))


def resumed(laptop: Laptop, link: Link, way: str, cuts: list[int]) -> int:
    """Sync again and again over a line that is cut after so many bytes of each pass; return the bytes of all passes."""
    total = 0
    for cut in [*cuts, 0]:
        link.reset()
        link.heal()
        if cut:
            link.cut_after(up=cut if way == "up" else None, down=cut if way == "down" else None)
        laptop.engine = over(laptop, link)
        with contextlib.suppress(NoConnection):
            laptop.sync()
        total += link.count.up if way == "up" else link.count.down
    link.heal()
    return total


CUTS = [3_000, 20_000, 66_000, 1_500, 40_000, 65_552, 9_000]


@pytest.mark.parametrize("space", ["private", "alliance"])
def test_only_the_rest_goes_up_after_a_cut(two: Two, space: str) -> None:
    anna, bela, site = two
    content = content_of(400_000)
    made = attach(anna, parent_in(anna, site, space), content)
    with linked(anna.app.identity().server_url) as link:
        total = resumed(anna, link, "up", CUTS)
    size = filebox.boxed_size(len(content))
    assert see(anna, made).sent
    assert size < total < size + (len(CUTS) + 1) * PER_CUT + len(CUTS) * 2 * 16_384
    bela.sync()
    assert read(bela, made) == content


@pytest.mark.parametrize("space", ["private", "alliance"])
def test_only_the_rest_comes_down_after_a_cut(two: Two, space: str) -> None:
    anna, bela, site = two
    content = content_of(400_000, 1)
    made = attach(anna, parent_in(anna, site, space), content)
    anna.sync()
    with linked(bela.app.identity().server_url) as link:
        total = resumed(bela, link, "down", CUTS)
    size = filebox.boxed_size(len(content))
    assert read(bela, made) == content
    assert size < total < size + (len(CUTS) + 1) * PER_CUT
    assert not list(bela.app.folder.glob("attachments/*.part"))


def parent_in(laptop: Laptop, site: tuple[str, str], space: str) -> tuple[str, str]:
    """A record that lives in a space."""
    if space == "private":
        return site
    initiative = laptop.add("initiative", title={"en": "Campus days"})
    return "initiative", laptop.app.run(taking_part.publish, initiative)


def test_what_has_arrived_half_is_unreadable_on_the_disk(two: Two) -> None:
    anna, bela, site = two
    attach(anna, parent_in(anna, site, "alliance"), CANARY * 20_000)
    anna.sync()
    with linked(bela.app.identity().server_url) as link:
        link.cut_after(down=100_000)
        bela.engine = over(bela, link)
        bela.sync()
    (part,) = bela.app.folder.glob("attachments/*.part")
    assert part.stat().st_size > 50_000
    assert CANARY not in part.read_bytes()


@pytest.mark.parametrize("space", ["private", "alliance"])
def test_what_is_not_what_was_promised_is_never_shown(two: Two, office: Office, space: str) -> None:
    anna, bela, site = two
    content = content_of(100_000, 2)
    made = attach(anna, parent_in(anna, site, space), content)
    anna.sync()
    carried = str(anna.see("attachment", made)["carried"])
    assert office.endpoint is not None
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    with store.reading() as connection:
        piece = tables.file_piece.c
        mine = (piece.digest == bytes.fromhex(carried), piece.at == 0)
        right = bytes(connection.scalars(select(cast(piece.content, LargeBinary)).where(*mine)).one())
    store.close()
    for wrong in (right[:-1] + bytes([right[-1] ^ 1]), bytes(len(right)), right + b"more"):
        change_at_endpoint(office.endpoint, carried, wrong)
        bela.engine.files.retry()
        report = bela.sync()
        assert report.refused == 0
        shown = see(bela, made)
        assert not shown.here
        assert shown.note
    change_at_endpoint(office.endpoint, carried, right)
    bela.sync()
    assert not see(bela, made).here, "it waits a while before it tries again by itself"
    bela.app.run(attaching.want, made)
    bela.sync()
    assert read(bela, made) == content
    assert see(bela, made).note == ""


def test_the_room_is_never_exceeded(two: Two) -> None:
    anna, bela, site = two
    small = [attach(anna, site, content_of(900_000, seed), f"{seed}.bin") for seed in range(6)]
    big = attach(anna, site, content_of(1_200_000, 9), "big.bin")
    bela.app.settings.put("file_megabytes", 1)
    bela.app.settings.put("files_megabytes", 3)  # smaller than the screen offers
    anna.sync()
    for _pass in range(3):
        bela.sync()
        assert bela.app.contents.used() <= 3 * MEGABYTE
    here = [each for each in small if see(bela, each).here]
    assert len(here) == 3
    assert see(bela, big).state == "At the Secretariat"
    bela.app.run(attaching.want, big)
    assert see(bela, big).state == "Comes with the next sync"
    bela.sync()
    assert see(bela, big).here, "what somebody asks for comes in any case"
    # Room that is made is used again.
    for each in [big, here[0]]:
        bela.app.contents.forget(bela.app.run(attaching.drop, each))
    bela.sync()
    assert not see(bela, here[0]).here
    assert sum(see(bela, each).here for each in small) == 3
    assert bela.app.contents.used() <= 3 * MEGABYTE


def test_where_every_byte_costs_nothing_travels(two: Two) -> None:
    anna, bela, site = two
    anna.app.settings.put("metered", True)
    made = attach(anna, site, content_of(100_000))
    assert anna.sync().bytes_up < 10_000
    anna.app.settings.put("metered", False)
    anna.sync()
    bela.app.settings.put("metered", True)
    bela.sync()
    bela.app.run(attaching.want, made)
    assert bela.sync().bytes_down < 10_000
    assert see(bela, made).state == "Comes with the next sync"
    bela.app.settings.put("metered", False)
    bela.sync()
    assert see(bela, made).here


def test_only_on_request_and_what_is_dropped_stays_away(two: Two) -> None:
    anna, bela, site = two
    bela.app.settings.put("file_megabytes", 0)
    made = attach(anna, site, content_of(1000))
    with pytest.raises(UserError, match="not at the Secretariat yet"):
        anna.app.run(attaching.drop, made)
    anna.sync()
    bela.sync()
    assert not see(bela, made).here
    anna.app.contents.forget(anna.app.run(attaching.drop, made))
    anna.sync()
    assert see(anna, made).state == "At the Secretariat"
    anna.app.run(attaching.want, made)
    anna.sync()
    assert read(anna, made) == content_of(1000)


def test_a_file_that_the_author_has_not_sent_yet_comes_later(two: Two) -> None:
    anna, bela, site = two
    anna.app.settings.put("metered", True)
    made = attach(anna, site, content_of(1000))
    anna.sync()
    bela.sync()
    assert "does not have this file yet" in see(bela, made).note
    asked = bela.sync().requests
    assert asked == 1, "it is not asked for at each pass"
    anna.app.settings.put("metered", False)
    anna.sync()
    bela.engine.files.retry()
    bela.sync()
    assert see(bela, made).here


def test_operations_go_whatever_happens_to_a_file(two: Two, office: Office) -> None:
    anna, bela, site = two
    made = attach(anna, site, content_of(300_000))
    with linked(anna.app.identity().server_url) as link:
        anna.engine = over(anna, link)
        link.cut_after(up=60_000)
        report = anna.sync()
    assert (report.waiting, report.refused) == (0, 0)
    assert "no connection" in see(anna, made).note.lower()
    bela.sync()
    assert bela.see("attachment", made)["title"] == "plan.pdf"
    # A content that is damaged on the disk stops nothing either.
    (path,) = anna.app.folder.glob("attachments/*")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    anna.engine = SyncEngine(anna.app)
    other = attach(anna, site, content_of(1000, 3), "other.bin")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wimdesk.store.contents.log.error", lambda *_told: None)
        anna.sync()
    assert "damaged" in see(anna, made).note
    assert see(anna, other).sent
    assert list((anna.app.folder / "quarantine").iterdir())


def test_a_file_makes_way_and_goes_on_where_it_was(two: Two) -> None:
    anna, _bela, site = two
    anna.app.settings.put("metered", True)
    made = attach(anna, site, content_of(500_000))
    anna.sync()
    anna.app.settings.put("metered", False)
    checks = itertools.count()

    def typed() -> None:
        if next(checks) == 40:
            raise Cancelled

    told: list[dict[str, object]] = []
    line = files.Line(
        Transport(anna.app.identity().server_url), fact(anna.app, "token"), typed, lambda **t: told.append(t)
    )
    carrier = files.Files(anna.app)
    carrier.carry(line)
    assert not see(anna, made).sent
    assert told == [{"step": "Sending files", "done": 0, "total": 1}]
    (errand,) = anna.app.read(files.errands, anna.app.contents)
    until = time.monotonic() + 30
    while line.transport.file_state(errand.path, line.token) < 30 * 4096:
        assert time.monotonic() < until, "the endpoint puts away what came"
        time.sleep(0.05)
    line.transport.traffic.up = 0
    carrier.carry(line)
    assert see(anna, made).sent
    assert line.transport.traffic.up < 500_000 - 30 * 4096


def test_a_token_that_ends_between_two_files_is_no_problem_of_the_file(two: Two) -> None:
    anna, _bela, site = two
    anna.app.settings.put("metered", True)
    made = attach(anna, site, content_of(1000))
    anna.sync()
    anna.app.settings.put("metered", False)
    transport = Transport(anna.app.identity().server_url)
    anna.engine.files.carry(files.Line(transport, "ended", lambda: None, lambda **_told: None))
    transport.close()
    assert see(anna, made).note == ""
    anna.sync()
    assert see(anna, made).sent, "the next pass does not wait"


def test_typing_stops_no_file_where_nothing_goes_by_itself(two: Two) -> None:
    anna, _bela, site = two
    anna.app.settings.put("sync_automatically", False)
    made = attach(anna, site, content_of(100_000))
    with linked(anna.app.identity().server_url) as link:
        anna.engine = over(anna, link)
        link.shape(Speed(kbit=400))
        seen = threading.Event()
        anna.engine.status.connect(lambda status: seen.set() if status.step == "Sending files" else None)
        anna.engine.start()
        anna.engine.sync_now()
        assert seen.wait(60)
        anna.add("site", name="South")
        until = time.monotonic() + 60
        while not see(anna, made).sent and time.monotonic() < until:
            time.sleep(0.1)
        anna.engine.stop()
    assert see(anna, made).sent


def test_somebody_who_cancels_does_not_wait(two: Two) -> None:
    anna, _bela, site = two
    made = attach(anna, site, content_of(500_000))
    with linked(anna.app.identity().server_url) as link:
        anna.engine = over(anna, link)
        link.shape(Speed(kbit=400))
        seen = threading.Event()
        anna.engine.status.connect(lambda status: seen.set() if status.step == "Sending files" else None)
        thread = threading.Thread(target=anna.sync)
        thread.start()
        assert seen.wait(60)
        time.sleep(1)
        began = time.monotonic()
        anna.engine.cancel()
        thread.join()
        assert time.monotonic() - began < 5.0, "the whole file takes ten seconds"
    assert not see(anna, made).sent
    assert see(anna, made).note == ""


def test_a_restored_endpoint_gets_the_file_again(two: Two, office: Office) -> None:
    anna, bela, site = two
    made = attach(anna, site, content_of(50_000))
    anna.sync()
    assert office.endpoint is not None
    store = Store(office.endpoint.data, database=office.endpoint.owner)
    carried = bytes.fromhex(str(anna.see("attachment", made)["carried"]))
    with store.writing() as connection:
        for table in (tables.file_piece, tables.file):
            connection.execute(table.delete().where(table.c.digest == carried))
    store.close()
    service.renew_generation(office.endpoint.data, database=office.endpoint.owner)
    anna.sync()
    bela.sync()
    bela.engine.files.retry()
    bela.sync()
    assert read(bela, made) == content_of(50_000)


def test_a_practice_that_is_published_takes_its_files_along(office: Office) -> None:
    anna, secretary = office.laptop("Anna"), office.laptop("Sara", "Secretariat", "secretariat")
    reader = office.laptop("Rosa", "WIM Ghana", "reader")
    words = {"en": "Lamps"}
    item = anna.add(
        "library_item", title=words, summary=words, template="tool", state="draft", license="CC0-1.0", body=words
    )
    made = attach(anna, ("library_item", item), CANARY * 3, "lamps.txt")
    other = attach(anna, ("library_item", item), CANARY * 4, "private.txt")
    anna.app.run(attaching.remove, other)
    copy = anna.app.run(library.submit, item)
    anna.sync()
    secretary.app.settings.put("file_megabytes", 0)
    secretary.sync()
    secretary.app.run(library_review.check, copy, [*POINTS])
    final = secretary.app.run(library.publish, copy)
    secretary.sync()
    secretary.sync()
    reader.sync()
    (theirs,) = reader.app.read(attaching.listed, reader.app.contents, "library_item", final).files
    assert (theirs.title, theirs.here) == ("lamps.txt", True)
    assert reader.app.contents.read(theirs.digest) == CANARY * 3
    assert reader.app.read(attaching.listed, reader.app.contents, "library_item", final).may_add is False
    assert made not in {row["id"] for row in reader.app.read(editing.rows, "attachment")}


@pytest.mark.parametrize(
    "lie",
    [
        {"carried_extent": 10**15, "extent": 10**15},
        {"carried_extent": 5, "extent": 5},
        {"carried_extent": -5},
        {"carried": "../../etc/passwd"},
        {"carried": "A" * 64},
        {"identifier": "0" * 64},
        {"secret": "zz"},
        {"secret": "00" * 32},
    ],
)
def test_what_an_attachment_says_of_itself_is_not_believed(two: Two, lie: dict[str, object]) -> None:
    anna, bela, site = two
    made = attach(anna, site, content_of(70_000))
    anna.sync()
    anna.change("attachment", made, **lie)
    anna.sync()
    report = bela.sync()
    assert not see(bela, made).here
    assert report.bytes_down < 100_000
    assert sum(path.stat().st_size for path in bela.app.folder.glob("attachments/*")) < 100_000


def test_in_the_trash_and_back(two: Two) -> None:
    anna, bela, site = two
    made = attach(anna, site, content_of(1000))
    anna.sync()
    act = anna.app.run(attaching.remove, made)
    assert anna.app.read(attaching.listed, anna.app.contents, *site).files == ()
    anna.sync()
    bela.sync()
    assert bela.app.read(attaching.listed, bela.app.contents, *site).files == ()
    anna.app.run(history.undo, act)
    anna.sync()
    bela.sync()
    assert read(bela, made) == content_of(1000)


def test_what_is_long_in_the_trash_leaves_the_endpoint_too(two: Two, office: Office) -> None:
    anna, bela, site = two
    gone, stays = attach(anna, site, content_of(1000)), attach(anna, site, content_of(2000))
    again = attach(bela, site, content_of(1000, 5))
    for laptop in (anna, bela):
        laptop.sync()
        laptop.app.run(attaching.remove, gone if laptop is anna else again)
        laptop.sync()
    assert office.endpoint is not None
    assert len(kept_at(office.endpoint)) == 3
    later = time.time() + UNKNOWN_FOR + 3600
    with clock.driven_by(lambda: later):
        anna.sync()
        anna.sync()
        assert kept_at(office.endpoint) == [filebox.boxed_size(2000)]
        # Whoever still takes it out of the trash gives it back from where it still is.
        anna.app.run(editing.restore, "attachment", gone)
        anna.sync()
    assert kept_at(office.endpoint) == [filebox.boxed_size(1000), filebox.boxed_size(2000)]
    assert see(anna, stays).sent


def kept_at(endpoint: Endpoint) -> list[int]:
    """The sizes of the files that the endpoint has."""
    store = Store(endpoint.data, database=endpoint.owner)
    with store.reading() as connection:
        found = [int(row.size) for row in connection.execute(select(tables.file))]
    store.close()
    return sorted(found)


def test_nothing_is_attached_to_what_belongs_to_others(two: Two, office: Office, tmp_path: Path) -> None:
    anna, _bela, site = two
    guest = office.laptop("Gita", "WIM Ghana")
    parent = parent_in(anna, site, "alliance")
    anna.sync()
    guest.sync()
    with pytest.raises(UserError, match="belongs to others"):
        attach(guest, parent, b"x")
    with pytest.raises(UserError, match="empty"):
        attach(anna, site, b"")
    huge = tmp_path / "huge"
    with huge.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(UserError, match="larger than"):
        attaching.read_file(huge)
    with pytest.raises(UserError, match="can't be read"):
        attaching.read_file(tmp_path / "none")
