"""What is prepared for the Secretariat stays here until somebody sends it; real laptops and a real endpoint."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlcipher3 import dbapi2

from sync.protocol import shared_space
from tests.support import Endpoint, Laptop, Office, Template, endpoint_at
from wimdesk import clock
from wimdesk.errors import NotFound, UserError
from wimdesk.records import Submission
from wimdesk.services import (
    editing,
    finding,
    handover,
    home,
    listing,
    metrics,
    publishing,
    reporting,
    submitting,
    undoing,
)
from wimdesk.store import history

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

REPORT, PROFILE = "participation_report", "organisation_profile"
WORDS = "An evening for apprentices in Tarkwa"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "profile")


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        yield endpoint


@pytest.fixture
def office(template: Template, endpoint: Endpoint, tmp_path: Path) -> Iterator[Office]:
    office = Office(template, tmp_path, endpoint)
    yield office
    office.close()


@pytest.fixture
def ama(office: Office) -> Laptop:
    ama = office.laptop("Ama")
    ama.sync()
    ama.add("activity", date=clock.today().isoformat(), text=WORDS)
    return ama


@pytest.fixture
def secretariat(office: Office, ama: Laptop) -> Laptop:
    return office.laptop("Secretariat", "Secretariat", "secretariat")


def found(laptop: Laptop, *submissions: str) -> list[str]:
    """Which of them the box of Ctrl+K would show."""
    return [each.id for each in laptop.app.read(finding.told, {"submission": submissions}, ["submission"])]


def make(laptop: Laptop, kind: str = REPORT) -> str:
    return laptop.app.run(reporting.make_submission, kind, "", "en")


def rows(laptop: Laptop) -> list[tuple[str, str]]:
    return [(line.id, line.state) for line in laptop.app.read(submitting.load)]


def meet(*laptops: Laptop) -> None:
    for laptop in laptops:
        laptop.sync()


def kept_by_endpoint(endpoint: Endpoint) -> set[tuple[str, str]]:
    """(kind of space, type) of everything that the endpoint keeps; of what is private it knows no type."""
    # With the endpoint's own driver: two builds of SQLite in one process undo each other's locks.
    with closing(dbapi2.connect(str(endpoint.data / "endpoint.db"))) as database:
        found = database.execute("SELECT space, type FROM op UNION SELECT space, 'sealed' FROM sealed").fetchall()
    return {(space.rsplit("/")[-1], name) for space, name in found}


@pytest.mark.parametrize("kind", [REPORT, PROFILE])
def test_a_draft_never_leaves(kind: str, ama: Laptop, secretariat: Laptop, endpoint: Endpoint) -> None:
    draft = make(ama, kind)
    meet(ama, secretariat)
    assert ("private", "sealed") in kept_by_endpoint(endpoint)
    assert ("shared", "submission") not in kept_by_endpoint(endpoint)
    assert rows(ama) == [(draft, "draft")]
    assert rows(secretariat) == []
    with pytest.raises(NotFound):
        secretariat.see("submission", draft)
    with pytest.raises(NotFound):
        secretariat.app.read(submitting.detail, draft)
    ama.app.run(handover.send, draft)
    meet(ama)
    assert ("shared", "submission") in kept_by_endpoint(endpoint)


def test_a_draft_reaches_the_other_laptop_of_the_organisation(ama: Laptop, office: Office) -> None:
    draft = make(ama)
    efua = office.laptop("Efua")
    meet(ama, efua)
    assert rows(efua) == [(draft, "draft")]
    efua.app.run(handover.send, draft)
    meet(efua, ama)
    assert rows(ama) == rows(efua) == [(draft, "received")]


def test_what_is_sent_arrives_and_is_one_row_on_each_side(ama: Laptop, secretariat: Laptop) -> None:
    draft = make(ama)
    meet(ama, secretariat)
    ama.app.run(handover.send, draft)
    assert rows(ama) == [(draft, "queued")]
    meet(ama, secretariat)
    [(sent, state)] = rows(secretariat)
    assert sent != draft
    assert state == "sent"
    assert secretariat.see("submission", sent)["data"] == ama.see("submission", draft)["data"]
    assert rows(ama) == [(draft, "received")]
    with pytest.raises(UserError, match="sent already"):
        ama.app.run(handover.send, draft)
    secretariat.app.run(handover.answer, sent, "accepted", "")
    meet(secretariat, ama)
    assert rows(ama) == [(draft, "accepted")]
    assert ama.app.read(submitting.detail, sent).line.id == draft


def test_what_came_back_is_corrected_and_sent_again(ama: Laptop, secretariat: Laptop) -> None:
    draft = make(ama)
    ama.app.run(handover.send, draft)
    meet(ama, secretariat)
    [(sent, _state)] = rows(secretariat)
    first = secretariat.app.read(submitting.detail, sent)
    secretariat.app.run(handover.answer, sent, "returned", "A visit is missing.")
    meet(secretariat, ama)
    back = ama.app.read(submitting.detail, draft)
    assert (back.line.state, back.note, back.may_correct) == ("returned", "A visit is missing.", True)
    ama.add("activity", date=clock.today().isoformat(), text="One more visit")
    assert ama.app.run(reporting.correct, draft) == draft
    meet(ama, secretariat)
    assert rows(ama) == [(draft, "draft")]
    assert secretariat.app.read(submitting.detail, sent).digest == first.digest
    assert rows(secretariat) == [(sent, "returned")]
    ama.app.run(handover.send, draft)
    meet(ama, secretariat)
    assert rows(ama) == [(draft, "received")]
    assert rows(secretariat) == [(sent, "sent")]
    again = secretariat.app.read(submitting.detail, sent)
    assert again.digest == ama.app.read(submitting.detail, draft).digest != first.digest
    assert not again.note
    assert not ama.questions()
    assert not secretariat.questions()


def test_only_what_came_back_is_corrected(ama: Laptop) -> None:
    draft = make(ama)
    with pytest.raises(UserError, match="did not come back"):
        ama.app.run(reporting.correct, draft)


def test_a_new_version_refers_to_the_earlier_one_by_what_the_reader_knows(ama: Laptop, secretariat: Laptop) -> None:
    first = make(ama)
    ama.app.run(handover.send, first)
    ama.add("activity", date=clock.today().isoformat(), text="One more visit")
    second = make(ama)
    ama.app.run(handover.send, second)
    meet(ama, secretariat)
    assert rows(ama) == [(second, "received"), (first, "received")]
    later, earlier = (ama.app.read(publishing.copy_id, each, "shared") for each in (second, first))
    assert {each for each, _state in rows(secretariat)} == {later, earlier}
    assert secretariat.see("submission", later)["version_of_id"] == earlier
    assert ama.see("submission", second)["version_of_id"] == first


def test_a_month_arrives_once_also_after_it_came_back(ama: Laptop, secretariat: Laptop) -> None:
    site = ama.add("site", name="Cerro Azul")
    ama.app.run(metrics.enter_cell, site, "all_employees", "2026-10", 12)
    made = ama.app.run(metrics.submit_month, site, "2026-10")
    meet(ama, secretariat)
    [(sent, _state)] = rows(secretariat)
    secretariat.app.run(handover.answer, sent, "returned", "Twelve can't be right.")
    meet(secretariat, ama)
    assert ama.app.read(metrics.month_sheet, site, "2026-10").state == "returned"
    ama.app.run(metrics.enter_cell, site, "all_employees", "2026-10", 120)
    assert ama.app.run(metrics.submit_month, site, "2026-10") == made
    meet(ama, secretariat)
    assert rows(secretariat) == [(sent, "sent")]
    assert rows(ama) == [(made, "received")]
    assert [value for _label, value in secretariat.app.read(submitting.detail, sent).figures] == ["120"]


def old_draft(session: Session, space: str) -> str:
    """A draft as older programs kept it: where the Secretariat reads."""
    made = Submission(kind=REPORT, period="2026", language="en", state="draft", reference="WIM-OLD", space=space)
    session.add(made)
    session.flush()
    return made.id


def test_a_draft_that_an_older_program_let_out_is_not_shown(ama: Laptop, secretariat: Laptop) -> None:
    leaked = ama.app.run(old_draft, shared_space(ama.app.identity().organisation))
    meet(ama, secretariat)
    assert secretariat.see("submission", leaked)["state"] == "draft"
    assert rows(secretariat) == []
    assert found(secretariat, leaked) == []
    assert leaked not in {news.record for news in secretariat.app.read(home.home).news}
    with pytest.raises(NotFound):
        secretariat.app.read(submitting.detail, leaked)
    fresh = ama.app.run(reporting.make_submission, REPORT, "2026", "en")
    meet(ama, secretariat)
    assert rows(ama) == [(fresh, "draft")]
    assert ama.see("submission", fresh)["space"].endswith("/private")
    assert leaked not in secretariat.app.read(listing.ids, "submission")
    assert not secretariat.see("submission", leaked)["data"]


def test_home_and_search_name_a_submission_once(ama: Laptop) -> None:
    draft = make(ama)
    ama.app.run(handover.send, draft)
    [line] = ama.app.read(submitting.load)
    assert found(ama, draft, line.sent_id) == [draft]
    news = [each.record for each in ama.app.read(home.home).news if each.type == "submission"]
    assert news == [draft]


def test_a_draft_says_what_it_lacks(ama: Laptop) -> None:
    missing = ama.app.read(submitting.detail, make(ama)).missing
    assert "Initiatives. Join an initiative or start one." in missing
    ama.add("participation", organization_id=ama.app.identity().organisation)
    assert not any("Initiatives" in each for each in ama.app.read(submitting.missing, REPORT, "2026"))
    assert any("Number of members" in each for each in ama.app.read(submitting.missing, PROFILE, "2026"))


def test_a_sent_one_that_was_taken_back_can_be_sent(ama: Laptop) -> None:
    draft = make(ama)
    ama.app.run(handover.send, draft)
    [line] = ama.app.read(submitting.load)
    ama.app.run(editing.remove, "submission", line.sent_id)
    assert rows(ama) == [(draft, "draft")]
    ama.app.run(handover.send, draft)
    assert rows(ama) == [(draft, "queued")]


def undo(laptop: Laptop) -> None:
    """Take back what was done last, as Ctrl+Z does."""
    laptop.app.run(undoing.take_back_named)


def test_a_submission_that_waits_here_is_taken_back(ama: Laptop, secretariat: Laptop) -> None:
    draft = make(ama)
    meet(ama)
    ama.app.run(handover.send, draft)
    undo(ama)
    assert rows(ama) == [(draft, "draft")]
    meet(ama, secretariat)
    assert rows(secretariat) == []


def test_a_submission_that_has_gone_out_is_not_taken_back(ama: Laptop, secretariat: Laptop) -> None:
    draft = make(ama)
    making = ama.app.read(history.last_act)
    ama.app.run(handover.send, draft)
    meet(ama, secretariat)
    for act in (0, making):
        with pytest.raises(UserError, match="The Secretariat has this already"):
            ama.app.run(undoing.take_back_named, act)
    meet(ama, secretariat)
    assert rows(ama) == [(draft, "received")]
    assert [state for _id, state in rows(secretariat)] == ["sent"]
    secretariat.app.run(handover.answer, rows(secretariat)[0][0], "accepted", "")
    undo(secretariat)
    assert [state for _id, state in rows(secretariat)] == ["sent"], "its own answer the Secretariat takes back"


def test_what_is_sent_again_is_taken_back_to_what_came_back(ama: Laptop, secretariat: Laptop) -> None:
    draft = make(ama)
    ama.app.run(handover.send, draft)
    first = ama.app.read(history.last_act)
    meet(ama, secretariat)
    secretariat.app.run(handover.answer, rows(secretariat)[0][0], "returned", "A visit is missing.")
    meet(secretariat, ama)
    ama.add("activity", date=clock.today().isoformat(), text="One more visit")
    ama.app.run(reporting.correct, draft)
    correction = ama.app.read(history.last_act)
    ama.app.run(handover.send, draft)
    with pytest.raises(UserError, match="already"):
        ama.app.run(undoing.take_back, first)
    undo(ama)
    assert rows(ama) == [(draft, "draft")]
    ama.app.run(undoing.take_back, correction)
    assert rows(ama) == [(draft, "returned")]


def test_a_correction_that_was_taken_back_is_brought_again(ama: Laptop, secretariat: Laptop) -> None:
    draft = make(ama)
    ama.app.run(handover.send, draft)
    meet(ama, secretariat)
    secretariat.app.run(handover.answer, rows(secretariat)[0][0], "returned", "A visit is missing.")
    meet(secretariat, ama)
    ama.app.run(reporting.correct, draft)
    undo(ama)
    assert rows(ama) == [(draft, "returned")]
    undo(ama)
    assert rows(ama) == [(draft, "draft")]
