"""B01, B04: a text that somebody wrote to do harm is read and compared as fast as any other."""

from __future__ import annotations

import time

import pytest

from wimdesk.services import texts

MOST_SECONDS = 5.0
"""Far above what it takes; without care each of these takes minutes."""


@pytest.mark.parametrize(
    "text",
    ["# A {#a}\n" * 20_000, "# " + "a" + " " * 60_000 + "b", "# \n" * 20_000, "#" * 100_000, "# A\nb\n" * 20_000],
    ids=["one address", "spaces", "no words", "hashes", "many"],
)
def test_a_hostile_text_has_its_sections_soon(text: str) -> None:
    begun = time.thread_time()
    keys = [part.key for part in texts.sections(text)]
    assert len(keys) == len(set(keys))
    assert time.thread_time() - begun < MOST_SECONDS


def test_addresses_that_come_twice_stay_apart() -> None:
    found = texts.sections("before\n# One {#a}\nx\n# Two {#a}\n# Three {#a}\n# Four\n")
    assert [(part.key, part.heading) for part in found] == [
        ("begin", ""), ("a", "One"), ("a-", "Two"), ("a-1", "Three"), ("4", "Four"),
    ]  # fmt: skip


@pytest.mark.parametrize("few", [1, 2, 7])
def test_hostile_wording_is_compared_soon(few: int) -> None:
    old, new = ("\n".join(str(line * step % few) for line in range(8000)) for step in (1, 3))
    begun = time.thread_time()
    lines = list(texts.compare(old, new))
    assert time.thread_time() - begun < MOST_SECONDS
    assert sum(line.mark != "removed" for line in lines) == 8000


def test_a_long_text_is_still_compared_line_by_line() -> None:
    old = [f"Line {number}" for number in range(3000)]
    new = [*old[:1500], "Another line", *old[1501:]]
    changed = [(line.mark, line.text) for line in texts.compare("\n".join(old), "\n".join(new)) if line.mark != "same"]
    assert changed == [("removed", "Line 1500"), ("added", "Another line")]
