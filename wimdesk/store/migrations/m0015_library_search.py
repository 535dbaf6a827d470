"""The words in files, page by page; stems beside the words; reading lists, and what is related.

The index of words is made anew: the program fills it when it opens the profile (wimdesk.search.rebuild).
"""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
DROP TABLE search_text;
CREATE VIRTUAL TABLE search_text USING fts5(title, summary, body, tags, title_stems, stems, content='',
    contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 0');
INSERT INTO search_text(search_text, rank) VALUES ('deletemerge', 25);
INSERT INTO search_title(search_title) VALUES ('delete-all');
DELETE FROM search_ref;
CREATE TABLE file_text (
    file INTEGER NOT NULL,
    digest TEXT NOT NULL,
    state TEXT DEFAULT '' NOT NULL,
    pieces INTEGER DEFAULT 0 NOT NULL,
    PRIMARY KEY (file),
    UNIQUE (digest)
);
CREATE TABLE page_text (
    doc INTEGER NOT NULL,
    page INTEGER NOT NULL,
    words BLOB NOT NULL,
    PRIMARY KEY (doc)
);
CREATE VIRTUAL TABLE search_page USING fts5(words, stems, content='', contentless_delete=1, prefix='2 3',
    tokenize='unicode61 remove_diacritics 0');
ALTER TABLE library_item ADD COLUMN related JSON DEFAULT '[]' NOT NULL;
CREATE TABLE reading_list (
    title TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    items JSON DEFAULT '[]' NOT NULL,
    audience TEXT DEFAULT '' NOT NULL,
    counterpart_id TEXT DEFAULT '' NOT NULL,
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
    """Make the tables and indexes."""
    for statement in _SQL.split(";\n"):
        connection.execute(statement)
