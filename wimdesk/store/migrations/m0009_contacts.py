"""Contacts: the language in which a person is written to, how tables of others were brought in, who was merged."""

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
_IMPORT_MAPPING = """
    name TEXT DEFAULT '' NOT NULL,
    brings TEXT DEFAULT '' NOT NULL,
    columns JSON DEFAULT '{}' NOT NULL,
    known_by JSON DEFAULT '[]' NOT NULL,
"""
_DISTINCTION = """
    first_id TEXT DEFAULT '' NOT NULL,
    second_id TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
"""
_CUSTOM_FIELD = """
    label JSON DEFAULT '{}' NOT NULL,
    applies_to TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    options JSON DEFAULT '[]' NOT NULL,
    in_list BOOLEAN DEFAULT 0 NOT NULL,
"""
_OWNERS = ("field_id", "person_id", "organization_id", "site_id")


def apply(connection: dbapi2.Connection) -> None:
    """Make the column and the tables."""
    connection.execute("ALTER TABLE person ADD COLUMN preferred_language TEXT DEFAULT '' NOT NULL")
    connection.execute(f"CREATE TABLE import_mapping ({_IMPORT_MAPPING}{_COMMON})")
    connection.execute("ALTER TABLE person ADD COLUMN merged_into TEXT DEFAULT '' NOT NULL")
    connection.execute("CREATE INDEX ix_person_merged_into ON person (merged_into)")
    connection.execute(f"CREATE TABLE distinction ({_DISTINCTION}{_COMMON})")
    for name in ("first_id", "second_id"):
        connection.execute(f"CREATE INDEX ix_distinction_{name} ON distinction ({name})")
    connection.execute(f"CREATE TABLE custom_field ({_CUSTOM_FIELD}{_COMMON})")
    links = "".join(f"{name} TEXT DEFAULT '' NOT NULL, " for name in _OWNERS)
    connection.execute(f"CREATE TABLE custom_value ({links}value TEXT DEFAULT '' NOT NULL, {_COMMON})")
    for name in _OWNERS:
        connection.execute(f"CREATE INDEX ix_custom_value_{name} ON custom_value ({name})")
