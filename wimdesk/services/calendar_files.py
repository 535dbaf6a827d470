"""Calendar files of our events: what goes into one, and what one brings in, twice or more often without doubles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records import Event
from wimdesk.services import calendars, editing, events, exchange, publishing
from wimdesk.store import identity, journal
from wimdesk.store.record import Values

SUFFIX = ".ics"
_OF_THE_FILE = (
    "starts", "zone", "minutes", "whole_day", "recurrence", "excluded", "extra", "place", "url", "state", "occurrence",
    "sequence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: how many are new, changed, as before, or others' and left alone; and sentences to read."""

    new: int
    changed: int
    same: int
    left: int
    remarks: tuple[str, ...]
    act: int


def content(session: Session, ids: Sequence[str] = ()) -> bytes:
    """Return these events, or every one that shows here, as a calendar."""
    found = [each for each in publishing.seen(session, Event) if not ids or each.id in ids]
    return calendars.write(_plain(session, each) for each in found)


def _plain(session: Session, event: Event) -> Values:
    return editing.plain(event) | {"uid": _uid(session, event)}


def _uid(session: Session, event: Event) -> str:
    return event.uid or events.alliance_id(session, event)


def save(session: Session, path: Path, ids: Sequence[str] = ()) -> None:
    """Write these events, or every one, into a file. Raises UserError where it can't be written."""
    exchange.write_file(path, content(session, ids))


def read_file(path: Path, mine: str = "UTC") -> calendars.Read:
    """Read a calendar file without keeping anything of it. Raises UserError with a sentence."""
    try:
        if path.stat().st_size > calendars.MOST_BYTES:
            raise calendars.too_large()
        found = path.read_bytes()
    except OSError as error:
        raise UserError(_("This file can't be read. Nothing was changed. Choose another one.")) from error
    return calendars.read(found, mine)


def take(session: Session, found: calendars.Read) -> Taken:
    """Bring in what a calendar holds: new events are ours and private, those that are here follow the file.

    An event is known by its UID and the date it stands for (RFC 5545, sections 3.8.4.7 and 3.8.4.4). What others made
    is left as it is, and so is what has a later version here.
    """
    who = identity.read(session)
    here = {(_uid(session, each), each.occurrence): each for each in publishing.seen(session, Event)}
    counts = {"new": 0, "changed": 0, "same": 0, "left": 0}
    for values in found.entries:
        known = here.get((values["uid"], values["occurrence"])) if values["uid"] else None
        if known is None:
            series = here.get((values["uid"], "")) if values["occurrence"] and values["uid"] else None
            _add(session, values, series if series is not None and series.owner == who.organisation else None)
            counts["new"] += 1
        elif known.owner != who.organisation or (known.sequence or 0) > (values["sequence"] or 0):
            counts["left"] += 1
        else:
            counts["changed" if editing.update(session, known, _followed(known, values)) else "same"] += 1
    session.flush()
    return Taken(**counts, remarks=found.remarks, act=journal.scribe_of(session).act)


def _add(session: Session, values: Values, series: Event | None) -> None:
    """A date that was moved is seen by whoever sees its series, which leaves it out."""
    if series is None:
        editing.prepare(session, Event, values)
    else:
        made = editing.prepare(session, Event, values | {"group_id": series.group_id, "theme_id": series.theme_id})
        made.space = series.space


def _followed(known: Event, values: Values) -> Values:
    """What of an event that is here follows the file: its times and places, and the texts in the file's language."""
    kept = {name: values[name] for name in _OF_THE_FILE}
    if not values["state"] or (known.state in {"held", "closed"} and values["state"] == "confirmed"):
        del kept["state"]  # the file has no word for it
    if values["whole_day"]:
        del kept["zone"]  # a day is that day everywhere
    if known.sequence == values["sequence"] or (known.sequence is None and not values["sequence"]):
        kept["sequence"] = known.sequence
    for name in ("title", "summary"):
        told = values[name]
        texts = getattr(known, name)
        if told and not set(told.values()) <= set(texts.values()):
            kept[name] = {**texts, **told}
    return kept
