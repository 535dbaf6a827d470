"""Fonts, what stands in for letters that they lack, and the breaking of text into lines."""

from __future__ import annotations

import functools
import itertools
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

import resources
from wimdesk.pdf.direction import MARKS, bare, is_from_right, shaped

STAND_IN = "\ufffd"
"""Drawn for a letter that the fonts lack; the letter itself stays in the marked text and in the attached data."""
NO_WIDTH = frozenset("\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
                     "\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff")  # fmt: skip
KEPT_BLANKS = frozenset("\u00a0\u202f")  # a line must not end there
NO_TEXT = frozenset("\ufffe\uffff")  # XML refuses them
CUTS = frozenset("/@._:;,&=?+-")
_AFTER_HYPHEN = re.compile(r"(?<=[^\W\d_]-)(?=[^\W\d_])")


@dataclass(frozen=True)
class Fonts:
    """The static TrueType files a document is set in; Arabic letters come from fonts of their own."""

    regular: Path = field(default_factory=lambda: resources.path("fonts", "NotoSans-Regular.ttf"))
    bold: Path = field(default_factory=lambda: resources.path("fonts", "NotoSans-Bold.ttf"))
    arabic: Path = field(default_factory=lambda: resources.path("fonts", "NotoSansArabic-Regular.ttf"))
    arabic_bold: Path = field(default_factory=lambda: resources.path("fonts", "NotoSansArabic-Bold.ttf"))


@functools.lru_cache(maxsize=16)
def face(path: Path, arabic: Path) -> Face:
    """Load two font files once, the second for Arabic letters, and return what layout needs of them."""
    own, other = (TTFont(str(one), str(one)) for one in (path, arabic))
    for font in (own, other):
        pdfmetrics.registerFont(font)
    from_right = {code: width for code, width in other.face.charWidths.items() if is_from_right(chr(code))}
    return Face(own.fontName, own.face.charWidths, other.fontName, from_right)


class Face:
    """One loaded font with another for Arabic letters: names, and the advance of each letter in thousandths."""

    def __init__(self, name: str, advances: dict[int, float], other: str, others: dict[int, float]) -> None:
        self.name = name
        self._advances = others | advances
        self._letters = frozenset(map(chr, advances))
        self._others = frozenset(map(chr, others)) - self._letters
        self._other = other
        self._stand_in = advances[ord(STAND_IN)]
        self._word = functools.lru_cache(maxsize=20_000)(self._measure)

    def width(self, text: str, size: float) -> float:
        """Return the width of a text in points; a letter that the font lacks is as wide as its stand-in."""
        return self._word(text) * size / 1000.0

    def stretches(self, text: str) -> list[tuple[str, str]]:
        """Return the parts of a text in order, each with the name of the font that has its letters, or none."""
        if self._letters.issuperset(text):
            return [(text, self.name)]
        return [("".join(letters), name) for name, letters in itertools.groupby(text, self._font_of)]

    def _font_of(self, letter: str) -> str:
        return self.name if letter in self._letters else self._other if letter in self._others else ""

    def longest(self, text: str, size: float, *, whole: bool) -> float:
        """Return the width of the widest word in points, or of its widest part between hyphens if not ``whole``."""
        words = text.replace("\n", " ").split(" ")
        parts = words if whole else [part for word in words for part in _parts(word)]
        return max((self.width(part, size) for part in parts), default=0.0)

    def fit(self, text: str, size: float, width: float) -> str:
        """Shorten a text with an ellipsis to a width in points; only where the whole text stands elsewhere."""
        if self.width(text, size) <= width:
            return text
        room = width - self.width("…", size)
        widths = itertools.accumulate(self.width(letter, size) for letter in text)
        return text[: sum(1 for _place in itertools.takewhile(lambda used: used <= room, widths))].rstrip() + "…"

    def lines(self, text: str, size: float, width: float) -> list[str]:
        """Break a text at spaces and hyphens into lines no wider than ``width`` points; longer words are cut.

        A line that ends at a space keeps it, so that a reader of the marked text still hears two words.
        """
        lines: list[str] = []
        for paragraph in clean(text).split("\n"):
            if lines:
                lines[-1] += " "
            lines.extend(self._fill(paragraph, size, width))
        return lines

    def _measure(self, text: str) -> float:
        advances, stand_in = self._advances, self._stand_in
        return sum(advances.get(ord(letter), stand_in) for letter in bare(shaped(text)))

    def _fill(self, paragraph: str, size: float, width: float) -> list[str]:
        space = self.width(" ", size)
        lines: list[str] = []
        line, used = "", 0.0
        for word in paragraph.split(" "):
            joint, gap = " ", space
            for piece in self._pieces(word, size, width):
                length = self.width(piece, size)
                if line and used + gap + length > width:
                    lines.append(line + joint)
                    line, used = piece, length
                else:
                    line, used = (line + joint + piece, used + gap + length) if line else (piece, length)
                joint, gap = "", 0.0
        return [*lines, line]

    def _pieces(self, word: str, size: float, width: float) -> list[str]:
        """Return the parts of a word between which a line may end."""
        pieces: list[str] = []
        for part in _parts(word):
            pieces += [part] if self.width(part, size) <= width else self._cut(part, size, width)
        return pieces

    def _cut(self, word: str, size: float, width: float) -> list[str]:
        """Cut a word that is wider than a whole line: after a sign such as a slash, else between two letters."""
        pieces: list[str] = []
        start, used, after_sign = 0, 0.0, 0
        for place, letter in enumerate(word):
            used += self.width(letter, size)
            if used > width and place > start and not unicodedata.combining(letter):
                end = after_sign if after_sign > start else place
                pieces.append(word[start:end])
                start, used = end, self.width(word[end : place + 1], size)
            if letter in CUTS:
                after_sign = place + 1
        return [*pieces, word[start:]]


def _parts(word: str) -> list[str]:
    """Cut a word after the hyphens between two letters; numbers and dates stay whole."""
    return _AFTER_HYPHEN.split(word) if "-" in word else [word]


def clean(text: str) -> str:
    """Compose letters with their accents, drop what has no shape and make every other blank a plain space."""
    kept = text if text.isascii() else "".join(letter for letter in text if letter not in NO_WIDTH)
    if is_from_right(kept):  # by its letters: a mark alone has nothing to set right
        kept = "".join(letter for letter in text if letter not in NO_WIDTH or letter in MARKS)
    composed = unicodedata.normalize("NFC", kept).replace("\r\n", "\n").replace("\r", "\n").strip()
    if composed.isascii() and composed.isprintable():
        return " ".join(composed.split())
    lines = []
    for line in composed.split("\n"):
        shown = "".join(_plain(letter) for letter in line)
        lines.append(" ".join(piece for piece in shown.split(" ") if piece))
    return "\n".join(lines).strip()


def one_line(text: str) -> str:
    """Return a clean text without its line breaks, for places that hold one line."""
    return clean(text).replace("\n", " ")


def shortened(text: str, letters: int) -> str:
    """Return at most so many letters, the last one an ellipsis if some are left out."""
    return text if len(text) <= letters else text[: letters - 1] + "…"


def _plain(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in {"Cc", "Zl", "Zp", "Zs"} and letter not in KEPT_BLANKS:
        return " "
    return STAND_IN if kind == "Cs" or letter in NO_TEXT else letter
