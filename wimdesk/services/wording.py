"""How much of what the program can say has words in each language."""

from __future__ import annotations

from dataclasses import dataclass

from babel.messages.mofile import read_mo

import resources
from wimdesk.i18n import LANGUAGES, locale_name


@dataclass(frozen=True, slots=True)
class Wording:
    """One language: what it calls itself, and of how many texts it has how many."""

    code: str
    name: str
    texts: int
    translated: int


def wordings() -> tuple[Wording, ...]:
    """Return each language of the screens; all texts are those that any catalogue has, and English is the source."""
    held = {code: _held(code) for code in LANGUAGES if code != "en"}
    every = frozenset().union(*held.values())
    return tuple(Wording(code, name, len(every), len(held.get(code, every))) for code, name in LANGUAGES.items())


def _held(code: str) -> frozenset[str]:
    path = resources.path("translations", locale_name(code), "LC_MESSAGES", "wimdesk.mo")
    with path.open("rb") as file:
        return frozenset(str(one.id if isinstance(one.id, str) else one.id[0]) for one in read_mo(file) if one.id)
