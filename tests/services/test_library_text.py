"""Markdown of practices as pieces to be read."""

from __future__ import annotations

import pytest

from wimdesk.services.library_text import pieces


@pytest.mark.parametrize("text", ["[" * 400_000, "![" * 200_000, "a\n" * 200_000, "- a\n" * 100_000, "**a " * 100_000])
def test_what_nobody_writes_is_shown_without_marks(text: str) -> None:
    (piece,) = pieces(text)
    assert piece.html == f"<p>{' '.join(text.split())}</p>"


def test_blocks_stay_apart_where_nothing_is_taken_for_a_mark() -> None:
    found = pieces(f"**First** <b>\n\n{'[' * 30_000}\n\nLast")
    assert [piece.html for piece in found] == ["<p>**First** &lt;b&gt;</p>", f"<p>{'[' * 30_000}</p>", "<p>Last</p>"]


def test_a_long_text_as_people_write_it_keeps_its_marks() -> None:
    found = pieces("A **word** and [a link](https://example.org).\n\n" * 2_000)
    assert len(found) == 2_000
    assert all("<strong>word</strong>" in piece.html and "<a href=" in piece.html for piece in found)
