"""An id that follows from what a record is about can be guessed: nothing private goes to whoever was there before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync.protocol import ALLIANCE, private_space
from wimdesk.identifiers import derived_id
from wimdesk.records.participation import join
from wimdesk.services import champions, directory, editing, letters, progress, publishing, themes

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support import Laptop, Office


def two(office: Office) -> tuple[Laptop, Laptop, str]:
    """One who guesses, one whose ids are guessed, and the id of its organisation."""
    thief, laptop = office.laptop("Thief", f"Other {office.organisation}"), office.laptop("Awa")
    return thief, laptop, laptop.app.identity().organisation


def taken(thief: Laptop, laptop: Laptop, type_name: str, *parts: str, **values: object) -> str:
    """The thief writes under the id before anybody else."""
    guessed = derived_id(*parts)

    def write(session: Session) -> None:
        record = editing.prepare(session, editing.type_of(type_name), values, guessed)
        record.space = ALLIANCE

    thief.app.run(write)
    for each in (thief, laptop):
        each.sync()
    assert laptop.see(type_name, guessed)["owner"] == thief.app.identity().organisation
    return guessed


def test_an_answer_is_given_under_another_id_and_counts(office: Office) -> None:
    thief, laptop, ours = two(office)
    theme = laptop.app.read(themes.listed)[0].id
    champion = laptop.app.run(champions.nominate, theme, ours)
    laptop.sync()
    taken(thief, laptop, "reply", "reply", ours, champion, about=champion, state="declined")
    laptop.app.run(champions.answer, champion, True)
    for each in (laptop, thief):
        each.sync()
        (seat,) = [seat for seat in each.app.read(champions.board) if seat.id == champion]
        assert seat.state in {"running", "asked"}


def test_a_report_a_directory_entry_and_a_letter_stay_private(office: Office) -> None:
    thief, laptop, ours = two(office)
    home = private_space(ours)
    guessed = taken(thief, laptop, "directory_entry", "directory", ours)
    entry = laptop.app.run(directory.begin)
    assert (entry != guessed, laptop.see("directory_entry", entry)["space"]) == (True, home)
    assert laptop.app.read(directory.own) == entry
    guessed = taken(thief, laptop, "letter_template", "letter_template", ours, "receipt")
    assert laptop.app.read(letters.template_id, "receipt") != guessed
    initiative = thief.add("initiative", title={"en": "Shared tools"})
    shared = thief.app.run(publishing.publish, "initiative", initiative, "alliance")
    call = thief.app.run(progress.call, shared, "2026-12-31")
    for each in (thief, laptop):
        each.sync()
    laptop.app.run(lambda session: join(session, shared, ours, "participant").id)
    guessed = taken(thief, laptop, "progress_report", "progress_report", call, ours)
    report = laptop.app.run(progress.begin_report, call)
    assert (report != guessed, laptop.see("progress_report", report)["space"]) == (True, home)
    assert laptop.app.read(progress.card, call).report == report
