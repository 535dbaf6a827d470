"""A document can be read by ear and kept for decades: tags, headings of cells, metadata and colours are all there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pypdf.generic import ContentStream

from tests.pdf import documents
from tests.pdf.reading import metadata, opened, tree
from tests.pdf.test_documents import FULL, KINDS, LANGUAGES, made
from wimdesk.pdf.participation_report import Metric, Participation
from wimdesk.pdf.writing import Writing

YEAR = tuple(f"2026-{month:02d}" for month in range(1, 13))


@pytest.mark.parametrize(("kind", "lang"), FULL)
def test_the_file_says_that_it_is_tagged_and_in_which_language(kind: str, lang: str) -> None:
    catalogue = opened(KINDS[kind][0](lang)).root_object
    assert bool(catalogue["/MarkInfo"]["/Marked"])
    assert catalogue["/StructTreeRoot"]["/Type"] == "/StructTreeRoot"
    assert catalogue["/Lang"] == lang
    assert bool(catalogue["/ViewerPreferences"]["/DisplayDocTitle"])


@pytest.mark.parametrize(("kind", "lang"), FULL)
def test_the_metadata_claim_archive_and_accessibility(kind: str, lang: str) -> None:
    content = KINDS[kind][0](lang)
    claims = {name: metadata(content, name) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part")}
    assert claims == {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}
    assert metadata(content, "dc:language") == lang
    assert metadata(content, "dc:title") == opened(content).metadata["/Title"]


@pytest.mark.parametrize("kind", KINDS)
def test_colours_have_a_profile(kind: str) -> None:
    (intent,) = opened(KINDS[kind][0]("en")).root_object["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFA1"
    profile = intent["/DestOutputProfile"].get_object()
    assert profile["/N"] == 3
    assert profile.get_data()[36:40] == b"acsp", "the signature of an ICC profile (ICC.1, 7.2.9)"


@pytest.mark.parametrize(("kind", "lang"), FULL)
def test_tables_have_headings(kind: str, lang: str) -> None:
    tables = list(tree(KINDS[kind][0](lang)).all("Table"))
    assert len(tables) >= 4
    for table in tables:
        assert {row.tag for row in table.kids} == {"TR"}
        sizes = {len(row.kids) for row in table.kids}
        assert len(sizes) == 1, "every row has as many cells"
        assert {cell.tag for row in table.kids for cell in row.kids} == {"TH", "TD"}
        assert all(cell.scope in {"Row", "Column"} for cell in table.all("TH"))


def test_a_table_over_many_pages_is_one_table_with_one_header() -> None:
    content = made(documents.report("en", activities=200))
    assert len(opened(content).pages) > 8
    (table,) = (each for each in tree(content).all("Table") if len(each.kids) > 100)
    assert len(table.kids) == 201
    assert [cell.text.strip() for cell in table.all("TH")] == ["Date", "Initiative", "What was done", "Hours"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_told_in_words(lang: str) -> None:
    code, chart = tree(made(documents.report(lang))).all("Figure")
    assert "NWIM-2026-0012" in code.alt
    for text in (
        "Share of women in the workforce",
        "All sites",
        "Underground",
        "21.25" if lang in {"en", "ar"} else "21,25",
    ):
        assert text in chart.alt


def test_the_title_is_read_before_the_sections() -> None:
    tags = [node.tag for node in tree(made(documents.profile())).kids]
    assert tags[:4] == ["P", "H1", "P", "Figure"]
    assert tags.index("H1") < tags.index("H2")


@pytest.mark.parametrize("kind", KINDS)
def test_everything_drawn_is_tagged_or_decoration(kind: str) -> None:
    for page in opened(KINDS[kind][0]("en")).pages:
        depth = 0
        for _operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
            depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(operator, 0)
            if operator in {b"Tj", b"TJ", b"f", b"f*", b"S", b"B", b"Do"}:
                assert depth > 0, f"{operator!r} outside any mark"
        assert depth == 0


@pytest.mark.parametrize("months", [YEAR[6:], YEAR], ids=["half", "year"])
@pytest.mark.parametrize("lang", [lang for lang in LANGUAGES if lang != "ar"])  # there each letter is drawn alone
def test_no_word_is_broken(lang: str, months: tuple[str, ...]) -> None:
    """Every line ends at a blank, at a hyphen or at the end of its text: a narrow column is widened for its words."""
    for content in (made(documents.report(lang, months=months)), made(documents.profile(lang))):
        broken = [
            node.lines
            for node in tree(content).all("TH", "TD", "P", "H1", "H2")
            if not all(line.endswith((" ", "-")) for line in node.lines[:-1])
        ]
        assert broken == []


def test_large_figures_move_to_another_table_before_they_are_cut() -> None:
    values = tuple(1_234_567_890.25 + month for month in range(12))
    data = replace(documents.report("fr", months=YEAR), metrics=(Metric("Femmes", "personnes", values),))
    root = tree(made(data))
    cells = [cell.lines for cell in root.all("TD")]
    for value in values:
        assert [Writing("fr").number(value)] in cells
    assert [node.text.strip() for node in root.all("TH")].count("Femmes") == 4


def test_a_word_too_long_for_the_page_is_cut_and_the_others_stay_whole() -> None:
    word = "x" * 300
    part = Participation("Mentoring across borders", "Careers", "Working-group member", word, "2026-07-01", "")
    row = next(
        row
        for row in tree(made(replace(documents.report(), participations=(part,)))).all("TR")
        if row.kids[0].text == part.initiative
    )
    assert row.kids[3].text == word
    for cell in (*row.kids[:3], row.kids[4]):
        assert all(line.endswith((" ", "-")) for line in cell.lines[:-1])
