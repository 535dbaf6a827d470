"""An initiative of our own as a best practice: it stays private, and the library gets a practice made from it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, content_language, pick
from wimdesk.records import Initiative, LibraryItem, Organization, Theme
from wimdesk.records.library_item import CASE_PARTS
from wimdesk.services import editing, library, taking_part
from wimdesk.store import erasures, identity

LICENCE = "CC-BY-4.0"
"""The licence under which a practice is shared with one click; the library changes it."""


def as_practice(session: Session, initiative: str) -> str:
    """Make a practice from an initiative of ours and hand it to the Secretariat; return the practice's id.

    A second time brings the practice up to date. The log, the budget and the milestones stay with us. Raises
    RuleBroken for what others would need to understand it, UserError where it is not ours.
    """
    found = taking_part.fetch(session, initiative)
    if "share" not in taking_part.detail(session, initiative).can:
        raise UserError(_("Only an initiative of our own is shared as a practice. Nothing was shared."))
    values = _values(session, found)
    problems = [
        (name, sentence)
        for name, sentence in (
            ("title", _("Give it a title first. Nothing was shared.")),
            ("summary", _("Say in two lines what this is about. Nothing was shared.")),
            ("activities", _("Write what was done, or what will be delivered. Nothing was shared.")),
        )
        if not values[name]
    ]
    if problems:
        raise RuleBroken(problems)
    record = erasures.living_id(session, "practice", initiative)
    item = session.get(LibraryItem, record)
    if item is None:
        editing.add(session, library.TYPE, values, record)
    else:
        editing.update(session, item, values | {"deleted": False})
        session.flush()
    library.submit(session, record)
    return record


def _values(session: Session, found: Initiative) -> dict[str, object]:
    who = identity.read(session)
    theme = session.get(Theme, found.theme_id) if found.theme_id else None
    profile = session.get(Organization, who.organisation)
    done = found.activities if pick(found.activities) else found.deliverables
    texts = {"title": found.title, "summary": found.summary, "objectives": found.objectives, "activities": done}
    texts |= {"outcomes": found.outcomes, "takeaways": found.takeaways}
    kept = {name: dict(value) if pick(value) else {} for name, value in texts.items()}
    return {
        **kept, "template": "case" if all(kept[part] for part in CASE_PARTS) else "tool",
        "themes": [theme.key] if theme is not None else [], "language": content_language(),
        "country_code": profile.country_code if profile is not None else "", "license": LICENCE,
        "issued": clock.today().isoformat(),
    }  # fmt: skip
