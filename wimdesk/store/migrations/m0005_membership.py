"""Memberships, what is paid for them, receipts, and the words of what is printed."""

from __future__ import annotations

from sqlcipher3 import dbapi2

_SQL = """
CREATE TABLE membership_type (
    name JSON DEFAULT '{}' NOT NULL,
    members TEXT DEFAULT '' NOT NULL,
    dues TEXT DEFAULT '' NOT NULL,
    fee_minor INTEGER,
    currency TEXT DEFAULT '' NOT NULL,
    period TEXT DEFAULT '' NOT NULL,
    period_months INTEGER,
    grace_days INTEGER,
    in_kind TEXT DEFAULT '' NOT NULL,
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
CREATE TABLE membership (
    person_id TEXT DEFAULT '' NOT NULL,
    organization_id TEXT DEFAULT '' NOT NULL,
    group_name TEXT DEFAULT '' NOT NULL,
    group_size INTEGER,
    type_id TEXT DEFAULT '' NOT NULL,
    number TEXT DEFAULT '' NOT NULL,
    start_date TEXT DEFAULT '' NOT NULL,
    end_date TEXT DEFAULT '' NOT NULL,
    cancelled_on TEXT DEFAULT '' NOT NULL,
    cancel_reason TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_membership_type_id ON membership (type_id);
CREATE INDEX ix_membership_organization_id ON membership (organization_id);
CREATE INDEX ix_membership_person_id ON membership (person_id);
CREATE TABLE payment (
    membership_id TEXT DEFAULT '' NOT NULL,
    amount_minor INTEGER,
    currency TEXT DEFAULT '' NOT NULL,
    method TEXT DEFAULT '' NOT NULL,
    date TEXT DEFAULT '' NOT NULL,
    reference TEXT DEFAULT '' NOT NULL,
    in_kind TEXT DEFAULT '' NOT NULL,
    period_start TEXT DEFAULT '' NOT NULL,
    period_end TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_payment_membership_id ON payment (membership_id);
CREATE TABLE receipt (
    number TEXT DEFAULT '' NOT NULL,
    year INTEGER,
    series TEXT DEFAULT '' NOT NULL,
    series_key TEXT DEFAULT '' NOT NULL,
    serial INTEGER,
    payment_id TEXT DEFAULT '' NOT NULL,
    issued_on TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    cancelled_on TEXT DEFAULT '' NOT NULL,
    cancel_reason TEXT DEFAULT '' NOT NULL,
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
CREATE INDEX ix_receipt_payment_id ON receipt (payment_id);
CREATE TABLE letter_template (
    kind TEXT DEFAULT '' NOT NULL,
    text JSON DEFAULT '{}' NOT NULL,
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
"""


def apply(connection: dbapi2.Connection) -> None:
    """Make the five tables."""
    for statement in _SQL.split(";\n"):
        if statement.strip():
            connection.execute(statement)
