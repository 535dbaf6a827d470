"""Row P01 on the command line: languages are chosen and whole, sentences and documents speak them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.e2e.test_command_line import Terminal
from tests.e2e.test_membership_commands import with_a_type
from tests.pdf.reading import squeezed, tree
from wimdesk.i18n import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "desk")


def test_row_p01_languages_are_whole_and_chosen_one_by_one(desk: Terminal) -> None:
    seen = desk.does("languages", "--screen", "ar", "--content", "fr", "--documents", "pt-BR")
    assert seen["chosen"] == {"language": "ar", "content_language": "fr", "document_language": "pt-BR"}
    assert [each["code"] for each in seen["languages"]] == list(LANGUAGES)
    assert all(each["translated"] == each["texts"] > 1400 for each in seen["languages"])
    assert "لا يوجد نوع سجل" in desk.fails("list", "unicorn")
    assert desk.does("languages", "--content", "-")["chosen"]["content_language"] == ""
    assert "«\u2068xx\u2069»" in desk.fails("languages", "--documents", "xx")
    assert desk.does("languages")["chosen"]["document_language"] == "pt-BR"


def test_row_p01_papers_speak_the_language_that_is_asked_for(desk: Terminal, tmp_path: Path) -> None:
    names = 'name={"ar": "نساء في التعدين", "en": "Women in Mining"}'
    desk.does("organisation", "set", names, "country_code=MA")
    kind = with_a_type(desk)
    person = desk.does("add", "person", "given_name=Awa", "family_name=Diop")["id"]
    desk.does("membership", "join", kind, "--person", person, "--start", "2026-01-31")
    for code, words in {"ar": "رقمالعضوية", "pt-BR": "Membron.º"}.items():
        out = tmp_path / f"card-{code}.pdf"
        desk.does("membership", "cards", "--out", str(out), "--document-language", code)
        content = out.read_bytes()
        assert words in squeezed(tree(content).said())
        assert PdfReader(out).root_object["/Lang"] == code
