"""Sync by a file: save what waits, pass on what somebody else saved, load the answer. The engine behind it is the same.

A file says how far this computer has read when it is saved; its answer follows on that. What came meanwhile is known
already and changes nothing. Between saving and loading nothing is held back: what was not acknowledged is sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from sqlalchemy.orm import Session

from sync import bundles, columns, wire
from sync.client import answer, keys
from sync.client.engine import AGAIN, WENT_BACK, SyncEngine
from sync.client.healing import endpoint_forgot, put_aside
from sync.client.pieces import next_batches
from sync.client.tally import Tally
from sync.client.transport import damaged, sentence_for
from sync.protocol import MAX_BODY, PATH_BUNDLES, KeysRequest, Op, Problem, SyncResponse
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import Refused, UserError
from wimdesk.i18n import N_, _, ngettext
from wimdesk.services import exchange, tending
from wimdesk.store import facts, inbox, numbered, outbox, recovery, seal_keys

log = logging.getLogger(__name__)
_READ_FIRST = "file_reads_first"
"""The fact that the next file must not send: others were faster, so that what they wrote is read first."""
_SAVED_AT = "file_saved_at"
_NEW_ONE = N_("Please save a new file and bring it to the Secretariat.")
_MARKED = 12
"""Spaces that a mark names at most; it must stay short."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A file was saved: changes in it, bytes, and whether some did not fit and wait for the next one."""

    changes: int
    size: int
    more: bool

    def sentences(self) -> list[str]:
        """Return what to tell the person: what is in it, and what comes next."""
        words = ngettext("{count} change is in the file.", "{count} changes are in the file.", self.changes)
        told = [words.format(count=self.changes) if self.changes else _("The file asks for what others did.")]
        if self.more:
            told.append(_("The rest did not fit. Save a new file once you have loaded the answer."))
        told.append(_("Give or mail it to the Secretariat, or to anybody with a network. They can't read it."))
        return told


@dataclass(frozen=True, slots=True)
class Look:
    """What can be said of a file. `mine`: this computer can open it, so that what follows is known and proven."""

    kind: bundles.Kind
    size: int
    mine: bool
    author: str = ""
    counts: dict[str, int] | None = None
    problem: int = 0

    def sentence(self) -> str:
        """Return what to tell the person who has the file."""
        if self.kind == "changes":
            if self.mine:
                return _("This file holds your own changes, on their way to the Secretariat.")
            return _("This file holds changes of somebody else. You can't read it, but you can pass it on.")
        if self.mine:
            return _("This file holds an answer for this computer.")
        return _("This file holds an answer for another computer. Take it there.")


@dataclass(frozen=True, slots=True)
class Loaded:
    """An answer was loaded: own changes that arrived, changes of others, and those that were refused.

    `known`: nothing in it was new. `old`: this computer has gone on since, so that nothing was taken from it.
    `more`: the next file brings more. `again`: both sides are being brought together, which takes one more file.
    """

    arrived: int = 0
    received: int = 0
    refused: int = 0
    known: bool = False
    old: bool = False
    more: bool = False
    again: bool = False

    def sentences(self) -> list[str]:
        """Return what to tell the person: what was in it, and what comes next."""
        if self.old:
            return [_("This answer is older than what this computer knows. Nothing was changed."), _(_NEW_ONE)]
        told = []
        if self.arrived:
            words = ngettext("{count} change of yours arrived.", "{count} changes of yours arrived.", self.arrived)
            told.append(words.format(count=self.arrived))
        if self.received:
            words = ngettext("{count} change of others came in.", "{count} changes of others came in.", self.received)
            told.append(words.format(count=self.received))
        if self.refused:
            words = ngettext("{count} change was not taken.", "{count} changes were not taken.", self.refused)
            told.append(words.format(count=self.refused))
        if self.known and not self.again:
            told.append(_("All of this was here already. Nothing was changed."))
        if self.again:
            told.append(_("One side was restored or copied, so both are compared first. Nothing is lost."))
        if self.more:
            told.append(_("There is more to come."))
        return [*told, _(_NEW_ONE)] if self.again or self.more else told


