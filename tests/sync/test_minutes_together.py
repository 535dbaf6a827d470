"""Row C08: what minutes ask of another organisation is on its list after a sync, and its answer comes back."""

from __future__ import annotations

import pytest

from tests.support import Laptop, Office
from wimdesk.errors import RuleBroken, UserError
from wimdesk.services import attaching, editing, events, owed, working_groups
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


def test_c08_what_is_said_of_a_draft_stays_at_home_until_it_is_circulated(three: tuple[Laptop, Laptop, Laptop]) -> None:
    peru, senegal, _other = three
    group = senegal.app.run(working_groups.begin)
    minutes = senegal.app.run(owed.begin_minutes, group)
    values = {"text": "Ask the lawyer", "organization_id": senegal.app.identity().organisation}
    action = senegal.app.run(lambda session: owed.begin_action(session, minutes, **values))
    senegal.app.run(owed.answer, action, "done", "She says no")
    assert [(each.state, each.answer) for each in asked(senegal, group)] == [("done", "She says no")]
    for laptop in (senegal, peru):
        laptop.sync()
    assert [row for row in peru.app.read(editing.rows, "reply") if row["about"] == action] == []
    senegal.app.run(owed.circulate, minutes)
    for laptop in (senegal, peru):
        laptop.sync()
        assert [(each.state, each.answer) for each in asked(laptop, group)] == [("done", "She says no")]


def test_c08_nobody_owes_what_minutes_in_the_trash_ask_for(three: tuple[Laptop, Laptop, Laptop]) -> None:
    peru, senegal, _other = three
    minutes = senegal.app.run(owed.begin_minutes, senegal.app.run(working_groups.begin))
    values = {"text": "Translate", "organization_id": peru.app.identity().organisation}
    senegal.app.run(lambda session: owed.begin_action(session, minutes, **values))
    copy = senegal.app.run(owed.circulate, minutes)
    for laptop in (senegal, peru):
        laptop.sync()
    assert [each.text for each in mine(peru)] == ["Translate"]
    senegal.remove("minutes", copy)
    for laptop in (senegal, peru):
        laptop.sync()
    assert mine(peru) == []
    senegal.app.run(editing.restore, "minutes", copy)
    for laptop in (senegal, peru):
        laptop.sync()
    assert [each.text for each in mine(peru)] == ["Translate"]


def test_c08_nothing_and_an_action_that_nobody_owes_are_not_circulated(three: tuple[Laptop, Laptop, Laptop]) -> None:
    _peru, senegal, _other = three
    minutes = senegal.app.run(owed.begin_minutes, senegal.app.run(working_groups.begin))
    with pytest.raises(RuleBroken, match="Nothing was circulated"):
        senegal.app.run(owed.circulate, minutes)
    senegal.app.run(lambda session: owed.begin_action(session, minutes, text="Translate"))
    with pytest.raises(RuleBroken, match="who owes it"):
        senegal.app.run(owed.circulate, minutes)
    assert senegal.see("minutes", minutes)["state"] == "draft"


@pytest.mark.parametrize("first", [0, 1], ids=["who circulates syncs first", "who writes syncs first"])
def test_c08_what_one_writes_while_the_other_circulates_is_not_lost(office: Office, first: int) -> None:
    awa = office.laptop("Awa")
    group = awa.app.run(working_groups.begin)
    minutes = awa.app.run(owed.begin_minutes, group)
    values = {"organization_id": awa.app.identity().organisation}
    awa.change("minutes", minutes, text="We met.", title="June")
    awa.app.run(lambda session: owed.begin_action(session, minutes, text="Translate", **values))
    awa.sync()
    fatou = office.laptop("Fatou")
    fatou.sync()
    copy = awa.app.run(owed.circulate, minutes)
    awa.change("minutes", copy, title="7 June")
    fatou.change("minutes", minutes, text="We met in Dakar.")
    fatou.app.run(lambda session: owed.begin_action(session, minutes, text="Print it", **values))
    for laptop in ((awa, fatou), (fatou, awa))[first] * 2:
        laptop.sync()
    for laptop in (awa, fatou):
        rows = {row.id: row.state for row in laptop.app.read(owed.minutes_of, group)}
        assert rows == {copy: "circulated", minutes: "draft"}
        assert laptop.app.read(owed.minutes_card, minutes).is_rest
    # It is circulated too, over nothing that was changed in the copy; then the draft is hidden again.
    assert fatou.app.run(owed.circulate, minutes) == copy
    for laptop in (fatou, awa):
        laptop.sync()
        card = laptop.app.read(owed.minutes_card, copy)
        assert (card.title, card.text) == ("7 June", "We met in Dakar.")
        assert [each.text for each in card.actions] == ["Translate", "Print it"]
        assert [row.id for row in laptop.app.read(owed.minutes_of, group)] == [copy]
        assert laptop.questions() == []


def test_g01_what_one_changes_while_the_other_shares_an_event_is_not_lost(office: Office) -> None:
    awa = office.laptop("Awa")
    event = awa.app.run(events.add, "", {"title": {"en": "Open day"}, "starts": "2026-12-08T14:00"})
    awa.sync()
    fatou = office.laptop("Fatou")
    fatou.sync()
    copy = awa.app.run(events.share, event)
    awa.change("event", copy, place="Dakar")
    fatou.change("event", event, starts="2026-12-09T14:00")
    for laptop in (awa, fatou, awa):
        laptop.sync()

    def shown() -> set[str]:
        return {row.id for row in awa.app.read(events.load)} & {event, copy}

    assert shown() == {event, copy}
    assert awa.app.run(events.share, event) == copy
    assert shown() == {copy}
    assert (awa.see("event", copy)["starts"], awa.see("event", copy)["place"]) == ("2026-12-09T14:00", "Dakar")
    awa.change("event", copy, starts="2026-12-10T14:00", place="")
    assert shown() == {copy}, "what goes on in the copy brings nothing back"


def test_files_go_along_with_minutes_and_events_that_are_shared(three: tuple[Laptop, Laptop, Laptop]) -> None:
    peru, senegal, _other = three
    group = senegal.app.run(working_groups.begin)
    minutes = senegal.app.run(owed.begin_minutes, group, "", "2021-09-15")
    senegal.change("minutes", minutes, text="We met.")
    meeting = senegal.add("event", title={"en": "Survey"}, starts="2021-09-15T14:00", zone="UTC")
    for kind, record in (("minutes", minutes), ("event", meeting)):
        attaching.attach(senegal.app.store, senegal.app.contents, (kind, record), f"{kind}.txt", kind.encode())
    senegal.sync()
    peru.sync()
    assert peru.app.read(editing.rows, "attachment") == [], "what belongs to a draft is private as it is"
    shared = senegal.app.run(owed.circulate, minutes), senegal.app.run(events.share, meeting)
    senegal.sync()
    peru.sync()
    for kind, copy in zip(("minutes", "event"), shared, strict=True):
        (seen,) = peru.app.read(attaching.listed, peru.app.contents, kind, copy).files
        assert seen.title == f"{kind}.txt"
    senegal.app.run(events.take_back, meeting)
    senegal.sync()
    peru.sync()
    assert peru.app.read(attaching.listed, peru.app.contents, "event", shared[1]).files == ()
