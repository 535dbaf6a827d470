"""Contacts: the language in which a person is written to, and how tables of others were brought in."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_COMMON = """
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
"""
_IMPORT_MAPPING = """
    name TEXT DEFAULT '' NOT NULL,
    brings TEXT DEFAULT '' NOT NULL,
    columns JSON DEFAULT '{}' NOT NULL,
    known_by JSON DEFAULT '[]' NOT NULL,
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the column and the tables."""
    connection.execute("ALTER TABLE person ADD COLUMN preferred_language TEXT DEFAULT '' NOT NULL")
    connection.execute(f"CREATE TABLE import_mapping ({_IMPORT_MAPPING}{_COMMON})")
