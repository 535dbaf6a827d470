"""Texts of the Alliance, the word of an organisation on them, remarks, and the course of initiatives."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_COMMON = """
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
"""
_TABLES = {
    "alliance_text": """
    kind TEXT DEFAULT '' NOT NULL,
    work TEXT DEFAULT '' NOT NULL,
    version TEXT DEFAULT '' NOT NULL,
    title JSON DEFAULT '{}' NOT NULL,
    body JSON DEFAULT '{}' NOT NULL,
    issued TEXT DEFAULT '' NOT NULL,
    decision TEXT DEFAULT '' NOT NULL,
    theme_id TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT '' NOT NULL,""",
    "commitment": """
    text_id TEXT DEFAULT '' NOT NULL,
    organization_id TEXT DEFAULT '' NOT NULL,
    answer TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
    signed_by TEXT DEFAULT '' NOT NULL,
    capacity TEXT DEFAULT '' NOT NULL,
    reservation TEXT DEFAULT '' NOT NULL,
    independent BOOLEAN DEFAULT 0 NOT NULL,
    withdrawn_on TEXT DEFAULT '' NOT NULL,
    withdrawn_why TEXT DEFAULT '' NOT NULL,""",
    "milestone": """
    initiative_id TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    title JSON DEFAULT '{}' NOT NULL,
    due TEXT DEFAULT '' NOT NULL,
    done_on TEXT DEFAULT '' NOT NULL,""",
    "remark": """
    text_id TEXT DEFAULT '' NOT NULL,
    organization_id TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    section TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    wording TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
    outcome TEXT DEFAULT '' NOT NULL,
    answer TEXT DEFAULT '' NOT NULL,""",
}
_LINKS = {
    "alliance_text": ("theme_id",),
    "commitment": ("text_id", "organization_id"),
    "milestone": ("initiative_id",),
    "remark": ("text_id", "organization_id"),
}
_COLUMNS = (
    "initiative ADD COLUMN activities JSON DEFAULT '{}' NOT NULL",
    "initiative ADD COLUMN outcomes JSON DEFAULT '{}' NOT NULL",
    "initiative ADD COLUMN takeaways JSON DEFAULT '{}' NOT NULL",
    "initiative ADD COLUMN decision TEXT DEFAULT '' NOT NULL",
    "initiative ADD COLUMN decided_on TEXT DEFAULT '' NOT NULL",
    "initiative ADD COLUMN currency TEXT DEFAULT '' NOT NULL",
    "initiative ADD COLUMN planned_minor INTEGER",
    "initiative ADD COLUMN committed_minor INTEGER",
    "initiative ADD COLUMN spent_minor INTEGER",
    "indicator ADD COLUMN themes JSON DEFAULT '[]' NOT NULL",
    "participation ADD COLUMN people INTEGER",
    "participation ADD COLUMN hours FLOAT",
)


def apply(connection: dbapi2.Connection) -> None:
    """Add the columns, and the tables, each with an index for each of its links."""
    for column in _COLUMNS:
        connection.execute(f"ALTER TABLE {column}")
    for name, columns in _TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns}{_COMMON})")
    for name, links in _LINKS.items():
        for link in links:
            connection.execute(f"CREATE INDEX ix_{name}_{link} ON {name} ({link})")
