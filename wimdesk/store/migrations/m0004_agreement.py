"""What others removed and still shows here, and what the log of a space adds up to."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SPARED = """
CREATE TABLE spared (
    record TEXT NOT NULL,
    type TEXT NOT NULL,
    space TEXT NOT NULL,
    asked BOOLEAN NOT NULL,
    PRIMARY KEY (record)
)
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the table and the column; the digest of what was read before is not known."""
    connection.execute(_SPARED)
    connection.execute("ALTER TABLE cursor ADD COLUMN digest BLOB DEFAULT x'' NOT NULL")
