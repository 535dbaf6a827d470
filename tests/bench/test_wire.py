"""The short form of the measurement of the wire, and proofs that its counting can be believed."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import wire, workload
from tests.bench.figures import Goal, Wire
from tests.bench.link import Link, Speed, linked
from tests.bench.scene import Laptop

COUNT = 120
CUT = ["i 64 KiB push", "i 64 KiB pull", "i 8 KiB push", "i 8 KiB pull"]
REQUEST = b"POST /somewhere HTTP/1.1\r\nContent-Length: 5\r\n\r\n12345"


@contextlib.contextmanager
def echo() -> Iterator[str]:
    """A server that says back whatever it hears."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        threads = []

        def answer(end: socket.socket) -> None:
            with end, contextlib.suppress(OSError):
                while piece := end.recv(4096):
                    end.sendall(piece)

        def welcome() -> None:
            with contextlib.suppress(OSError):
                while True:
                    end, _address = door.accept()
                    threads.append(threading.Thread(target=answer, args=(end,), daemon=True))
                    threads[-1].start()

        threading.Thread(target=welcome, daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def link() -> Iterator[Link]:
    with echo() as url, linked(url) as found:
        yield found


def talk(link: Link, *pieces: bytes) -> list[bytes]:
    """Say the pieces on one connection and hear each back whole."""
    heard = []
    with socket.create_connection(("127.0.0.1", int(link.url.rsplit(":", 1)[1])), timeout=10) as end:
        for piece in pieces:
            end.sendall(piece)
            back = b""
            while len(back) < len(piece) and (more := end.recv(65536)):
                back += more
            heard.append(back)
    return heard


def test_every_byte_request_and_turn_is_counted(link: Link) -> None:
    pieces = (REQUEST, bytes(range(256)) * 700, b"POST /not-a-head", REQUEST)
    assert talk(link, *pieces) == list(pieces)
    size = sum(map(len, pieces))
    assert (link.count.up, link.count.down, link.count.requests, link.count.connections) == (size, size, 2, 1)


def test_a_turn_to_speak_is_a_round_trip_and_so_is_opening(link: Link) -> None:
    talk(link, REQUEST, b"more", REQUEST)
    assert (link.count.turns, link.count.round_trips) == (3, 4)


def test_a_request_in_two_pieces_is_one(link: Link) -> None:
    assert b"".join(talk(link, REQUEST[:20], REQUEST[20:])) == REQUEST
    assert link.count.requests == 1


def test_it_takes_as_long_as_the_line_is_slow(link: Link) -> None:
    link.shape(Speed(0.05, 64))
    start = time.monotonic()
    talk(link, b"x" * 4000)
    # Opening: 0.1 s. There: 0.5 s of sending, and back while it still comes.
    assert 0.1 + 0.5 + 0.1 <= time.monotonic() - start < 1.5


def test_a_cut_lets_through_so_many_bytes_and_nobody_until_it_is_healed(link: Link) -> None:
    link.cut_after(up=10_000)
    with contextlib.suppress(OSError):
        talk(link, b"x" * 50_000)
    assert (link.count.up, link.is_cut) == (10_000, True)
    with contextlib.suppress(OSError):
        assert talk(link, b"hello") == [b""]
    assert link.count.up == 10_000
    link.heal()
    assert talk(link, b"hello") == [b"hello"]


def test_the_workload_is_as_large_and_as_hard_to_compress_as_others_were_measured_with() -> None:
    found = workload.made(1000)
    size = sum(len(json.dumps(row, separators=(",", ":"))) + 1 for row in found.records)
    assert size == pytest.approx(434_460, rel=0.02)
    assert found.floor_of_records() == pytest.approx(90_987, rel=0.02)
    assert found.floor_of_edits(found.one) == pytest.approx(167, rel=0.1)
    assert found.floor_of_edits(found.hundred) == pytest.approx(4746, rel=0.1)
    assert {tuple(row) for row in found.records} == {workload.FIELDS}
    assert workload.records(5) == found.records[:5]


def test_a_workload_comes_from_files_too(tmp_path: Path) -> None:
    found = workload.made(110)
    records, edits = tmp_path / "records.jsonl", tmp_path / "edits.json"
    records.write_text("\n".join(map(json.dumps, found.records)), "utf-8")
    edits.write_text(json.dumps({"d": found.one, "e": found.hundred}), "utf-8")
    assert workload.read(records, edits, 110) == found
    with pytest.raises(ValueError, match="needs 200 records"):
        workload.read(records, edits, 200)


def test_every_step_arrives_whole() -> None:
    """Goals may be missed here, as the numbers are small; nothing may be wrong."""
    work = workload.made(COUNT)
    found = wire.run([work], "abcdefgh", ["loopback"], ["alliance"], keeps_connection=True)
    found += wire.run([work], "bdi", ["loopback"], ["private"])
    assert [figure.wrong for figure in found] == [[]] * len(found)
    steps = ["a push", "b pull", "c idle", "d push", "d pull", "e push", "e pull", "f two laptops", "g two laptops"]
    assert [figure.step for figure in found] == [*steps, "h cut at half", "b pull", "d push", "d pull", *CUT]
    assert [figure.missed for figure in found if figure.step in CUT] == [[]] * 4, (
        "a box may be larger than what gets through"
    )
    for name, figures in itertools.groupby(found, lambda figure: figure.step[0]):
        for figure in figures:
            assert figure.up > 0 < figure.down, name
            assert figure.requests == {"f": 3, "g": 3, "h": figure.requests, "i": figure.requests}.get(name, 1)


def test_what_did_not_arrive_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second laptop shows one record otherwise, and lacks another."""
    seen = Laptop.shown

    def forgetful(laptop: Laptop) -> dict[str, tuple[object, ...]]:
        found = seen(laptop)
        if laptop.app.folder.name == "bela":
            found.popitem()
            found |= {next(iter(found)): ({"en": "another"},)}
        return found

    monkeypatch.setattr(Laptop, "shown", forgetful)
    found = wire.run([workload.made(COUNT)], "b", ["loopback"], ["alliance"])
    assert found[0].wrong == [f"2 records differ; {COUNT} here, {COUNT - 1} there"]
    assert found[0].missed


def test_what_costs_too_much_or_goes_wrong_is_said() -> None:
    figure = Wire("c idle", 1, "loopback", "alliance", 300, 200, 0.1, 2, 2, 1, goal=Goal(450, 1, 0.05), wrong=["lost"])
    assert figure.missed == ["bytes 500 > 450", "requests 2 > 1", "seconds 0.1 > 0.05", "lost"]
