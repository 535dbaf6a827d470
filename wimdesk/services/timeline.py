"""What was done to a record, in words: who, when, which field, from what to what. And dates in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.erasures import ERASE, ERASED
from sync.signers import SIGNER
from wimdesk.i18n import N_, _, language, locale_name, pick
from wimdesk.records import Computer, Indicator
from wimdesk.records.organization import country_name
from wimdesk.services import computers, editing
from wimdesk.store import history, journal, tables
from wimdesk.store.record import Info, Record, fields, types

_SHORTENED = 160


@dataclass(frozen=True, slots=True)
class Edit:
    """One field that was changed. `at` is UTC as RFC 3339; empty texts mean that nothing stood there."""

    at: str
    by: str
    mine: bool
    waiting: bool
    subject: str
    label: str
    before: str
    after: str


def edits(session: Session, records: Iterable[str]) -> list[Edit]:
    """Return every change of these records, the latest first. Subjects are named where there are several."""
    found: list[tuple[str, int, Edit]] = []
    known = list(records)
    for record_id in known:
        record = _fetch(session, record_id)
        if record is not None:
            subject = record.caption() if len(known) > 1 else ""
            for position, edit in enumerate(_edits_of(session, record, subject)):
                found.append((edit.at, position, edit))
    found.sort(key=lambda entry: entry[:2], reverse=True)
    return [edit for _at, _position, edit in found]


def _fetch(session: Session, record_id: str) -> Record | None:
    for cls in types().values():
        found = session.get(cls, record_id)
        if found is not None:
            return found
    return None


def _edits_of(session: Session, record: Record, subject: str) -> list[Edit]:
    known = fields(type(record))
    values: dict[str, object] = {}
    replaced = _first_replaced(session, record.id)
    made: list[Edit] = []
    for step in history.history(session, record.id):
        for name, value in step.values.items():
            label, before, after = in_words(session, known, name, values.get(name, replaced.get(name)), value)
            values[name] = value
            if label and before != after:
                waiting = step.state == tables.WAITING
                made.append(Edit(step.at, step.by, step.mine, waiting, subject, label, before, after))
    return made


def _first_replaced(session: Session, record: str) -> dict[str, object]:
    """What the first own edit of each field replaced: it may have come without an operation, as a sample does."""
    found: dict[str, object] = {}
    seen: set[str] = set()
    for row in session.execute(select(tables.op).where(tables.op.c.record == record).order_by(tables.op.c.pos)):
        before = journal.before_of(row)
        found |= {name: before[name] for name in row.fields if name in before and name not in seen}
        seen |= set(row.fields)
    return found


def in_words(
    session: Session, known: Mapping[str, Info], name: str, before: object, after: object
) -> tuple[str, str, str]:
    """Return a field's label and both values as a person reads them; empty for what this program does not know."""
    if name == "deleted":
        words = {True: _("In the trash"), False: _("In use")}
        return (_("Place"), words[bool(before)], words[bool(after)]) if before is not None or after else ("", "", "")
    info = known.get(name)
    if info is None:
        return "", "", ""
    return _(info["label"]), value_text(session, name, info, before), value_text(session, name, info, after)


def value_text(session: Session, name: str, info: Info, value: object, most: int = _SHORTENED) -> str:
    """Return a field's value as a person reads it, shortened to so many letters: a few lines."""
    if value is None or value in ("", {}, []):
        return ""
    write = _TEXTS.get(info["kind"])
    text = write(session, name, info, value) if write else str(value)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


_MARKS = {
    ERASE: N_("Order to erase"),
    ERASED: N_("Confirmed: erased"),
    SIGNER: N_("Key that signs orders"),
}
"""What operations are called that set nothing of a record."""


def type_label(type_name: str) -> str:
    """Return what records of a type are called, also what is no record; of a type of a later program its name."""
    cls = types().get(type_name)
    return _(cls.type_label) if cls else _(_MARKS[type_name]) if type_name in _MARKS else type_name


