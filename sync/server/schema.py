"""The tables of this version, and the numbered steps that bring those of an earlier one to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, LargeBinary, inspect, select, text, update

from sync.server.tables import metadata, server_state


def _seal(connection: Connection) -> None:
    """From 0.1.0, which could read what is private: forget it. Laptops give it back, sealed, under a new generation.

    What removed computers had sent is dropped as well: it was kept without its signatures.
    """
    bytes_type = LargeBinary().compile(connection.dialect)
    for statement in (
        f"ALTER TABLE server_state ADD COLUMN receive_key {bytes_type} NOT NULL DEFAULT ''",
        "ALTER TABLE server_state ADD COLUMN schema INTEGER NOT NULL DEFAULT 1",
        "ALTER TABLE organisation ADD COLUMN key_changes INTEGER NOT NULL DEFAULT 0",
        "UPDATE organisation SET key_changes = 1",  # each laptop has 0: it looks after the keys
        "DROP TABLE quarantine",
        *(f"DELETE FROM {name} WHERE space LIKE 'org/%/private'" for name in _OF_SPACES),
        "DELETE FROM space WHERE name LIKE 'org/%/private'",
    ):
        connection.execute(text(statement))
    row = {"key": X25519PrivateKey.generate().private_bytes_raw(), "generation": secrets.randbits(62) + 1}
    connection.execute(text("UPDATE server_state SET receive_key = :key, generation = :generation"), row)


def _add_digest(connection: Connection) -> None:
    """Give each log a digest: that of one which is there already is not known, and stays so."""
    empty = r"'\x'" if connection.dialect.name == "postgresql" else "x''"
    bytes_type = LargeBinary().compile(connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE space ADD COLUMN digest {bytes_type} NOT NULL DEFAULT {empty}")


def _add_erasing(connection: Connection) -> None:
    """Make room for what takes the place of erased operations; the ledger is made with the tables that are new."""
    empty = r"'\x'" if connection.dialect.name == "postgresql" else "x''"
    bytes_type = LargeBinary().compile(connection.dialect)
    for table, column in (("batch", "salts"), ("sealed", "resealed")):
        if inspect(connection).has_table(table):  # 0.1.0 had no boxes
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} {bytes_type} NOT NULL DEFAULT {empty}")


_OF_SPACES = ("op", "record_owner", "author", "batch", "refused")
Step = Callable[[Connection], None]
STEPS: tuple[Step, ...] = (_seal, _add_digest, _add_erasing)
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
    if is_newer(connection):
        raise TooNew(TOO_NEW)
    for step in STEPS[before - 1 :]:
        step(connection)
    metadata.create_all(connection)
    if before != number():
        connection.execute(update(server_state).values(schema=number()))


def is_current(connection: Connection) -> bool:
    """Say whether the tables are those of this version."""
    return _number_of(connection) == number()


def is_newer(connection: Connection) -> bool:
    """Say whether the tables are those of a later version."""
    return _number_of(connection) > number()


def _number_of(connection: Connection) -> int:
    tables = inspect(connection)
    if not tables.has_table(server_state.name):
        return number()
    if "schema" not in {column["name"] for column in tables.get_columns(server_state.name)}:
        return 1  # 0.1.0
    found = connection.scalar(select(server_state.c.schema))
    return number() if found is None else int(found)
