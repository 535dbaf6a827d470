"""CSV in and out, the same columns both ways: id, then the fields of the type.

Import is one transaction: a row that can't be used is named by line and reason and nothing of the
file is kept. A row with the id of a record that is there updates it. One whose record is in the trash
leaves it there, untouched, and counts as the same: take it out first, then import the file again.

A row without an id gets one from its content, so importing a file twice makes nothing new, and what
was changed or deleted since the first time stays so. Lines that say the same count once as new.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.errors import RuleBroken, UserError, WimdeskError
from wimdesk.i18n import _
from wimdesk.identifiers import derived_id
from wimdesk.records import rules
from wimdesk.services import custom_fields, editing
from wimdesk.store import journal
from wimdesk.store.record import Record, Values, fields

_VERBATIM = frozenset({"text", "long_text"})
_CHUNK = 500
_LONGEST_CELL = 16 * 1024 * 1024
_FORMULA = re.compile(r"'*[=@+\-\t\r]")
_NUMBER = re.compile(r"[+-][\d\s().,/-]*")
_Taken = dict[str, tuple[int, Values]]
"""What the lines before said: id to (line, values)."""


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows made a record, changed one, or said what was there already."""

    new: int
    changed: int
    same: int


def export_csv(session: Session, type_name: str, ids: Sequence[str] | None = None) -> str:
    """Return the records of a type that are not deleted, or these of them, as CSV (RFC 4180); keys stay out of it."""
    cls = editing.type_of(type_name)
    out = io.StringIO()
    writer = csv.writer(out)
    names = _told(cls)
    own = custom_fields.definitions(session, type_name) if type_name in custom_fields.OWNERS else []
    filled = custom_fields.values(session, type_name) if own else {}
    writer.writerow(["id", *names, *(custom_fields.PREFIX + each.label for each in own)])
    for record in _living(session, cls, ids):
        said = filled.get(record.id, {})
        mine = (cell(said.get(each.id, "")) for each in own)
        writer.writerow([record.id, *(cell(getattr(record, name)) for name in names), *mine])
    return out.getvalue()


def _living(session: Session, cls: type[Record], ids: Sequence[str] | None) -> Iterator[Record]:
    query = select(cls).where(cls.deleted.is_(False)).order_by(cls.created_at, cls.id)
    if ids is None:
        yield from session.scalars(query.execution_options(yield_per=_CHUNK))
        return
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        found = {record.id: record for record in session.scalars(query.where(cls.id.in_(part)))}
        yield from (found[record] for record in part if record in found)
        session.expunge_all()


def _told(cls: type[Record]) -> list[str]:
    return [name for name, info in fields(cls).items() if not info.get("secret")]


def write_file(path: Path, data: bytes, *, secret: bool = False) -> None:
    """Write a file as `writing` does. Raises UserError with a sentence."""
    with writing(path, secret=secret) as file:
        file.write(data)


