"""The first schema: every table as it was when version 0.1.0 came out."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
CREATE TABLE activity (
    initiative_id TEXT DEFAULT '' NOT NULL,
    site_id TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    hours FLOAT,
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
CREATE INDEX ix_activity_initiative_id ON activity (initiative_id);
CREATE INDEX ix_activity_site_id ON activity (site_id);
CREATE TABLE clash (
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    winner INTEGER NOT NULL,
    loser INTEGER NOT NULL,
    type TEXT NOT NULL,
    space TEXT NOT NULL,
    base INTEGER NOT NULL,
    open BOOLEAN NOT NULL,
    PRIMARY KEY (record, field, winner, loser)
);
CREATE INDEX clash_open ON clash (record) WHERE open;
CREATE TABLE contact_detail (
    person_id TEXT DEFAULT '' NOT NULL,
    organization_id TEXT DEFAULT '' NOT NULL,
    type TEXT DEFAULT '' NOT NULL,
    value TEXT DEFAULT '' NOT NULL,
    label TEXT DEFAULT '' NOT NULL,
    preferred BOOLEAN DEFAULT 0 NOT NULL,
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
CREATE INDEX ix_contact_detail_organization_id ON contact_detail (organization_id);
CREATE INDEX ix_contact_detail_person_id ON contact_detail (person_id);
CREATE TABLE cursor (
    space TEXT NOT NULL,
    seq INTEGER NOT NULL,
    trail BLOB DEFAULT x'' NOT NULL,
    PRIMARY KEY (space)
);
CREATE TABLE indicator (
    "key" TEXT DEFAULT '' NOT NULL,
    position INTEGER,
    name JSON DEFAULT '{}' NOT NULL,
    definition JSON DEFAULT '{}' NOT NULL,
    unit TEXT DEFAULT '' NOT NULL,
    section TEXT DEFAULT '' NOT NULL,
    decimals INTEGER,
    minimum FLOAT,
    part_of TEXT DEFAULT '' NOT NULL,
    jump_factor FLOAT,
    direction TEXT DEFAULT '' NOT NULL,
    source_ref JSON DEFAULT '[]' NOT NULL,
    valid_from TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE initiative (
    title JSON DEFAULT '{}' NOT NULL,
    summary JSON DEFAULT '{}' NOT NULL,
    theme_id TEXT DEFAULT '' NOT NULL,
    level TEXT DEFAULT '' NOT NULL,
    regions JSON DEFAULT '[]' NOT NULL,
    objectives JSON DEFAULT '{}' NOT NULL,
    deliverables JSON DEFAULT '{}' NOT NULL,
    start TEXT DEFAULT '' NOT NULL,
    "end" TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT '' NOT NULL,
    lead TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_initiative_theme_id ON initiative (theme_id);
CREATE TABLE library_item (
    title JSON DEFAULT '{}' NOT NULL,
    summary JSON DEFAULT '{}' NOT NULL,
    template TEXT DEFAULT '' NOT NULL,
    themes JSON DEFAULT '[]' NOT NULL,
    subject JSON DEFAULT '[]' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    country_code TEXT DEFAULT '' NOT NULL,
    issued TEXT DEFAULT '' NOT NULL,
    license TEXT DEFAULT '' NOT NULL,
    minutes INTEGER,
    evidence TEXT DEFAULT '' NOT NULL,
    activities JSON DEFAULT '{}' NOT NULL,
    objectives JSON DEFAULT '{}' NOT NULL,
    outcomes JSON DEFAULT '{}' NOT NULL,
    takeaways JSON DEFAULT '{}' NOT NULL,
    state TEXT DEFAULT '' NOT NULL,
    counterpart_id TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE local (
    "key" TEXT NOT NULL,
    value JSON NOT NULL,
    PRIMARY KEY ("key")
);
CREATE TABLE observation (
    site_id TEXT DEFAULT '' NOT NULL,
    indicator_key TEXT DEFAULT '' NOT NULL,
    time_period TEXT DEFAULT '' NOT NULL,
    obs_value FLOAT,
    obs_status TEXT DEFAULT '' NOT NULL,
    comment TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_observation_site_id ON observation (site_id);
CREATE TABLE op (
    pos INTEGER NOT NULL,
    space TEXT NOT NULL,
    seq INTEGER,
    device BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    n INTEGER NOT NULL,
    type TEXT NOT NULL,
    record TEXT NOT NULL,
    owner TEXT NOT NULL,
    fields JSON NOT NULL,
    base JSON NOT NULL,
    payload BLOB NOT NULL,
    "before" BLOB,
    act INTEGER DEFAULT 0 NOT NULL,
    state TEXT NOT NULL,
    problem INTEGER DEFAULT 0 NOT NULL,
    was INTEGER,
    PRIMARY KEY (pos)
);
CREATE INDEX op_held ON op (record) WHERE state = 'held';
CREATE INDEX op_lost ON op (record) WHERE state = 'lost';
CREATE UNIQUE INDEX op_number ON op (space, device, epoch, n);
CREATE UNIQUE INDEX op_place ON op (space, seq);
CREATE INDEX op_record ON op (record);
CREATE INDEX op_refused ON op (pos) WHERE state = 'refused';
CREATE INDEX op_waiting ON op (space, n, record) WHERE state = 'waiting';
CREATE TABLE organization (
    name JSON DEFAULT '{}' NOT NULL,
    acronym TEXT DEFAULT '' NOT NULL,
    classification TEXT DEFAULT '' NOT NULL,
    scope TEXT DEFAULT '' NOT NULL,
    legal_status TEXT DEFAULT '' NOT NULL,
    identifiers TEXT DEFAULT '' NOT NULL,
    founding_date TEXT DEFAULT '' NOT NULL,
    country_code TEXT DEFAULT '' NOT NULL,
    languages JSON DEFAULT '[]' NOT NULL,
    founding_member BOOLEAN DEFAULT 0 NOT NULL,
    member_count INTEGER,
    member_count_source TEXT DEFAULT '' NOT NULL,
    member_count_as_of TEXT DEFAULT '' NOT NULL,
    summary JSON DEFAULT '{}' NOT NULL,
    website TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE participation (
    initiative_id TEXT DEFAULT '' NOT NULL,
    organization_id TEXT DEFAULT '' NOT NULL,
    role TEXT DEFAULT '' NOT NULL,
    capacity TEXT DEFAULT '' NOT NULL,
    start_date TEXT DEFAULT '' NOT NULL,
    end_date TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_participation_initiative_id ON participation (initiative_id);
CREATE INDEX ix_participation_organization_id ON participation (organization_id);
CREATE TABLE person (
    family_name TEXT DEFAULT '' NOT NULL,
    given_name TEXT DEFAULT '' NOT NULL,
    pronouns TEXT DEFAULT '' NOT NULL,
    organization_id TEXT DEFAULT '' NOT NULL,
    role TEXT DEFAULT '' NOT NULL,
    languages JSON DEFAULT '[]' NOT NULL,
    country_code TEXT DEFAULT '' NOT NULL,
    skills JSON DEFAULT '[]' NOT NULL,
    summary TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_person_organization_id ON person (organization_id);
CREATE TABLE post (
    label JSON DEFAULT '{}' NOT NULL,
    role TEXT DEFAULT '' NOT NULL,
    organization_id TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_post_organization_id ON post (organization_id);
CREATE TABLE post_holding (
    person_id TEXT DEFAULT '' NOT NULL,
    post_id TEXT DEFAULT '' NOT NULL,
    on_behalf_of_id TEXT DEFAULT '' NOT NULL,
    start_date TEXT DEFAULT '' NOT NULL,
    end_date TEXT DEFAULT '' NOT NULL,
    end_reason TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_post_holding_on_behalf_of_id ON post_holding (on_behalf_of_id);
CREATE INDEX ix_post_holding_person_id ON post_holding (person_id);
CREATE INDEX ix_post_holding_post_id ON post_holding (post_id);
CREATE TABLE shadow (
    record TEXT NOT NULL,
    type TEXT NOT NULL,
    space TEXT NOT NULL,
    state BLOB NOT NULL,
    parked BOOLEAN NOT NULL,
    PRIMARY KEY (record)
);
CREATE INDEX shadow_parked ON shadow (parked) WHERE parked;
CREATE TABLE site (
    name TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    commodity JSON DEFAULT '[]' NOT NULL,
    operator TEXT DEFAULT '' NOT NULL,
    country_code TEXT DEFAULT '' NOT NULL,
    latitude FLOAT,
    longitude FLOAT,
    status TEXT DEFAULT '' NOT NULL,
    target_share FLOAT,
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
CREATE TABLE submission (
    kind TEXT DEFAULT '' NOT NULL,
    period TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    state TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    digest TEXT DEFAULT '' NOT NULL,
    data JSON DEFAULT '{}' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    version_of_id TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE sync_run (
    pos INTEGER NOT NULL,
    at TEXT NOT NULL,
    ok BOOLEAN NOT NULL,
    sentence TEXT NOT NULL,
    sent INTEGER NOT NULL,
    received INTEGER NOT NULL,
    bytes_up INTEGER NOT NULL,
    bytes_down INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (pos)
);
CREATE TABLE theme (
    "key" TEXT DEFAULT '' NOT NULL,
    year INTEGER,
    title JSON DEFAULT '{}' NOT NULL,
    stake JSON DEFAULT '{}' NOT NULL,
    mandate JSON DEFAULT '{}' NOT NULL,
    mission_goal JSON DEFAULT '[]' NOT NULL,
    colour TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE search_ref (doc INTEGER PRIMARY KEY, record TEXT NOT NULL UNIQUE, type TEXT NOT NULL);
CREATE VIRTUAL TABLE search_text USING fts5(title, summary, body, tags, content='', contentless_delete=1, prefix='2 3',
    tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE search_title USING fts5(title, content='', contentless_delete=1, prefix='1 2 3',
    tokenize='unicode61 remove_diacritics 0');
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the tables and indexes."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
