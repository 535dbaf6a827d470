"""What waits to be sent, and what the endpoint answered to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import bindparam, func, not_, or_, select, update
from sqlalchemy.orm import Session

from sync.digests import SAID_BYTES
from sync.erasures import ERASE
from sync.protocol import PREFIX_OPS, Op, Problem, newest_that_fit, private_space
from wimdesk import clock
from wimdesk.store import erasures, facts, journal, refusals, rows, seal_keys, tables
from wimdesk.store.record import types

MAX_OPS = 20_000
MAX_BYTES = 6 * 1024 * 1024
"""What goes out in one request; less than the endpoint takes, also where nothing of it can be compressed."""
_OVERHEAD = 100
"""Bytes of an operation besides its payload, about."""
_SPACES = f"SELECT DISTINCT space FROM op WHERE state='{tables.WAITING}'"
_PLACES = "SELECT space, seq, trail, digest FROM cursor"
_LATEST = "SELECT space FROM op ORDER BY pos DESC LIMIT 1"
_WAITS = f"SELECT 1 FROM op WHERE state='{tables.WAITING}' AND space=:space"
"""Asked at each step of a sync."""


_op = tables.op.c
_MINE = (_op.space == bindparam("space"), _op.device == bindparam("device"), _op.epoch == bindparam("epoch"))
_WAITING_IN = (_op.state == tables.WAITING, _op.space == bindparam("space"))
_NEXT = select(tables.op).where(*_WAITING_IN, _op.n > bindparam("after")).order_by(_op.n).limit(bindparam("most"))
_LAST_PLACED = (
    select(tables.op)
    .where(_op.space == bindparam("space"), _op.seq <= bindparam("cursor"), _op.seq > bindparam("beyond"))
    .order_by(_op.seq.desc())
)
_OWN = select(tables.op).where(*_MINE, _op.n.in_(bindparam("numbers", expanding=True)))
_WAITS_BEHIND = f"{_WAITS} AND n>:n LIMIT 1"
_WAITS_BELOW = f"{_WAITS} AND n<=:n LIMIT 1"
_LAST_RUN = "SELECT pos, ok, sentence FROM sync_run ORDER BY pos DESC LIMIT 1"


# The record as an expression, or the whole journal would be read in the order of its records.
_RECORDS = "(SELECT count(DISTINCT record || '') FROM op WHERE state='{}')"
_FIGURES = f"""SELECT {_RECORDS.format(tables.WAITING)}, {_RECORDS.format(tables.HELD)},
(SELECT value FROM local WHERE key='returning'),
(SELECT count(DISTINCT record) FROM clash WHERE open) + (SELECT count(DISTINCT space) FROM spared WHERE asked),
(SELECT at FROM sync_run WHERE ok ORDER BY pos DESC LIMIT 1)"""
_FORGET_UNEVENTFUL = "DELETE FROM sync_run WHERE ok AND sent=0 AND received=0"
_EVENTFUL = or_(not_(tables.sync_run.c.ok), tables.sync_run.c.sent > 0, tables.sync_run.c.received > 0)
"""A sync that failed, or in which something was new."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One operation in the outbox, for people: which record, which fields, how many bytes."""

    record: str
    type: str
    space: str
    fields: tuple[str, ...]
    size: int
    at: str
    state: str
    problem: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown all the time: records that wait to be sent, what to decide, and when a sync last went well."""

    waiting: int
    decisions: int
    last_success: str


@dataclass(frozen=True, slots=True)
class Run:
    """One sync, as the history shows it. `sent` and `received` count operations."""

    at: str
    ok: bool
    sentence: str
    sent: int = 0
    received: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    requests: int = 0


def spaces(session: Session) -> list[str]:
    """Return the spaces in which something waits."""
    return [space for (space,) in rows.find(session, _SPACES)]


def ready(session: Session) -> list[str]:
    """Return those of them that can be sent: what is private waits for the organisation's key."""
    private = private_space(facts.text(session, "organisation"))
    return [space for space in spaces(session) if space != private or seal_keys.opens(session)]


