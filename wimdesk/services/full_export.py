"""Everything that a profile holds, in one file of open formats that anybody can read without WIMDesk.

A ZIP archive: each table as CSV for people and as JSON for programs, the contents of the attachments under their
names, what was done by whom as JSON lines, and a manifest with a checksum of each file. docs/export.md describes it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

import wimdesk
from wimdesk import clock
from wimdesk.errors import EnvironmentProblem
from wimdesk.i18n import N_, _
from wimdesk.records import Attachment
from wimdesk.services import attaching, exchange
from wimdesk.store import facts, journal, tables
from wimdesk.store.contents import Contents
from wimdesk.store.engine import Store
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Info, Record, fields, types

FORMAT, VERSION = "wimdesk-export", 1
MANIFEST, README = "manifest.json", "README.txt"
_CHUNK = 500
NOT_CARRIED = {
    "history.jsonl": N_("What was done by whom is in the file to be read. A new profile begins its own record."),
    "keys": N_("Keys of this computer, of the organisation and of single files: they are made anew."),
    "sync": N_("How far this computer was synced, what waits and what is undecided: it belongs to this computer."),
    "settings": N_("Choices of this computer, such as language and size of letters."),
    "sample": N_("Sample data."),
    "backups": N_("Copies of the profile: they open with its own key only."),
}
"""What belongs to one computer, and stays with it; in English, marked for translation."""
_README = N_(
    "Everything that WIMDesk holds of {organisation}, as of {day}.\n\n"
    "tables/NAME.csv      one table; opens in any spreadsheet (UTF-8, commas)\n"
    "tables/NAME.json     the same, with what each column means, for programs\n"
    "attachments/         photos and other files, each in a folder with the id of its record\n"
    "history.jsonl        who changed what and when, one change a line\n"
    "manifest.json        each file with its size and SHA-256, and what is not in here\n\n"
    "To bring it into a new WIMDesk: Settings, Bring in an export; or: wimdesk --profile NEW import-all FILE.zip\n"
)


@dataclass
class Exported:
    """What is in the file: rows by table, attachments with their content, and those whose content is elsewhere."""

    tables: dict[str, int] = field(default_factory=dict)
    attachments: int = 0
    elsewhere: list[str] = field(default_factory=list)
    size: int = 0


def export(store: Store, contents: Contents, path: Path) -> Exported:
    """Write everything into one file, whole or not at all. Raises UserError where it can't be written."""
    with exchange.writing(path) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            found = store.read(_fill, contents, _Writer(archive))
        found.size = file.tell()
    return found


def columns(cls: type[Record]) -> list[str]:
    """Return the columns of a table that are carried: what is said of the record, and its fields, without keys."""
    told = {name for name, info in fields(cls).items() if not info.get("secret")}
    known = fields(cls)
    return [c.key for c in inspect(cls).columns if c.key != "versions" and (c.key not in known or c.key in told)]


@dataclass
class _Writer:
    """Writes files into the archive and notes the checksum of each."""

    archive: zipfile.ZipFile
    files: list[dict[str, object]] = field(default_factory=list)

    def write(self, name: str, pieces: Iterator[bytes], **more: object) -> None:
        """Write one file piece by piece."""
        proof, size = hashlib.sha256(), 0
        told = zipfile.ZipInfo(name, _moment())
        # A file made by hand is not packed unless it says so; photos are packed already.
        told.compress_type = zipfile.ZIP_STORED if name.startswith("attachments/") else zipfile.ZIP_DEFLATED
        with self.archive.open(told, "w", force_zip64=True) as file:
            for piece in pieces:
                proof.update(piece)
                size += len(piece)
                file.write(piece)
        self.files.append({"path": name, "bytes": size, "sha256": proof.hexdigest()} | more)


def _moment() -> tuple[int, int, int, int, int, int]:
    now = clock.now()
    return int(now[:4]), int(now[5:7]), int(now[8:10]), int(now[11:13]), int(now[14:16]), int(now[17:19])


