"""Operations of the journal by their number or by their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from sync.protocol import Author
from wimdesk.errors import SyncProblem
from wimdesk.i18n import _
from wimdesk.store import journal, recovery, rows, tables
from wimdesk.store.recovery import OpRow, Told

_CHUNK = 500
_op = tables.op.c
# What each page asks is made once: to make a statement costs several times what it costs to run it.
_BY_NUMBER = select(tables.op).where(
    _op.space == bindparam("space"), _op.device == bindparam("device"), _op.epoch == bindparam("epoch"),
    _op.n.in_(bindparam("numbers", expanding=True)),
)  # fmt: skip
_RECORDS_AT = "SELECT seq, record FROM op WHERE space=:space AND seq IN (SELECT value FROM json_each(:places))"


class UnknownOwn(Exception):
    """The endpoint knows an own operation that is not here: this profile was restored or copied."""


class Contradiction(SyncProblem):
    """The endpoint says something else under a number that is known here."""


def rows_of(session: Session, space: str, author: Author, numbers: list[int]) -> dict[int, OpRow]:
    """Return the operations of an author in a space by their number."""
    found: dict[int, OpRow] = {}
    asked = {"space": space, "device": author.device, "epoch": author.epoch}
    for at in range(0, len(numbers), _CHUNK):
        there = session.execute(_BY_NUMBER, asked | {"numbers": numbers[at : at + _CHUNK]})
        found |= {row.n: row for row in there}
    return found


def rows_under(session: Session, space: str, arrivals: Iterable[Told]) -> dict[tuple[bytes, int, int], OpRow]:
    """Return what the journal knows under the numbers of these arrivals."""
    by_author: dict[tuple[bytes, int], list[int]] = defaultdict(list)
    for row in arrivals:
        by_author[row["device"], row["epoch"]].append(row["n"])
    found: dict[tuple[bytes, int, int], OpRow] = {}
    for (device, epoch), numbers in by_author.items():
        highest = journal.highest(session, space, device, epoch)
        known = [n for n in numbers if n <= highest]
        found |= {(device, epoch, n): row for n, row in rows_of(session, space, Author(device, epoch), known).items()}
    return found


def compare(known: OpRow, arrival: Told, mine: Author) -> None:
    """Raise where one number stands for two things: neither may take the place of the other.

    Raises UnknownOwn where it is an own number that waits here: this profile went back, and has used it once more.
    Another's, or one that had its place already, is a Contradiction.
    """
    moved = known.state in (tables.HELD, tables.LOST)
    told = recovery.told(known)
    left_out = {"base"} if moved else set()
    if not (told["payload"] and arrival["payload"]):
        left_out.add("payload")  # erased on one side, and soon on the other
    if all(told[name] == arrival[name] for name in told.keys() - left_out):
        return
    if (known.device, known.epoch) == mine and known.seq is None:
        raise UnknownOwn(known.n)
    raise Contradiction(_("What arrived does not fit what is here. Nothing was changed. Please tell the Secretariat."))


def records_at(session: Session, space: str, places: Collection[int]) -> dict[int, bytes]:
    """Return the records (16 bytes) of places in a space's log; one that is not known here is left out."""
    found = rows.find(session, _RECORDS_AT, space=space, places=list(places)) if places else []
    return {seq: bytes.fromhex(record.replace("-", "")) for seq, record in found}
