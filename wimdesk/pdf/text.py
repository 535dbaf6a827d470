"""Fonts, the check that every letter can be shown, and the breaking of text into lines."""

from __future__ import annotations

import functools
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

import resources
from wimdesk.errors import UserError
from wimdesk.i18n import _

NO_WIDTH = {"\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\ufe0e", "\ufe0f"}


class MissingLetters(UserError):
    """A text holds letters that the fonts of the document cannot show; ``letters`` and ``text`` say which and where."""

    def __init__(self, letters: str, text: str) -> None:
        self.letters = letters
        self.text = text
        super().__init__(
            _(
                "The document can't show “{letters}” in “{text}”. Your data are unchanged. Please write it another way."
            ).format(letters=letters, text=text[:60])
        )


@dataclass(frozen=True)
class Fonts:
    """The two static TrueType files a document is set in."""

    regular: Path = field(default_factory=lambda: resources.path("fonts", "NotoSans-Regular.ttf"))
    bold: Path = field(default_factory=lambda: resources.path("fonts", "NotoSans-Bold.ttf"))


@functools.lru_cache(maxsize=16)
def face(path: Path) -> Face:
    """Load a font file once and return what layout needs of it."""
    font = TTFont(str(path), str(path))
    pdfmetrics.registerFont(font)
    return Face(font.fontName, font.face.charWidths)


class Face:
    """One loaded font: its registered name and the advance of each letter in thousandths of the size."""

    def __init__(self, name: str, advances: dict[int, float]) -> None:
        self.name = name
        self._advances = advances
        self._word = functools.lru_cache(maxsize=20_000)(self._measure)

    def width(self, text: str, size: float) -> float:
        """Return the width of a text in points; raise MissingLetters if the font lacks one of its letters."""
        return self._word(text) * size / 1000.0

    def _measure(self, text: str) -> float:
        advances = self._advances
        try:
            return sum(advances[ord(letter)] for letter in text)
        except KeyError:
            missing = dict.fromkeys(letter for letter in text if ord(letter) not in advances)
            raise MissingLetters("".join(missing), text) from None

    def lines(self, text: str, size: float, width: float) -> list[str]:
        """Break a text at its spaces into lines no wider than ``width`` points; longer words are cut where they must.

        A line that ends at a space keeps it, so that a reader of the marked text still hears two words.
        """
        lines: list[str] = []
        for paragraph in clean(text).split("\n"):
            lines.extend(self._fill(paragraph, size, width))
        return lines or [""]

    def _fill(self, paragraph: str, size: float, width: float) -> list[str]:
        space = self.width(" ", size)
        lines: list[str] = []
        line, used = "", 0.0
        for word in paragraph.split(" "):
            for piece in self._pieces(word, size, width):
                length = self.width(piece, size)
                if line and used + space + length > width:
                    lines.append(line + " ")
                    line, used = piece, length
                else:
                    line, used = (f"{line} {piece}", used + space + length) if line else (piece, length)
        return [*lines, line]

    def _pieces(self, word: str, size: float, width: float) -> list[str]:
        """Cut a word that is wider than a whole line."""
        if self.width(word, size) <= width:
            return [word]
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.width(pieces[-1] + letter, size) > width:
                pieces.append("")
            pieces[-1] += letter
        return pieces


def clean(text: str) -> str:
    """Compose letters with their accents, drop what has no shape and make every other blank a plain space."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()
    if composed.isascii() and composed.isprintable():
        return " ".join(composed.split())
    lines = []
    for line in composed.split("\n"):
        shown = "".join(_plain(letter) for letter in line if letter not in NO_WIDTH)
        lines.append(" ".join(piece for piece in shown.split(" ") if piece))
    return "\n".join(lines)


def _plain(letter: str) -> str:
    if letter == "\u00a0" or unicodedata.category(letter) in {"Cc", "Zl", "Zp"}:
        return " " if letter != "\u00a0" else letter
    return letter
