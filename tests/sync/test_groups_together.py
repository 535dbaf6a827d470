"""C02, C03, D08: who takes part in a group is the word of each organisation, and a reading list reaches those alone."""

from __future__ import annotations

import pytest

from tests.support import Laptop, Office
from wimdesk.errors import UserError
from wimdesk.services import editing, publishing, reading_lists, working_groups
from wimdesk.services.reading_lists import LIST


def lists(laptop: Laptop) -> list[str]:
    return [each.name for each in laptop.app.read(reading_lists.every) if each.kind == LIST and "For the" in each.name]


def test_d08_a_reading_list_goes_to_those_who_take_part_in_a_group(office: Office) -> None:
    peru, senegal, other = (
        office.laptop(name, f"{name} {office.organisation}") for name in ("Peru", "Senegal", "Other")
    )
    peru.app.run(editing.add, "organization", {"name": {"en": "WiM Peru"}}, peru.app.identity().organisation)
    group = senegal.app.run(working_groups.begin)
    senegal.change("working_group", group, title={"en": "Data"})
    practice = senegal.add("library_item", title={"en": "A survey"})
    senegal.app.run(publishing.publish, "library_item", practice, "alliance")
    made = senegal.app.run(reading_lists.begin, "For the data group", [practice])
    for laptop in (senegal, peru, other):
        laptop.sync()
    assert peru.app.read(working_groups.card, group).can == {"meet", "join"}
    peru.app.run(working_groups.join, group)
    with pytest.raises(UserError, match="Nothing was changed"):
        peru.app.run(working_groups.join, group)
    copy, behind = senegal.app.run(reading_lists.send, made, group)
    assert (behind, senegal.see(LIST, copy)["audience"]) == (0, group)
    for laptop in (peru, other, senegal, peru, other):
        laptop.sync()
    for laptop in (peru, senegal, other):
        card = laptop.app.read(working_groups.card, group)
        assert (card.members, card.lists) == (("WiM Peru",), ((copy, "For the data group"),))
    assert (lists(peru), lists(senegal), lists(other)) == (["For the data group"], ["For the data group"], [])
    peru.app.run(working_groups.join, group, False)
    assert lists(peru) == []
    assert peru.app.read(working_groups.card, group).members == ()
    # To the Secretariat as well: its copy says so, and that of the Alliance does not.
    shared, _behind = senegal.app.run(reading_lists.send, made, "shared")
    assert [senegal.see(LIST, each)["audience"] for each in (shared, copy)] == ["shared", group]
