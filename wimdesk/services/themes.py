"""The themes of a year, and everything that belongs to one: initiatives, texts, practices, events, figures.

Whatever record type has a link `theme_id`, or a list `themes` with the keys of themes, is found here by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Text, inspect, or_, select, type_coerce
from sqlalchemy.orm import Session

from sync.protocol import SHIPPED_OWNER
from wimdesk import clock
from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import N_, _, content_language, pick
from wimdesk.identifiers import new_id
from wimdesk.records import Theme
from wimdesk.records.theme import official
from wimdesk.services import commitments, editing, publishing, texts
from wimdesk.store import identity, journal
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record, fields, types

TYPE = "theme"
MISSIONS = {
    "unified_voice": N_("One voice for all"),
    "recognition": N_("Recognition in the world"),
    "support": N_("Support for organisations"),
}
"""The goals of the Alliance's missions that a theme may serve."""
COLOURS = {"accent": N_("Purple"), "copper": N_("Copper"), "ok": N_("Green"), "info": N_("Blue")}
_FIRST = ("initiative", "library_item", "indicator", "event", "working_group", "alliance_text")


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme with what it is about; `missions` are in words."""

    id: str
    key: str
    year: int
    title: str
    stake: str
    mandate: str
    missions: tuple[str, ...]
    colour: str


@dataclass(frozen=True, slots=True)
class Found:
    """A record that belongs to a theme."""

    type: str
    id: str
    caption: str


@dataclass(frozen=True, slots=True)
class Themed:
    """A theme and what belongs to it, by record type: type, what many of it are called, the records."""

    theme: ThemeRow
    groups: tuple[tuple[str, str, tuple[Found, ...]], ...]
    can_edit: bool


def listed(session: Session, year: int = 0) -> list[ThemeRow]:
    """Return the Alliance's themes of a year, or of all years with the latest first."""
    query = official()
    if year:
        query = query.where(Theme.year == year)
    rows = [_row(each) for each in session.scalars(query)]
    return sorted(rows, key=lambda each: (-each.year, each.key))


def _row(theme: Theme) -> ThemeRow:
    missions = tuple(_(MISSIONS[goal]) for goal in theme.mission_goal if goal in MISSIONS)
    return ThemeRow(
        theme.id, theme.key, theme.year or 0, theme.caption(), pick(theme.stake), pick(theme.mandate), missions,
        theme.colour or "accent",
    )  # fmt: skip


def show(session: Session, theme: str) -> Themed:
    """Return everything that belongs to a theme, by its id or its key; raises NotFound."""
    found = session.scalars(official().where(or_(Theme.id == theme, Theme.key == theme))).first()
    if found is None:
        raise NotFound(_("There is no such theme here. Sync, then look again."))
    groups = []
    for name in _order():
        cls = types()[name]
        rows = _of_theme(session, cls, found)
        if rows:
            groups.append((name, _(cls.type_label_many), tuple(rows)))
    return Themed(_row(found), tuple(groups), identity.read(session).role == "secretariat")


def _order() -> list[str]:
    themed = [name for name, cls in types().items() if {"theme_id", "themes"} & fields(cls).keys()]
    return sorted(themed, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))


def _of_theme(session: Session, cls: type[Record], theme: Theme) -> list[Found]:
    """What was shared stands for what it was made from, not beside it; samples are there only while one tries."""
    columns = inspect(cls).columns
    if "theme_id" in columns:
        about = columns["theme_id"] == theme.id
    else:
        about = type_coerce(columns["themes"], Text).like(f'%"{theme.key}"%')
    query = select(cls).where(cls.deleted.is_(False), about)
    if not identity.read(session).sample:
        query = query.where(cls.space != SAMPLE)
    rows = list(session.scalars(query))
    ids = {row.id for row in rows}
    seen = [row for row in rows if not _copies(session, row) & ids]
    if cls.__tablename__ == texts.TYPE:
        known = {each.id for each in texts.listed(session)}
        seen = [row for row in seen if row.id in known]
    return sorted((Found(cls.__tablename__, row.id, row.caption()) for row in seen), key=lambda each: each.caption)


def _copies(session: Session, row: Record) -> set[str]:
    return {publishing.copy_id(session, row.id, "shared"), publishing.copy_id(session, row.id, "alliance")} - {row.id}


def begin(session: Session, title: str = "", year: int = 0) -> str:
    """Begin a theme of a year, this one where none is given, as the Secretariat; return its id."""
    if identity.read(session).role != "secretariat":
        raise UserError(_("The Steering Committee chooses themes; the Secretariat enters them. Nothing was changed."))
    record = new_id()
    names = {content_language(): title} if title else {}
    values = {"key": f"theme-{record[-6:]}", "year": year or clock.today().year, "title": names, "colour": "accent"}
    made = editing.prepare(session, Theme, values, record)
    made.space, made.owner = journal.scribe_of(session).author.spaces["alliance"], SHIPPED_OWNER
    session.flush()
    return record


def years(rows: Iterable[ThemeRow]) -> list[int]:
    """Return the years that have themes, the latest first."""
    return sorted({each.year for each in rows}, reverse=True)


def contents(session: Session) -> tuple[list[texts.TextInfo], list[ThemeRow], frozenset[str]]:
    """Return the texts and the themes of the Alliance, and which texts wait for our word, as of one moment."""
    owed = frozenset(each.id for each in commitments.owed(session))
    return texts.listed(session), listed(session), owed
