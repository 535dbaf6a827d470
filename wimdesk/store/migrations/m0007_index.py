"""The search index is tidied when a quarter of what is in a part of it is out of date, not at a tenth.

To tidy means to write that part of the index anew, in the very commit that brings it there: a sync that edits many
records waited for that more than for anything else. What is out of date is found by nobody in either case.
"""

from __future__ import annotations

from sqlcipher3 import dbapi2


def apply(connection: dbapi2.Connection) -> None:
    """Set the share, in percent (sqlite.org/fts5.html, "deletemerge")."""
    for table in ("search_text", "search_title"):
        connection.execute(f"INSERT INTO {table}({table}, rank) VALUES ('deletemerge', 25)")
