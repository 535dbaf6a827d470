"""Saved searches, and tags of people, organisations and sites."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SAVED_SEARCH = """
CREATE TABLE saved_search (
    name TEXT DEFAULT '' NOT NULL,
    asks_for TEXT DEFAULT '' NOT NULL,
    query JSON DEFAULT '{}' NOT NULL,
    id TEXT NOT NULL,
    space TEXT NOT NULL,
    owner TEXT NOT NULL,
    deleted BOOLEAN DEFAULT 0 NOT NULL,
    versions JSON DEFAULT '{}' NOT NULL,
    created_at TEXT DEFAULT '' NOT NULL,
    created_by TEXT DEFAULT '' NOT NULL,
    updated_at TEXT DEFAULT '' NOT NULL,
    updated_by TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (id)
)
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the table and the columns."""
    connection.execute(_SAVED_SEARCH)
    for table in ("person", "organization", "site"):
        connection.execute(f"ALTER TABLE {table} ADD COLUMN tags JSON DEFAULT '[]' NOT NULL")
