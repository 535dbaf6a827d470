"""Arabic on paper: joined letters, the order of the line, the mirrored page; lines as UAX #9 has them."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2
import pytest

from tests.pdf import documents
from tests.pdf.reading import fonts, squeezed, tree
from tests.pdf.test_documents import made
from wimdesk.pdf.direction import bare, parts, shaped
from wimdesk.pdf.page import LEFT, RIGHT
from wimdesk.pdf.text import STAND_IN


def on_paper(text: str, *, mirrored: bool = True) -> str:
    return "".join(part.text for part in parts(text, mirrored=mirrored))


@pytest.mark.parametrize(
    ("word", "joined"),
    [
        ("عضو", "\ufecb\ufec0\ufeee"),
        ("باب", "\ufe91\ufe8e\ufe8f"),
        ("الأمانة", "\ufe8d\ufef7\ufee3\ufe8e\ufee7\ufe94"),
        ("بلا", "\ufe91\ufefc"),
        ("مؤخرًا", "\ufee3\ufe86\ufea7\ufeae\ufe8d"),
        ("plain", "plain"),
    ],
)
def test_letters_take_the_form_that_their_neighbours_ask_for(word: str, joined: str) -> None:
    assert shaped(word) == joined


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("אב 12 גד", "דג 12 בא"),
        ("אב 1,250.5", "1,250.5 בא"),
        ("אב (Ana) גד", "דג (Ana) בא"),
        ("אב: \u2068Ana (SN)\u2069", "Ana (SN) :בא"),
        ("אב: \u2068+51 900 000\u2069, גד", "דג ,+51 900 000 :בא"),
        ("אב 16.2% גד", "דג 16.2% בא"),
        ("01\u200f/07\u200f/2026", "2026/07/01"),
        ("Ana Quispe, 12.", "Ana Quispe, 12."),
        ("+51 900 000", "+51 900 000"),
    ],
)
def test_a_line_stands_in_the_order_of_the_paper(written: str, seen: str) -> None:
    assert on_paper(written) == seen


def test_a_foreign_name_in_a_line_from_the_left_stays_whole() -> None:
    assert on_paper("Membre : אב גד (SN)", mirrored=False) == "Membre : דג בא (SN)"
    assert bare("\u2068Ana\u2069") == "Ana"


def test_row_p01_an_arabic_document_is_mirrored_joined_and_found_by_a_search() -> None:
    """The title stands at the right, the code at the left; words are in reading order for whoever does not see."""
    content = made(documents.report("ar"))
    page = pypdfium2.PdfDocument(content)[0]
    text = page.get_textpage()
    found = text.search("تقرير المشاركة").get_next()
    assert found is not None
    start, count = found
    boxes = [text.get_charbox(start + place) for place in range(count)]
    assert max(box[2] for box in boxes) == pytest.approx(RIGHT, abs=2)
    assert boxes[0][0] > boxes[-1][0], "the first letter is the one at the right"
    code = next(tree(content).all("Figure"))
    assert "NWIM-2026-0012" in code.alt
    assert code.box[0] == pytest.approx(LEFT, abs=0.1)
    assert squeezed(next(tree(content).all("H1")).text) == "تقريرالمشاركة"
    assert {name.partition("+")[2] for name in fonts(content)} >= {"NotoSansArabic-Regular", "NotoSansArabic-Bold"}


def test_an_arabic_name_is_printed_in_a_document_in_another_language() -> None:
    content = made(replace(documents.profile("fr"), names=(("ar", "نساء في التعدين"),)))
    assert "نساءفيالتعدين" in squeezed(tree(content).said())
    assert STAND_IN not in pypdfium2.PdfDocument(content)[0].get_textpage().get_text_range()
