"""Whatever people type, a document is made, and each letter of theirs is in it or in the data inside it."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.pdf import documents
from tests.pdf.reading import metadata, printed, squeezed, tree
from tests.pdf.test_documents import attached, made
from wimdesk.i18n import translator
from wimdesk.pdf.chart import Chart, Series
from wimdesk.pdf.direction import MARKS, is_from_right
from wimdesk.pdf.organisation_profile import ContactDetail, OrganisationProfile, SharedItem
from wimdesk.pdf.page import LEFT, PAGE_HEIGHT, RIGHT
from wimdesk.pdf.participation_report import Activity, Metric, Participation, ParticipationReport
from wimdesk.pdf.text import NO_WIDTH, STAND_IN, clean

TEXTS = {
    "one long word": "Grubenfrauen" * 60,
    "ten thousand letters": "Every woman in the shaft has a name. " * 270 + "The end",
    "ten thousand letters in one word": "a" * 10_000,
    "markup": "<b>&amp; </b> <para>&lt; \\( \\) ) ( % \\n (()",
    "control characters": "one\x00two\x07three\x1b[31mfour\ttab\rnew\nline\u2028end",
    "emoji": "Well done 🎉👩🏽\u200d🔧 and on",
    "right to left": "نساء في التعدين — נשים במכרות 2026",
    "far alphabets": "खनन में महिलाएँ · 鉱山の女性 · ሴቶች · ผู้หญิง",
    "turned around": "abc\u202edef\u202c\u2066ghi\u2069",
    "marks without letters": "\u0301\u0302 e\u0301\u0323\u0302\u0330 q\u0301",
    "half a letter": "left \ud83d right \ufffe \uffff",
    "web address": "https://example.org/" + "women-in-mining/" * 20 + "?q=a&b=c",
    "blanks": " \u00a0\u3000\u2003 x \u202f y  ",
}


def full_of(text: str, language: str = "en") -> tuple[ParticipationReport, OrganisationProfile]:
    """Return both documents with the text wherever a person can type."""
    report = replace(
        documents.report(language),
        organisation=text, acronym=text, country=text, region=text, prepared_by=text, notes=text,
        participations=(Participation(text, text, text, text, "2026-01", text),),
        activities=(Activity("2026-07-01", text, text, 1.0),),
        metrics=(Metric(text, text, (1.0, None, 3.0, 4.0, 5.0, 6.0)),),
        share_of_women=Chart(text, (Series(text, (("2026-07", 1.0), ("2026-08", 2.0))), Series(text, ())), "%", 3.0),
    )  # fmt: skip
    profile = replace(
        documents.profile(language),
        names=((language, text),), acronym=text, legal_status=text, identifiers=((text, text),), country=text,
        contact_details=(ContactDetail(text, text),), members_source=text, prepared_by=text,
        library_items=(SharedItem(text, text),),
    )  # fmt: skip
    return report, profile


def marked(content: bytes) -> str:
    return squeezed(tree(content).said())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_nothing_is_lost(text: str) -> None:
    wanted = squeezed(clean(text))
    for data in full_of(text):
        started = time.thread_time()
        content = made(data)
        assert time.thread_time() - started < 20
        assert marked(content).count(wanted) >= 8
        inside = json.loads(attached(content))
        typed = inside["notes"] if "notes" in inside else inside["names"][0][1]
        assert typed == text
        assert wanted[:3000] in squeezed(metadata(content, "dc:title") + metadata(content, "dc:description"))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_nothing_is_cut_off_at_the_edge_of_the_page(text: str) -> None:
    for data in full_of(text):
        document = pypdfium2.PdfDocument(made(data))
        for page in document:
            on_page = page.get_textpage()
            for index in range(on_page.count_rects()):
                left, bottom, right, top = on_page.get_rect(index)
                assert left > LEFT - 12, "a mark alone may hang over by its own width"
                assert right < RIGHT + 12
                assert bottom > 30
                assert top < PAGE_HEIGHT - 30
            on_page.close()
            page.close()
        document.close()


@pytest.mark.parametrize("lang", ["en", "fr", "es"])
def test_a_letter_without_a_shape_is_owned_up_to(lang: str) -> None:
    note = translator(lang).gettext(
        "The sign {sign} stands for a letter that can't be printed. The data inside this file have it."
    )
    plain, strange = (marked(made(full_of(text, lang)[1])) for text in ("Łucja", "Łucja 🎉"))
    assert squeezed(note.format(sign=STAND_IN)) in strange
    assert squeezed(note.format(sign=STAND_IN)) not in plain
    assert STAND_IN in printed(made(full_of("Łucja 🎉", lang)[1]))


@settings(max_examples=25)
@given(st.text(max_size=80), st.text(alphabet=st.characters(categories=["L", "M", "S", "Cc", "Cf", "Co"]), max_size=30))
def test_any_text_at_all(note: str, label: str) -> None:
    data = replace(
        documents.empty_report(),
        notes=note,
        organisation=label,
        activities=(Activity("2026-10-01", label, note),),
    )
    content = made(data)
    said = marked(content)
    assert squeezed(clean(note)) in said
    assert squeezed(clean(label)) in said
    assert json.loads(attached(content))["notes"] == note


@settings(max_examples=1000)
@given(st.text(st.sampled_from("aeq \n\x00\u00a0\u0301\u0323\u200b\u200d\u202e\ufffe\ud83d🎉é") | st.characters()))
@example("\u200f")
@example("\u05d0\u200f1")
def test_clean_text_is_composed_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not NO_WIDTH & set(cleaned) - frozenset(MARKS if is_from_right(cleaned) else "")
    assert not cleaned or set(cleaned) - NO_WIDTH
