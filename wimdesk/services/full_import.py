"""Brings a full export (services.full_export) into an empty profile: every table as it was, every file proved."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from wimdesk.errors import UserError, WimdeskError
from wimdesk.i18n import N_, _
from wimdesk.identifiers import is_id
from wimdesk.services import attaching, editing, full_export
from wimdesk.services.attaching import Taken
from wimdesk.store import facts, inbox, rows
from wimdesk.store.contents import Contents
from wimdesk.store.engine import Store
from wimdesk.store.record import Record, default, fields, fits, types

_CHUNK = 500
_LARGEST = 2 * 1024 * 1024 * 1024
"""Bytes of one file in an archive; a table of a million records is a tenth of it."""
_SHOWN = ("created_at", "created_by", "updated_at", "updated_by")
_ALWAYS = frozenset({"id", "space", "owner", "deleted", *_SHOWN})
"""What each row says, whatever its type."""
_DAMAGE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, MemoryError, struct.error,
    zlib.error, zipfile.BadZipFile,
)  # fmt: skip
"""What reading a file that is damaged, or was made to do harm, may raise."""
_NO_EXPORT = N_("This file is no full export of WIMDesk, or it is damaged. Nothing was changed. Choose another one.")
_Rows = list[dict[str, Any]]


@dataclass
class Imported:
    """How many records of each type came in, and how many files."""

    tables: dict[str, int] = field(default_factory=dict)
    attachments: int = 0


def is_empty(session: Session) -> bool:
    """Say whether nothing was ever recorded or received here, and no Secretariat knows this computer."""
    return not facts.text(session, "server_url") and not rows.find(session, "SELECT 1 FROM op LIMIT 1")


def bring_in(store: Store, contents: Contents, path: Path) -> Imported:
    """Fill an empty profile from an export. Raises UserError with a sentence; then nothing was brought in."""
    if not store.read(is_empty):
        raise UserError(_("There is data here already. Nothing was changed. An export goes into a new profile."))
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            _prove(archive, manifest)
            found = {name: _table(archive, name) for name in _names(archive)}
            taken = _keep_contents(archive, manifest, contents, found.get(attaching.TYPE, []))
        owner = str(manifest["organisation"]["id"]), str(manifest["organisation"]["name"])
    except _DAMAGE as error:
        raise UserError(_(_NO_EXPORT)) from error
    before = store.read(_who)
    # A transaction of its own: what is written after it is written as this organisation.
    store.run(_become, *owner)
    try:
        return store.run(_fill, found, taken, owner[0])
    except (WimdeskError, *_DAMAGE) as error:
        store.run(_become, *before)
        if isinstance(error, WimdeskError):
            raise
        raise UserError(_(_NO_EXPORT)) from error


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read(full_export.MANIFEST))
    if manifest["format"] != full_export.FORMAT or not is_id(manifest["organisation"]["id"]):
        raise ValueError("another format")
    if manifest["version"] > full_export.VERSION:
        raise UserError(_("This file was made by a later WIMDesk. Nothing was changed. Install the newer program."))
    return manifest


def _prove(archive: zipfile.ZipFile, manifest: Mapping[str, Any]) -> None:
    """Compare each file with what the manifest says of it; raises ValueError or UserError."""
    for told in manifest["files"]:
        if archive.getinfo(told["path"]).file_size > _LARGEST:
            raise ValueError("too large")
        proof = hashlib.sha256()
        with archive.open(told["path"]) as file:
            while piece := file.read(1 << 16):
                proof.update(piece)
        if proof.hexdigest() != told["sha256"]:
            raise UserError(
                _("“{name}” in this file was changed or is damaged. Nothing was brought in.").format(name=told["path"])
            )
    proved = {told["path"] for told in manifest["files"]}
    if any(name not in proved for name in archive.namelist() if name.startswith("tables/")):
        raise ValueError("a table that the manifest does not know")


def _names(archive: zipfile.ZipFile) -> list[str]:
    found = [name[7:-5] for name in archive.namelist() if name.startswith("tables/") and name.endswith(".json")]
    unknown = [name for name in found if name not in types()]
    if unknown:
        raise UserError(
            _("This file has tables that this WIMDesk does not know: {names}. Nothing was changed.").format(
                names=", ".join(unknown)
            )
        )
    return found


def _table(archive: zipfile.ZipFile, name: str) -> _Rows:
    told: _Rows = json.loads(archive.read(f"tables/{name}.json"))["records"]
    known = set(full_export.columns(types()[name]))
    if not all(row.keys() <= known and _is_sound(types()[name], row) for row in told):
        raise ValueError(name)
    return told


def _is_sound(cls: type[Record], row: Mapping[str, Any]) -> bool:
    """Say whether a row can be one of ours: what is others' goes into the tables as it is."""
    said = {name: row[name] for name in _ALWAYS}
    is_told = isinstance(said.pop("deleted"), bool) and all(isinstance(value, str) for value in said.values())
    kinds = ((info, row[name]) for name, info in fields(cls).items() if name in row)
    return is_told and is_id(row["id"]) and all(value == default(info) or fits(info, value) for info, value in kinds)


