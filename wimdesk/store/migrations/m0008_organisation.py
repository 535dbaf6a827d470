"""Branches and logos, what is handed over from one holder of a post to the next, visits to sites,
groups of artisanal miners, and the directory.
"""

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
ALTER TABLE site ADD COLUMN place_source TEXT DEFAULT '' NOT NULL;
ALTER TABLE site ADD COLUMN known_as TEXT DEFAULT '' NOT NULL;
CREATE TABLE visit (
    site_id TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
    purpose TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    next_step TEXT DEFAULT '' NOT NULL,
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
);
CREATE INDEX ix_visit_site_id ON visit (site_id);
CREATE TABLE visit_contact (
    visit_id TEXT DEFAULT '' NOT NULL,
    person_id TEXT DEFAULT '' NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    role TEXT DEFAULT '' NOT NULL,
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
);
CREATE INDEX ix_visit_contact_visit_id ON visit_contact (visit_id);
CREATE INDEX ix_visit_contact_person_id ON visit_contact (person_id);
CREATE TABLE miner_group (
    name TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    women INTEGER,
    men INTEGER,
    counted_on TEXT DEFAULT '' NOT NULL,
    count_source TEXT DEFAULT '' NOT NULL,
    commodity JSON DEFAULT '[]' NOT NULL,
    roles JSON DEFAULT '[]' NOT NULL,
    country_code TEXT DEFAULT '' NOT NULL,
    latitude FLOAT,
    longitude FLOAT,
    grid TEXT DEFAULT '' NOT NULL,
    contact_id TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
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
);
CREATE INDEX ix_miner_group_contact_id ON miner_group (contact_id);
CREATE TABLE licence (
    group_id TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    authority TEXT DEFAULT '' NOT NULL,
    issued TEXT DEFAULT '' NOT NULL,
    expires TEXT DEFAULT '' NOT NULL,
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
);
CREATE INDEX ix_licence_group_id ON licence (group_id);
CREATE TABLE group_entry (
    group_id TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    quantity FLOAT,
    unit TEXT DEFAULT '' NOT NULL,
    amount_minor INTEGER,
    currency TEXT DEFAULT '' NOT NULL,
    women INTEGER,
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
);
CREATE INDEX ix_group_entry_group_id ON group_entry (group_id);
CREATE TABLE directory_entry (
    organization_id TEXT DEFAULT '' NOT NULL,
    contact_name TEXT DEFAULT '' NOT NULL,
    email TEXT DEFAULT '' NOT NULL,
    phone TEXT DEFAULT '' NOT NULL,
    address TEXT DEFAULT '' NOT NULL,
    interests JSON DEFAULT '[]' NOT NULL,
    offers JSON DEFAULT '[]' NOT NULL,
    needs JSON DEFAULT '[]' NOT NULL,
    shown JSON DEFAULT '[]' NOT NULL,
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
);
CREATE INDEX ix_directory_entry_organization_id ON directory_entry (organization_id);
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the columns and the tables."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