def next_batch(session: Session, space: str, after: int = 0, room: int = MAX_BYTES) -> tuple[int, list[Op]]:
    """Return (n of the first, the next operations of the space with a higher n than `after`), in the order made.

    They take no more than `room` bytes, but one of them always goes.
    """
    first, size = 0, 0
    ops: list[Op] = []
    for row in session.execute(_NEXT, {"space": space, "after": after, "most": MAX_OPS}):
        size += len(row.payload) + _OVERHEAD
        # A batch has no hole: where one in between was refused, what comes after it is a batch of its own.
        if ops and (size > room or row.n != first + len(ops)):
            break
        first = first or row.n
        ops.append(journal.op_of(row))
    return first, ops


def size_of(ops: Iterable[Op]) -> int:
    """Return how many bytes these are when they go out, about."""
    return sum(len(op.payload) + _OVERHEAD for op in ops)


def note_refused(session: Session, refused: list[tuple[str, int, int]]) -> int:
    """Remember which own operations the endpoint will never take, and why (protocol.Problem).

    Returns how many of them were news: the endpoint repeats what it once refused.
    """
    author = journal.scribe_of(session).author
    op = tables.op.c
    mine = (op.device == author.device, op.epoch == author.epoch, op.state == tables.WAITING)
    found = refusals.among(session, refused, *mine)
    if found:
        refusal = update(tables.op).where(op.pos == bindparam("_pos")).values(state=tables.REFUSED)
        session.execute(refusal, [{"_pos": row.pos, "problem": problem} for row, problem in found])
    for row, _problem in found:
        if row.type == ERASE:
            erasures.withdraw(session, row.space, row.record)
    followers = {row.record: row.type for row, problem in found if problem == Problem.FOLLOWS_REFUSED}
    for record, type_name in followers.items():
        send_again(session, type_name, record)
    return sum(problem != Problem.FOLLOWS_REFUSED for _row, problem in found)


def send_again(session: Session, type_name: str, record: str) -> bool:
    """Put what was refused of a record into the outbox once more, as one operation; say whether there was any.

    For a reason that may have gone (a role has changed), and for what was built on something refused.
    """
    cls = types().get(type_name)
    found = session.get(cls, record) if cls else None
    if found is None or not refusals.of(session, [record]):
        return False
    journal.send_again(session, found)
    session.flush()
    return True


def places(session: Session) -> tuple[dict[str, int], dict[str, bytes], dict[str, bytes]]:
    """Return how far each space was read, and the trail and the digest of its log there.

    The digest (sync.digests) is left out where the endpoint can't know it. The private space is only there where this
    computer has the key to it.
    """
    private = private_space(facts.text(session, "organisation"))
    opens = seal_keys.opens(session)
    read = [place for place in rows.find(session, _PLACES) if opens or place[0] != private]
    seqs = {space: seq for space, seq, _trail, _digest in read}
    trails = {space: trail for space, _seq, trail, _digest in read}
    digests = {space: digest[:SAID_BYTES] for space, _seq, _trail, digest in read if space != private and digest}
    if opens:
        seqs.setdefault(private, 0)
    return seqs, trails, digests


def last_placed(session: Session, space: str, cursor: int) -> list[Op]:
    """Return the last operations up to a place of the space's log, in its order."""
    with session.execute(_LAST_PLACED, {"space": space, "cursor": cursor, "beyond": cursor - PREFIX_OPS}) as found:
        return newest_that_fit(map(journal.op_of, found))


def between(session: Session, space: str, first: int, last: int) -> list[Op]:
    """Return the operations at these places of a space's log, in its order."""
    query = select(tables.op).where(_op.space == space, _op.seq.between(first, last)).order_by(_op.seq)
    return [journal.op_of(row) for row in session.execute(query)]


def latest_space(session: Session) -> str:
    """Return the space of the operation that came here or was made here last; empty where there is none."""
    return next((space for (space,) in rows.find(session, _LATEST)), "")


