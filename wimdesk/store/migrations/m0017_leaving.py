"""The day on which an organisation leaves the Alliance."""

from __future__ import annotations

from sqlcipher3 import dbapi2


def apply(connection: dbapi2.Connection) -> None:
    """Add the column."""
    connection.execute("ALTER TABLE organization ADD COLUMN left_on TEXT DEFAULT '' NOT NULL")
