"""Several processes that serve on one port: started, replaced when one dies, stopped together."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from sync.server.databases import Unusable
from sync.server.metrics import log_in_lines

Serve = Callable[[Callable[[], None]], None]
"""Serves until a signal comes; calls its argument once it listens."""
_GRACE = 20
"""Seconds that workers have to finish before they are killed."""
_SETTLED = 10
"""A worker that ends within so many seconds would end again."""
_LOST = "A worker ended at once. The endpoint was stopped. What was stored is safe. Look into the log."

log = logging.getLogger(__name__)


@contextlib.contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let SIGTERM and SIGINT call the handler for as long as the block lasts."""
    before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)


def _work(serve: Serve, news: Connection) -> None:
    # Who presses Ctrl+C means the first process; that one tells us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log_in_lines()
    serve(lambda: news.send(True))


class Crew:
    """So many workers, each a process of its own with its own connections. The database is what they share."""

    def __init__(self, serve: Serve, workers: int) -> None:
        self._serve = serve
        self._count = workers
        self._context = multiprocessing.get_context("spawn")
        self._workers: dict[SpawnProcess, tuple[Connection, float]] = {}
        self._over = threading.Event()

    def serve(self, ready: Callable[[], None]) -> None:
        """Run until SIGTERM or SIGINT; `ready` is called once all listen. Raises Unusable where one can't stay."""
        with handling(lambda _number, _frame: self._over.set()):
            try:
                for _ in range(self._count):
                    self._start()
                for worker, (news, _since) in self._workers.items():
                    self._wait_for(worker, news)
                if not self._over.is_set():
                    ready()
                while not self._over.is_set():
                    self._replace_dead()
            finally:
                self._stop()

    def _start(self) -> SpawnProcess:
        here, there = self._context.Pipe(duplex=False)
        worker = self._context.Process(target=_work, args=(self._serve, there), name="worker")
        worker.start()
        there.close()
        self._workers[worker] = (here, time.monotonic())
        return worker

    def _wait_for(self, worker: SpawnProcess, news: Connection) -> None:
        while not self._over.is_set():
            if news in wait([news, worker.sentinel], timeout=0.5):
                with contextlib.suppress(EOFError):  # it died before it could say anything
                    news.recv()
                    return
            if not worker.is_alive():
                raise Unusable(_LOST)

    def _replace_dead(self) -> None:
        # A signal does not end this wait by itself.
        ended = wait([worker.sentinel for worker in self._workers], timeout=0.5)
        for worker in [worker for worker in self._workers if worker.sentinel in ended]:
            news, since = self._workers.pop(worker)
            news.close()
            worker.join()
            log.warning("a worker ended with exit code %s", worker.exitcode)
            if self._over.is_set():
                return
            killed = (worker.exitcode or 0) < 0
            if time.monotonic() - since < _SETTLED and not killed:
                raise Unusable(_LOST)
            self._start()

    def _stop(self) -> None:
        for worker in self._workers:
            worker.terminate()
        until = time.monotonic() + _GRACE
        for worker, (news, _since) in self._workers.items():
            worker.join(max(0.1, until - time.monotonic()))
            if worker.is_alive():
                worker.kill()
                worker.join()
            news.close()
