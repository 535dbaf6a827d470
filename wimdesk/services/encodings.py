"""In which letters a text file is written, where nobody says so.

Files of organisations are short and full of names, on which general detectors guess wrongly (charset-normalizer takes
"Núñez" in Windows-1252 for Polish). So a few encodings that programs really write are compared by what they make of
the words: letters of one script side by side, and none that no name has.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1254": "Windows-1254",
    "cp1256": "Windows-1256",
    "cp850": "DOS 850",
    "mac_roman": "Macintosh",
}
"""Those that can be chosen, each with a name that its readers know; the first of two that fit alike is taken."""
_GUESSED = tuple(name for name in NAMES if name.startswith(("cp", "mac")))
_WORD = re.compile(r"[^\W\d_]+")
_USUAL = frozenset("áàâãäåæçéèêëíìîïñóòôõöøœúùûüßğışÁÀÂÃÄÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÕÖØŒÚÙÛÜĞİŞ")
_MARKS = frozenset("’‘“”«»–—…€°ºª¿¡ ©®·")
_SAMPLE = 64 * 1024


def guess(raw: bytes) -> str:
    """Return the name of the encoding of a text."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = raw[:_SAMPLE]
    zeros = head[1::2].count(0), head[::2].count(0)
    if max(zeros) > len(head) // 5:  # UTF-16 without its mark: every second byte of plain letters is zero
        return "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    if _is_utf8(raw):
        return "utf-8-sig"
    high = bytes(head)
    return max(_GUESSED, key=lambda name: _score(high, name))


def decode(raw: bytes, name: str = "") -> tuple[str, str]:
    """Return a text and the name of its encoding; what can't be read in the one that is given shows as a mark."""
    found = name if name and _is_known(name) else guess(raw)
    return raw.decode(found, errors="replace"), found


def _is_known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _score(raw: bytes, name: str) -> float:
    text = raw.decode(name, errors="replace")
    score = sum(-3.0 for letter in text if letter == "\ufffd" or "\x80" <= letter <= "\x9f")
    score += sum(0.2 if letter in _MARKS else -1.0 for letter in text if letter > "\x7f" and not letter.isalpha())
    return score + sum(_score_word(word) for word in _WORD.findall(text) if not word.isascii())


def _score_word(word: str) -> float:
    """A word is of one script, with capitals at its beginning or throughout."""
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in word}
    if len(scripts) > 1 or not (word.isupper() or word[1:].islower() or not word.upper().isupper()):
        return -2.0
    foreign = [letter for letter in word if letter > "\x7f"]
    if scripts == {"LATIN"}:
        return sum(1.0 if letter in _USUAL else 0.4 for letter in foreign)
    # A short word of another script may be chance: an accent in Windows-1252 is a Cyrillic letter too.
    return len(foreign) * (0.9 if len(word) > 2 else -1.0)
