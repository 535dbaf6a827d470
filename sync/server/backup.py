"""The endpoint's content as one file: made while it serves, checked before it is believed, the same for both databases.

A zip file with one member for each table (a list of column names, then one list for each row, as msgpack, each after
its length) and, last, a manifest with the number of rows and the SHA-256 of each. It is not encrypted: it holds what
the database holds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
from sqlalchemy import Connection, Table, delete, insert, select

from sync.server import audit, schema, tables
from sync.server.store import Store, renew_generation

_MANIFEST = "manifest.json"
_LENGTH = 4
_CHUNK = 500
DAMAGED = "This is no whole backup of an endpoint. Nothing was changed. Choose another file."
OLDER = "An earlier version made this backup. Nothing was changed. Restore it with that version, then upgrade."
NEWER = "A newer version made this backup. Nothing was changed. Update the program first."
NOT_EMPTY = "There is an endpoint already. Nothing was changed. Restore into an empty folder or database."
UNWRITTEN = "The backup could not be written. Nothing was changed. Check the folder, its rights and the disk."

_encode = msgspec.msgpack.Encoder().encode
_row = msgspec.msgpack.Decoder(list[object])
_Manifest = dict[str, dict[str, int | str]]
_DAMAGE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, msgspec.DecodeError, KeyError)
"""What reading a damaged file may raise. RuntimeError: one turned bit makes it "encrypted", or of an unknown kind."""


def write(store: Store, target: Path) -> dict[str, int]:
    """Write everything, as it is at one moment, into a new file that only its owner may read; return rows by table.

    Raises ValueError with a sentence where it can't; half a file is never left under its name.
    """
    store.check_owner()
    half = target.with_name(target.name + ".part")
    try:
        half.unlink(missing_ok=True)  # or it could lead to somewhere else, or belong to somebody else
        with open(half, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, store.reading() as connection:
                manifest = {table.name: _dump(connection, table, archive) for table in tables.metadata.sorted_tables}
                archive.writestr(_MANIFEST, json.dumps({"format": schema.number(), "tables": manifest}, indent=1))
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)
    except OSError as error:
        raise ValueError(UNWRITTEN) from error
    finally:
        with contextlib.suppress(OSError):
            half.unlink(missing_ok=True)
    return {name: int(said["rows"]) for name, said in manifest.items()}


def _dump(connection: Connection, table: Table, archive: zipfile.ZipFile) -> dict[str, int | str]:
    digest, count = hashlib.sha256(), -1
    with archive.open(table.name, "w", force_zip64=True) as member:
        for row in _content(connection, table):
            packed = _encode(row)
            piece = len(packed).to_bytes(_LENGTH) + packed
            digest.update(piece)
            member.write(piece)
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}


def _content(connection: Connection, table: Table) -> Iterator[list[object]]:
    """Yield the names of the columns, then each row; never the whole table at once."""
    yield [str(column.name) for column in table.columns]
    found = connection.execution_options(yield_per=_CHUNK).execute(select(table).order_by(*table.primary_key))
    for row in found:
        yield list(row)


def restore(store: Store, source: Path) -> int:
    """Put the content of a backup into an empty store, and tell every device so; return the new generation.

    Raises ValueError with a sentence where the file is not whole or the store not empty; nothing is changed then.
    """
    store.check_owner()
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(source))
            _check(archive)
        except _DAMAGE as error:
            raise ValueError(DAMAGED) from error
        return store.write(lambda connection: _fill(connection, archive, store.now()))


def _check(archive: zipfile.ZipFile) -> None:
    said = msgspec.json.decode(archive.read(_MANIFEST), type=dict[str, int | _Manifest])
    form, manifest = said["format"], said["tables"]
    known = {table.name for table in tables.metadata.sorted_tables}
    if isinstance(form, int) and form < schema.number():
        raise ValueError(OLDER)
    if form != schema.number() or not isinstance(manifest, dict) or not known.issuperset(manifest):
        raise ValueError(NEWER)
    if {*manifest, _MANIFEST} != set(archive.namelist()):
        raise ValueError(DAMAGED)
    for name, each in manifest.items():
        with archive.open(name) as member:
            digest = hashlib.sha256()
            while piece := member.read(1 << 20):
                digest.update(piece)
        if digest.hexdigest() != each["sha256"]:
            raise ValueError(DAMAGED)


def _fill(connection: Connection, archive: zipfile.ZipFile, now: int) -> int:
    if any(connection.execute(select(table).limit(1)).first() for table in (tables.op, tables.device, tables.code)):
        raise ValueError(NOT_EMPTY)
    connection.execute(delete(tables.server_state))
    for table in tables.metadata.sorted_tables:
        if table.name in archive.namelist():
            with archive.open(table.name) as member:
                _load(connection, table, member)
    audit.note(connection, now, audit.OPERATOR, "restore")
    return renew_generation(connection)


def _load(connection: Connection, table: Table, member: IO[bytes]) -> None:
    rows = _rows(member)
    names = [str(name) for name in next(rows)]
    if not {column.name for column in table.columns}.issuperset(names):
        raise ValueError(NEWER)
    chunk: list[dict[str, object]] = []
    for row in rows:
        chunk.append(dict(zip(names, row, strict=True)))
        if len(chunk) == _CHUNK:
            connection.execute(insert(table), chunk)
            chunk.clear()
    if chunk:
        connection.execute(insert(table), chunk)


def _rows(member: IO[bytes]) -> Iterator[list[object]]:
    while head := member.read(_LENGTH):
        yield _row.decode(member.read(int.from_bytes(head)))
