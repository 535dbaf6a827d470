"""The library on the command line: what is in a file is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.test_command_line import Terminal
from tests.extract import papers

if TYPE_CHECKING:
    from pathlib import Path


def test_row_d02_the_command_line_finds_words_in_a_file(tmp_path: Path) -> None:
    anna = Terminal(tmp_path / "anna")
    item = anna.does("add", "library_item", "title=Talleres 2021", "language=es")["id"]
    paper = tmp_path / "informe.pdf"
    paper.write_bytes(papers.pdf("Portada", "Los círculos de mentoría se reúnen"))
    anna.does("attachment", "add", item, str(paper))
    (found,) = [each for each in anna.does("library", "search", "mentorias circulo") if each["id"] == item]
    assert (found["file"], found["page"], found["all_words"]) == ("informe.pdf", 2, True)
    assert found["passage"] == "informe.pdf, page 2: Los círculos de mentoría se reúnen"
    assert anna.does("library", "read-files") == {"read": 0}
