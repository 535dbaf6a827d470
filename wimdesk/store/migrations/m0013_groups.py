"""Working groups of the Alliance, events with their attendance, minutes with what they ask for."""

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
_KINDS = {
    "text": "TEXT DEFAULT '' NOT NULL",
    "map": "JSON DEFAULT '{}' NOT NULL",
    "list": "JSON DEFAULT '[]' NOT NULL",
    "flag": "BOOLEAN DEFAULT 0 NOT NULL",
    "integer": "INTEGER",
    "decimal": "FLOAT",
}
_TABLES = {
    "working_group": (
        "title map, summary map, theme_id text, zone text, coordinators list, programme map, start text, end text,"
        " state text"
    ),
    "event": (
        "title map, summary map, group_id text, theme_id text, starts text, zone text, minutes integer,"
        " whole_day flag, recurrence text, excluded list, extra list, mode text, place text, url text, languages list,"
        " interpretation list, coordinators list, capacity integer, state text, uid text, occurrence text,"
        " sequence integer"
    ),
    "attendance": (
        "event text, day text, person_id text, name text, organisation text, registered_on text, walk_in flag,"
        " cancelled_on text"
    ),
    "check_in": "attendance_id text, at text",
    "minutes": "group_id text, event_id text, day text, title text, text text, state text",
    "action": "minutes_id text, group_id text, kind text, text text, organization_id text, due text, dropped flag",
    "report_round": (
        "initiative_id text, title map, period text, due text, questions map, summary map, expected integer,"
        " received integer, closed_on text"
    ),
    "progress_report": (
        "round_id text, organization_id text, text text, next_step text, obstacles text, people integer, hours decimal,"
        " submitted_on text"
    ),
    "champion": "theme_id text, organization_id text, start text, end text, duties map",
    "reply": "about text, state text, answered_on text, text text, report text, reported_on text",
}
"""Each table with its columns and their kinds, in the order in which the records declare them."""
_LINKS = (
    "working_group.theme_id", "event.group_id", "event.theme_id", "attendance.person_id", "check_in.attendance_id",
    "minutes.group_id", "minutes.event_id", "action.minutes_id", "action.group_id", "action.organization_id",
    "champion.theme_id", "champion.organization_id",
    "report_round.initiative_id", "progress_report.round_id", "progress_report.organization_id",
)  # fmt: skip


def apply(connection: dbapi2.Connection) -> None:
    """Add the tables, and an index for each link."""
    for table, columns in _TABLES.items():
        pairs = [pair.split() for pair in columns.split(",")]
        lines = ",\n    ".join(f'"{name}" {_KINDS[kind]}' for name, kind in pairs)
        connection.execute(f"CREATE TABLE {table} (\n    {lines},{_COMMON})")
    for link in _LINKS:
        table, column = link.split(".")
        connection.execute(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