def named(session: Session, record: Record) -> str:
    """Return what a person calls it; where it has no name of its own, what it belongs to and when."""
    caption = record.caption()
    if isinstance(record, Computer):
        return computers.names(session).get(record.id, caption)
    if caption != record.id:
        return caption
    parts = [
        value_text(session, name, info, getattr(record, name))
        for name, info in fields(type(record)).items()
        if info["kind"] in {"link", "month"} or name == "indicator_key"
    ]
    return " · ".join(part for part in parts if part) or _(type(record).type_label)


def _choice(_session: Session, _name: str, info: Info, value: object) -> str:
    return _(info.get("choices", {}).get(str(value), str(value)))


def _link(session: Session, _name: str, info: Info, value: object) -> str:
    cls = editing.type_of(info.get("link", ""))
    found = session.get(cls, str(value))
    return found.caption() if found is not None else _("Something that is not here")


def _codes(_session: Session, name: str, _info: Info, value: object) -> str:
    words = [str(code) for code in value] if isinstance(value, list) else [str(value)]
    if name == "languages":
        words = [language_name(code) for code in words]
    return ", ".join(words)


def _texts(_session: Session, _name: str, _info: Info, value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    if len({str(text) for text in value.values()}) < 2:
        return pick(value)
    return " · ".join(f"{language_name(code)}: {text}" for code, text in value.items())


def _map(_session: Session, _name: str, _info: Info, value: object) -> str:
    return " · ".join(f"{key}: {said}" for key, said in value.items()) if isinstance(value, dict) else str(value)


def _plain(session: Session, name: str, _info: Info, value: object) -> str:
    if name == "indicator_key":
        found = session.scalar(select(Indicator).where(Indicator.key == value))
        return found.caption() if found is not None else str(value)
    if name in {"language", "preferred_language"}:
        return language_name(str(value))
    return country_name(str(value)) if name == "country_code" else str(value)


def _number(_session: Session, _name: str, _info: Info, value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


_TEXTS: dict[str, Callable[[Session, str, Info, object], str]] = {
    "choice": _choice,
    "link": _link,
    "codes": _codes,
    "texts": _texts,
    "long_texts": _texts,
    "map": _map,
    "text": _plain,
    "day": lambda _session, _name, _info, value: day_text(str(value)),
    "month": lambda _session, _name, _info, value: day_text(str(value)),
    "decimal": _number,
    "flag": lambda _session, _name, _info, value: _("Yes") if value else _("No"),
}


def _locale() -> str:
    """Days are written before months wherever English is the language of a region or of the world."""
    return "en_GB" if language() == "en" else locale_name()


def language_name(code: str) -> str:
    """Return a language's name by CLDR in the reader's language; an unknown code stands for itself."""
    name = str(Locale.parse(locale_name()).languages.get(code.replace("-", "_"), code))
    return name[:1].upper() + name[1:] if name != code else code


def day_text(day: str, width: Literal["long", "medium"] = "long") -> str:
    """Return an ISO date, perhaps only a year or a month, in the reader's language; other text as it is."""
    try:
        match len(day):
            case 10:
                return str(format_date(date.fromisoformat(day), width, locale=_locale()))
            case 7:
                return str(format_date(date.fromisoformat(f"{day}-01"), "MMMM y", locale=_locale()))
            case _:
                return day
    except ValueError:
        return day


def span_text(start: str, end: str) -> str:
    """Return a period in words; either side may be open."""
    if start and start == end:
        return day_text(start)
    if start and end:
        return _("{start} to {end}").format(start=day_text(start), end=day_text(end))
    if start:
        return _("Since {start}").format(start=day_text(start))
    return _("Until {end}").format(end=day_text(end)) if end else _("No dates yet")


def moment_text(moment: str) -> str:
    """Return a UTC moment (RFC 3339) as local day and time in the reader's language."""
    try:
        local = datetime.fromisoformat(moment).astimezone()
    except ValueError:
        return moment
    day = format_date(local.date(), "medium", locale=_locale())
    return _("{day}, {time}").format(day=day, time=f"{local:%H:%M}")


def clock_text(moment: datetime, zone: str, hours: bool = True) -> str:
    """Return day and time, or only the day, as the clocks of an IANA zone show them, in the reader's language."""
    local = moment.astimezone(ZoneInfo(zone))
    day = str(format_skeleton("yMMMEd", local, locale=_locale()))
    return _("{day}, {time}").format(day=day, time=f"{local:%H:%M}") if hours else day
