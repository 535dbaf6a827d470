"""Values that people type, and those that nobody would but a test: the ends of Unicode, of length, of numbers."""

from __future__ import annotations

import random
import string

_EXTREMES = (
    "", " ", "\N{COMBINING ACUTE ACCENT}", "e\N{COMBINING ACUTE ACCENT}\u0308\u0323" * 9, "\u202eright to left\u202c",
    "\U0010ffff\ufffe\uffff", "北京東京", "عربى ‏", "\x00nul\x00", "'; DROP TABLE op; --", "\u2028\u2029\x85",
    "👩🏽‍🏭" * 20,
    "%s{0}{}\\n\\", '{"en": "no map"}', "ﷺ" * 40, "\x7f\x1b[31m", "İıŞş ß ﬁ", "\ufeffbom",
)  # fmt: skip


def value(rng: random.Random, name: str, mark: str) -> object:
    """Return a value for the field, never the same twice in a world: it carries the mark."""
    if name == "latitude":
        return rng.choice((rng.uniform(-90, 90), rng.random() * 1e-300, -rng.random() * 1e17))
    if name == "commodity":
        return [mark, *(rng.choice(_EXTREMES) for _ in range(rng.choice((0, 1, 3))))]
    if rng.random() < 0.01:
        return mark + random_letters(rng, 60) * 2500
    return mark + (rng.choice(_EXTREMES) if rng.random() < 0.2 else "")


def random_letters(rng: random.Random, count: int) -> str:
    """Return letters that don't compress well."""
    return "".join(rng.choices(string.ascii_letters, k=count))
