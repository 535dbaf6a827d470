"""The only place that reads the time. Times are for people to read; nothing is merged by them."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> str:
    """Return the moment in UTC as RFC 3339 text with seconds, for example 2026-11-22T19:05:00Z."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def today() -> date:
    """Return the local calendar day."""
    return datetime.now().astimezone().date()


def this_month() -> str:
    """Return the local calendar month as SDMX TIME_PERIOD, for example 2026-11."""
    return today().strftime("%Y-%m")
