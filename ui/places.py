"""Where a record of each type is shown, and its picture in lists; in the order in which the kinds are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """The key of a page (ui.navigation) and the name of an icon."""

    page: str
    icon: str
    by_id: bool = True
    """Whether the page opens such a record itself, not what it is a part of."""


PLACES: Mapping[str, Place] = {
    "person": Place("organisation", "contact"),
    "organization": Place("organisation", "building-2"),
    "post": Place("organisation", "users"),
    "membership": Place("organisation", "users"),
    "site": Place("organisation", "map-pin"),
    "visit": Place("organisation", "calendar"),
    "miner_group": Place("organisation", "users"),
    "initiative": Place("initiatives", "handshake"),
    "participation": Place("initiatives", "handshake", by_id=False),
    "activity": Place("initiatives", "calendar", by_id=False),
    "working_group": Place("groups", "users"),
    "event": Place("groups", "calendar"),
    "alliance_text": Place("alliance", "file-text"),
    "theme": Place("alliance", "tag"),
    "minutes": Place("groups", "file-text"),
    "action": Place("groups", "circle-check"),
    "report_round": Place("groups", "file-text"),
    "champion": Place("groups", "user"),
    "library_item": Place("library", "library"),
    "observation": Place("metrics", "chart-column", by_id=False),
    "task": Place("home", "circle-check", by_id=False),
    "submission": Place("submissions", "file-text"),
    "computer": Place("computers", "key-round", by_id=False),
}
"""A type that is not here is not found by the box of Ctrl+K: nobody could open it."""
