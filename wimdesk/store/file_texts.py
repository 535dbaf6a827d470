"""The words of attached files, in pieces: a page, or part of a long one. Never synced: each computer reads for itself.

A content is read once, whichever records it is attached to. Pieces are numbered so that those of one file stand
together: `doc` is the file's number times 65,536, plus the place of the piece.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import zstandard
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from wimdesk.store import facts, rows

MOST_PIECES = 1 << 16
_LEVEL = 3
UNTIDY = "index_untidy"
"""The fact that an index still holds words that nobody shall find here: it keeps them until it is merged."""


class Piece(NamedTuple):
    """Some text of a file as it is kept, and as it is indexed. `page` is 0 where the file has no pages."""

    page: int
    text: str
    words: str
    stems: str


class Progress(NamedTuple):
    """How far the reading of a file came; `state` is empty while it goes on."""

    file: int
    state: str
    pieces: int


def begin(session: Session, digest: str) -> Progress:
    """Return how far a content was read, from nothing on."""
    rows.driver(session).execute("INSERT OR IGNORE INTO file_text(digest) VALUES (?)", (digest,))
    query = "SELECT file, state, pieces FROM file_text WHERE digest=:digest"
    return Progress(*rows.find(session, query, digest=digest)[0])


def add(session: Session, file: int, start: int, pieces: Sequence[Piece]) -> None:
    """Keep and index pieces of a file from a place on. A file that is gone meanwhile gets none."""
    connection = rows.driver(session)
    told = connection.execute("UPDATE file_text SET pieces=? WHERE file=?", (start + len(pieces), file))
    if told.rowcount == 0:
        return
    pack = zstandard.ZstdCompressor(_LEVEL).compress
    numbered = list(enumerate(pieces, file * MOST_PIECES + start))
    kept = [(doc, piece.page, pack(piece.text.encode())) for doc, piece in numbered]
    connection.executemany("INSERT OR REPLACE INTO page_text(doc, page, words) VALUES (?, ?, ?)", kept)
    words = [(doc, piece.words, piece.stems) for doc, piece in numbered]
    connection.executemany("INSERT INTO search_page(rowid, words, stems) VALUES (?, ?, ?)", words)


def finish(session: Session, file: int, state: str) -> None:
    """Note how the reading of a file ended."""
    rows.driver(session).execute("UPDATE file_text SET state=? WHERE file=?", (state, file))


def states(session: Session, digests: Collection[str] | None = None) -> dict[str, Progress]:
    """Return how far contents were read, by digest; all of them where none are named."""
    query = "SELECT digest, file, state, pieces FROM file_text"
    if digests is None:
        found = rows.find(session, query)
    else:
        found = rows.find(session, f"{query} WHERE digest IN (SELECT value FROM json_each(:some))", some=[*digests])
    return {digest: Progress(*rest) for digest, *rest in found}


def texts(connection: dbapi2.Connection, docs: Iterable[int]) -> dict[int, str]:
    """Return the text of pieces, by their number."""
    query = "SELECT doc, words FROM page_text WHERE doc IN (SELECT value FROM json_each(?))"
    unpack = zstandard.ZstdDecompressor().decompress
    return {doc: unpack(packed).decode() for doc, packed in connection.execute(query, (rows.as_json([*docs]),))}


def opening(session: Session, digest: str) -> str:
    """Return the first piece of a file, or nothing."""
    query = "SELECT file FROM file_text WHERE digest=:digest"
    for (file,) in rows.find(session, query, digest=digest):
        return next(iter(texts(rows.driver(session), [file * MOST_PIECES]).values()), "")
    return ""


def unnamed(session: Session) -> list[str]:
    """Return the contents that were read and that no living attachment names any more."""
    gone = "SELECT digest FROM file_text WHERE digest NOT IN (SELECT identifier FROM attachment WHERE NOT deleted)"
    return [str(digest) for (digest,) in rows.find(session, gone)]


def forget_unnamed(session: Session) -> int:
    """Forget the words of contents that no living attachment names; return how many files that were."""
    found = unnamed(session)
    for digest in found:
        forget(rows.driver(session), digest)
    if found:
        facts.put(session, **{UNTIDY: True})
    return len(found)


def forget(connection: dbapi2.Connection, digest: str) -> None:
    """Forget the words of a content, also in an earlier database that may know none."""
    known = "SELECT 1 FROM sqlite_master WHERE name='file_text'"
    if connection.execute(known).fetchone() is None:
        return
    for (file,) in connection.execute("SELECT file FROM file_text WHERE digest=?", (digest,)).fetchall():
        here = (file * MOST_PIECES, (file + 1) * MOST_PIECES - 1)
        docs = connection.execute("SELECT doc FROM page_text WHERE doc BETWEEN ? AND ?", here).fetchall()
        connection.executemany("DELETE FROM search_page WHERE rowid=?", docs)
        connection.execute("DELETE FROM page_text WHERE doc BETWEEN ? AND ?", here)
        connection.execute("DELETE FROM file_text WHERE file=?", (file,))
