"""Row C08: what minutes ask of another organisation is on its list after a sync, and its answer comes back."""

from __future__ import annotations

import pytest

from tests.support import Laptop, Office
from wimdesk.errors import RuleBroken, UserError
from wimdesk.services import editing, owed, working_groups
from wimdesk.services.owed import Owed

SECRET = "Only the note-taker reads this draft"


@pytest.fixture
def three(office: Office) -> tuple[Laptop, Laptop, Laptop]:
    """WiM Peru, WIM Senegal and a third organisation, known to each other."""
    found = tuple(
        office.laptop(name, f"{name} {office.organisation}") for name in ("WiM Peru", "WIM Senegal", "WIMARQ")
    )
    for laptop in found:
        laptop.app.run(editing.add, "organization", {"name": {"en": "x"}}, laptop.app.identity().organisation)
    for laptop in (*found, *found):
        laptop.sync()
    peru, senegal, other = found
    return peru, senegal, other


def mine(laptop: Laptop) -> list[Owed]:
    return laptop.app.read(owed.owed)


def asked(laptop: Laptop, group: str) -> list[Owed]:
    """What the group asks of everybody, actions first; a group without a title is called by its id."""
    found = [each for each in laptop.app.read(owed.owed, False, False) if each.group == group]
    return sorted(found, key=lambda each: each.kind)


def test_row_c08_an_action_for_wim_peru_is_on_its_list_after_the_sync(three: tuple[Laptop, Laptop, Laptop]) -> None:
    peru, senegal, other = three
    group = senegal.app.run(working_groups.begin)
    minutes = senegal.app.run(owed.begin_minutes, group, "", "2021-09-15")
    senegal.change("minutes", minutes, text=SECRET)
    values = {"text": "Translate the survey", "organization_id": peru.app.identity().organisation, "due": "2021-09-30"}
    senegal.app.run(lambda session: owed.begin_action(session, minutes, **values))
    senegal.app.run(lambda session: owed.begin_action(session, minutes, "decision", text="The survey is in June"))
    senegal.sync()
    for laptop in (peru, other):
        laptop.sync()
        assert laptop.app.read(owed.minutes_of, group) == [], "a draft is seen by nobody else"
        assert asked(laptop, group) == []
    copy = senegal.app.run(owed.circulate, minutes)
    senegal.sync()
    peru.sync()
    other.sync()
    (task,) = mine(peru)
    assert (task.text, task.due, task.is_overdue, task.state) == ("Translate the survey", "2021-09-30", True, "open")
    assert peru.app.read(owed.minutes_card, copy).text == SECRET
    assert [each.kind for each in asked(peru, group)] == ["action", "decision"]
    assert mine(other) == []
    with pytest.raises(UserError, match="Another organisation owes this"):
        other.app.run(owed.answer, task.id, "done")
    # Peru answers with no network; the others see it after the sync, and it is off the list.
    peru.app.run(owed.answer, task.id, "done", "It is in the library")
    assert mine(peru) == []
    for laptop in (peru, senegal, other):
        laptop.sync()
    for laptop in (senegal, other):
        seen, _decision = asked(laptop, group)
        assert (seen.state, seen.answer) == ("done", "It is in the library")
        assert laptop.questions() == []


def test_c08_an_answer_that_somebody_else_writes_counts_for_nothing(three: tuple[Laptop, Laptop, Laptop]) -> None:
    peru, senegal, other = three
    group = senegal.app.run(working_groups.begin)
    minutes = senegal.app.run(owed.begin_minutes, group)
    values = {"text": "Translate", "organization_id": peru.app.identity().organisation}
    senegal.app.run(lambda session: owed.begin_action(session, minutes, **values))
    senegal.app.run(owed.circulate, minutes)
    for laptop in (senegal, other):
        laptop.sync()
    (task,) = asked(other, group)
    other.app.run(owed.reply, task.id, {"state": "done"})
    for laptop in (other, peru):
        laptop.sync()
    assert [each.state for each in mine(peru)] == ["open"]


def test_c08_nothing_and_an_action_that_nobody_owes_are_not_circulated(three: tuple[Laptop, Laptop, Laptop]) -> None:
    _peru, senegal, _other = three
    minutes = senegal.app.run(owed.begin_minutes, senegal.app.run(working_groups.begin))
    with pytest.raises(RuleBroken, match="Nothing was circulated"):
        senegal.app.run(owed.circulate, minutes)
    senegal.app.run(lambda session: owed.begin_action(session, minutes, text="Translate"))
    with pytest.raises(RuleBroken, match="who owes it"):
        senegal.app.run(owed.circulate, minutes)
    assert senegal.see("minutes", minutes)["state"] == "draft"