def _keep_contents(
    archive: zipfile.ZipFile, manifest: Mapping[str, Any], contents: Contents, attachments: _Rows
) -> dict[str, Taken]:
    """Keep what is attached, and return by attachment as what it will travel from here."""
    known = {row["id"]: row for row in attachments}
    taken = {}
    for told in manifest["files"]:
        row = known.get(told.get("attachment", ""))
        if row is not None:
            private = str(row["space"]).endswith("/private")
            taken[str(row["id"])] = attaching.take(contents, archive.read(told["path"]), private=private)
    return taken


def _who(session: Session) -> tuple[str, str]:
    return facts.text(session, "organisation"), facts.text(session, "organisation_name")


def _become(session: Session, organisation: str, name: str) -> None:
    facts.put(session, organisation=organisation, organisation_name=name)


def _fill(session: Session, found: Mapping[str, _Rows], taken: Mapping[str, Taken], organisation: str) -> Imported:
    if not is_empty(session):
        raise UserError(_("There is data here already. Nothing was changed. An export goes into a new profile."))
    done = Imported(attachments=len(taken))
    for name, told in sorted(found.items()):
        cls = types()[name]
        done.tables[name] = len(told)
        own = [row for row in told if row["owner"] == organisation]
        others = [row for row in told if row["owner"] != organisation]
        for start in range(0, len(own), _CHUNK):
            _write(session, cls, own[start : start + _CHUNK], taken)
        # What is others' is no edit of ours: it shows until the Secretariat's log says what there is now.
        inbox.plant(session, cls, others)
        rows.change(session, rows.table_of(cls), [_as_it_was(row) for row in others], "id")
    return done


def _write(session: Session, cls: type[Record], told: _Rows, taken: Mapping[str, Taken]) -> None:
    """Make records of our own, as edits that go to whichever Secretariat this profile will join."""
    made = []
    try:
        for row in told:
            record = editing.prepare(session, cls, _values(cls, row) | _keys(taken.get(row["id"])), row["id"])
            record.space, record.owner = row["space"], row["owner"]
            made.append((record, row))
        session.flush()
        for record, row in made:
            record.deleted = bool(row["deleted"])
        session.flush()
    except WimdeskError as problem:
        name = _(cls.type_label)
        raise UserError(_("{type}: {reason} Nothing was brought in.").format(type=name, reason=problem)) from problem
    rows.change(session, rows.table_of(cls), [{"id": row["id"]} | {n: row[n] for n in _SHOWN} for row in told], "id")
    for record, _row in made:
        session.expunge(record)


def _values(cls: type[Record], row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name, info in fields(cls).items() if name in row and row[name] != default(info)}


def _keys(taken: Taken | None) -> dict[str, Any]:
    return {} if taken is None else {"carried": taken.carried, "secret": taken.secret}


def _as_it_was(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for a record that may have been here already, as it ships with the program."""
    return {name: value for name, value in row.items() if name != "versions"}
