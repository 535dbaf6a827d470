"""An endpoint that means no good: the laptop says a sentence and stays as it is."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from sync import bundles as files
from sync import wire
from sync.client import answer, bundles, enrolment
from sync.client.engine import SyncEngine
from sync.client.transport import Transport
from sync.frames import framed, packed
from sync.protocol import (
    PATH_ENROL,
    PATH_KEYS,
    PATH_TOKEN,
    EnrolResponse,
    Envelope,
    KeysResponse,
    SyncResponse,
    TokenResponse,
)
from sync.server.store import Store
from tests.support import Office
from wimdesk.errors import SyncProblem, WimdeskError
from wimdesk.services import computers
from wimdesk.store import facts

M = TypeVar("M", bound=msgspec.Struct)


class _Counted(io.BytesIO):
    """Its body; how far it is read is counted there."""

    def __init__(self, malice: Malice) -> None:
        super().__init__(malice.body)
        self._malice = malice

    def read(self, size: int | None = -1) -> bytes:
        """Read, and count."""
        found = super().read(size)
        self._malice.read += len(found)
        return found


class Malice(BaseAdapter):
    """Answers everything with the same bytes."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.status = status
        self.body = body
        self.asked = 0
        self.read = 0

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        self.asked += 1
        assert self.asked < 50, "the laptop asks without end"
        raw = urllib3.HTTPResponse(body=_Counted(self), status=self.status, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing is open."""


def sync(office: Office, status: int, body: bytes) -> Malice:
    """An enrolled laptop meets it; returns what it met."""
    laptop = office.laptop("Anna")
    laptop.sync()
    malice = Malice(status, body)
    engine = SyncEngine(laptop.app, lambda url: Transport(url, malice))
    with pytest.raises(WimdeskError) as told:
        engine.run_once()
    assert isinstance(told.value, SyncProblem)
    engine.stop()
    assert laptop.sync().sent == 0
    return malice


def test_there_is_always_more_but_nothing_comes(office: Office) -> None:
    names = answer.names_of("00000000-0000-0000-0000-000000000000")
    assert sync(office, 200, wire.end(SyncResponse(1, {}, [], [], True), names)).asked == 1


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000, b'{"error": Infinity}', b'{"error": 1e999, "order": "0"}', b'{"error": ' + b"9" * 60_000 + b"}",
        b'{"error": 4, "order": 5}', b"x" * 1_000_000,
    ],
    ids=["deep", "infinite", "large", "long", "no order", "no end"],
)  # fmt: skip
def test_a_refusal_that_is_none(office: Office, body: bytes) -> None:
    malice = sync(office, 409, body)
    assert malice.read <= 64 * 1024 * malice.asked


class Twisting(Transport):
    """Over the real endpoint; what it answers to one kind of question is twisted on its way."""

    def __init__(self, url: str, path: str, twist: Callable[..., msgspec.Struct]) -> None:
        super().__init__(url)
        self._path, self._twist = path, twist

    def post(self, path: str, message: msgspec.Struct, answer: type[M], token: str = "") -> M:
        """Send, and twist."""
        found = super().post(path, message, answer, token)
        twisted = self._twist(found) if path == self._path else found
        return msgspec.msgpack.decode(msgspec.msgpack.encode(twisted), type=answer)


@pytest.mark.parametrize(
    "said",
    [
        {"device": "../../somewhere"}, {"organisation": ""}, {"organisation": "x"},
        {"organisation": str(uuid.uuid4()).upper()}, {"server_key": b"short"}, {"receive_key": bytes(33)},
        {"organisation_name": "a" * 201}, {"organisation_name": "a\nb"},
    ],
    ids=lambda said: next(iter(said)),
)  # fmt: skip
def test_nobody_becomes_what_can_not_be(office: Office, said: dict[str, object]) -> None:
    app = office.app()

    def twist(found: EnrolResponse) -> EnrolResponse:
        return msgspec.structs.replace(found, **said)

    before = app.identity()
    with pytest.raises(SyncProblem):
        enrolment.enrol(
            app, office.endpoint.code("Anywhere"), office.endpoint.url, lambda url: Twisting(url, PATH_ENROL, twist)
        )
    assert app.identity() == before


@pytest.mark.parametrize("token", ["", "a\nX: b", "\0", "\u00e9\u20ac", "x" * 100_000])
def test_a_token_that_is_none_is_not_kept(office: Office, token: str) -> None:
    laptop = office.laptop("Anna")
    laptop.app.run(lambda session: facts.put(session, token=""))

    def twist(found: TokenResponse) -> TokenResponse:
        return msgspec.structs.replace(found, token=token)

    engine = SyncEngine(laptop.app, lambda url: Twisting(url, PATH_TOKEN, twist))
    with pytest.raises(SyncProblem):
        engine.run_once()
    engine.stop()
    laptop.sync()


def _computer(**said: object) -> Callable[[KeysResponse], KeysResponse]:
    return lambda found: msgspec.structs.replace(
        found, computers=[msgspec.structs.replace(found.computers[0], **said), *found.computers[1:]]
    )


_ENVELOPE = [Envelope(1 << 40, bytes(16), b"locked")]
_KEYS: dict[str, Callable[[KeysResponse], KeysResponse]] = {
    "numbers twice": lambda found: msgspec.structs.replace(found, made=[*found.made, *found.made]),
    "number": lambda found: msgspec.structs.replace(found, made=[(-5, b"12345678")]),
    "envelope": lambda found: msgspec.structs.replace(found, made=[(1 << 40, b"12345678")], envelopes=_ENVELOPE),
    "version": lambda found: msgspec.structs.replace(found, version=1 << 63),
    "id": _computer(id=b"short"),
    "name": _computer(name="x" * 100_000),
    "time": _computer(enrolled_at=1 << 62),
    "key": _computer(receive_key=b"short", has=[]),
}


@pytest.mark.parametrize("twist", _KEYS.values(), ids=_KEYS)
def test_keys_stand_in_no_way_that_can_not_be(office: Office, twist: Callable[[KeysResponse], KeysResponse]) -> None:
    laptop = office.laptop("Anna")
    laptop.sync()
    before = laptop.app.read(computers.every)
    laptop.app.run(lambda session: facts.put(session, key_changes=0))
    engine = SyncEngine(laptop.app, lambda url: Twisting(url, PATH_KEYS, twist))
    with pytest.raises(SyncProblem):
        engine.run_once()
    engine.stop()
    assert laptop.app.read(computers.every) == before
    laptop.sync()


@pytest.mark.expects_log
def test_a_computer_that_nothing_can_be_locked_for_keeps_nobody_from_syncing(office: Office) -> None:
    """All its members could know what this key gives: it may come from such a computer as well."""
    laptop = office.laptop("Anna")
    laptop.sync()
    laptop.app.run(lambda session: facts.put(session, key_changes=0))
    twist = _computer(receive_key=bytes(32), has=[])
    engine = SyncEngine(laptop.app, lambda url: Twisting(url, PATH_KEYS, twist))
    engine.run_once()
    engine.stop()


def test_what_somebody_keeps_for_other_programs_goes_to_nobody(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / "netrc"
    known.write_text("default login maria password canary\n")
    known.chmod(0o600)
    monkeypatch.setenv("NETRC", str(known))
    laptop = office.laptop("Anna")
    laptop.sync()


def test_a_signed_answer_of_nonsense_is_told(office: Office, tmp_path: Path) -> None:
    laptop = office.laptop("Anna")
    laptop.sync()
    assert office.endpoint is not None
    bundles.save(laptop.engine, tmp_path / "up.wimsync")
    mark = files.opened((tmp_path / "up.wimsync").read_bytes(), laptop.app.device_keys.receive).header.mark
    names = answer.names_of(laptop.app.identity().organisation)
    part = wire.Part(99, 1, 1, [(bytes(16), 1)], b"", b"", b"", b"")
    end = wire.end(SyncResponse(laptop.app.read(facts.number, "generation"), {}, [], [], False), names)
    store = Store(office.endpoint.data, database=office.endpoint.database)
    me = uuid.UUID(laptop.app.identity().device).bytes
    header = files.Header("answer", files.new_id(), me, names.organisation, store.public_receive_key, mark)
    content = packed([framed(msgspec.msgpack.encode(part)), end])
    mine = laptop.app.device_keys.receive.public_key().public_bytes_raw()
    (tmp_path / "down.wimsync").write_bytes(store.seal(header, content, mine))
    store.close()
    for read in (bundles.look, lambda _app, path: bundles.load(laptop.engine, path)):
        with pytest.raises(SyncProblem, match="damaged"):
            read(laptop.app, tmp_path / "down.wimsync")
    assert laptop.sync().refused == 0
