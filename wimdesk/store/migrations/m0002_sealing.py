"""The organisation's computers, and the keys with which what is private is sealed."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
CREATE TABLE computer (
    name TEXT DEFAULT '' NOT NULL,
    words TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE seal_key (
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (id)
);
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the two tables."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
