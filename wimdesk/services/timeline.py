"""What was done to a record, in words: who, when, which field, from what to what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from babel import Locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.erasures import ERASE, ERASED
from sync.signers import SIGNER
from wimdesk.i18n import N_, _, locale_name, pick
from wimdesk.records import Indicator
from wimdesk.records.organization import country_name
from wimdesk.services import dates, editing, naming
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
            subject = naming.called(session, record) if len(known) > 1 else ""
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


def _choice(_session: Session, _name: str, info: Info, value: object) -> str:
    return _(info.get("choices", {}).get(str(value), str(value)))


def _link(session: Session, _name: str, info: Info, value: object) -> str:
    cls = editing.type_of(info.get("link", ""))
    found = session.get(cls, str(value))
    return naming.called(session, found) if found is not None else _("Something that is not here")


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
    "day": lambda _session, _name, _info, value: dates.day_text(str(value)),
    "month": lambda _session, _name, _info, value: dates.day_text(str(value)),
    "decimal": _number,
    "flag": lambda _session, _name, _info, value: _("Yes") if value else _("No"),
}


def language_name(code: str) -> str:
    """Return a language's name by CLDR in the reader's language; an unknown code stands for itself."""
    name = str(Locale.parse(locale_name()).languages.get(code.replace("-", "_"), code))
    return name[:1].upper() + name[1:] if name != code else code
