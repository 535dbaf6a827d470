"""How long a question takes among many practices: in the index itself, and from the key to the painted list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from ui.bench.measure import Figure, median, milliseconds, p95
from wimdesk.app import App
from wimdesk.search import Searcher

QUESTIONS = (
    "m", "mi", "min", "mine", "mentor", "mentora", "securite", "formacion", "safety", "women", "femmes dans",
    "women in", "supervis", "lactancia", "day care", "egalit", "shift work", "salaire", "ppe", "mujeres en min",
)  # fmt: skip


class Cursor(Protocol):
    """What a question to the database gives."""

    def fetchall(self) -> list[object]:
        """Return every row."""


_RAW = (
    "SELECT r.type, r.record FROM search_text f JOIN search_ref r ON r.doc = f.rowid WHERE search_text MATCH ? "
    "ORDER BY rank LIMIT 1000"
)


def run(app: App, rounds: int) -> list[Figure]:
    """Ask each question of the searcher and of bare FTS5 by turns; compare the sums of the medians."""
    searcher = Searcher(app.store)
    bare = app.store.raw()
    ours: list[float] = []
    floors: list[float] = []
    every: list[float] = []
    for question in QUESTIONS:
        match = " ".join(f'"{word}"*' for word in question.split())
        taken, raw = [], []
        for _round in range(rounds):
            taken.append(milliseconds(partial(searcher.ask, question, limit=1000)))
            raw.append(milliseconds(partial(_ask_bare, bare.execute, match)))
        ours.append(median(taken))
        floors.append(median(raw))
        every += taken
    searcher.close()
    bare.close()
    return [
        Figure(
            "search, mean of 20 questions / bare FTS5", sum(ours) / len(ours), floor=sum(floors) / len(floors), goal=1.5
        ),
        Figure("search, p95 of all answers", p95(every)),
    ]


def _ask_bare(execute: Callable[..., Cursor], match: str) -> object:
    return execute(_RAW, (match,)).fetchall()
