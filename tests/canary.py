"""Words that are in no other place, and where any byte of them could still be: every store, opened and raw."""

from __future__ import annotations

import base64
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import Row, select

from sync import sealing
from sync.protocol import Author, Block
from sync.server import tables as endpoint_tables
from sync.server.databases import FILE
from sync.server.store import Store
from wimdesk.store import seal_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support import Endpoint
    from wimdesk.app import App

_PAGE, _RESERVED, _SALT, _FRAME_HEAD, _LOG_HEAD = 4096, 80, 16, 24, 32


def forms(word: str) -> list[bytes]:
    """How a word may lie in a file: UTF-8, UTF-16 both ways, lower case, base64 at each offset, hexadecimal."""
    found = []
    for text in {word, word.lower()}:
        for plain in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
            found += [plain, plain.hex().encode(), plain.hex().upper().encode()]
            # Without the letters at both ends, in which what stands beside the word has a part.
            found += [base64.b64encode(b"\0" * at + plain)[4 if at else 0 : -4] for at in range(3)]
    return found


def count(words: Iterable[str], stores: Iterable[tuple[str, bytes]]) -> dict[str, int]:
    """How often any form of any word is in each store; a store without any is left out."""
    wanted = [form for word in words for form in forms(word)]
    found: dict[str, int] = {}
    for name, content in stores:
        if hits := sum(content.count(form) for form in wanted):
            found[name] = found.get(name, 0) + hits
    return found


def decrypted(path: Path, key: bytes) -> bytes:
    """Every page of an encrypted database, or of the log beside it, free ones too: the raw key opens each alone."""
    raw, pages = path.read_bytes(), []
    is_log = path.name.endswith("-wal")
    step = _PAGE + (_FRAME_HEAD if is_log else 0)
    for at in range(_LOG_HEAD if is_log else 0, len(raw) - step + 1, step):
        page = raw[at + (_FRAME_HEAD if is_log else 0) : at + step]
        number = int.from_bytes(raw[at : at + 4]) if is_log else at // _PAGE + 1
        body = page[_SALT if number == 1 else 0 : _PAGE - _RESERVED]
        vector = page[_PAGE - _RESERVED : _PAGE - _RESERVED + 16]
        opener = Cipher(algorithms.AES256(key), modes.CBC(vector)).decryptor()
        pages.append(opener.update(body) + opener.finalize())
    return b"".join(pages)


def of_laptop(app: App) -> Iterator[tuple[str, bytes]]:
    """Yield everything in a profile's folder, opened where it is locked with the profile's key."""
    yield from of_folder(app.folder, app.store.key)


def of_folder(folder: Path, key: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield every file below a folder: databases and their logs decrypted, all others as they are."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        is_database = ".db" in path.name and not path.name.endswith("-shm") and path.suffix != ".json"
        kind = path.relative_to(folder).parts[0] if path.parent != folder else path.name
        yield kind, decrypted(path, key) if is_database else path.read_bytes()


def of_endpoint(endpoint: Endpoint, apps: Iterable[App] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield every row of every table, what is in boxes opened with the laptops' keys, and the database's files."""
    keys = {}
    for app in apps:
        keys |= app.read(seal_keys.by_id)
    store = Store(endpoint.data, database=endpoint.owner or endpoint.database)
    try:
        with store.reading() as connection:
            for table in endpoint_tables.metadata.sorted_tables:
                for row in connection.execute(select(table)):
                    yield f"endpoint {table.name}", msgspec.msgpack.encode([*row])
                    if table.name == "sealed":
                        yield "endpoint boxes", _unboxed(row, keys)
    finally:
        store.close()
    for path in endpoint.data.glob("*") if not endpoint.database else ():
        yield "endpoint file" if path.name == FILE else f"endpoint {path.name}", path.read_bytes()


def _unboxed(row: Row[tuple[object, ...]], keys: dict[bytes, bytes]) -> bytes:
    key = keys.get(row.key)
    if key is None:
        return b""
    first, author = row.seq - row.ops + 1, Author(row.device, row.epoch)
    block = Block(row.space, first, author, row.n, row.ops, row.key, row.root, row.box)
    organisation = uuid.UUID(row.space.split("/")[1]).bytes
    return msgspec.msgpack.encode(sealing.unseal(key, block, organisation))
