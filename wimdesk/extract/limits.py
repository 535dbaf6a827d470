"""What reading a file may cost at most, and how a reader says that it stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["whole", "cut", "none", "locked", "broken", "bomb", "slow", "other"]
"""How it went: all of it; as far as the limits let; no words in it; a password; not what it says it is; it would
unpack to far more than it is; it took too long; no kind of file that is read."""
MOST_PAGES = 3000
MOST_TEXT = 8_000_000
"""Letters of one file: more than ten long books."""
MOST_OF_PAGE = 200_000
MOST_UNPACKED = 48 * 1024 * 1024
"""Bytes of one part of a packed document."""
MOST_RATIO = 400
"""So many times may a part be larger than it is packed; a text is packed to a tenth, a bomb to a thousandth."""
MOST_PARTS = 20_000
MOST_DEPTH = 300
"""Elements within elements."""
PIECE = 6000
"""Letters that are indexed as one where a file has no pages, or very long ones."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some words of a file. `number` is that of the page, from 1 on; 0 where the file has no pages."""

    number: int
    text: str
    words: str = ""
    """As the index takes them (wimdesk.words); made where the file is read, so that no other thread waits for it."""
    stems: str = ""


class Stop(Exception):
    """Reading ends here; what was read so far stays."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict: Verdict = verdict


def tidy(text: str) -> str:
    """Return the text without what is no letter of any kind, and with single spaces; lines stay lines.

    Half of a surrogate pair can't be written to disk; a soft hyphen would part a word from itself.
    """
    clean = text.replace("\u00ad", "").replace("\x02", "").replace("\r", "\n").encode("utf-8", "ignore").decode()
    lines = (" ".join(line.replace("\x00", " ").split()) for line in clean.split("\n"))
    return "\n".join(line for line in lines if line)


def pieces(number: int, text: str) -> Iterator[Page]:
    """Yield a page, or the pieces of a long one, cut between words."""
    text = tidy(text[:MOST_OF_PAGE] if number else text)
    while len(text) > 2 * PIECE:
        end = max(text.rfind("\n", PIECE // 2, PIECE), text.rfind(" ", PIECE // 2, PIECE))
        end = end if end > 0 else PIECE
        yield Page(number, text[:end])
        text = text[end:].lstrip()
    if text:
        yield Page(number, text)
