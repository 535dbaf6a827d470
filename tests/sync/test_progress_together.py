"""Row C07: reports written with no network reach the Secretariat, which sees the roll-up and who is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import Laptop, Office
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.identifiers import new_id
from wimdesk.records.participation import join
from wimdesk.services import editing, home, progress, publishing

if TYPE_CHECKING:
    from wimdesk.services.progress import RoundCard

COUNTRIES = {"WIM Senegal": "SN", "AFEMIB": "BF", "WiM Peru": "PE", "WiM Chile": "CL", "WIM Ghana": "GH"}


def seen(laptop: Laptop, call: str) -> RoundCard:
    return laptop.app.read(progress.card, call)


def test_row_c07_three_of_five_report_and_the_roll_up_says_60_percent_and_names_two(office: Office) -> None:
    secretariat = office.laptop("Secretariat", "Secretariat", "secretariat")
    reporting = {name: office.laptop(name, f"{name} {office.organisation}") for name in [*COUNTRIES][:3]}
    ids = {name: laptop.app.identity().organisation for name, laptop in reporting.items()}
    ids |= {name: new_id() for name in [*COUNTRIES][3:]}
    for name, organisation in ids.items():
        values = {"name": {"en": name}, "country_code": COUNTRIES[name]}
        secretariat.app.run(editing.add, "organization", values, organisation)
    initiative = secretariat.app.run(editing.add, "initiative", {"title": {"en": "Shared tools"}})
    shared = secretariat.app.run(lambda session: publishing.publish(session, "initiative", initiative, "alliance"))
    for organisation in ids.values():
        secretariat.app.run(lambda session, who=organisation: join(session, shared, who, "participant").id)
    due = clock.today().isoformat()
    call = secretariat.app.run(progress.call, shared, due, "2026-Q4")
    secretariat.sync()
    for number, (name, laptop) in enumerate(reporting.items()):
        laptop.sync()
        assert [task.kind for task in laptop.app.read(home.home).tasks if task.record == call] == ["report"]
        report = laptop.app.run(progress.begin_report, call)
        laptop.change("progress_report", report, text=f"{name} held two workshops", people=10 * (number + 1), hours=2.5)
        assert seen(laptop, call).ours == "draft"
        laptop.sync()
        secretariat.sync()
        assert seen(secretariat, call).roll_up.reported == number, "a draft is private"
        laptop.app.run(progress.send, call)
        laptop.sync()
        assert [task for task in laptop.app.read(home.home).tasks if task.record == call] == []
    secretariat.sync()
    found = seen(secretariat, call).roll_up
    assert (found.reported, found.asked, found.percent) == (3, 5, 60)
    assert set(found.missing) == {"WiM Chile", "WIM Ghana"}
    assert {each.region: (each.reported, each.asked, each.people) for each in found.regions} == {
        "South America": (1, 2, 30), "Western Africa": (2, 3, 30),
    }  # fmt: skip
    assert (found.people, found.hours) == (60, 7.5)
    # What one organisation wrote, no other one sees; all see how many came, once the call is closed.
    one, other, _third = reporting.values()
    other.sync()
    assert [line.organisation_id for line in seen(other, call).lines if line.report] == [ids["AFEMIB"]]
    secretariat.app.run(progress.close, call)
    secretariat.sync()
    one.sync()
    assert (seen(one, call).received, seen(one, call).expected) == (3, 5)
    with pytest.raises(UserError, match="Only the Secretariat"):
        one.app.run(progress.close, call)


def test_c07_a_report_that_is_sent_anew_replaces_the_one_before(office: Office) -> None:
    secretariat = office.laptop("Secretariat", "Secretariat", "secretariat")
    awa, fatou = office.laptop("Awa"), office.laptop("Fatou")
    ours = awa.app.identity().organisation
    initiative = secretariat.app.run(editing.add, "initiative", {"title": {"en": "Tools"}})
    shared = secretariat.app.run(lambda session: publishing.publish(session, "initiative", initiative, "alliance"))
    secretariat.app.run(lambda session: join(session, shared, ours, "participant").id)
    call = secretariat.app.run(progress.call, shared, clock.today().isoformat())
    for laptop in (secretariat, awa, fatou):
        laptop.sync()
    with pytest.raises(RuleBroken, match="Nothing was sent"):
        awa.app.run(progress.send, call)
    first, second = (laptop.app.run(progress.begin_report, call) for laptop in (awa, fatou))
    assert first == second, "two laptops of one organisation write one report"
    awa.change("progress_report", first, text="Two workshops", people=20)
    awa.app.run(progress.send, call)
    awa.change("progress_report", first, people=25)
    awa.app.run(progress.send, call)
    for laptop in (awa, secretariat, fatou):
        laptop.sync()
    assert seen(secretariat, call).roll_up.people == 25
    assert [line.people for line in seen(fatou, call).lines] == [25]
    outsider = office.laptop("Berta", f"{office.organisation} abroad")
    outsider.sync()
    with pytest.raises(UserError, match="does not take part"):
        outsider.app.run(progress.begin_report, call)


def test_c07_an_initiative_of_our_own_is_not_called_for_and_keeps_its_title(office: Office) -> None:
    laptop = office.laptop("Awa")
    initiative = laptop.add("initiative", title={"en": "Nobody knows of this yet"}, level="own")
    with pytest.raises(UserError, match="Nothing was made"):
        laptop.app.run(progress.call, initiative, "2026-12-31")
    assert laptop.app.read(editing.rows, "report_round") == []
