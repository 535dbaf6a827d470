"""The ledger of what was erased."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
CREATE TABLE erasure (
    space TEXT NOT NULL,
    record TEXT NOT NULL,
    type TEXT NOT NULL,
    owner TEXT NOT NULL,
    at TEXT NOT NULL,
    "by" TEXT NOT NULL,
    swept BOOLEAN DEFAULT 0 NOT NULL,
    files TEXT DEFAULT '[[],[]]' NOT NULL,
    confirmed TEXT DEFAULT '' NOT NULL,
    receipt BLOB DEFAULT x'' NOT NULL,
    PRIMARY KEY (space, record)
);
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the tables."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
