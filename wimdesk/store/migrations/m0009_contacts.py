"""Contacts: the language in which a person is written to."""

from __future__ import annotations

from sqlcipher3 import dbapi2


def apply(connection: dbapi2.Connection) -> None:
    """Make the column."""
    connection.execute("ALTER TABLE person ADD COLUMN preferred_language TEXT DEFAULT '' NOT NULL")
