"""Runs reads, writes and slow work off the GUI thread and brings each result back into it.

Results are delivered by one queued signal. When the owner of a job has been destroyed, nothing is
called; only a save that failed is told in any case, because silence would mean lost data.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

import shiboken6
from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from ui.garbage import Collector
from wimdesk.errors import Cancelled, DiskFull, NotFound, UserError, WimdeskError
from wimdesk.i18n import _

if TYPE_CHECKING:
    from wimdesk.app import App

T = TypeVar("T")
THREADS = 2
_TELL_EVERY = 0.1
_PATIENCE_MS = 5000

Failed = Callable[[WimdeskError], object]
OnProgress = Callable[[int, int, str], object]


class Progress(Protocol):
    """What slow work gets to tell how far it is; raises Cancelled when nobody waits for it any more."""

    def __call__(self, done: int = 0, total: int = 0, text: str = "") -> None:
        """Tell how far the work is."""


@dataclass(eq=False)
class Job(Generic[T]):
    """One thing under way. `cancel` drops its answer and stops work that tells its progress."""

    owner: QObject | None
    done: Callable[[T], object] | None = None
    failed: Failed | None = None
    on_progress: OnProgress | None = None
    saves: bool = False
    is_form: bool = False
    """Whether it saves what a form shows: if that is refused, something stands there that is not saved."""
    key: tuple[int, str] | None = None
    call: Callable[[], T] | None = None
    result: T | None = None
    problem: BaseException | None = None
    _cancelled: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Nobody waits for this any more."""
        self._cancelled.set()

    def let_go(self) -> None:
        """Forget everything: a thread that still holds the job must never be the one that destroys a widget."""
        self._cancelled.set()
        self.owner = self.done = self.failed = self.on_progress = self.call = self.result = None

    @property
    def wanted(self) -> bool:
        """Whether somebody still waits for the answer."""
        return not self._cancelled.is_set() and shiboken6.isValid(self.owner)


class Tasks(QObject):
    """The doors from the screens to the core. `writes` counts saves under way; `saving` tells it."""

    saving = Signal(int)
    not_saved = Signal(str)
    _landed = Signal(object)
    _told = Signal(object, int, int, str)

    def __init__(self, app: App, present: Callable[[BaseException], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._present = present
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(THREADS)
        self._garbage = Collector(self)
        self._running: set[Job[object]] = set()
        self._latest: dict[tuple[int, str], Job[object]] = {}
        self.writes = 0
        self._closed = False
        self._landed.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._told.connect(self._deliver_progress, Qt.ConnectionType.QueuedConnection)

    def read(
        self,
        owner: QObject,
        query: Callable[..., T],
        *args: object,
        done: Callable[[T], object],
        failed: Failed | None = None,
        key: str = "",
    ) -> Job[T]:
        """Call `done` with what the query finds; a newer read of the owner with the same key drops this one."""
        job = Job(owner, done, failed)
        return self._start(job, key, lambda: self._app.read(query, *args))

    def work(
        self,
        owner: QObject,
        work: Callable[[Progress], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Failed | None = None,
        on_progress: OnProgress | None = None,
        key: str = "",
    ) -> Job[T]:
        """Run something slow; it gets a `progress(done, total, text)` to call now and then."""
        job = Job(owner, done, failed, on_progress)
        return self._start(job, key, lambda: work(self._teller(cast("Job[object]", job))))

    def write(
        self,
        owner: QObject,
        verb: Callable[..., T],
        *args: object,
        done: Callable[[T], object] | None = None,
        failed: Failed | None = None,
        origin: str = "",
    ) -> Job[T]:
        """Run a verb on the writer thread as one transaction; `done` gets its result after the commit."""
        job = Job(owner, done, failed, saves=True, is_form=bool(origin))
        kept = cast("Job[object]", job)
        self._running.add(kept)
        self.writes += 1
        self.saving.emit(self.writes)

        def land(future: Future[T]) -> None:
            problem = future.exception()
            if problem is None:
                job.result = future.result()
            job.problem = problem
            self._landed.emit(job)

        self._app.write_as(origin, verb, *args).add_done_callback(land)
        return job

    def busy(self) -> bool:
        """Say whether anything is under way."""
        return bool(self._running)

    def close(self) -> None:
        """Stop what can be stopped and deliver nothing any more; saves that were asked for still happen."""
        if self._closed:
            return
        self._closed = True
        for job in list(self._running):
            job.cancel()
        self._pool.clear()
        self._pool.waitForDone(_PATIENCE_MS)
        self._running.clear()
        self._latest.clear()
        self._garbage.stop()

    def _start(self, job: Job[T], key: str, call: Callable[[], T]) -> Job[T]:
        kept = cast("Job[object]", job)
        if key:
            job.key = (id(job.owner), key)
            older = self._latest.get(job.key)
            if older is not None:
                older.cancel()
            self._latest[job.key] = kept
        self._running.add(kept)
        job.call = call

        def run() -> None:
            try:
                if job.wanted and job.call is not None:
                    job.result = job.call()
            except Exception as problem:
                job.problem = problem
            if not self._closed:
                self._landed.emit(job)

        self._pool.start(run)
        return job

    def _teller(self, job: Job[object]) -> Progress:
        last = [0.0]

        def tell(done: int = 0, total: int = 0, text: str = "") -> None:
            if self._closed or not job.wanted:
                raise Cancelled
            now = time.monotonic()
            if now - last[0] >= _TELL_EVERY or (total and done >= total):
                last[0] = now
                self._told.emit(job, done, total, text)

        return tell

    def _deliver_progress(self, job: Job[object], done: int, total: int, text: str) -> None:
        if job.wanted and job.on_progress is not None:
            job.on_progress(done, total, text)

    def _deliver(self, job: Job[object]) -> None:
        self._running.discard(job)
        if job.key is not None and self._latest.get(job.key) is job:
            del self._latest[job.key]
        if job.saves:
            self.writes -= 1
            self.saving.emit(self.writes)
        try:
            if job.problem is not None:
                self._deliver_problem(job, job.problem)
            elif job.wanted and job.done is not None:
                job.done(job.result)
        finally:
            job.let_go()

    def _deliver_problem(self, job: Job[object], problem: BaseException) -> None:
        if isinstance(problem, Cancelled):
            return
        if isinstance(problem, NotFound) and not job.saves and job.failed is None:
            return  # it went away while its page still stood there: the page hears of that by itself
        lost = job.is_form or not isinstance(problem, UserError)
        if job.saves and lost and isinstance(problem, WimdeskError):
            # The line at the bottom begins with "Not saved", as the sentence of a full disk does.
            is_full = isinstance(problem, DiskFull)
            self.not_saved.emit(_("the disk is full. Free some space.") if is_full else str(problem))
        if isinstance(problem, WimdeskError) and job.failed is not None and job.wanted:
            job.failed(problem)
        elif job.wanted or job.saves or not isinstance(problem, WimdeskError):
            self._present(problem)
