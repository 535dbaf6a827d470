"""Files at the endpoint: resumed both ways, proved by their hash, and only for whom the role table names."""

from __future__ import annotations

import hashlib
import os
import socket
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import select

from sync.protocol import ALLIANCE, COMMITTEE, Problem, file_path, private_space, shared_space
from sync.server import audit, tables
from sync.server.files import Limits
from sync.server.service import backup, restore, revoke, running
from sync.server.store import Store
from tests.sync.server.laptop import Laptop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sync.server.conftest import Endpoint


@dataclass
class Drawer:
    """A laptop's view of one file of a space."""

    laptop: Laptop
    space: str
    content: bytes
    digest: bytes = b""

    def __post_init__(self) -> None:
        self.digest = self.digest or hashlib.sha256(self.content).digest()
        self.url = self.laptop.url + file_path(self.space, self.digest)

    def ask(self, method: str, body: bytes = b"", **headers: str) -> requests.Response:
        told = {"Authorization": self.laptop.authorization} | {n.replace("_", "-"): v for n, v in headers.items()}
        return requests.request(method, self.url, headers=told, data=body, timeout=30)

    def send(self, at: int = 0, end: int | None = None) -> requests.Response:
        return self.ask("PATCH", self.content[at:end], Upload_Offset=str(at), Upload_Length=str(len(self.content)))

    def state(self) -> tuple[str | None, str | None]:
        found = self.ask("HEAD").headers
        return found.get("Upload-Offset"), found.get("Upload-Complete")


def number(answer: requests.Response) -> Problem:
    return Problem(answer.json()["error"])


def test_a_file_goes_up_in_parts_and_comes_down_in_parts(corner: Endpoint) -> None:
    author, reader = corner.laptop(), corner.laptop(role="reader")
    drawer = Drawer(author, author.shared, os.urandom(300_000))
    assert drawer.ask("HEAD").status_code == 404
    assert drawer.send(0, 100_000).status_code == 204
    assert drawer.state() == ("100000", "?0")
    assert number(Drawer(reader, author.shared, drawer.content).ask("GET")) is Problem.FILE_UNKNOWN, "not whole yet"
    assert number(drawer.send(90_000, 200_000)) is Problem.FILE_ELSEWHERE
    assert drawer.state() == ("100000", "?0")
    assert drawer.send(100_000).headers["Upload-Complete"] == "?1"
    assert drawer.state() == ("300000", "?1")
    theirs = Drawer(reader, author.shared, drawer.content)
    whole = theirs.ask("GET")
    assert (whole.status_code, whole.content) == (200, drawer.content)
    assert whole.headers["ETag"] == f'"{drawer.digest.hex()}"'
    rest = theirs.ask("GET", Range="bytes=123456-", If_Range=whole.headers["ETag"])
    assert (rest.status_code, rest.content) == (206, drawer.content[123456:])
    assert rest.headers["Content-Range"] == "bytes 123456-299999/300000"


@pytest.mark.parametrize(
    ("asked", "condition", "status", "part"),
    [
        ("bytes=0-0", "", 206, slice(0, 1)),
        ("bytes=10-19", "", 206, slice(10, 20)),
        ("bytes=-5", "", 206, slice(-5, None)),
        ("bytes=-99999999", "", 206, slice(0, None)),
        ("bytes=70000-999999999", "", 206, slice(70_000, None)),
        ("bytes=10-", '"somebody else"', 200, slice(0, None)),
        ("bytes=5-2", "", 200, slice(0, None)),
        ("bytes=0-1,5-6", "", 200, slice(0, None)),
        ("lines=0-1", "", 200, slice(0, None)),
        ("bytes=x-", "", 200, slice(0, None)),
        ("bytes=-", "", 200, slice(0, None)),
        ("bytes=0-" + "9" * 40, "", 200, slice(0, None)),
        ("bytes=100000-", "", 416, None),
        ("bytes=-0", "", 416, None),
    ],
)
def test_ranges(corner: Endpoint, asked: str, condition: str, status: int, part: slice | None) -> None:
    author = corner.laptop()
    drawer = Drawer(author, author.shared, bytes(range(250)) * 400)
    drawer.send()
    answer = drawer.ask("GET", Range=asked, If_Range=condition)
    assert answer.status_code == status
    if part is not None:
        assert answer.content == drawer.content[part]


