"""Organisations that are part of others, their logos, and what is handed over from one holder of a post to the next."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
ALTER TABLE organization ADD COLUMN member_count_covers TEXT DEFAULT '' NOT NULL;
ALTER TABLE organization ADD COLUMN parent_id TEXT DEFAULT '' NOT NULL;
ALTER TABLE organization ADD COLUMN logo_id TEXT DEFAULT '' NOT NULL;
ALTER TABLE post ADD COLUMN handover JSON DEFAULT '[]' NOT NULL;
ALTER TABLE post_holding ADD COLUMN handed_over JSON DEFAULT '[]' NOT NULL;
CREATE INDEX ix_organization_parent_id ON organization (parent_id);
CREATE INDEX ix_organization_logo_id ON organization (logo_id);
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the columns."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
