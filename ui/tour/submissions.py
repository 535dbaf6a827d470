"""Step 6 of the tour: the Participation report and the Organisation profile as PDFs in the language chosen."""

from __future__ import annotations

import pypdfium2

from ui.pages.submissions import SubmissionsPage
from ui.tour import hands
from ui.tour.expectations import Details, expect
from ui.tour.organisation import NAMES
from ui.tour.stage import Stage
from wimdesk.services import editing

DOCUMENTS = (
    ("participation_report", "Participation report", "fr"),
    ("organisation_profile", "Organisation profile", "es"),
)


def run(stage: Stage) -> Details:
    """Make both documents, look at them, save them, and send them."""
    page = stage.room.page("submissions", SubmissionsPage)
    made = {kind: _make(stage, page, kind, label, language) for kind, label, language in DOCUMENTS}
    return {"documents": made, "pdfs": list(stage.pdfs)}


def _make(stage: Stage, page: SubmissionsPage, kind: str, label: str, language: str) -> Details:
    app, room = stage.first.app, stage.room
    before = {row["id"] for row in app.read(editing.rows, "submission", where={"kind": kind})}
    page.language.set_value(language)
    hands.press_and_choose(page, "New submission", label)
    room.idle()
    fresh = [row for row in app.read(editing.rows, "submission", where={"kind": kind}) if row["id"] not in before]
    expect([row["language"] for row in fresh] == [language], f"{len(fresh)} drafts were made")
    draft = str(fresh[0]["id"])
    hands.wait(lambda: page.detail.view.isVisible() and page.detail.view.page_count() > 0, "no preview came")
    stage.look(f"step6-{kind.replace('_', '-')}")
    path = stage.out / f"{kind.replace('_', '-')}-{language}.pdf"
    page.save_to(path)
    hands.wait(path.exists, "the PDF was not saved")
    stage.pdfs.append(path.name)
    pages = _check(path.read_bytes(), language)
    hands.press(page, page.detail.send_button.text())
    room.idle()
    sent = app.read(editing.values, "submission", draft)
    expect(sent["state"] == "sent" and sent["digest"], f"the document is {sent['state']!r} after sending")
    return {"language": language, "pages": pages, "bytes": path.stat().st_size, "digest": sent["digest"][:12]}


def _check(pdf: bytes, language: str) -> int:
    """The file is a PDF, and it calls the organisation by its name in this language; return how many pages it has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        text = " ".join(document[number].get_textpage().get_text_bounded() for number in range(len(document)))
        pages = len(document)
    finally:
        document.close()
    words = " ".join(text.split())
    expect(NAMES[language] in words, f"the document does not name {NAMES[language]!r}: {words[:300]!r}")
    return pages
