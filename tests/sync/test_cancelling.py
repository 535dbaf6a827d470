"""Whoever cancels, or closes the window, does not wait for an endpoint that has fallen silent."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from sync.client import engine
from sync.client.transport import Transport
from sync.protocol import PATH_NONCE, NonceRequest, NonceResponse
from tests.support import Laptop, Office
from wimdesk.errors import Cancelled, Refused
from wimdesk.store import facts

BEGUN = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789"
REFUSAL = b"HTTP/1.1 404 No\r\nContent-Length: 5000\r\n\r\n" + bytes(5000)


@dataclass
class Silent:
    """Takes every connection, says what it has to say once it is asked, and nothing more."""

    says: bytes
    url: str = ""
    open: list[socket.socket] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                talk, _from = listener.accept()
            except OSError:
                return
            self.open.append(talk)
            talk.recv(65536)
            talk.sendall(self.says)
            self.asked.set()


@contextlib.contextmanager
def silent(says: bytes = b"") -> Iterator[Silent]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Silent(says, f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=found.serve, args=(listener,))
        thread.start()
        try:
            yield found
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for talk in found.open:
                talk.close()


SOON = 5.0
"""It takes a tenth of a second; a machine may stall. The endpoint would be waited for six times as long."""


def seconds(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@pytest.fixture
def anna(office: Office) -> Laptop:
    laptop = office.laptop("Anna")
    laptop.sync()
    laptop.add("site", name="North")
    return laptop


@pytest.mark.parametrize("says", [b"", BEGUN], ids=["before it answers", "in the middle of its answer"])
def test_a_pass_is_cancelled_within_a_second(anna: Laptop, says: bytes) -> None:
    home, told = anna.app.identity().server_url, []

    def run() -> None:
        with pytest.raises(Cancelled) as problem:
            anna.sync()
        told.append(problem.value)

    with silent(says) as line:
        anna.app.run(facts.put, server_url=line.url)
        thread = threading.Thread(target=run)
        thread.start()
        assert line.asked.wait(30)
        anna.engine.cancel()
        assert seconds(thread.join) < SOON
    assert len(told) == 1
    assert (anna.engine.latest.state, anna.engine.latest.sentence) == ("idle", "")
    anna.app.run(facts.put, server_url=home)
    assert anna.sync().sent == 1, "it speaks again"


def test_what_was_cancelled_does_not_begin_again_by_itself(anna: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_BACK_OFF", (0.05,))
    with silent() as line:
        anna.app.run(facts.put, server_url=line.url)
        anna.engine.start()
        assert line.asked.wait(30)
        anna.engine.cancel()
        time.sleep(1.0)
        assert len(line.open) == 1
        line.asked.clear()
        anna.engine.sync_now()
        assert line.asked.wait(30), "only who asks for it has it again"
        assert seconds(anna.engine.stop) < SOON


def test_nothing_goes_out_once_somebody_has_hung_up() -> None:
    with silent(REFUSAL) as line:
        transport = Transport(line.url)
        transport.begin()
        transport.let_go()
        with pytest.raises(Cancelled):
            transport.post(PATH_NONCE, NonceRequest("computer"), NonceResponse)
        assert (transport.traffic.up, line.open) == (0, [])


def test_what_comes_with_a_refusal_is_counted_too() -> None:
    with silent(REFUSAL) as line:
        transport = Transport(line.url)
        transport.begin()
        with pytest.raises(Refused):
            transport.post(PATH_NONCE, NonceRequest("computer"), NonceResponse)
        assert transport.traffic.down > 5000
        transport.close()
