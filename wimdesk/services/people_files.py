"""People as files other than CSV, chosen by the ending of the name: vCard, jCard, or a list on paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.i18n import _, language, translator
from wimdesk.services import bulk, contact_cards, custom_fields, exchange, people, people_roster

ENDINGS = {".vcf": "vCard", ".json": "jCard", ".pdf": "PDF"}


def write(session: Session, path: Path, ids: Sequence[str]) -> int:
    """Write these people in this order; return how many. Raises UserError with a sentence."""
    if path.suffix.lower() != ".pdf":
        return contact_cards.write(session, path, ids).count
    from wimdesk.pdf import people_list  # loads reportlab, which nothing else here needs

    own = custom_fields.definitions(session, people_roster.TYPE, listed=True)
    rows: list[tuple[str, ...]] = []
    for part in bulk.pieces(ids):
        found = {row.id: row for row in people.rows(session, part)}
        filled = custom_fields.values(session, people_roster.TYPE, part) if own else {}
        for record in part:
            if row := found.get(record):
                said = filled.get(record, {})
                mine = (custom_fields.shown(each, said.get(each.id, "")) for each in own)
                rows.append((row.name, ", ".join(row.posts) or row.role, row.reach, *mine))
    headings = (_("Name"), _("Role"), _("Reached by"), *(each.label for each in own))
    data = people_list.PeopleList(
        people.profile(session).name, language(), clock.today().isoformat(), headings, tuple(rows)
    )
    exchange.write_file(path, people_list.build(data, words=translator(language())))
    return len(rows)