def test_what_arrived_before_the_line_was_cut_is_kept(corner: Endpoint) -> None:
    author = corner.laptop()
    drawer = Drawer(author, author.shared, os.urandom(200_000))
    place = urlsplit(drawer.url)
    for at, end in ((0, 70_001), (70_001, 70_011), (70_011, 199_999)):
        head = (
            f"PATCH {place.path} HTTP/1.1\r\nHost: x\r\nAuthorization: {author.authorization}\r\n"
            f"Upload-Offset: {at}\r\nUpload-Length: 200000\r\nContent-Length: {200_000 - at}\r\n\r\n"
        )
        with socket.create_connection((place.hostname or "", place.port or 0)) as line:
            line.sendall(head.encode() + drawer.content[at:end])
        until = time.monotonic() + 30
        while drawer.state() != (str(end), "?0") and time.monotonic() < until:
            time.sleep(0.02)
        assert drawer.state() == (str(end), "?0")
    assert drawer.send(199_999).headers["Upload-Complete"] == "?1"
    assert drawer.ask("GET").content == drawer.content


def test_a_file_that_is_not_what_its_name_says_is_dropped(corner: Endpoint) -> None:
    author = corner.laptop()
    drawer = Drawer(author, author.shared, b"right" * 1000)
    wrong = Drawer(author, author.shared, b"wrong" * 1000, drawer.digest)
    assert number(wrong.send()) is Problem.FILE_WRONG
    assert wrong.ask("HEAD").status_code == 404
    assert drawer.send().status_code == 204
    assert drawer.ask("GET").content == drawer.content


def test_an_empty_file_and_one_that_is_sent_twice(corner: Endpoint) -> None:
    author = corner.laptop()
    for content in (b"", b"twice"):
        drawer = Drawer(author, author.shared, content)
        assert drawer.send().status_code == 204
        again = drawer.send()
        assert again.status_code == (204 if not content else 409)
        assert drawer.ask("GET").content == content


def test_only_whom_the_role_table_names(corner: Endpoint) -> None:
    author, reader = corner.laptop(), corner.laptop(role="reader")
    stranger, office = corner.laptop(str(uuid.uuid4())), corner.laptop("Secretariat", "secretariat")
    for space, expected in ((author.shared, [200, 403, 200]), (ALLIANCE, [200, 200, 200])):
        drawer = Drawer(author, space, os.urandom(1000))
        assert drawer.send().status_code == 204
        seen = [Drawer(who, space, drawer.content).ask("GET").status_code for who in (reader, stranger, office)]
        assert seen == expected
        assert number(Drawer(reader, space, b"x").send()) is Problem.SPACE_FORBIDDEN
        assert Drawer(stranger, space, drawer.content).ask("DELETE").status_code == 403
        assert Drawer(reader, space, drawer.content).ask("DELETE").status_code == 403
        assert drawer.ask("GET").status_code == 200
    private = Drawer(author, author.private, os.urandom(1000))
    assert private.send().status_code == 204
    for space in (author.private, author.shared, COMMITTEE, shared_space(str(uuid.uuid4())), "group/1", "x"):
        assert number(Drawer(stranger, space, private.content).send()) is Problem.SPACE_FORBIDDEN
        assert Drawer(stranger, space, private.content).ask("GET").status_code == 403
        assert Drawer(stranger, space, private.content).ask("HEAD").status_code == 403
    assert Drawer(office, private_space(author.me.organisation), private.content).ask("GET").status_code == 403
    assert number(Drawer(office, shared_space(str(uuid.uuid4())), b"x").send()) is Problem.SPACE_FORBIDDEN


