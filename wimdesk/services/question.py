"""What a list is asked for: words, and for each facet what must and what must not be there. Plain and pure.

A facet is a field, or what follows from other records, such as the ways to reach somebody. Within a facet any code will
do; all facets must hold. The empty code stands for “nothing given”.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wimdesk.errors import UserError
from wimdesk.i18n import _

Chosen = Mapping[str, tuple[str, ...]]
"""Codes by facet; a facet without codes is not in it."""


@dataclass(frozen=True)
class Question:
    """Words and codes. Made by `ask`, which puts the codes in order, so that equal questions are equal."""

    text: str = ""
    wanted: Chosen = field(default_factory=dict)
    unwanted: Chosen = field(default_factory=dict)
    is_readable: bool = True
    """False for what another version may have written: nobody answers that, rather than everybody."""

    @property
    def is_empty(self) -> bool:
        """Whether everybody answers it."""
        return self.is_readable and not (self.text.strip() or self.wanted or self.unwanted)

    @property
    def filtered(self) -> bool:
        """Whether it asks for more than words."""
        return bool(self.wanted or self.unwanted)

    def codes(self, facet: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return what must and what must not be there."""
        return self.wanted.get(facet, ()), self.unwanted.get(facet, ())

    def with_facet(self, facet: str, wanted: Iterable[str], unwanted: Iterable[str]) -> Question:
        """Return the question with one facet asked for anew."""
        return ask(self.text, {**self.wanted, facet: tuple(wanted)}, {**self.unwanted, facet: tuple(unwanted)})

    def with_text(self, text: str) -> Question:
        """Return the question with other words."""
        return ask(text, self.wanted, self.unwanted)

    def plain(self) -> dict[str, object]:
        """Return it as a record keeps it."""
        parts: dict[str, object] = {"text": self.text.strip()}
        parts["with"] = {facet: list(codes) for facet, codes in self.wanted.items()}
        parts["without"] = {facet: list(codes) for facet, codes in self.unwanted.items()}
        return {name: part for name, part in parts.items() if part}


_Codes = Mapping[str, Iterable[str]]


def ask(text: str = "", wanted: _Codes | None = None, unwanted: _Codes | None = None) -> Question:
    """Return a question."""
    return Question(" ".join(text.split()), _in_order(wanted or {}), _in_order(unwanted or {}))


def _in_order(chosen: _Codes) -> dict[str, tuple[str, ...]]:
    found = {facet: tuple(sorted(set(codes))) for facet, codes in sorted(chosen.items())}
    return {facet: codes for facet, codes in found.items() if codes}


def read(kept: Mapping[str, object]) -> Question:
    """Return the question that a record keeps."""
    text, wanted, unwanted = kept.get("text", ""), kept.get("with", {}), kept.get("without", {})
    if not isinstance(text, str) or kept.keys() - {"text", "with", "without"}:
        return Question(is_readable=False)
    parts = [_chosen(part) for part in (wanted, unwanted)]
    if None in parts:
        return Question(is_readable=False)
    return ask(text, parts[0] or {}, parts[1] or {})


def _chosen(part: object) -> dict[str, list[str]] | None:
    if not isinstance(part, dict):
        return None
    whole = all(isinstance(codes, list) and all(isinstance(code, str) for code in codes) for codes in part.values())
    return part if whole else None


def parse(texts: Iterable[str], facets: Iterable[str], text: str = "") -> Question:
    """Return the question typed as FACET=CODE,CODE (any of them) and FACET!=CODE (none of them).

    Raises UserError that names the facets where one is not known.
    """
    known = list(facets)
    wanted: dict[str, list[str]] = {}
    unwanted: dict[str, list[str]] = {}
    for each in texts:
        name, sign, codes = each.partition("=")
        facet = name.removesuffix("!").strip()
        if not sign or facet not in known:
            words = _("“{text}” is no condition: see --help. Nothing was changed. Known: {known}.")
            raise UserError(words.format(text=each, known=", ".join(known)))
        part = unwanted if name.endswith("!") else wanted
        part.setdefault(facet, []).extend(code.strip() for code in codes.split(","))
    return ask(text, wanted, unwanted)