def save(engine: SyncEngine, path: Path) -> Saved:
    """Save what waits, and the wish for what is new, as a file that only the endpoint can open.

    Raises UserError; the profile is not changed by it.
    """
    app = engine.app
    with engine.turn:
        who = app.identity()
        if not who.enrolled:
            raise UserError(_("This profile is not connected to a Secretariat yet. Your data is safe here."))
        to = _endpoint_key(app)
        waiting = app.read(_waiting)
        names = answer.names_of(who.organisation)
        body, _prefix = engine.request(names, waiting, Tally(), building=False)
        while len(body) > MAX_BODY and waiting:
            waiting = waiting[:-1]
            body, _prefix = engine.request(names, waiting, Tally(), building=False)
        counts = {space: len(ops) for space, _first, ops in waiting}
        author = app.store.author
        mark = app.read(_mark, [(names.short(space), first + len(ops) - 1) for space, first, ops in waiting])
        keys_at, asks_keys = keys.wish(app)
        header = bundles.Header(
            "changes", bundles.new_id(), author.device, names.organisation, to, mark, counts,
            keys_at=keys_at, asks_keys=asks_keys,
        )  # fmt: skip
        mine = app.device_keys.receive.public_key().public_bytes_raw()
        file = bundles.sealed(header, body, app.device_keys.sign, [to, mine])
        exchange.write_file(path, file)
        app.run(_note, _SAVED_AT, clock.now())
        last = {space: first + len(ops) - 1 for space, first, ops in waiting}
        more = bool(waiting) and app.read(outbox.is_waiting, last)
    return Saved(sum(counts.values()), len(file), more)


def saved_at(session: Session) -> str:
    """Return when a file was saved whose answer has not come yet (UTC); empty where there is none."""
    return facts.text(session, _SAVED_AT)


def look(app: App, path: Path) -> Look:
    """Say what a file is, without changing anything. Raises UserError where it is none."""
    file = _read(path)
    kind = _kind(file)
    found = _opened(app, file)
    if found is None:
        return Look(kind, len(file), mine=False)
    author = found.header.device.hex() if kind == "changes" else ""
    counts = found.header.counts if kind == "changes" else _counts(app, found)
    return Look(kind, len(file), True, author, counts, found.header.problem)


def carry(engine: SyncEngine, path: Path, out: Path) -> Look:
    """Pass on a file of changes, anybody's, to the endpoint; write the file with the answer. Raises WimdeskError."""
    file = _read(path)
    who = engine.app.identity()
    if _kind(file) != "changes":
        raise UserError(_("This file holds an answer. It goes to the computer that asked. Nothing was changed."))
    if not who.enrolled:
        raise UserError(_("This profile is not connected to a Secretariat yet. The file was not passed on."))
    transport = engine.connect(who.server_url)
    try:
        reply = transport.carry(PATH_BUNDLES, file, lambda _sent: None)
    finally:
        transport.close()
    try:
        kind = bundles.kind_of(reply)
    except bundles.NotABundle as error:
        raise damaged() from error
    exchange.write_file(out, reply)
    return Look(kind, len(reply), _opened(engine.app, reply) is not None)


def load(engine: SyncEngine, path: Path) -> Loaded:
    """Take in the answer for this computer. Loading it again changes nothing.

    Raises UserError where it is another file, SyncProblem where the endpoint refused; nothing is lost then.
    """
    file = _read(path)
    if _kind(file) != "answer":
        raise UserError(_("This file holds changes on their way to the Secretariat. Nothing was changed. Pass it on."))
    found = _opened(engine.app, file)
    if found is None:
        raise UserError(_("This answer is for another computer, or damaged. Nothing was changed. Take it there."))
    with engine.turn:
        could_read = engine.app.read(seal_keys.opens)
        try:
            done = _heed(engine, found.header) if found.header.problem else _taken(engine, found)
        except Refused as refused:
            raise engine.obey(refused) from refused
        if not done.old and not found.header.problem:
            engine.app.run(_note, _SAVED_AT, "")
            engine.app.run(_note_role, found.header)
            if engine.app.read(seal_keys.opens) and not could_read:
                engine.app.run(recovery.resume)
                done = replace(done, more=True, known=False)
            if keys.wish(engine.app)[1] != KeysRequest():
                done = replace(done, more=True, known=False)
            figures = {"sent": done.arrived, "received": done.received, "bytes_down": len(file)}
            run = outbox.finished(put_aside(engine.app), ok=True, **figures)
            engine.app.run(outbox.record_run, run)
    engine.refresh()
    return done


