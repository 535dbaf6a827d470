"""A library of as many practices as wanted, made of the words of the sample library; the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator

from resources import content
from wimdesk.app import App
from wimdesk.identifiers import derived_id
from wimdesk.records import LibraryItem
from wimdesk.store import inbox

_CHUNK = 5000
_LANGUAGES = ("en", "fr", "es")


def fill(app: App, count: int) -> None:
    """Put so many practices there, searchable, as if they had been received."""
    for start in range(0, count, _CHUNK):
        rows = list(_rows(start, min(count, start + _CHUNK)))
        app.run(inbox.plant, LibraryItem, rows)


def vocabulary() -> list[str]:
    """Return the words of the sample library, each once, in a fixed order."""
    texts = [text for item in content.library_items() for text in item["summary"].values()]
    texts += [text for item in content.library_items() for text in item["title"].values()]
    return sorted({word.strip(".,;:!?()«»“”") for text in texts for word in text.split()} - {""})


def _rows(start: int, stop: int) -> Iterator[dict[str, object]]:
    words = vocabulary()
    themes = [theme["key"] for theme in content.themes()]
    for number in range(start, stop):
        dice = random.Random(number)
        lang = _LANGUAGES[number % 3]
        yield {
            "id": derived_id("bench", str(number)),
            "space": "alliance",
            "owner": derived_id("bench", "owner"),
            "created_at": "2026-01-01T00:00:00Z",
            "title": {lang: " ".join(_drawn(dice, words, 6)) + f" {number}"},
            "summary": {lang: " ".join(_drawn(dice, words, 24))},
            "outcomes": {lang: " ".join(_drawn(dice, words, 60))},
            "template": "case",
            "state": "published",
            "language": lang,
            "themes": [themes[number % len(themes)]],
            "issued": f"20{10 + number % 17:02d}-{1 + number % 12:02d}-{1 + number % 28:02d}",
        }


def _drawn(dice: random.Random, words: list[str], count: int) -> list[str]:
    """Draw words, the first ones of the list much more often, as in a language."""
    return [words[int(len(words) * dice.random() ** 3)] for _word in range(count)]
