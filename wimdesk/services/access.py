"""Everything that is held about one person, for that person: as a document to read and as plain data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE
from wimdesk import clock
from wimdesk.errors import WimdeskError
from wimdesk.i18n import _, language, translator
from wimdesk.records import Attachment
from wimdesk.search import Hit
from wimdesk.services import attaching, consents, dates, erasing, exchange, naming, timeline
from wimdesk.store import facts, history, tables
from wimdesk.store.contents import Contents
from wimdesk.store.record import Record, Values, fields, types

if TYPE_CHECKING:
    from wimdesk.pdf.access_export import HeldRecord

DOCUMENT, DATA, FILES = "about-you.pdf", "about-you.json", "files"
Ask = Callable[[str], Sequence[Hit] | None]
"""Answers a question of words, as the searcher does."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the tables that hold something of her with how many records, and the files."""

    folder: str
    tables: dict[str, int]
    files: list[str]
    missing: list[str]
    """Attachments whose content is not on this computer."""


def gather(session: Session, type_name: str, record: str) -> Values:
    """Return all of one person, or of another record, as plain data. Raises NotFound."""
    parts = [_held(session, part) for part in erasing.scope(session, type_name, record, everything=True)]
    found = consents.register(session, record)
    return {
        "made_on": clock.today().isoformat(),
        "organisation": facts.text(session, "organisation_name"),
        "person": parts[0]["caption"],
        "tables": dict(Counter(str(part["type"]) for part in parts)),
        "records": parts,
        "allows": {each.purpose: each.is_given for each in found.standings},
        "in_directory": found.in_directory,
    }


def _held(session: Session, part: erasing.Part) -> Values:
    row = history.fetch(session, part.type, part.id)
    described = fields(type(row))
    shown = {name: info for name, info in described.items() if not info.get("secret")}
    return {
        "type": part.type, "id": part.id, "caption": naming.called(session, row), "space": part.space,
        "seen_by": _seen_by(part.space), "in_trash": row.deleted,
        "made": {"at": row.created_at, "by": row.created_by}, "changed": {"at": row.updated_at, "by": row.updated_by},
        "values": {name: getattr(row, name) for name in shown},
        "links": {name: getattr(row, name) for name, info in described.items() if info.get("link")},
        "history": _history(session, part.id, set(shown)),
        "undecided": _undecided(session, part.id),
    }  # fmt: skip


def _history(session: Session, record: str, shown: set[str]) -> list[Values]:
    return [
        {"at": step.at, "by": step.by, "values": {name: each for name, each in step.values.items() if name in shown}}
        for step in history.history(session, record)
    ]


def _undecided(session: Session, record: str) -> list[Values]:
    """Return the values that lost where two changed one field: they are kept, so she hears of them."""
    asked = select(tables.clash.c.record).where(tables.clash.c.record == record).limit(1)
    if session.scalar(asked) is None:
        return []
    return [
        {"field": each.field, "shown": each.shown.value, "other": each.other.value, "by": each.other.by}
        for each in history.open_clashes(session, record)
    ]


def _seen_by(space: str) -> str:
    if space == ALLIANCE:
        return _("All members of the Alliance")
    return _("Your organisation only") if space.endswith("/private") else _("Your organisation and the Secretariat")


def mentions(session: Session, ask: Ask, found: Values) -> list[Values]:
    """Return the other records in which her name stands: a person must look at each."""
    known = {str(part["id"]) for part in found["records"]}
    name = str(found["person"])
    hits = (ask(name) or []) if name.strip() else []
    named = []
    for hit in hits:
        cls = types().get(hit.type)
        row = session.get(cls, hit.id) if cls is not None and hit.id not in known else None
        if row is not None:
            named.append({"type": hit.type, "id": hit.id, "caption": row.caption()})
    return named


def document(session: Session, found: Values) -> bytes:
    """Return the document about her, in the language that is spoken now."""
    from wimdesk.pdf import access_export as pdf  # loads the PDF writer, which only documents need

    code = language()
    words = translator(code)
    records = [_in_words(session, part) for part in found["records"]]
    data = pdf.AccessExport(
        person=str(found["person"]), organisation=str(found["organisation"]) or _("Your organisation"), language=code,
        made_on=str(found["made_on"]),
        tables=tuple((_(types()[name].type_label_many), str(count)) for name, count in found["tables"].items()),
        records=tuple(records),
        files=tuple(str(part["values"]["title"]) for part in found["records"] if part["type"] == "attachment"),
        mentions=tuple(f"{_(types()[each['type']].type_label)} · {each['caption']}" for each in found["mentions"]),
    )  # fmt: skip
    return pdf.build(data, words=words)


def _in_words(session: Session, part: Values) -> HeldRecord:
    from wimdesk.pdf import access_export as pdf

    cls = types()[part["type"]]
    said = tuple(
        (_(fields(cls)[name]["label"]), _text(session, cls, name, each)) for name, each in part["values"].items()
    )
    changes = tuple(
        (dates.moment_text(step["at"]), step["by"], _changed(session, cls, step["values"])) for step in part["history"]
    )
    return pdf.HeldRecord(_(cls.type_label), part["caption"], part["seen_by"], said, changes)


def _text(session: Session, cls: type[Record], name: str, value: object) -> str:
    return timeline.value_text(session, name, fields(cls)[name], value, 2000) if value not in (None, "", [], {}) else ""


def _changed(session: Session, cls: type[Record], values: Values) -> str:
    named = fields(cls)
    told = [
        f"{_(named[name]['label'])}: {_text(session, cls, name, each)}"
        for name, each in values.items()
        if name in named
    ]
    return "; ".join(told)


def write(session: Session, contents: Contents, ask: Ask, key: tuple[str, str], folder: Path) -> Written:
    """Write document, data and files about her into a folder. Raises NotFound, UserError where it can't be written."""
    found = gather(session, *key)
    found["mentions"] = mentions(session, ask, found)
    files = folder / FILES
    files.mkdir(parents=True, exist_ok=True)
    exchange.write_file(folder / DOCUMENT, document(session, found), secret=True)
    text = json.dumps(found, ensure_ascii=False, indent=1, default=str)
    exchange.write_file(folder / DATA, text.encode(), secret=True)
    names, missing = [], []
    for part in found["records"]:
        row = session.get(Attachment, part["id"]) if part["type"] == "attachment" else None
        if row is None:
            continue
        title = f"{row.id[-8:]}-{attaching.safe_name(row.title)}"  # an id begins with its minute
        try:
            exchange.write_file(files / title, contents.read(row.identifier), secret=True)
            names.append(title)
        except WimdeskError:
            missing.append(row.title)
    return Written(str(folder), found["tables"], names, missing)
