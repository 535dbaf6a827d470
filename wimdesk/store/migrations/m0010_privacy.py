"""The ledger of what was erased, what people have allowed and in which words, and the log of breaches."""

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
CREATE TABLE consent (
    person_id TEXT DEFAULT '' NOT NULL,
    purpose TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
    method TEXT DEFAULT '' NOT NULL,
    recorded_by TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    wording TEXT DEFAULT '' NOT NULL,
    wording_version TEXT DEFAULT '' NOT NULL,
    proof TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_consent_person_id ON consent (person_id);
CREATE TABLE consent_wording (
    purpose TEXT DEFAULT '' NOT NULL,
    text JSON DEFAULT '{}' NOT NULL,
    since TEXT DEFAULT '' NOT NULL,
    version INTEGER,
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
CREATE TABLE breach (
    kind TEXT DEFAULT '' NOT NULL,
    happened_on TEXT DEFAULT '' NOT NULL,
    noticed_on TEXT DEFAULT '' NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    people INTEGER,
    measures TEXT DEFAULT '' NOT NULL,
    authority_on TEXT DEFAULT '' NOT NULL,
    people_on TEXT DEFAULT '' NOT NULL,
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
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the tables."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
