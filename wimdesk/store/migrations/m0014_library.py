"""Practices of every kind, in versions and translations; what others say of them; where a story may be told."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
ALTER TABLE library_item ADD COLUMN collections JSON DEFAULT '[]' NOT NULL;
ALTER TABLE library_item ADD COLUMN creator TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN contributor TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN publisher TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN identifier TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN source TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN audience TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN rights TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN people TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN link TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN body JSON DEFAULT '{}' NOT NULL;
ALTER TABLE library_item ADD COLUMN work TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN made_from JSON DEFAULT '{}' NOT NULL;
ALTER TABLE library_item ADD COLUMN edition INTEGER;
ALTER TABLE library_item ADD COLUMN supersedes TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN review_on TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN checked JSON DEFAULT '[]' NOT NULL;
ALTER TABLE library_item ADD COLUMN review_note TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN person_id TEXT DEFAULT '' NOT NULL;
ALTER TABLE library_item ADD COLUMN channels JSON DEFAULT '{}' NOT NULL;
CREATE INDEX ix_library_item_person_id ON library_item (person_id);
ALTER TABLE consent ADD COLUMN channel TEXT DEFAULT '' NOT NULL;
ALTER TABLE consent ADD COLUMN until TEXT DEFAULT '' NOT NULL;
CREATE TABLE feedback (
    work TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    rating INTEGER,
    comment TEXT DEFAULT '' NOT NULL,
    organization TEXT DEFAULT '' NOT NULL,
    country_code TEXT DEFAULT '' NOT NULL,
    context TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
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
    """Add the columns and the table."""
    for statement in _SQL.split(";\n"):
        connection.execute(statement)
