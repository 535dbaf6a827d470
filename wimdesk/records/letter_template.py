"""The words of receipts, cards and letters, as the organisation wants them; where there are none, ours are used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import LANGUAGES, N_, _
from wimdesk.store.record import Record, field

KINDS = {
    "receipt": N_("Receipt"),
    "card": N_("Membership card"),
    "welcome": N_("Letter of welcome"),
    "reminder": N_("Letter of reminder"),
}
_MEMBER = (
    "name", "given_name", "family_name", "organisation", "organisation_short", "type", "number", "status", "since",
    "until", "fee", "today",
)  # fmt: skip
_RECEIPT = ("receipt_number", "amount", "method", "paid_on", "reference", "in_kind", "period")
CARD_LINES = 7
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


def placeholders(kind: str) -> tuple[str, ...]:
    """Return what may stand in braces in a template of this kind."""
    return _MEMBER + _RECEIPT if kind == "receipt" else _MEMBER


class LetterTemplate(Record):
    """One kind of paper. Its id follows from its kind, so that two laptops write into one."""

    type_label = N_("Template")
    type_label_many = N_("Templates")

    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    text: Mapped[dict[str, str]] = field("texts", N_("Text"))

    def caption(self) -> str:
        """Return the kind in words."""
        return _(KINDS.get(self.kind, "")) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """Every word in braces is one that we know, and a card has room for its lines."""
        kind, texts = str(values.get("kind") or ""), values.get("text")
        if not isinstance(texts, dict):
            return []
        found = (faults(kind, str(text), str(code)) for code, text in texts.items())
        return [("text", sentence) for sentence in found if sentence]


def faults(kind: str, text: str, language: str) -> str:
    """Return a sentence on the first thing that is wrong with a template, or an empty text."""
    spoken = LANGUAGES.get(language, language)
    known = placeholders(kind)
    for found in _BRACES.finditer(text):
        if found[1] is None:
            return _("{language}: there is a brace without its partner. Write {example}.").format(
                language=spoken, example="{name}"
            )
        if found[1] not in known:
            return _("{language}: {word} is not known. Known: {known}.").format(
                language=spoken, word=found[0], known=", ".join(f"{{{word}}}" for word in known)
            )
    if kind == "card" and len(text.strip().splitlines()) > CARD_LINES:
        return _("{language}: a card has room for {count} lines.").format(language=spoken, count=CARD_LINES)
    return ""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of the words in braces. A line of which all values are empty is left out."""
    lines = []
    for line in text.splitlines():
        words = [found[1] for found in _BRACES.finditer(line) if found[1] is not None]
        if words and not any(values.get(word) for word in words):
            continue
        lines.append(_BRACES.sub(lambda found: values.get(found[1] or "", found[0]), line))
    return "\n".join(lines)
