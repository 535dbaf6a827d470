"""The process that reads files: contents come in by its standard input, words go out, and nothing else leaves it.

It may open no connection, start no program and write no file, whatever a file makes it do; where the system lets it,
its memory and its time are bounded too. It holds no key and sees no folder of the profile.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from wimdesk.extract.limits import MOST_TEXT, Page, Stop, Verdict

_MEMORY = 1024 * 1024 * 1024
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_FORBIDDEN = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile",
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "shutil.", "ftplib.", "urllib.", "http.", "webbrowser.",
)  # fmt: skip
"""Beginnings of audit events (docs.python.org/3/library/audit_events.html)."""


def main() -> int:
    """Answer until the standard input ends."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    _give_way()
    from wimdesk.extract import packed, pdf, plain
    from wimdesk.stems import import_stemmers

    import_stemmers()
    _lock_down()
    readers: dict[str, Callable[[bytes], Iterator[Page]]] = {
        "pdf": pdf.read, "docx": packed.read_docx, "odt": packed.read_odt,
        "html": plain.read_html, "text": plain.read_text,
    }  # fmt: skip
    while line := source.readline():
        size, _blank, likely = line.decode().strip().partition(" ")
        _answer(source.read(int(size)), likely, readers, target)
    return 0


def kind(content: bytes) -> str:
    """Return what a file is by what it holds, whatever it is called. Raises Stop."""
    from wimdesk.extract import packed, plain

    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return packed.kind(content)
    return "html" if plain.looks_like_html(content) else "text"


def _answer(
    content: bytes, likely: str, readers: dict[str, Callable[[bytes], Iterator[Page]]], target: BinaryIO
) -> None:
    from wimdesk.stems import language_of
    from wimdesk.words import folded, stemmed

    verdict: Verdict = "whole"
    letters = 0
    try:
        read = readers.get(kind(content))
        if read is None:
            raise Stop("other")
        for page in read(content):
            letters += len(page.text)
            stems = stemmed(page.text, language_of(page.text, (likely,)))
            _say(target, {"page": page.number, "text": page.text, "words": folded(page.text), "stems": stems})
            if letters > MOST_TEXT:
                raise Stop("cut")
    except Stop as stop:
        verdict = stop.verdict
    except MemoryError:
        verdict = "bomb"
    except RecursionError:
        verdict = "broken"
    if verdict == "whole" and not letters:
        verdict = "none"
    _say(target, {"end": verdict})


def _say(target: BinaryIO, told: dict[str, object]) -> None:
    target.write(json.dumps(told, ensure_ascii=False).encode("utf-8") + b"\n")
    target.flush()


def _give_way() -> None:
    """Let whoever types go first."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(10)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _lock_down() -> None:
    def refuse(event: str, told: tuple[object, ...]) -> None:
        writes = event == "open" and isinstance(told[2], int) and told[2] & _WRITING
        if writes or event.startswith(_FORBIDDEN):
            raise PermissionError(event)

    sys.addaudithook(refuse)
