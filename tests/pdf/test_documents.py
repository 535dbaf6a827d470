"""A document says what went in, in every language, and says it again in the data inside it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, fields, replace

import pytest

from resources import ROOT
from tests.pdf import documents
from tests.pdf.reading import fonts, metadata, opened, printed, squeezed, tree
from wimdesk.i18n import LANGUAGES, translator
from wimdesk.pdf import organisation_profile, participation_report
from wimdesk.pdf.archive import ATTACHMENT
from wimdesk.pdf.organisation_profile import OrganisationProfile
from wimdesk.pdf.participation_report import Activity, Metric, ParticipationReport
from wimdesk.pdf.writing import Writing

KINDS: dict[str, tuple[Callable[[str], bytes], Callable[[str], bytes]]] = {
    "report": (lambda lang: made(documents.report(lang)), lambda lang: made(documents.empty_report(lang))),
    "profile": (lambda lang: made(documents.profile(lang)), lambda lang: made(documents.empty_profile(lang))),
}
FULL = [pytest.param(kind, lang, id=f"{kind}-{lang}") for kind in KINDS for lang in LANGUAGES]


def made(data: ParticipationReport | OrganisationProfile) -> bytes:
    """Build a document in its own language."""
    words = translator(data.language)
    if isinstance(data, ParticipationReport):
        return participation_report.build(data, words=words)
    return organisation_profile.build(data, words=words)


def attached(content: bytes) -> bytes:
    """Return the one attachment, found by way of the associated files of the document."""
    (file,) = opened(content).root_object["/AF"]
    facts = file.get_object()
    assert facts["/AFRelationship"] == "/Source"
    assert facts["/UF"] == ATTACHMENT
    return bytes(facts["/EF"]["/F"].get_object().get_data())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_report_says_everything_that_went_in(lang: str) -> None:
    data, writing = documents.report(lang, activities=40), Writing(lang)
    content = made(data)
    texts = [data.organisation, data.acronym, data.country, data.region, data.period, data.reference, data.prepared_by]
    texts += data.notes.split("\n")
    texts += [text for each in data.participations for text in (each.initiative, each.theme, each.role, each.capacity)]
    texts += [text for each in data.activities for text in (each.initiative, each.text)]
    texts += [writing.number(each.hours) for each in data.activities]
    texts += [text for each in data.metrics for text in (each.label, each.unit)]
    texts += [writing.number(value) for each in data.metrics for value in each.values]
    texts += [writing.date(data.made_on), *(writing.date(month, "medium") for month in data.months)]
    marked = squeezed(tree(content).said())
    assert [text for text in texts if squeezed(text) not in marked] == []
    words = {word for text in texts for word in text.replace("\u202f", " ").split()}
    on_paper = squeezed(printed(content))
    assert [word for word in words if squeezed(word) not in on_paper] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_profile_says_everything_that_went_in(lang: str) -> None:
    data, writing = documents.profile(lang), Writing(lang)
    content = made(data)
    texts = [value for value in asdict(data).values() if isinstance(value, str)]
    for text in ("language", "made_on", "founding_date", "members_as_of"):
        texts.remove(getattr(data, text))
    texts += [writing.date(date) for date in (data.made_on, data.founding_date, data.members_as_of)]
    texts += [name for _code, name in data.names] + [text for pair in data.identifiers for text in pair]
    texts += [text for each in data.contact_details for text in (each.label, each.value)]
    texts += [text for each in data.office_holders for text in (each.post, each.name)]
    texts += [writing.span(each.start, each.end) for each in data.office_holders]
    texts += [text for each in data.sites for text in (each.name, each.kind, each.commodity, each.country)]
    texts += [each.title for each in data.library_items] + [writing.date(data.library_items[0].date, "medium")]
    texts += [writing.language_name(code) for code in data.languages] + [writing.number(data.members)]
    marked = squeezed(tree(content).said())
    assert [text for text in texts if squeezed(text) not in marked] == []


def test_a_row_of_the_table_is_the_row_that_went_in() -> None:
    data = documents.report("en", activities=90)
    tables = list(tree(made(data)).all("Table"))
    rows = [[cell.text.strip() for cell in row.kids] for row in tables[2].kids]
    writing = Writing("en")
    wanted = [
        [writing.date(each.date, "medium"), each.initiative, each.text, writing.number(each.hours)]
        for each in data.activities
    ]
    assert rows[1:] == wanted


@pytest.mark.parametrize("day", ["9999999999", "2026-02-30", "some day", "-1", ""])
def test_what_is_no_day_is_printed_as_it_is(day: str) -> None:
    assert Writing("en").date(day) == day


def test_letters_of_many_alphabets_are_printed() -> None:
    text = "Nguyễn Thị Hồng · Đặng Ước · Łódź · ñ ü ß œ æ ø · Алтан гар Өлзий · Αθήνα · ğ ı ş · Ọ̀ṣun · 12,5 % · “q” – €"
    content = made(replace(documents.empty_report(), notes=text))
    assert squeezed(text) in squeezed(tree(content).said())
    assert "\ufffd" not in printed(content)


@pytest.mark.parametrize(("kind", "lang"), FULL)
def test_the_data_inside_are_what_went_in(kind: str, lang: str) -> None:
    content = KINDS[kind][0](lang)
    inside = attached(content)
    data = documents.report(lang) if kind == "report" else documents.profile(lang)
    assert json.loads(inside) == json.loads(json.dumps(asdict(data))) | {
        "kind": "participation_report" if kind == "report" else "organisation_profile",
        "schema_version": 1,
    }
    digest = hashlib.sha256(inside).hexdigest()
    assert metadata(content, "wim:DataSHA256") == digest
    assert digest.upper() in squeezed(printed(content))


@pytest.mark.parametrize(("kind", "lang"), FULL)
def test_every_page_says_which_of_how_many_it_is(kind: str, lang: str) -> None:
    pages = opened(KINDS[kind][0](lang)).pages
    said = translator(lang).gettext("Page {number} of {total}")
    for number, page in enumerate(pages, 1):
        assert squeezed(said.format(number=number, total=len(pages))) in squeezed(page.extract_text())
        assert ("NWIM-2026-0012" if kind == "report" else "NWIM-ORG-0007") in page.extract_text()


@pytest.mark.parametrize(("kind", "lang"), FULL)
def test_every_font_is_embedded(kind: str, lang: str) -> None:
    found = fonts(KINDS[kind][0](lang))
    assert len(found) >= 2
    for name, descriptor in found.items():
        assert "NotoSans" in name
        assert len(descriptor["/FontFile2"].get_object().get_data()) > 1000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_are_in_the_language_of_the_document(lang: str) -> None:
    _ = translator(lang).gettext
    root = tree(made(documents.report(lang)))
    assert [squeezed(node.text) for node in root.all("H1")] == [squeezed(_("Participation report"))]
    named = ("Initiatives", "Activities", "Monthly figures", "Share of women", "Notes", "Declaration", "Receipt")
    assert [squeezed(node.text) for node in root.all("H2")] == [squeezed(_(text)) for text in named]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_empty_is_said_in_words(lang: str) -> None:
    _ = translator(lang).gettext
    report, profile = (squeezed(tree(build(lang)).said()) for _full, build in KINDS.values())
    for text in (
        "The organisation took part in no initiative in this period.",
        "No activity was recorded in this period.",
        "No figures were reported for this period.",
        "There are no figures for this chart yet.",
    ):
        assert squeezed(_(text)) in report
    for text in (
        "No contact details are shared.",
        "No office-holder is named.",
        "No site is listed.",
        "No library item has been shared yet.",
    ):
        assert squeezed(_(text)) in profile
    if lang != "en":
        assert squeezed("No site is listed.") not in profile


@pytest.mark.parametrize(("kind", "lang"), FULL)
def test_the_same_data_give_the_same_bytes(kind: str, lang: str) -> None:
    assert KINDS[kind][0](lang) == KINDS[kind][0](lang)


def test_another_process_gives_the_same_bytes() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1])\n"
        "from tests.pdf.test_documents import KINDS\n"
        "print(*(hashlib.sha256(make('fr')).hexdigest() for make, _empty in KINDS.values()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(ROOT.parent)], capture_output=True, text=True, check=True, cwd=ROOT.parent
    )
    assert run.stdout.split() == [hashlib.sha256(full("fr")).hexdigest() for full, _empty in KINDS.values()]


def test_other_data_give_another_receipt() -> None:
    data = documents.report()
    other = replace(data, activities=(*data.activities[:-1], replace(data.activities[-1], hours=9.0)))
    assert metadata(made(data), "wim:DataSHA256") != metadata(made(other), "wim:DataSHA256")


def test_figures_must_line_up_with_the_months() -> None:
    with pytest.raises(ValueError, match="2 values for 1 months"):
        replace(documents.empty_report(), months=("2026-10",), metrics=(Metric("Women", "persons", (1.0, 2.0)),))
    with pytest.raises(ValueError, match="name"):
        replace(documents.empty_profile(), names=())


def test_a_document_has_no_place_for_private_notes() -> None:
    """The forms name what may be shared: a field added to them must be added here after a thought about privacy."""
    assert {each.name for each in fields(Activity)} == {"date", "initiative", "text", "hours"}
    assert {each.name for each in fields(organisation_profile.OfficeHolder)} == {"post", "name", "start", "end"}
    assert {each.name for each in fields(organisation_profile.SiteEntry)} == {"name", "kind", "commodity", "country"}
    assert {each.name for each in fields(organisation_profile.SharedItem)} == {"title", "date"}
