"""The engine: one pass pushes and pulls in the same round trips; a loop runs passes when it makes sense."""

from __future__ import annotations

import functools
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Literal

from sync import wire
from sync.client import answer, erasing, files, healing, keys, meter, network, parting, pieces, tokens
from sync.client.building import NOTHING, Building
from sync.client.tally import Tally, begun, put_token
from sync.client.transport import Traffic, Transport, damaged
from sync.frames import packed
from sync.protocol import (
    PATH_KEYS,
    PATH_SYNC,
    VERSION,
    KeysRequest,
    KeysResponse,
    Problem,
    SyncRequest,
    SyncResponse,
)
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import Cancelled, NoConnection, Refused, SyncProblem, UserError, WimdeskError
from wimdesk.events import Changed, Signal
from wimdesk.i18n import N_, _
from wimdesk.services import leaving, tending
from wimdesk.store import facts, inbox, numbered, outbox, proof, recovery, seal_keys

log = logging.getLogger(__name__)
State = Literal["off", "idle", "running", "offline", "problem"]
_WORTH_ASKING = 4 * 1024
"""Bytes of a request from which on it is cheaper to ask what arrived than to send it twice."""
_SHOW_EVERY = 0.5
_COUNTED = ("generation", "returning", "epoch")
_FAR = 150
"""Operations that came across before the line was cut; fewer mean a poor line."""
_POOR = 3
"""How much smaller the bites are on a line that was cut before."""
_QUIET_SECONDS, _STOP_SECONDS, _EVERY_SECONDS = 1.0, 35.0, 300.0
WIPED = N_("This computer was removed by the Secretariat. Its data here is destroyed when you close WIMDesk.")
_RECOVERIES = 5
WENT_BACK: dict[int, bool] = {
    Problem.NUMBERS_USED: False,
    Problem.GENERATION_CHANGED: True,
    Problem.NUMBERS_NOT_IN_ORDER: True,
}
"""Refusals that mean that one side went back in time, and whether it was the endpoint."""
AGAIN = {Problem.READ_FIRST, Problem.NUMBERS_USED, Problem.NUMBERS_NOT_IN_ORDER}
"""Refusals that only mean that others were faster."""
_BACK_OFF = (5, 15, 60, 300, 900)


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the status bar and the Sync centre show."""

    state: State = "off"
    sentence: str = ""
    step: str = ""
    done: int = 0
    total: int = 0
    waiting: int = 0
    decisions: int = 0
    last_success: str = ""
    next_try: str = ""
    """When it syncs by itself if nothing happens before (UTC), empty where it does not."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one pass did: operations sent and received, and what went over the wire in bytes."""

    sent: int
    received: int
    bytes_up: int
    bytes_down: int
    requests: int
    refused: int
    waiting: int
    decisions: int


