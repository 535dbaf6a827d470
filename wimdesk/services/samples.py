"""Sample data in two uses: to try the app (planted, removed with one click), or as a demo's real content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from resources import content
from sync.protocol import SHIPPED_OWNER
from wimdesk.i18n import pick
from wimdesk.identifiers import derived_id
from wimdesk.records import AllianceText, Event, Initiative, LibraryItem, Milestone, Organization, WorkingGroup
from wimdesk.store import facts, identity, inbox
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record, fields, types

_ORDER = (
    "organization",
    "person",
    "contact_detail",
    "post",
    "post_holding",
    "site",
    "participation",
    "activity",
    "observation",
)


def plant(session: Session) -> str:
    """Put the sample organisation and library there to try the app; return the organisation's id.

    Sample records are no edits: they are never sent, and `identity.forget_sample` removes them.
    """
    organisation = str(_own()["organization"][0]["id"])
    for name, entries in _own().items():
        cls = types()[name]
        inbox.plant(session, cls, [_kept(cls, e) | {"space": SAMPLE, "owner": organisation} for e in entries])
    for cls, entries in _common():
        inbox.plant(session, cls, [_kept(cls, e) | {"space": SAMPLE, "owner": organisation} for e in entries])
    facts.put(session, sample_organisation=organisation)
    return organisation


def forget(session: Session) -> int:
    """Remove the sample data and whatever was tried with it; return how many records went."""
    return identity.forget_sample(session)


def write_own(session: Session, organisation: str) -> int:
    """Enter the sample organisation's data as real edits of this organisation; return how many records."""
    sample = str(_own()["organization"][0]["id"])
    count = 0
    for name, entries in _own().items():
        cls = types()[name]
        for entry in entries:
            values = {k: organisation if v == sample else v for k, v in _kept(cls, entry).items()}
            record_id = values.pop("id")
            found = session.get(cls, record_id)
            if found is None:
                session.add(cls(id=record_id, **values))
            else:
                for field, value in values.items():
                    setattr(found, field, value)
            count += 1
    session.flush()
    return count


def write_common(session: Session) -> int:
    """Publish the sample initiatives, library and directory to the Alliance, as the Secretariat."""
    count = 0
    for cls, entries in _common():
        for entry in entries:
            values = _kept(cls, entry)
            if session.get(cls, values["id"]) is None:
                owner = {"owner": SHIPPED_OWNER} if cls is AllianceText else {}
                session.add(cls(space="alliance", **owner, **values))
                count += 1
    session.flush()
    return count


def _own() -> dict[str, list[Mapping[str, Any]]]:
    found: Mapping[str, Any] = content.sample()
    return {name: list(found[name]) for name in _ORDER if name in found}


def _common() -> list[tuple[type[Record], list[Mapping[str, Any]]]]:
    initiatives: list[Mapping[str, Any]] = [
        dict(entry) | {"deliverables": _joined(entry["deliverables"])} for entry in content.initiatives()
    ]
    library: list[Mapping[str, Any]] = [
        dict(entry) | {"state": "published", "themes": list(entry["themes"])} for entry in content.library_items()
    ]
    organisations: list[Mapping[str, Any]] = [dict(entry) for entry in content.organisations()]
    texts: list[Mapping[str, Any]] = [dict(entry) for entry in content.texts()]
    deliverables = [step for entry in content.initiatives() for step in _deliverables(entry)]
    return [
        (Initiative, initiatives), (Milestone, deliverables), (LibraryItem, library), (Organization, organisations),
        (AllianceText, texts), *_groups(),
    ]  # fmt: skip


def _groups() -> list[tuple[type[Record], list[Mapping[str, Any]]]]:
    """The working groups with their time slots; each has the title of its theme."""
    titles = {theme["key"]: theme["title"] for theme in content.themes()}
    groups: list[Mapping[str, Any]] = []
    slots: list[Mapping[str, Any]] = []
    for entry in content.working_groups():
        more = {"title": dict(titles[entry["theme"]]), "state": "active"}
        coordinators = [name for slot in entry["slots"] for name in slot["coordinators"]]
        groups.append({**entry, **more, "coordinators": coordinators})
        shared = {"title": more["title"], "theme_id": entry["theme_id"], "group_id": entry["id"]}
        about = {"minutes": 60, "mode": "online", "state": "confirmed", "languages": ["en"]}
        slots += [{**slot, **shared, **about} for slot in entry["slots"]]
    return [(WorkingGroup, groups), (Event, slots)]


def _deliverables(entry: content.Initiative) -> list[Mapping[str, Any]]:
    """What an initiative will hand over at its end; what was delivered is done."""
    done = entry["end"] if entry["state"] == "delivered" else ""
    return [
        {
            "id": derived_id("milestone", entry["key"], str(place)), "initiative_id": entry["id"],
            "kind": "deliverable", "title": part, "due": entry["end"], "done_on": done,
        }
        for place, part in enumerate(entry["deliverables"])
    ]  # fmt: skip


def _joined(parts: list[dict[str, str]]) -> dict[str, str]:
    languages = dict.fromkeys(code for part in parts for code in part)
    return {code: "\n".join(f"- {pick(part, code)}" for part in parts) for code in languages}


def _kept(cls: type[Record], entry: Mapping[str, Any]) -> dict[str, Any]:
    known = fields(cls)
    values = {name: value for name, value in entry.items() if name in known and value is not None}
    return values | {"id": str(entry.get("id") or derived_id(cls.__tablename__, str(entry.get("key"))))}
