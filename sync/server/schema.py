"""The tables of this version, and the numbered steps that bring those of an earlier one to it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, inspect, select, update

from sync.server.tables import metadata, server_state

Step = Callable[[Connection], None]
STEPS: tuple[Step, ...] = ()
"""Step k brings tables of number k to number k + 1. It never uses the tables of this version: they change."""

TOO_NEW = "A later version made this data. Nothing was changed. Install the newer program."


class TooNew(ValueError):
    """The tables are those of a later version; `str()` is a sentence for the operator."""


def number() -> int:
    """Return the number of the tables of this version."""
    return len(STEPS) + 1


def make(connection: Connection) -> None:
    """Make the tables, or bring those that are there to this version; all of it or nothing. Raises TooNew."""
    before = _number_of(connection)
    if before > number():
        raise TooNew(TOO_NEW)
    for step in STEPS[before - 1 :]:
        step(connection)
    metadata.create_all(connection)
    if before != number():
        connection.execute(update(server_state).values(schema=number()))


def is_current(connection: Connection) -> bool:
    """Say whether the tables are those of this version."""
    return _number_of(connection) == number()


def _number_of(connection: Connection) -> int:
    if not inspect(connection).has_table(server_state.name):
        return number()
    found = connection.scalar(select(server_state.c.schema))
    return number() if found is None else int(found)
