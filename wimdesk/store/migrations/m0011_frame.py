"""One type's documents stand together in the search index, an act is found at once, and syncs say when they try again.

Undoing an act read the whole journal: nothing led from an act to its operations. The index of words is emptied here,
and filled again by the program when it opens the profile (wimdesk.search.rebuild).
"""

from __future__ import annotations

from sqlcipher3 import dbapi2


def apply(connection: dbapi2.Connection) -> None:
    """Empty the index of words; add the index of acts."""
    for table in ("search_text", "search_title"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_ref")
    connection.execute("CREATE INDEX op_act ON op (act) WHERE act <> 0")