def own(session: Session, space: str, epoch: int, numbers: list[int]) -> dict[int, Op]:
    """Return own operations of an epoch by their n, in the order asked for."""
    found = {}
    mine = {"space": space, "device": journal.scribe_of(session).author.device, "epoch": epoch}
    for at in range(0, len(numbers), 500):
        for row in session.execute(_OWN, mine | {"numbers": numbers[at : at + 500]}):
            found[row.n] = journal.op_of(row)
    return {n: found[n] for n in numbers if n in found}


def cursors(session: Session) -> dict[str, int]:
    """Return how far each space was read."""
    return {space: seq for space, seq, _trail, _digest in rows.find(session, _PLACES)}


def count(session: Session) -> int:
    """Return how many records wait to be sent."""
    return figures(session).waiting


def figures(session: Session) -> Figures:
    """Return what is shown all the time, with one question to the database: it is asked at each step of a sync."""
    ((waiting, held, recovering, decisions, last),) = rows.find(session, _FIGURES)
    # What is held back counts only while it will go out by itself.
    return Figures(waiting + (held if int(recovering or 0) else 0), decisions, last or "")


def is_waiting(session: Session, after: Mapping[str, int] | None = None) -> bool:
    """Say whether an operation waits to be sent that has a higher n than `after` says for its space."""
    known = after or {}
    return any(rows.find(session, _WAITS_BEHIND, space=space, n=known.get(space, 0)) for space in ready(session))


def is_waiting_below(session: Session, known: Mapping[str, int]) -> bool:
    """Say whether an operation without a place has a number that the endpoint knows."""
    return any(rows.find(session, _WAITS_BELOW, space=space, n=n) for space, n in known.items())


def waiting(session: Session, limit: int = 500) -> list[Waiting]:
    """Return what waits, newest first, with fields and bytes."""
    return _unsent(session, tables.WAITING, limit)


def refused(session: Session, limit: int = 500) -> list[Waiting]:
    """Return what the endpoint will never take, newest first, with the reason."""
    return _unsent(session, tables.REFUSED, limit)


def _unsent(session: Session, state: str, limit: int) -> list[Waiting]:
    query = select(tables.op).where(tables.op.c.state == state).order_by(tables.op.c.pos.desc()).limit(limit)
    return [
        Waiting(
            row.record,
            row.type,
            row.space,
            tuple(row.fields),
            len(row.payload),
            journal.unpack_payload(row.payload).at if row.payload else "",
            row.state,
            row.problem,
        )
        for row in session.execute(query)
    ]


def record_run(session: Session, run: Run) -> None:
    """Keep one line in the history of syncs; a failure like the one before it replaces that one.

    Of the syncs that went well and brought nothing, only the latest is kept.
    """
    for pos, ok, sentence in rows.find(session, _LAST_RUN):
        if not (ok or run.ok) and sentence == run.sentence:
            rows.change(session, tables.sync_run, [{"at": run.at, "pos": pos}], "pos")
            return
    if run.ok:
        rows.find(session, _FORGET_UNEVENTFUL)
    rows.add(session, tables.sync_run, [asdict(run)])


def runs(session: Session, limit: int = 50) -> list[Run]:
    """Return the latest syncs, newest first, without those in which nothing was new, but for the very latest."""
    latest = select(func.max(tables.sync_run.c.pos)).scalar_subquery()
    shown = or_(_EVENTFUL, tables.sync_run.c.pos == latest)
    query = select(tables.sync_run).where(shown).order_by(tables.sync_run.c.pos.desc()).limit(limit)
    return [
        Run(r.at, r.ok, r.sentence, r.sent, r.received, r.bytes_up, r.bytes_down, r.requests)
        for r in session.execute(query)
    ]


def last_success(session: Session) -> str:
    """Return when a sync last went well (UTC), or an empty text."""
    return figures(session).last_success


def finished(sentence: str, *, ok: bool, **figures: int) -> Run:
    """Return a line for the history, as of now."""
    return Run(clock.now(), ok, sentence, **figures)