def _fill(session: Session, contents: Contents, out: _Writer) -> Exported:
    found = Exported()
    for name, cls in sorted(types().items()):
        count = _count(session, cls)
        out.write(f"tables/{name}.csv", _as_csv(session, cls), rows=count)
        out.write(f"tables/{name}.json", _as_json(session, cls), rows=count)
        found.tables[name] = count
    _write_contents(session, contents, out, found)
    out.write("history.jsonl", _history(session))
    organisation = facts.text(session, "organisation_name")
    words = _(_README).format(organisation=organisation or "-", day=clock.now()[:10])
    out.write(README, iter([words.encode()]))
    manifest = {
        "format": FORMAT, "version": VERSION, "made_at": clock.now(), "program": f"WIMDesk {wimdesk.__version__}",
        "organisation": {"id": facts.text(session, "organisation"), "name": organisation},
        "not_carried": NOT_CARRIED, "content_elsewhere": found.elsewhere, "files": out.files,
    }  # fmt: skip
    out.archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return found


def _living(session: Session, cls: type[Record]) -> Iterator[Record]:
    """Yield every record of a type, those in the trash too."""
    query = select(cls).where(cls.space != SAMPLE).order_by(cls.id).execution_options(yield_per=_CHUNK)
    for part in session.scalars(query).partitions():
        yield from part
        session.expunge_all()


def _count(session: Session, cls: type[Record]) -> int:
    return len(session.scalars(select(cls.id).where(cls.space != SAMPLE)).all())


def _as_csv(session: Session, cls: type[Record]) -> Iterator[bytes]:
    names, out = columns(cls), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for record in _living(session, cls):
        writer.writerow([exchange.cell(getattr(record, name)) for name in names])
        if out.tell() > 1 << 16:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def _as_json(session: Session, cls: type[Record]) -> Iterator[bytes]:
    names, known = columns(cls), fields(cls)
    told = {name: _described(known[name]) for name in names if name in known}
    head = json.dumps({"type": cls.__tablename__, "fields": told}, ensure_ascii=False)
    yield f'{head[:-1]}, "records": [\n'.encode()
    mark = ""
    for record in _living(session, cls):
        row = json.dumps({name: getattr(record, name) for name in names}, ensure_ascii=False)
        yield f"{mark}{row}".encode()
        mark = ",\n"
    yield b"\n]}\n"


def _described(info: Info) -> dict[str, object]:
    kept = ("kind", "label", "link", "choices")
    return {name: info.get(name) for name in kept if info.get(name)}


def _write_contents(session: Session, contents: Contents, out: _Writer, found: Exported) -> None:
    for each in session.scalars(select(Attachment).where(Attachment.space != SAMPLE).order_by(Attachment.id)):
        name = f"attachments/{each.id}/{attaching.safe_name(each.title)}"
        try:
            content = contents.read(each.identifier) if contents.has(each.identifier) else None
        except EnvironmentProblem:
            content = None  # damaged: it was put aside, and is said to be missing
        if content is None:
            found.elsewhere.append(each.id)
        else:
            out.write(name, iter([content]), attachment=each.id)
            found.attachments += 1


def _history(session: Session) -> Iterator[bytes]:
    query = select(tables.op).where(tables.op.c.space != SAMPLE).order_by(tables.op.c.pos)
    for row in session.execute(query.execution_options(yield_per=_CHUNK)):
        payload, cls = journal.unpack_payload(row.payload), types().get(row.type)
        known = fields(cls) if cls else {}
        values = {
            name: value
            for name, value in journal.values_of(row).items()
            if not (known.get(name) or Info(kind="text", label="")).get("secret")
        }
        line = {
            "at": payload.at, "by": payload.by, "device": row.device.hex(), "type": row.type, "record": row.record,
            "values": values,
        }  # fmt: skip
        yield (json.dumps(line, ensure_ascii=False) + "\n").encode()
