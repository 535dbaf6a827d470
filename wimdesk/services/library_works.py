"""One work in several languages: which there are, which is older than its original, and how a new one begins.

A translation may be in the same record as its original or in one of its own, also of another organisation. What it
was made from stands in it as a proof of that text: no clock is asked which of two is older.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import LANGUAGES, _, content_language
from wimdesk.records import LibraryItem
from wimdesk.services import editing
from wimdesk.services.library_sharing import TYPE, fetch
from wimdesk.store import identity

_TAKEN = (
    "template", "themes", "subject", "collections", "country_code", "license", "minutes", "evidence", "creator",
    "publisher", "identifier", "audience", "people", "link", "edition", "review_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Variant:
    """A language in which there is a work, the record that has it, and whether its original has changed since."""

    code: str
    id: str
    older: bool
    is_original: bool


def variants(session: Session, item: LibraryItem) -> tuple[Variant, ...]:
    """Return the languages of an item's work: the reader's first, then the original, then the rest."""
    group = _group(session, item)
    original = _original(group)
    now = original.proof(original.language or "en")
    found: dict[str, Variant] = {}
    for each in sorted(group, key=lambda each: (each is not original, each.id != item.id, each.id)):
        own, older = each.language or "en", each.outdated()
        for code in each.languages():
            behind = code in older or (code == own and each.made_from.get(own, now) != now)
            found.setdefault(code, Variant(code, each.id, behind, each is original and code == own))
    first = content_language()
    return tuple(sorted(found.values(), key=lambda each: (each.code != first, not each.is_original, each.code)))


def _group(session: Session, item: LibraryItem) -> list[LibraryItem]:
    """Return the records of a work that are to be read: those of the Alliance, and this one."""
    key = item.key()
    same = or_(LibraryItem.work == key, LibraryItem.id == key)
    rows = session.scalars(select(LibraryItem).where(same, LibraryItem.deleted.is_(False))).all()
    kept = [row for row in rows if row.space == item.space and row.state not in {"draft", "submitted"}]
    if item not in kept:
        kept = [row for row in kept if row.language != item.language]
        kept.append(item)
    return kept


def _original(group: list[LibraryItem]) -> LibraryItem:
    return min(group, key=lambda each: ((each.language or "en") in each.made_from, each.id))


def translate(session: Session, item_id: str, code: str) -> str:
    """Begin a translation of somebody's practice as a draft of our own; return its id. Raises UserError."""
    item = fetch(session, item_id)
    if code not in LANGUAGES or any(each.code == code for each in variants(session, item)):
        raise UserError(_("This practice is there in this language already, or it is no language. Nothing was begun."))
    if "-ND-" in item.license:
        raise UserError(_("Its licence does not allow translations. Nothing was begun. Ask its author."))
    original = _original(_group(session, item))
    values: dict[str, object] = {name: getattr(original, name) for name in _TAKEN}
    proof = original.proof(original.language or "en")
    own = {"language": code, "work": item.key(), "made_from": {code: proof}, "state": "draft"}
    return editing.add(
        session, TYPE, values | own | {"source": original.caption(), "issued": clock.today().isoformat()}
    )


def confirm(session: Session, item_id: str, code: str) -> None:
    """Say that a translation says what its original says now. Raises UserError where it is not ours."""
    item = fetch(session, item_id)
    who = identity.read(session)
    if item.owner != who.organisation and not (who.role == "secretariat" and item.space == ALLIANCE):
        raise UserError(_("This belongs to others. Nothing was changed. Ask them, or the Secretariat."))
    original = item if code != (item.language or "en") else _original(_group(session, item))
    item.made_from = item.made_from | {code: original.proof(original.language or "en")}
