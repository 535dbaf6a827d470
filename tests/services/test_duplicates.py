"""Two records of one person: proposed with reasons, merged with all links, undone; merged on two laptops at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.test_command_line import Terminal
from tests.support import Laptop, Office, endpoint_at
from wimdesk.errors import UserError
from wimdesk.identifiers import new_id
from wimdesk.records import ContactDetail, Person
from wimdesk.services import duplicates, editing, likeness, merging, undoing
from wimdesk.services.likeness import Look
from wimdesk.store import inbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support import Template
    from wimdesk.app import App


def everything(machine: Terminal) -> dict[str, list[dict[str, Any]]]:
    """All that hangs on people, without who changed it when."""
    found = {}
    for name in ("person", "contact_detail", "post_holding", "membership"):
        rows = [{k: v for k, v in row.items() if not k.startswith("updated")} for row in machine.does("list", name)]
        found[name] = sorted(rows, key=lambda row: str(row["id"]))
    return found


def test_row_a08_fatoumata_is_proposed_merged_and_restored_with_all_links(tmp_path: Path) -> None:
    machine = Terminal(tmp_path / "profile")
    one = machine.does("add", "person", "family_name=Traore", "given_name=Fatoumata", "country_code=SN")["id"]
    other = machine.does("add", "person", "family_name=TRAORE", "given_name=F.", "country_code=SN", "role=Chair")["id"]
    machine.does("add", "person", "family_name=Traore", "given_name=Moussa")
    machine.does("add", "contact_detail", f"person_id={one}", "type=phone", "value=+221 77 123 45 67", "preferred=1")
    machine.does("add", "contact_detail", f"person_id={other}", "type=phone", "value=77 1234567", "preferred=1")
    machine.does("add", "contact_detail", f"person_id={other}", "type=email", "value=f@x.org")
    post = machine.does("add", "post", "label=President")["id"]
    machine.does("add", "post_holding", f"person_id={other}", f"post_id={post}", "start_date=2024")
    machine.does("add", "membership", f"person_id={other}")
    before = everything(machine)

    (found,) = machine.does("people", "duplicates")
    assert {found["first"], found["second"]} == {one, other}
    assert found["score"] >= 60
    assert "the same phone number" in found["why"]
    assert "initial" in found["why"]
    merged = machine.does("people", "merge", one, other)
    stays = machine.does("show", "person", one)
    assert (stays["given_name"], stays["family_name"], stays["role"]) == ("Fatoumata", "Traore", "Chair")
    after = everything(machine)
    assert len(after["person"]) == 2
    assert {row["person_id"] for name in ("post_holding", "membership") for row in after[name]} == {one}
    assert [(row["value"], row["person_id"]) for row in after["contact_detail"]] == [
        ("+221 77 123 45 67", one), ("f@x.org", one),
    ]  # fmt: skip
    assert machine.does("people", "duplicates") == []
    assert "trash" in machine.fails("people", "merge", one, other)
    machine.does("undo", str(merged["act"]))
    assert everything(machine) == before
    machine.does("people", "apart", one, other)
    assert machine.does("people", "duplicates") == []


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (("Traoré", "Fatoumata"), ("TRAORE", "Fatoumata"), "name"),
        (("Traoré", "Fatoumata"), ("Траоре", "Фатумата"), "name"),
        (("Núñez", "María"), ("Maria", "Nunez"), "name"),
        (("Traoré", "Fatoumata"), ("TRAORE", "F."), "initials"),
        (("Traoré", "Fatoumata"), ("Traore", "Fatimata"), "alike"),
        (("Diop", "Awa"), ("Diop", "Moussa"), "family"),
        (("العلي", "مريم"), ("العلي", "مريم"), "name"),
        (("Diop", ""), ("Diop", ""), "family"),
    ],
)
def test_names_are_compared_across_accents_order_and_script(
    one: tuple[str, str], other: tuple[str, str], reason: str
) -> None:
    found = likeness.compare(Look(*one), Look(*other))
    assert [code for code, _points in found.reasons] == [reason]
    assert likeness.compare(Look(*other), Look(*one)) == found


def test_numbers_are_the_same_in_any_form_and_others_count_against() -> None:
    assert likeness.e164("77 123 45 67", "SN") == likeness.e164("00221771234567", "SN") == "+221771234567"
    assert likeness.e164("07700 900123", "GB") == likeness.e164("+44 (0)7700 900123", "") == "+447700900123"
    same = Look("Quispe", "Maria", frozenset({"a@x"}))
    assert likeness.compare(same, Look("Quispe", "Maria")).score == likeness.SURE
    assert likeness.compare(same, Look("Quispe", "Maria", frozenset({"b@x"}))).score < likeness.SURE
    assert likeness.compare(same, Look("Office", "Front", frozenset({"a@x"}))).score < likeness.SURE


@pytest.fixture
def two(template: Template, tmp_path: Path) -> Iterator[tuple[Laptop, Laptop]]:
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        office = Office(template, tmp_path, endpoint)
        yield office.laptop("Anna"), office.laptop("Bela")
        office.close()


def pair(laptop: Laptop) -> tuple[str, str, str]:
    one = laptop.add("person", family_name="Traore", given_name="Fatoumata", role="Clerk")
    other = laptop.add("person", family_name="TRAORE", given_name="F.", role="Chair")
    detail = laptop.add("contact_detail", person_id=other, type="phone", value="771234567")
    return one, other, detail


def state(laptop: Laptop) -> dict[str, object]:
    names = ("person", "contact_detail", "membership")
    return {
        row["id"]: {k: v for k, v in row.items() if not k.startswith(("updated", "created"))}
        for name in names
        for row in laptop.app.read(editing.rows, name)
    }


def test_row_a08_two_laptops_merge_the_same_pair_at_once(two: tuple[Laptop, Laptop]) -> None:
    anna, bela = two
    one, other, detail = pair(anna)
    anna.sync()
    bela.sync()
    act = anna.app.run(merging.merge, one, other, {"role": "Secretary"})
    bela.app.run(merging.merge, other, one, {"role": "Chair"})
    late = bela.add("membership", person_id=one)
    for laptop in (anna, bela, anna, bela):
        laptop.sync()
    assert state(anna) == state(bela)
    assert {row["id"] for row in anna.app.read(editing.rows, "person")} == {one}
    assert anna.see("contact_detail", detail)["person_id"] == one
    assert anna.see("membership", late)["person_id"] == one
    asked = {(clash.record, clash.field) for clash in anna.questions()}
    assert asked == {(clash.record, clash.field) for clash in bela.questions()} == {(one, "role")}, "what they chose"
    assert [laptop.sync().sent for laptop in (anna, bela, anna)] == [0, 0, 0], "nobody goes on writing"
    anna.app.run(undoing.take_back, act)
    anna.sync()
    bela.sync()
    assert {row["id"] for row in bela.app.read(editing.rows, "person")} == {one, other}
    assert bela.see("contact_detail", detail)["person_id"] == other
    assert state(anna) == state(bela)


def test_what_a_laptop_hangs_on_a_merged_person_later_comes_along(two: tuple[Laptop, Laptop]) -> None:
    anna, bela = two
    one, other, _detail = pair(anna)
    third = anna.add("person", family_name="Traore", given_name="Fatou")
    anna.sync()
    bela.sync()
    anna.app.run(merging.merge, one, other)
    bela.app.run(merging.merge, other, third)  # it does not know that `other` went on
    late = bela.add("membership", person_id=third)
    for laptop in (anna, bela, anna, bela, anna):
        laptop.sync()
    assert state(anna) == state(bela)
    for laptop in (anna, bela):
        home = laptop.see("membership", late)["person_id"]
        assert not laptop.see("person", str(home))["deleted"] or laptop.questions(), "in view, or asked about"
    assert [laptop.sync().sent for laptop in (anna, bela, anna)] == [0, 0, 0]


def test_what_can_not_be_merged_says_so(two: tuple[Laptop, Laptop]) -> None:
    anna, _bela = two
    one, other, _detail = pair(anna)
    with pytest.raises(UserError, match="one person only"):
        anna.app.run(merging.merge, one, one)
    anna.remove("person", other)
    with pytest.raises(UserError, match="trash"):
        anna.app.run(merging.merge, one, other)


def test_very_many_people_take_seconds(two: tuple[Laptop, Laptop]) -> None:
    app: App = two[0].app
    who, space = app.identity(), app.store.author.spaces["private"]
    common = {"space": space, "owner": who.organisation}
    people = [
        {"id": new_id(), **common, "family_name": invented(at // 2), "given_name": ("Maria", "Rosa")[at % 2]}
        for at in range(10_000)
    ]
    people += [{"id": new_id(), **common, "family_name": invented(7).upper(), "given_name": "Rósa"}]
    ways = [
        {"id": new_id(), **common, "person_id": row["id"], "type": "phone", "value": f"+51 9{at:08}"}
        for at, row in enumerate(people)
    ]
    app.run(inbox.plant, Person, people)
    app.run(inbox.plant, ContactDetail, ways[:-1])
    began = time.thread_time()
    (found,) = app.read(duplicates.find)
    assert time.thread_time() - began < 10
    assert {found.first, found.second} == {people[15]["id"], people[-1]["id"]}


def invented(number: int) -> str:
    """A name of its own for each number."""
    return "".join(
        "bdfglmnprt"[number // 10**place % 10] + "aio"[number // (place + 1) % 3] for place in range(4)
    ).capitalize()
