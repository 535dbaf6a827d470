"""An endpoint that means no good: the laptop says a sentence and stays as it is."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

from sync import wire
from sync.client import answer
from sync.client.engine import SyncEngine
from sync.client.transport import Transport
from sync.protocol import SyncResponse
from tests.support import Office
from wimdesk.errors import SyncProblem, WimdeskError


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
