"""Tasks; one type's documents stand together in the search index; acts are found at once; the journal has its chain.

Undoing an act read the whole journal: nothing led from an act to its operations. The index of words is emptied here,
and filled again by the program when it opens the profile (wimdesk.search.rebuild).
"""

from __future__ import annotations

from sqlcipher3 import dbapi2

_TASK = """
CREATE TABLE task (
    title TEXT DEFAULT '' NOT NULL,
    due TEXT DEFAULT '' NOT NULL,
    assignee TEXT DEFAULT '' NOT NULL,
    remind_days INTEGER,
    done_on TEXT DEFAULT '' NOT NULL,
    about_type TEXT DEFAULT '' NOT NULL,
    about TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
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
_AUDIT = """
CREATE TABLE audit (
    pos INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    at TEXT NOT NULL,
    entries BLOB NOT NULL,
    content BLOB NOT NULL,
    void BOOLEAN DEFAULT 0 NOT NULL,
    link BLOB NOT NULL,
    PRIMARY KEY (pos)
)
"""


def apply(connection: dbapi2.Connection) -> None:
    """Empty the index of words; add the index of acts, the chain and the tasks."""
    for table in ("search_text", "search_title"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_ref")
    connection.execute("CREATE INDEX op_act ON op (act) WHERE act <> 0")
    connection.execute(_AUDIT)
    connection.execute(_TASK)