@contextlib.contextmanager
def writing(path: Path, *, secret: bool = False) -> Iterator[BinaryIO]:
    """Write a file in one step: either whole or not at all. Raises UserError with a sentence.

    Only the person who writes it may read what is `secret`.
    """
    fresh = path.with_name(path.name + ".part")
    rights = 0o600 if secret else 0o666
    try:
        fresh.unlink(missing_ok=True)  # made anew below: it could lead to somewhere else, or belong to somebody else
        with open(fresh, "x+b", opener=lambda name, flags: os.open(name, flags, rights)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise UserError(
            _("The file could not be written. Your data in WIMDesk is safe. Choose another place or free some space.")
        ) from error
    finally:
        with contextlib.suppress(OSError):  # where nothing can be written there is nothing to remove
            fresh.unlink(missing_ok=True)


def read_text(path: Path) -> str:
    """Return a text file that may be UTF-8 with or without a mark, UTF-16, or Windows-1252."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UserError(_("This file can't be read. Nothing was imported. Check its name and place.")) from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def import_csv(session: Session, type_name: str, text: str) -> Imported:
    """Bring rows in. Raises UserError that names each bad line; then nothing was imported."""
    cls = editing.type_of(type_name)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.DictReader(io.StringIO(text, newline=""), dialect=_dialect(text))
    try:
        _refuse_unknown_columns(cls, reader.fieldnames or [])
        return _take_rows(session, cls, reader)
    except csv.Error as error:
        raise UserError(
            _("Line {line} can't be read as CSV. Nothing was imported. Save the file as CSV again.").format(
                line=reader.line_num
            )
        ) from error


def _refuse_unknown_columns(cls: type[Record], names: Sequence[str]) -> None:
    known = _told(cls)
    unknown = [name for name in names if name and name != "id" and name not in known and not _is_own(cls, name)]
    if not names or unknown:
        raise UserError(
            _("These columns are not known: {names}. Nothing was imported. Known: {known}.").format(
                names=", ".join(unknown) or "-", known=", ".join(known)
            )
        )


def _take_rows(session: Session, cls: type[Record], reader: csv.DictReader[str]) -> Imported:
    counts = {"new": 0, "changed": 0, "same": 0}
    bad: list[str] = []
    taken: _Taken = {}
    # One flush for the whole file: a flush for each row costs more than the rows do.
    with session.no_autoflush:
        for row in reader:
            try:
                counts[_take_row(session, cls, row, reader.line_num, taken)] += 1
            except WimdeskError as problem:
                bad.append(_("Line {line}: {reason}").format(line=reader.line_num, reason=problem))
    if bad:
        raise UserError("\n".join([_("Nothing was imported. Please mend these lines:"), *bad[:50]]))
    return Imported(**counts)


def _dialect(text: str) -> type[csv.Dialect] | str:
    head = text.partition("\n")[0]
    if "," in head and ";" not in head and "\t" not in head:
        return "excel"
    try:
        return csv.Sniffer().sniff(head, ",;\t|")
    except csv.Error:
        return "excel"


def _is_own(cls: type[Record], name: str) -> bool:
    return name.startswith(custom_fields.PREFIX) and cls.__tablename__ in custom_fields.OWNERS


def _take_row(session: Session, cls: type[Record], row: dict[str, str], line: int, taken: _Taken) -> str:
    own = {name: plain(text) for name, text in row.items() if name and text and _is_own(cls, name)}
    fields_of = custom_fields.named(session, cls.__tablename__, own) if own else {}
    record, done = _take_own_columns(session, cls, row, line, taken)
    if fields_of and custom_fields.put(session, cls.__tablename__, record, fields_of) and done == "same":
        return "changed"
    return done


def _take_own_columns(
    session: Session, cls: type[Record], row: dict[str, str], line: int, taken: _Taken
) -> tuple[str, str]:
    """Take what stands in the columns of the type; return which record it is and what became of it."""
    texts, values = _read(cls, row)
    given = (row.get("id") or "").strip().lower()
    record_id = given or _id_of(session, cls, texts)
    # A record made by an earlier line is not in the database yet, so the session can't find it.
    if record_id in taken:
        other, known = taken[record_id]
        if given and known != values:
            raise RuleBroken([("id", _("line {line} has the same id and says something else.").format(line=other))])
        return record_id, "same"
    taken[record_id] = line, values
    found = session.get(cls, record_id)
    if found is None:
        editing.prepare(session, cls, {k: v for k, v in values.items() if v not in (None, "")}, record_id)
        return record_id, "new"
    changed = {name: value for name, value in values.items() if getattr(found, name) != value}
    if not given or found.deleted or not changed:
        return record_id, "same"
    editing.change(session, cls.__tablename__, record_id, changed)
    return record_id, "changed"


def _read(cls: type[Record], row: dict[str, str]) -> tuple[dict[str, str], Values]:
    """Return the cells of a row as texts and as values. Raises RuleBroken for what breaks a rule."""
    if None in row:
        raise RuleBroken([("", _("there are more cells than columns."))])
    texts = {name: plain(text) for name, text in row.items() if name and name != "id" and text is not None}
    texts = {name: text for name, text in texts.items() if not _is_own(cls, name)}
    known = fields(cls)
    values = {
        # What was written by a person comes back as it was, with its line ends and blanks.
        name: editing.parse(cls, name, text if known[name]["kind"] in _VERBATIM else text.strip())
        for name, text in texts.items()
    }
    broken = rules.check_values(cls, values) + cls.problems(values)
    if broken:
        raise RuleBroken(broken)
    return texts, values


def _id_of(session: Session, cls: type[Record], texts: dict[str, str]) -> str:
    """A row without an id gets one from its content, so that the same file twice makes nothing new."""
    organisation = journal.scribe_of(session).author.organisation
    return derived_id("csv", organisation, cls.__tablename__, *(f"{k}={v}" for k, v in sorted(texts.items())))


def cell(value: object) -> object:
    """Return a value as it stands in a cell: lists and maps as JSON, yes as 1."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
    if isinstance(value, bool):
        return "1" if value else ""
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: behind an apostrophe, if it looks like one.

    Numbers such as +221 77 stay as they are; `plain` takes the apostrophe away again.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain(cell: str) -> str:
    """Return what was written as this cell by `harmless`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