class SyncEngine:
    """Syncs one open profile. `run_once` is a whole pass; `start` keeps passes going by themselves."""

    def __init__(self, app: App, connect: Callable[[str], Transport] = Transport) -> None:
        self.app = app
        self.connect = connect
        self.status: Signal[SyncStatus] = Signal()
        self.latest = SyncStatus()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._cancelled = threading.Event()
        self.turn = threading.Lock()
        """Held by whoever exchanges with the endpoint, over the network or by a file."""
        self._thread: threading.Thread | None = None
        self._transport: Transport | None = None
        self._asked = self._revoked = False
        self._room: int | None = None
        """Bytes that the pass under way may use; None where nothing limits them."""
        self._shown = 0.0
        self._telling = threading.RLock()
        """Held by whoever changes what is shown: a pass, somebody who loads a file, and the loop do."""
        self._building = Building()
        self._disconnect: Callable[[], None] = lambda: None
        self.files = files.Files(app)

    # ------------------------------------------------------------- one pass

    def run_once(self, room: int | None = None) -> Report:
        """Push what waits and pull what is new. Raises WimdeskError; what arrived before it is kept.

        Raises Cancelled as soon as `room` bytes went over the line.
        """
        with self.turn:
            self._cancelled.clear()
            self._room = room
            tally = self.app.read(begun)
            if not tally.who.enrolled:
                raise UserError(self.app.read(leaving.why_apart))
            transport = self._transport_to(tally.who.server_url)
            transport.begin()
            if self._is_over():
                transport.let_go()  # somebody has just cancelled
            self._show(state="running", step=_("Connecting"), sentence="")
            try:
                if parting.is_too_late(self.app, transport, tally):
                    self._tell(state="off", step="", sentence="")
                    return self._report(transport.traffic, tally)
                sentence = self._work(transport, tally)
            except Refused as refused:
                raise self.obey(refused) from refused
            except WimdeskError as problem:
                self._tell_problem(problem)
                raise
            finally:
                meter.note(self.app, transport.traffic)
            traffic = transport.traffic
            run = outbox.finished(
                sentence, ok=True, sent=tally.sent, received=tally.received, bytes_up=traffic.up,
                bytes_down=traffic.down, requests=traffic.requests,
            )  # fmt: skip
            self.app.run(outbox.record_run, run)
            self.files.carry(files.Line(transport, tally.token, self._check_files, self._tell))
            self._tell(state="off" if parting.is_over(self.app) else "idle", step="", sentence="")
            return self._report(traffic, tally)

    def _work(self, transport: Transport, tally: Tally) -> str:
        """Send and fetch, and put in order what asks for it; return a sentence about what was mended, if anything."""
        self._exchange_as_one(transport, tally)
        got = self._tend_keys(transport, tally)
        if (self.app.read(tending.is_needed) and self.app.run(tending.tend)) or got:
            self._exchange_as_one(transport, tally)
        if erasing.tend(self.app, transport, tally.token):
            self._exchange_as_one(transport, tally)
        return healing.heal(self.app, tally, lambda: self._exchange_as_one(transport, tally))

    def _tend_keys(self, transport: Transport, tally: Tally) -> bool:
        """Fetch and hand on the organisation's keys; say whether there is more to read or send now."""
        if tally.keys == self.app.read(facts.number, "key_changes"):
            return False
        self._show(step=_("Fetching keys"))

        def ask(request: KeysRequest) -> KeysResponse:
            return transport.post(PATH_KEYS, request, KeysResponse, tokens.token(self.app, transport, tally))

        got = keys.tend(self.app, ask)
        if got:
            self.app.run(recovery.resume)
        return got

    def prove(self) -> bool:
        """Look whether what shows is what the log says; say whether something has to be read again at the next pass."""
        with self.turn:
            return healing.prove(self.app)

    def obey(self, refused: Refused) -> WimdeskError:
        """Tell what was refused. Stop where the endpoint signed that we are revoked, and wipe if it says so."""
        told: WimdeskError = refused
        if refused.number == Problem.DEVICE_REVOKED and parting.is_genuine(self.app, refused):
            self._revoked = not self.app.run(leaving.part_if_announced, wipe=refused.wipe)
            if refused.wipe:
                told = Refused(refused.number, _(WIPED), wipe=True, order=refused.order)
        try:
            self._tell_problem(told)
        finally:
            if told is not refused:
                self.app.wipe()  # also where the disk is too full to note it
        return told

    def cancel(self) -> None:
        """Stop the running pass at once, also where it waits for an answer that does not come."""
        self._cancelled.set()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.let_go()

    def _exchange_as_one(self, transport: Transport, tally: Tally) -> None:
        """Exchange; where this profile or the endpoint went back in time, bring both together first."""
        behind = False
        for _turn in range(_RECOVERIES):
            try:
                if self.app.read(recovery.returning):
                    self._bring_together(transport, tally)
                elif behind:
                    self._read(transport, tally)
                self._exchange(transport, tally)
                without_place = bool(tally.acked) and self.app.read(outbox.is_waiting_below, tally.acked)
                if not (without_place and self.app.run(healing.endpoint_forgot)):
                    return
                lost = True
            except numbered.UnknownOwn:
                lost = False
            except Refused as refused:
                behind = refused.number == Problem.READ_FIRST
                if behind:
                    continue
                if refused.number not in WENT_BACK:
                    raise
                lost = WENT_BACK[refused.number]
            log.info("the %s went back in time", "endpoint" if lost else "profile")
            self._start_over(tally, lost=lost)
        raise SyncProblem(_("The Secretariat's data changes too fast now. Nothing is lost. Please try again."))

    def _start_over(self, tally: Tally, *, lost: bool) -> None:
        self.app.run(lambda session: recovery.begin(session, lost=lost))
        tally.acked = {}

    def _read(self, transport: Transport, tally: Tally) -> None:
        while self._round(transport, tally, []):
            """Until nothing is left to read."""

    def _bring_together(self, transport: Transport, tally: Tally) -> None:
        """Read everything, send back what the endpoint lost layer by layer, then let go what was held."""
        while True:
            self._read(transport, tally)
            if self._tend_keys(transport, tally):
                continue
            tally.acked = {}
            if not self.app.run(recovery.next_layer):
                self.app.run(inbox.finish_recovery)
                return
            try:
                while layer := self.app.read(pieces.next_batches, tally.acked):
                    self._round(transport, tally, layer)
            except Refused as refused:
                if refused.number not in AGAIN:
                    raise

    def _exchange(self, transport: Transport, tally: Tally) -> None:
        again, more, idle = True, False, False
        while again:
            before = dict(tally.acked)
            waiting = self.app.read(pieces.next_batches, tally.acked)
            # After a cut nobody knows what arrived: ask first, in a few bytes. Nothing follows what is known there
            # before that was read: a copy of this profile may have sent it.
            asking = bool(waiting and tally.sending)
            kept_back = asking or more
            more = self._round(transport, tally, [] if kept_back else waiting)
            if asking and tally.placed < _FAR:
                tally.bite //= _POOR  # the line was cut before
            unsent = self.app.read(outbox.is_waiting, tally.acked)
            # What came may have given something to send where nothing was; not twice.
            idle, was_idle = unsent and not kept_back and tally.acked == before and not more, idle
            if idle and (waiting or was_idle):
                raise SyncProblem(_("The Secretariat did not take the changes. Nothing is lost. Please try again."))
            again = more or unsent

    def _round(self, transport: Transport, tally: Tally, waiting: list[pieces.Waiting]) -> bool:
        """Send these and take what comes; say whether there is more to read."""
        if self._is_over():
            raise Cancelled
        count = sum(len(ops) for _space, _first, ops in waiting)
        done = tally.sent + tally.received
        self._tell(step=_("Sending and fetching"), done=done, total=done + count)
        response = self._ask(transport, waiting, tally)
        tally.sent += count
        tally.keys, tally.begun, tally.differs = response.keys, response.begun, response.differs
        tally.acked |= {space: n for space, n in response.acked.items() if n > tally.acked.get(space, 0)}
        return response.more

    def _ask(self, transport: Transport, waiting: list[pieces.Waiting], tally: Tally) -> SyncResponse:
        names = answer.names_of(tally.who.organisation)
        body, prefix = self.request(names, waiting, tally)
        if len(body) > _WORTH_ASKING:
            self._note_sending(tally, sending=True)
        mendable = {Problem.TOKEN_NEEDED, Problem.PREFIX_UNKNOWN}
        while True:
            try:
                response = self._converse(transport, names, body, prefix, tally)
                break
            except Refused as refused:
                if refused.number not in mendable:
                    raise
                mendable.remove(Problem(refused.number))  # once each
                if refused.number == Problem.TOKEN_NEEDED:
                    self.app.run(put_token, "")
                    tally.token = ""
                else:
                    self._building.forget()
                    body, prefix = self.request(names, waiting, tally, building=False)
        if tally.sending:
            self._note_sending(tally, sending=False)
        return response

    def _note_sending(self, tally: Tally, *, sending: bool) -> None:
        """Remember that much is on its way, also over a crash."""
        tally.sending = sending
        self.app.run(lambda session: facts.put(session, sending=int(sending)))

    def _converse(
        self, transport: Transport, names: wire.Names, body: bytes, prefix: bytes, tally: Tally
    ) -> SyncResponse:
        """One round trip: what of the answer is whole is applied while the rest is on its way."""
        arrival = answer.Arrival(prefix)
        response, fresh = None, 0
        try:
            watch = functools.partial(self._watch, len(body), self.latest)
            arriving = transport.stream(PATH_SYNC, body, tokens.token(self.app, transport, tally), watch)
            for piece in answer.gathered(arriving):
                for taken in answer.apply(self.app.store, names, arrival.feed(piece)):
                    tally.received += taken.received
                    tally.placed += taken.placed
                    tally.refused += taken.refused
                    fresh += taken.fresh
                    response = taken.end
            arrival.end()
            if response is None or (response.more and not fresh):
                raise ValueError("there can't be more where nothing came")
        except ValueError as error:
            raise damaged() from error
        return response

    def _watch(self, size: int, before: SyncStatus, sent: int) -> None:
        """Show how much of a long message went, now and then, and stop where the person has had enough."""
        if self._is_over():
            raise Cancelled
        now = time.monotonic()
        if size > _WORTH_ASKING and now - self._shown > _SHOW_EVERY:
            self._shown = now
            done = before.done + (before.total - before.done) * sent // size
            self._show(done=done)

    def _check_files(self) -> None:
        """Let files wait where the person has had enough, or where there are operations to send: those go first."""
        if self._is_over() or (self._wake.is_set() and (self._asked or self._is_automatic())):
            raise Cancelled

    def _is_automatic(self) -> bool:
        return self.app.settings.flag("sync_automatically")

    def _is_over(self) -> bool:
        return self._cancelled.is_set() or self._stopping.is_set() or self._is_spent()

    def _is_spent(self) -> bool:
        traffic = self._transport.traffic if self._transport else None
        return self._room is not None and (not traffic or traffic.up + traffic.down >= self._room)

    def request(
        self, names: wire.Names, waiting: list[pieces.Waiting], tally: Tally, *, building: bool = True
    ) -> tuple[bytes, bytes]:
        """Return the body, and what its compression and that of the answer build on."""
        with self.app.store.reading() as session:
            key = seal_keys.current(session)
            known_facts, (cursors, trails, sums) = facts.everything(session), outbox.places(session)
            generation, returning, epoch = (int(known_facts.get(name) or 0) for name in _COUNTED)
            begun = answer.begun_of(str(known_facts.get("begun") or "")) if building else None
            prefix, building_on = self._building.on(session, names, waiting, cursors, trails) if building else NOTHING
            reread = [space for space in recovery.rereading(session) if not cursors.get(space)]
        all_read = bool(returning and waiting)
        told = (trails, building_on, begun, tally.sending and not waiting, sums, reread)
        request = SyncRequest(VERSION, generation, cursors, returning or epoch, [], all_read, *told)
        frames = pieces.frames(self.app, names, waiting, request.epoch, tally, key)
        return wire.hello(request, names) + (packed(frames, prefix) if frames else b""), prefix

    def _transport_to(self, url: str) -> Transport:
        if self._transport is None or self._transport.url != url:
            self._transport = self.connect(url)
        return self._transport

    def _report(self, traffic: Traffic, tally: Tally) -> Report:
        wire = (traffic.up, traffic.down, traffic.requests)
        return Report(tally.sent, tally.received, *wire, tally.refused, self.latest.waiting, self.latest.decisions)

    # ------------------------------------------------------------- what is shown

    def refresh(self) -> SyncStatus:
        """Read again what waits and when it last went well; tell who listens."""
        off = not self.app.identity().enrolled
        figures = asdict(self.app.read(outbox.figures))
        with self._telling:
            state: State = "off" if off else ("idle" if self.latest.state == "off" else self.latest.state)
            self._show(state=state, **figures)
        return self.latest

    def _tell(self, **changes: object) -> None:
        """Tell who listens, with figures as they are now."""
        figures: dict[str, object] = asdict(self.app.read(outbox.figures))
        self._show(**(figures | changes))

    def _show(self, **changes: object) -> None:
        with self._telling:
            self.latest = replace(self.latest, **changes)  # type: ignore[arg-type]  # names checked by replace
            self.status.send(self.latest)

    def _tell_problem(self, problem: WimdeskError) -> None:
        if isinstance(problem, Cancelled):
            self._tell(state="idle", step="", sentence="")
            return
        self.app.run(outbox.record_run, outbox.finished(str(problem), ok=False))
        if not isinstance(problem, NoConnection):
            self.app.run(answer.forget_begun)  # whatever was wrong, it is not asked for in the same way again
        state: State = "offline" if isinstance(problem, NoConnection) else "problem"
        self._tell(state=state, step="", sentence=str(problem))

    def start(self) -> None:
        """Keep syncing in a thread of its own: after a second of quiet, on request, and by back-off."""
        if self._thread is None:
            self._disconnect = self.app.changed.connect(self._on_changed)
            self._thread = threading.Thread(target=self._loop, name="sync", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop the loop and a running pass."""
        self._stopping.set()
        self._wake.set()
        self._hang_up()
        if self._thread is not None:
            self._disconnect()
            self._thread.join(timeout=_STOP_SECONDS)
            self._thread = None
        if self._transport is not None:
            self._transport.close()

    def sync_now(self) -> None:
        """Ask for a pass; returns at once."""
        self._asked = True
        self.files.retry()
        self._wake.set()

    def _on_changed(self, changed: Changed) -> None:
        if changed.origin != "sync" and changed.outbox:
            self._wake.set()

    def _loop(self) -> None:
        failures = 0
        wait: float | None = 0.0
        while not self._stopping.is_set():
            self._show(next_try=clock.ago(-wait) if wait else "")
            network.rest(self._wake, wait, failed=failures > 0)
            if self._wake.is_set() and not self._asked:
                self._stopping.wait(_QUIET_SECONDS)  # somebody may still be typing
            self._wake.clear()
            if self._stopping.is_set():
                return
            asked, self._asked = self._asked, False
            went_well = self._try_pass(asked)
            if went_well is None:
                wait = None
                continue
            failures = 0 if went_well else failures + 1
            # Even without a change here, others may have some.
            wait = _EVERY_SECONDS if failures == 0 else _BACK_OFF[min(failures, len(_BACK_OFF)) - 1]
            wait *= random.uniform(0.8, 1.2)  # not a secret: laptops must not all ask at once

    def _try_pass(self, asked: bool) -> bool | None:
        """Go through a pass if one is due; say whether it went well, None where none was due."""

        def run() -> Report:
            return self.run_once(None if asked else meter.room(self.app))

        try:
            if not self.app.identity().enrolled or not (asked or (self._is_automatic() and not self._revoked)):
                self.refresh()
                return None
            if not run().waiting and self.app.read(proof.is_due) and self.prove():
                run()
        except Cancelled:
            if self._is_spent():
                self._tell(state="idle", step="", sentence=_(meter.SPENT))
            return True  # whoever stopped it does not want it again in a few seconds
        except WimdeskError:
            return False  # it is told and noted already
        except Exception:
            log.exception("a pass of the sync failed")
            said = _("The sync stopped. Nothing is lost. It will be tried again.")
            self._show(state="problem", step="", sentence=said)
            return False
        return True
