"""Row A13 at the screen: two organisations, one real endpoint, and what each of them sees of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from tests.ui.sync_seat import words
from ui.pages.alliance_directory import AllianceDirectoryPane
from ui.pages.organisation import OrganisationPage
from wimdesk.identifiers import new_id
from wimdesk.records import DirectoryEntry
from wimdesk.services import directory, editing, publishing
from wimdesk.store import history

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support import Laptop, Office
    from tests.ui.sync_seat import Seat, Sit

NAME, PHONE, MAIL = "Awa Diop", "+221 77 123 45 67", "awa@example.org"


def pane_of(seat: Seat) -> AllianceDirectoryPane:
    """Open the directory by its button."""
    seat.go("organisation")
    page = seat.window.findChild(OrganisationPage)
    assert page is not None
    seat.click(page.overviews["directory"])
    seat.qtbot.waitUntil(lambda: isinstance(page.card, AllianceDirectoryPane))
    assert isinstance(page.card, AllianceDirectoryPane)
    return page.card


def copies(laptop: Laptop, whose: Laptop) -> list[dict[str, object]]:
    """What a laptop sees of an organisation. The endpoint of these tests knows others too."""
    owner = whose.app.identity().organisation
    rows = laptop.app.read(editing.rows, directory.TYPE)
    return [row for row in rows if row["space"] == "alliance" and row["owner"] == owner]


def test_row_a13_a_hidden_phone_is_gone_elsewhere_and_offers_are_searched(office: Office, sit: Sit) -> None:
    awa, bea = office.laptop("Awa"), office.laptop("Bea", "WIM Elsewhere")
    for laptop in (awa, bea):
        laptop.sync()
    organisation = awa.app.identity().organisation
    seat = sit(awa)
    pane = pane_of(seat)
    seat.click(pane.begin_button)
    seat.qtbot.waitUntil(lambda: pane.form is not None)
    form = pane.form
    assert form is not None
    for field, text in (("contact_name", NAME), ("phone", PHONE), ("email", MAIL)):
        editor = form.binder.editor(field)
        editor.setFocus()
        seat.qtbot.keyClicks(editor, text)
    offers = form.binder.editor("offers")
    seat.qtbot.keyClicks(offers.focusProxy(), "Blasting training")
    seat.qtbot.keyClick(offers.focusProxy(), Qt.Key.Key_Return)
    seat.settle()
    assert copies(awa, awa) == [], "nothing is shown before somebody says so"
    for field in ("contact_name", "phone", "offers"):
        form.boxes[field].setFocus()
        seat.qtbot.keyClick(form.boxes[field], Qt.Key.Key_Space)
        seat.settle()
    awa.sync()
    bea.sync()
    (seen,) = bea.app.read(directory.find, "offers: blasting training")
    assert (seen.id, seen.contact_name, seen.phone, seen.email) == (organisation, NAME, PHONE, "")
    assert bea.app.read(directory.find, "needs: blasting training") == []
    form.boxes["phone"].setFocus()
    seat.qtbot.keyClick(form.boxes["phone"], Qt.Key.Key_Space)
    seat.settle()
    awa.sync()
    bea.sync()
    other = sit(bea)
    there = pane_of(other)
    there.search.setFocus()
    other.qtbot.keyClicks(there.search, "offers: BLASTING train")
    other.qtbot.waitUntil(lambda: there.list.model.records() == [organisation])
    there.list.view.setFocus()
    other.qtbot.keyClick(there.list.view, Qt.Key.Key_Down)
    other.qtbot.waitUntil(lambda: NAME in words(there.one))
    assert PHONE not in words(there.one)
    assert MAIL not in words(there.one)
    kept = awa.app.read(editing.values, directory.TYPE, form.binder.record_id)
    assert (kept["phone"], kept["email"]) == (PHONE, MAIL), "hidden is not lost"


def test_a13_what_was_never_shown_is_in_no_operation_that_others_get(office: Office) -> None:
    awa, bea = office.laptop("Awa"), office.laptop("Bea", "WIM Elsewhere")
    awa.sync()
    record = awa.app.run(directory.begin)
    awa.change(directory.TYPE, record, phone=PHONE, email=MAIL, needs=["Blasting training"], shown=["needs"])
    awa.sync()
    bea.sync()
    (copy,) = copies(bea, awa)
    assert (copy["phone"], copy["email"], copy["needs"]) == ("", "", ["Blasting training"])
    told = str([step.values for step in bea.app.read(history.history, str(copy["id"]))])
    assert PHONE not in told
    assert MAIL not in told
    # Bea offers what Awa needs.
    own = bea.app.run(directory.begin)
    bea.change(directory.TYPE, own, offers=["Training in blasting"])
    (found,) = bea.app.read(directory.find, "needs: blasting")
    assert found.wanted == ("Blasting training",)
    # Ctrl+Z takes the copy along.
    bea.app.run(directory.show, ["offers"], True)
    assert [row["offers"] for row in copies(bea, bea)] == [["Training in blasting"]]
    bea.app.run(history.undo, bea.app.read(history.last_act))
    assert copies(bea, bea) == []
    # Nobody speaks for another organisation.
    forged = {"organization_id": awa.app.identity().organisation, "offers": ["Free gold"], "shown": ["offers"]}
    bea.add(directory.TYPE, **forged)
    bea.sync()
    awa.sync()
    assert awa.app.read(directory.find, "offers: gold") == []
    # No entry, no copy.
    awa.remove(directory.TYPE, record)
    awa.sync()
    bea.sync()
    assert copies(bea, awa) == []


def test_a13_a_phone_hidden_on_one_laptop_and_changed_on_the_other_stays_hidden(office: Office) -> None:
    awa, fatou = office.laptop("Awa"), office.laptop("Fatou")
    record = awa.app.run(directory.begin)
    awa.change(directory.TYPE, record, phone=PHONE, offers=["Training"], shown=["phone", "offers"])
    awa.sync()
    fatou.sync()
    awa.app.run(directory.show, ["phone"], False)
    awa.sync()
    fatou.change(directory.TYPE, record, phone="+221 70 000 00 00")  # Fatou has not heard of it
    fatou.sync()
    for laptop in (awa, fatou, awa, fatou):
        laptop.sync()
        laptop.app.run(directory.settle)
    for laptop in (awa, fatou):
        (copy,) = copies(laptop, awa)
        assert (copy["phone"], copy["shown"]) == ("", ["offers"])


def test_a13_an_organisation_of_others_opens_in_the_directory(office: Office, sit: Sit) -> None:
    awa, bea = office.laptop("Awa"), office.laptop("Bea", "WIM Elsewhere")
    other = bea.app.identity().organisation
    bea.sync()
    bea.change("organization", other, name={"en": "WIM Elsewhere"}, country_code="PE")
    bea.sync()
    awa.sync()
    seat = sit(awa)
    seat.go("organisation")
    page = seat.window.findChild(OrganisationPage)
    assert page is not None
    page.show_record(other)
    seat.qtbot.waitUntil(lambda: isinstance(page.card, AllianceDirectoryPane) and page.card.list.current() == other)
    card = page.card
    assert isinstance(card, AllianceDirectoryPane)
    seat.qtbot.waitUntil(lambda: "South America" in words(card.one))


def test_a13_an_entry_and_its_copy_come_in_together(office: Office) -> None:
    awa = office.laptop("Awa")

    def bring(session: Session) -> None:
        """As an import of everything does."""
        values = {"phone": PHONE, "offers": ["First aid"], "shown": ["offers"]}
        entry, copy = (editing.prepare(session, DirectoryEntry, values, record) for record in (one, other))
        entry.space, copy.space = spaces["private"], spaces["alliance"]
        session.flush()

    spaces, one = awa.app.store.author.spaces, new_id()
    other = awa.app.read(publishing.copy_id, one, "alliance")
    awa.app.run(bring)
    (copy,) = copies(awa, awa)
    assert (copy["id"], copy["phone"], copy["offers"]) == (other, "", ["First aid"])
