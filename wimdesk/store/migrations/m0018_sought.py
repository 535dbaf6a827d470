"""Practices are found by their work, their copies and what they replace, files by what they belong to: each click on a
practice looked through all of them."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SOUGHT = (
    ("library_item", "counterpart_id"), ("library_item", "work"), ("library_item", "supersedes"),
    ("attachment", "part_of"), ("attachment", "identifier"), ("feedback", "work"),
)  # fmt: skip


def apply(connection: dbapi2.Connection) -> None:
    """Add the indexes."""
    for table, column in _SOUGHT:
        connection.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
