"""Keys of those who may order that something be erased, and secrets of the hashes in the chain over the journal.

The hashes had none: whoever tried out names could find which one was erased. So the chain begins again, visibly, and
the program seals the journal anew (wimdesk.store.audit). What stands in own fields is found by the search now: the
index of words is emptied here, and filled again by the program when it opens the profile (wimdesk.search.rebuild).
"""

from __future__ import annotations

import hashlib

import msgspec
from sqlcipher3 import dbapi2

from wimdesk import clock

_SIGNER = """
CREATE TABLE signer (
    space TEXT NOT NULL,
    device BLOB NOT NULL,
    organisation TEXT NOT NULL,
    "key" BLOB NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (space, device)
)
"""
_SECRET = """
CREATE TABLE secret (
    pos INTEGER NOT NULL,
    "key" BLOB NOT NULL,
    PRIMARY KEY (pos)
)
"""


def apply(connection: dbapi2.Connection) -> None:
    """Add the tables, empty the index of words, and begin the chain again."""
    for table in ("search_text", "search_title"):
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_ref")
    connection.execute(_SIGNER)
    connection.execute(_SECRET)
    last = connection.execute("SELECT pos, link FROM audit ORDER BY pos DESC LIMIT 1").fetchone()
    if last is None:
        return
    connection.execute("UPDATE audit SET entries=x'', void=1 WHERE NOT void")
    entries, at = msgspec.msgpack.encode([]), clock.now()
    content = hashlib.sha256(entries).digest()
    link = hashlib.sha256(last[1] + msgspec.msgpack.encode((0, at)) + content).digest()
    connection.execute(
        "INSERT INTO audit(pos, upto, at, entries, content, void, link) VALUES (?, 0, ?, ?, ?, 0, ?)",
        (last[0] + 1, at, entries, content, link),
    )