# ----------------------------------------------------------------- saving


def _endpoint_key(app: App) -> bytes:
    key = bytes.fromhex(app.read(facts.text, "server_receive_key"))
    if not key:
        raise UserError(_("This computer joined with an older version. Nothing was changed. Please join again."))
    return key


def _waiting(session: Session) -> list[tuple[str, int, list[Op]]]:
    reads_only = recovery.returning(session) and facts.number(session, _READ_FIRST)
    return [] if reads_only else next_batches(session, {})


class _Mark(msgspec.Struct, array_like=True, frozen=True):
    """What an answer must follow on: own numbers in it mean something else under another epoch.

    `sent`: the highest own number in the file, by space.
    """

    epoch: int
    returning: int
    sent: list[tuple[wire.Ref, int]]


def _mark(session: Session, sent: list[tuple[wire.Ref, int]]) -> bytes:
    mark = _Mark(facts.number(session, "epoch"), recovery.returning(session), sent[:_MARKED])
    return msgspec.msgpack.encode(mark)


def _marked(mark: bytes) -> _Mark:
    try:
        return msgspec.msgpack.decode(mark, type=_Mark)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise damaged() from error


def _is_old(session: Session, header: bundles.Header) -> bool:
    """Say whether this computer has begun anew since it saved the file that is answered."""
    mark = _marked(header.mark)
    return (mark.epoch, mark.returning) != (facts.number(session, "epoch"), recovery.returning(session))


def _note(session: Session, key: str, value: str | int) -> None:
    facts.put(session, **{key: value})


def _note_role(session: Session, header: bundles.Header) -> None:
    if header.role:
        facts.put(session, role=header.role, organisation_name=header.organisation_name)


# ----------------------------------------------------------------- files


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > bundles.MAX_ANSWER:
            raise UserError(_("This is no sync file. Nothing was changed. Choose another file."))
        return path.read_bytes()
    except OSError as error:
        raise UserError(_("This file can't be read. Nothing was changed. Check its name and place.")) from error


def _kind(file: bytes) -> bundles.Kind:
    try:
        return bundles.kind_of(file)
    except bundles.TooNew as error:
        raise UserError(_("A newer WIMDesk made this file. Nothing was changed. Please update WIMDesk.")) from error
    except bundles.NotABundle as error:
        raise UserError(_("This is no sync file. Nothing was changed. Choose another file.")) from error


def _opened(app: App, file: bytes) -> bundles.Bundle | None:
    """Return what is in a file that this computer made or that the endpoint made for it; None for any other."""
    try:
        found = bundles.opened(file, app.device_keys.receive)
    except ValueError:
        return None
    if found.header.device != app.store.author.device:
        return None
    if found.header.kind == "changes":
        key = app.device_keys.sign.public_key().public_bytes_raw()
    else:
        key = bytes.fromhex(app.read(facts.text, "server_key"))
    return found if found.is_by(key) else None


def _counts(app: App, found: bundles.Bundle) -> dict[str, int]:
    if found.header.problem:
        return {}
    names = answer.names_of(app.identity().organisation)
    counts: dict[str, int] = {}
    try:
        for each in _pieces(found.content):
            for part in each:
                if not isinstance(part, wire.End):
                    space = names.long(part.space)
                    counts[space] = counts.get(space, 0) + part.count
    except ValueError as error:
        raise damaged() from error
    return counts


# ----------------------------------------------------------------- loading


def _pieces(content: bytes) -> list[list[wire.Answer]]:
    """Return the answer, whole. Raises SyncProblem."""
    arrival = answer.Arrival(b"")
    try:
        found = list(arrival.feed(content))
        arrival.end()
    except ValueError as error:
        raise damaged() from error
    if not found or not isinstance(found[-1][-1], wire.End):
        raise damaged()
    return found


