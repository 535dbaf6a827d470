"""How much two people look like one: names across accents and scripts, phones in E.164, and the reasons in words. Pure.

Names are compared in Latin letters (anyascii, ISC) and phones by the numbering plans of their countries (phonenumbers,
Apache 2.0): both are tables that nobody could keep up to date alone.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from anyascii import anyascii

from wimdesk.i18n import N_, _
from wimdesk.search import fold

SURE = 60
"""From here on two are proposed. Without an address, a number or the whole name in common nobody gets there."""
_SAME_NAME, _ALIKE, _INITIALS, _FAMILY = 60, 40, 35, 10
_MAIL, _PHONE = 50, 45
_AGAINST = 15
"""What it counts against them that both have such an address, and none is the same."""
_MOST = 100
_ENDS = 7
"""So many last digits are the same where two numbers are."""
_WORD = re.compile(r"[a-z0-9]+")
_SOUNDS = (
    ("ou", "u"), ("oo", "u"), ("ph", "f"), ("sch", "sh"), ("ck", "k"), ("kh", "h"), ("gh", "g"), ("th", "t"),
    ("dj", "j"), ("dh", "d"), ("qu", "k"), ("q", "k"), ("c", "k"), ("w", "u"), ("y", "i"), ("z", "s"), ("ee", "i"),
)  # fmt: skip
"""Ways to write one sound, as the same name is written in English, French, Spanish and in transcriptions."""
_VOWELS = re.compile(r"(?<=.)[aeiouh]")
_TWICE = re.compile(r"(.)\1+")
REASONS = {
    "name": N_("the same name"),
    "alike": N_("names that sound alike"),
    "initials": N_("one has only the initial of the given name"),
    "family": N_("the same family name"),
    "mail": N_("the same e-mail address"),
    "phone": N_("the same phone number"),
    "mails": N_("different e-mail addresses"),
    "phones": N_("different phone numbers"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What is compared of a person; phones are whole numbers of E.164 where the country is known."""

    family: str
    given: str
    mails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Likeness:
    """From 0 to 100, and the codes of REASONS with what each counted."""

    score: int
    reasons: tuple[tuple[str, int], ...]

    def words(self) -> str:
        """Return why, in the reader's language."""
        return ", ".join(_(REASONS[code]) for code, _points in self.reasons)


@functools.lru_cache(maxsize=50_000)
def plain(name: str) -> str:
    """Return a name in small Latin letters without accents: “Фатумата” and “Fatoumata” are nearly the same."""
    folded = fold(name)
    return " ".join(_WORD.findall(folded if folded.isascii() else fold(anyascii(folded))))


@functools.lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """Return the frame of a plain word: its first letter and its consonants, sounds written in one way."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _TWICE.sub(r"\1", _VOWELS.sub("", word))


@functools.lru_cache(maxsize=50_000)
def ear(word: str) -> str:
    """Return a plain word with its sounds written in one way: the same for two ways to write one name."""
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return _TWICE.sub(r"\1", word)


def name_key(family: str, given: str) -> str:
    """Return what is the same for all ways to write a whole name, in any order of its parts; empty for half a name."""
    words = [ear(word) for word in plain(f"{given} {family}").split()]
    return " ".join(sorted(words)) if len(words) > 1 and any(len(word) > 1 for word in words) else ""


def digits(phone: str) -> str:
    """Return the end of a number, by which those that may be the same are found; empty for what is too short."""
    found = re.sub(r"\D", "", phone)
    return found[-_ENDS:] if len(found) >= _ENDS else ""


@functools.lru_cache(maxsize=50_000)
def e164(phone: str, country: str) -> str:
    """Return a phone number as in ITU-T E.164, with its digits alone where its country's plan does not know it."""
    try:
        found = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", phone)
    if not phonenumbers.is_possible_number(found):
        return re.sub(r"\D", "", phone)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def compare(one: Look, other: Look) -> Likeness:
    """Return how much two people look like one."""
    reasons = [*_names(one, other)]
    for code, same, points in (("mail", one.mails & other.mails, _MAIL), ("phone", one.phones & other.phones, _PHONE)):
        if same:
            reasons.append((code, points))
    for code, mine, theirs in (("mails", one.mails, other.mails), ("phones", one.phones, other.phones)):
        if mine and theirs and not mine & theirs:
            reasons.append((code, -_AGAINST))
    score = sum(points for _code, points in reasons)
    return Likeness(max(0, min(_MOST, score)), tuple(reasons))


def _names(one: Look, other: Look) -> Iterable[tuple[str, int]]:
    mine, theirs = plain(f"{one.given} {one.family}").split(), plain(f"{other.given} {other.family}").split()
    if not mine or not theirs:
        return
    if len(mine) > 1 and sorted(map(ear, mine)) == sorted(map(ear, theirs)):
        yield "name", _SAME_NAME
    elif len(mine) > 1 and len(theirs) > 1 and sorted(map(sound, mine)) == sorted(map(sound, theirs)):
        yield "alike", _ALIKE
    elif _fit(mine, theirs) or _fit(theirs, mine):
        yield "initials", _INITIALS
    elif one.family and ear(plain(one.family)) == ear(plain(other.family)):
        yield "family", _FAMILY


def _fit(short: list[str], long: list[str]) -> bool:
    """Say whether each word of the one is in the other, some only by their first letter, and one of them whole."""
    left = [ear(word) for word in long]
    whole = 0
    for word in sorted(map(ear, short), key=len, reverse=True):
        found = next((each for each in left if each == word or (len(word) == 1 and each.startswith(word))), "")
        if not found:
            return False
        whole += len(word) > 1
        left.remove(found)
    return whole > 0 and len(short) > 1
