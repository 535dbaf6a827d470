"""Attachments, and what this computer knows of their contents."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
CREATE TABLE attachment (
    title TEXT DEFAULT '' NOT NULL,
    part_of_type TEXT DEFAULT '' NOT NULL,
    part_of TEXT DEFAULT '' NOT NULL,
    format TEXT DEFAULT '' NOT NULL,
    extent INTEGER,
    created TEXT DEFAULT '' NOT NULL,
    identifier TEXT DEFAULT '' NOT NULL,
    carried TEXT DEFAULT '' NOT NULL,
    carried_extent INTEGER,
    secret TEXT DEFAULT '' NOT NULL,
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
);
CREATE TABLE carriage (
    record TEXT NOT NULL,
    wanted BOOLEAN DEFAULT 0 NOT NULL,
    dropped BOOLEAN DEFAULT 0 NOT NULL,
    sent INTEGER DEFAULT -1 NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (record)
);
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the two tables."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
