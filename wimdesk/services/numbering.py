"""Numbers that computers give without asking each other: each computer has a series of its own.

The series is named by four letters and figures that follow from the computer's id and from its epoch, which changes
when a backup was restored. So two computers never give one number, and what a restored computer has forgotten is
not given a second time. Within a series the numbers go on by one, also behind what is in the trash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sync.protocol import CODE_ALPHABET
from wimdesk.records import Membership, Receipt
from wimdesk.store import identity
from wimdesk.store.identity import Identity

_SHORT = 4


@dataclass(frozen=True, slots=True)
class Series:
    """The series of this computer: its name, and the long key that the name is the beginning of."""

    name: str
    key: str


def series(session: Session) -> Series:
    """Return the series of this computer; its name is longer where another one's begins alike."""
    who = identity.read(session)
    key = key_of(who)
    others = set(
        session.scalars(select(Receipt.series).where(Receipt.owner == who.organisation, Receipt.series_key != key))
    )
    length = _SHORT
    while key[:length] in others and length < len(key):
        length += 1
    return Series(key[:length], key)


def key_of(who: Identity) -> str:
    """Return 24 letters and figures that stand for a computer and its epoch."""
    number = int.from_bytes(hashlib.sha256(f"{who.device}:{who.epoch}".encode()).digest())
    letters = []
    for _place in range(24):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    return "".join(letters)


def next_receipt(session: Session, year: int) -> tuple[Series, int]:
    """Return the series and the next number of a year; what was cancelled or thrown away keeps its number."""
    own = series(session)
    query = select(func.max(Receipt.serial)).where(Receipt.series_key == own.key, Receipt.year == year)
    return own, (session.scalar(query) or 0) + 1


def next_member(session: Session) -> str:
    """Return the next member number of this computer."""
    own = series(session).name
    given = session.scalars(select(Membership.number).where(Membership.number.startswith(f"{own}-", autoescape=True)))
    ends = [number.rpartition("-")[2] for number in given]
    return f"{own}-{max((int(end) for end in ends if end.isdecimal()), default=0) + 1:04}"
