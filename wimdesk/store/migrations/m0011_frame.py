"""One type's documents stand together in the search index, an act is found at once, and the journal gets its chain.

Undoing an act read the whole journal: nothing led from an act to its operations. The index of words is emptied here,
and filled again by the program when it opens the profile (wimdesk.search.rebuild).
"""

from __future__ import annotations

from sqlcipher3 import dbapi2

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
    """Empty the index of words; add the index of acts and the chain."""
    for table in ("search_text", "search_title"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_ref")
    connection.execute("CREATE INDEX op_act ON op (act) WHERE act <> 0")
    connection.execute(_AUDIT)
