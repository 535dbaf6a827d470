"""Keys of those who may order that something be erased, as far as they are believed."""

from __future__ import annotations

from sqlcipher3 import dbapi2

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


def apply(connection: dbapi2.Connection) -> None:
    """Add the table of keys."""
    connection.execute(_SIGNER)