def test_each_organisation_has_its_own_copy_and_removes_only_that(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop(str(uuid.uuid4()))
    content = os.urandom(5000)
    drawers = [Drawer(each, ALLIANCE, content) for each in (one, two)]
    for drawer in drawers:
        assert drawer.send().status_code == 204
    assert drawers[0].ask("DELETE").status_code == 204
    assert drawers[0].ask("HEAD").status_code == 404
    assert drawers[0].ask("GET").content == content
    assert number(drawers[0].ask("DELETE")) is Problem.OWNER_FORBIDDEN
    office = Drawer(corner.laptop("Secretariat", "secretariat"), ALLIANCE, content)
    assert office.ask("DELETE").status_code == 204
    assert drawers[1].ask("GET").status_code == 404
    assert office.ask("DELETE").status_code == 404


def test_a_removed_computer_may_do_nothing(corner: Endpoint) -> None:
    author = corner.laptop()
    drawer = Drawer(author, author.shared, b"x" * 100)
    drawer.send()
    revoke(corner.data, author.me.device, database=corner.database)
    for answer in (drawer.ask("GET"), drawer.send(), drawer.ask("DELETE")):
        assert number(answer) is Problem.DEVICE_REVOKED
        assert answer.json()["order"]
    assert drawer.ask("HEAD").status_code == 403


NONSENSE = ("", "-1", "x", "1.0", "+1", "1 2", "1" * 16, "٣", "0x10", "1_0")


@pytest.mark.parametrize("odd", NONSENSE)
def test_odd_numbers_are_refused(corner: Endpoint, odd: str) -> None:
    drawer = Drawer(corner.laptop(), corner.laptop().shared, b"x")
    for headers in ({"Upload-Offset": odd, "Upload-Length": "5"}, {"Upload-Offset": "0", "Upload-Length": odd}):
        sent = {name: value.encode() for name, value in headers.items()} | {
            "Authorization": drawer.laptop.authorization.encode()
        }
        answer = requests.patch(drawer.url, b"x", headers=sent, timeout=30)
        assert answer.status_code == 400


@pytest.mark.parametrize("name", ["", "0", "../..", "A" * 64, "g" * 64, "0" * 63, "0" * 65, "%00" * 64])
def test_odd_names_are_refused(corner: Endpoint, name: str) -> None:
    headers = {"Authorization": corner.laptop().authorization, "Upload-Offset": "0", "Upload-Length": "0"}
    for space in ("alliance", "", "%00", "%0a", "x" * 200, "..%2f..", "\u202e"):
        for method in ("GET", "HEAD", "PATCH", "DELETE"):
            url = f"{corner.url}/v1/files/{name}/{space}"
            assert requests.request(method, url, headers=headers, timeout=30).status_code in {400, 403, 404, 405}


def test_more_than_was_said_or_may_be_is_refused(corner: Endpoint) -> None:
    author = corner.laptop()
    drawer = Drawer(author, author.shared, b"x" * 1000)
    assert number(drawer.ask("PATCH", b"x" * 11, Upload_Offset="0", Upload_Length="10")) is Problem.TOO_LARGE
    assert drawer.state()[1] == "?0"
    assert number(drawer.ask("PATCH", b"x", Upload_Offset="0", Upload_Length="12")) is Problem.MALFORMED
    large = Drawer(author, author.shared, b"y")
    answer = large.ask("PATCH", b"", Upload_Offset="0", Upload_Length="50000001")
    assert number(answer) is Problem.TOO_LARGE
    assert large.ask("HEAD").status_code == 404


def test_limits_of_an_organisation_and_of_an_hour(endpoint: Endpoint, tmp_path: Path) -> None:
    limits = Limits(file=1000, kept=2500, new=4)
    with running(endpoint.data, now=endpoint.now, database=endpoint.database, limits=limits) as endpoint.url:
        author, other = endpoint.laptop(), endpoint.laptop("Other")
        drawers = [Drawer(author, ALLIANCE, os.urandom(1000)) for _ in range(3)]
        assert [drawer.send().status_code for drawer in drawers] == [204, 204, 413]
        assert number(drawers[2].send()) is Problem.NO_ROOM
        assert number(Drawer(author, ALLIANCE, bytes(1001)).send()) is Problem.TOO_LARGE
        assert Drawer(other, ALLIANCE, os.urandom(1000)).send().status_code == 204, "its own room"
        assert drawers[0].ask("DELETE").status_code == 204
        assert drawers[2].send(0, 10).status_code == 204
        small = [Drawer(author, ALLIANCE, os.urandom(3)) for _ in range(3)]
        assert [drawer.send().status_code for drawer in small] == [204, 204, 429]
        endpoint.later += 3601
        assert small[2].send().status_code == 204
        # An upload that nobody went on with makes room.
        endpoint.later += 31 * 24 * 3600
        author.sign_in()
        big = Drawer(author, ALLIANCE, os.urandom(1000))
        assert big.send().status_code == 204
        assert drawers[2].ask("HEAD").status_code == 404


def test_the_audit_says_it_and_a_backup_brings_files_back(endpoint: Endpoint, tmp_path: Path) -> None:
    author = endpoint.laptop()
    drawer = Drawer(author, author.shared, os.urandom(150_000))
    drawer.send(0, 100_001)
    drawer.send(100_001)
    store = Store(endpoint.data, database=endpoint.database)
    said = store.read(lambda connection: connection.execute(select(tables.audit)).all())
    assert [(row.who, row.result) for row in said if row.what == "file"] == [(author.me.device, "done")]
    assert store.read(audit.first_broken) is None
    store.close()
    backup(endpoint.data, tmp_path / "copy", database=endpoint.owner)
    restore(tmp_path / "new", tmp_path / "copy")
    with running(tmp_path / "new") as url:
        author.url = url
        assert Drawer(author, author.shared, drawer.content).ask("GET").content == drawer.content