def _taken(engine: SyncEngine, bundle: bundles.Bundle) -> Loaded:
    app = engine.app
    pieces = _pieces(bundle.content)
    names = answer.names_of(app.identity().organisation)
    with app.store.reading() as session:
        end = pieces[-1][-1]
        said = facts.number(session, "generation")
        if _is_old(session, bundle.header) or (isinstance(end, wire.End) and said not in {0, end.generation}):
            return Loaded(old=True)
        try:
            arrived, received = _news(session, names, pieces)
        except ValueError as error:
            raise damaged() from error
    if bundle.header.keys is not None:
        keys.take(app, bundle.header.keys)  # first: they may open what follows
    refused = 0
    response: SyncResponse | None = None
    try:
        for taken in answer.apply(app.store, names, pieces):
            refused += taken.refused
            response = taken.end
    except numbered.UnknownOwn:
        return _start_over(app, lost=False)
    if response is None:
        raise damaged()
    done = Loaded(arrived, received, refused, known=not (arrived or received or refused), more=response.more)
    if response.more:
        return done
    if app.read(recovery.returning):
        return replace(done, again=app.run(_step))
    if app.read(outbox.is_waiting_below, _acked_of(bundle.header, names, response)) and app.run(endpoint_forgot):
        return replace(done, again=_start_over(app, lost=True).again)
    app.run(tending.tend)
    return done


def _news(session: Session, names: wire.Names, pieces: Sequence[Sequence[wire.Answer]]) -> tuple[int, int]:
    """Return how many own changes and others' are new here. Raises UserError where there are some missing before."""
    known = outbox.cursors(session)
    own = others = 0
    for part in (each for some in pieces for each in some if not isinstance(each, wire.End)):
        space, first = names.long(part.space), part.first if isinstance(part, wire.Part) else part.seq
        cursor = known.get(space, 0)
        if first > cursor + 1:
            raise UserError(
                _("An earlier file is missing. Nothing was changed. Load that one first, or save a new file.")
            )
        fresh = _authors(part)[max(0, cursor + 1 - first) :]
        own += fresh.count(0)
        others += len(fresh) - fresh.count(0)
        known[space] = max(cursor, first + part.count - 1)
    return own, others


def _authors(part: wire.Part | wire.SealedPart) -> list[int]:
    """Return the author of each place, 0 for this computer."""
    if isinstance(part, wire.Part):
        return columns.numbers(part.who, part.count)
    return [0 if part.author is None else 1] * part.count if wire.is_last(part) else []


def _acked_of(header: bundles.Header, names: wire.Names, response: SyncResponse) -> dict[str, int]:
    """Return what the endpoint knows of what was in the file that it answers, not of what reached it otherwise."""
    sent = {names.long(ref): n for ref, n in _marked(header.mark).sent}
    return {space: min(n, sent[space]) for space, n in response.acked.items() if space in sent}


def _heed(engine: SyncEngine, header: bundles.Header) -> Loaded:
    """Do what a refusal asks for. Raises Refused where a person must hear of it."""
    app, problem = engine.app, header.problem
    refused = Refused(problem, sentence_for(problem), wipe=header.wipe, order=header.order)
    if problem == Problem.DEVICE_REVOKED:
        raise refused
    if app.read(_is_old, header):
        return Loaded(old=True)
    if app.read(recovery.returning) and problem in AGAIN:
        app.run(_note, _READ_FIRST, 1)
        return Loaded(again=True)
    if problem not in WENT_BACK and problem not in AGAIN:
        raise refused
    return _start_over(app, lost=WENT_BACK.get(problem, False))


def _start_over(app: App, *, lost: bool) -> Loaded:
    log.info("the %s went back in time", "endpoint" if lost else "profile")
    app.run(lambda session: recovery.begin(session, lost=lost))
    app.run(_note, _READ_FIRST, 0)
    return Loaded(again=True)


def _step(session: Session) -> bool:
    """All was read: send back what was lost, layer by layer, then let go what was held. Say whether more is to go."""
    if facts.number(session, _READ_FIRST) or not outbox.is_waiting(session):
        facts.put(session, **{_READ_FIRST: 0})
        if not recovery.next_layer(session):
            inbox.finish_recovery(session)
    return outbox.is_waiting(session)
