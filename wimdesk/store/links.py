"""What a record may refer to: only what everybody who sees it may see, and nothing that is a part of itself."""

from __future__ import annotations

from collections.abc import Mapping, Set

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _
from wimdesk.store.record import Record, fields, types
from wimdesk.store.rows import table_of


def refuse_narrower(session: Session, record: Record, names: Set[str], spaces: Mapping[str, str]) -> None:
    """Raise UserError where one of these fields of a record refers into a space that fewer people see.

    `spaces` maps a scope to the space that it has here. What is not here yet can't be judged, and is let through.
    """
    if record.space == spaces["private"]:
        return
    known = fields(type(record))
    for name in known.keys() & names:
        link, target = known[name].get("link"), getattr(record, name)
        if link and target and _space_of(session, link, str(target), spaces) not in {"", record.space, ALLIANCE}:
            sentence = _("“{label}” points to what fewer people see. Nothing was changed. Choose another.")
            raise UserError(sentence.format(label=_(known[name]["label"])))


def refuse_circles(session: Session, record: Record, names: Set[str]) -> None:
    """Raise RuleBroken where a link to a record of the same type leads, step by step, back to this record.

    Two computers may still make a circle together: whoever follows such links must come to an end (services.branches).
    """
    known = fields(type(record))
    own = {name for name in known.keys() & names if known[name].get("link") == record.__tablename__}
    for name in own:
        seen: set[str] = set()
        target = str(getattr(record, name) or "")
        while target and target not in seen:
            if target == record.id:
                sentence = _("“{label}” would go round in a circle. Nothing was changed. Choose another.")
                raise RuleBroken([(name, sentence.format(label=_(known[name]["label"])))])
            seen.add(target)
            above = session.get(type(record), target)
            target = str(getattr(above, name) or "") if above is not None else ""


def _space_of(session: Session, type_name: str, target: str, spaces: Mapping[str, str]) -> str:
    cls = types()[type_name]
    for made in session.new:
        if isinstance(made, cls) and made.id == target:
            return made.space or spaces[cls.home]
    table = table_of(cls)
    return session.connection().scalar(select(table.c.space).where(table.c.id == target)) or ""
