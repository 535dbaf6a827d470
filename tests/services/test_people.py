from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import NotFound
from wimdesk.i18n import set_language
from wimdesk.services import dates, editing, people, people_roster, samples, timeline
from wimdesk.services.people import PersonRow
from wimdesk.store import facts, history

if TYPE_CHECKING:
    pass

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def full(app: App) -> App:
    app.run(samples.plant)
    return app


def everybody(app: App) -> list[PersonRow]:
    """The rows of the whole list, in its order."""
    ids = app.read(people_roster.load).ids
    rows = app.read(people_roster.rows, ids)
    return [rows[record] for record in ids]


def person(app: App, given: str, family: str) -> str:
    record = app.run(people.begin_person)
    app.run(editing.change, "person", record, {"given_name": given, "family_name": family})
    return record


def test_a_new_profile_has_nobody(app: App) -> None:
    found = app.read(people.load)
    assert (found.posts, found.sites, found.ending, found.has_profile) == ((), (), (), False)
    assert everybody(app) == []


def test_people_are_listed_by_family_name_without_regard_to_accents(app: App) -> None:
    for given, family in (("Zoé", "Ébène"), ("Ana", "Zapata"), ("Bea", "Dupont")):
        person(app, given, family)
    assert [row.name for row in everybody(app)] == ["Bea Dupont", "Zoé Ébène", "Ana Zapata"]


def test_the_sample_hides_what_is_ours_and_the_other_way_round(app: App) -> None:
    mine = person(app, "Ana", "Zapata")
    app.run(samples.plant)
    assert mine not in {row.id for row in everybody(app)}
    app.run(samples.forget)
    assert [row.id for row in everybody(app)] == [mine]


def test_a_row_tells_role_reach_and_posts_of_today(full: App) -> None:
    found = {row.name: row for row in everybody(full)}
    lucia = next(row for row in found.values() if "President" in row.posts)
    assert lucia.name.startswith("Luc")
    assert lucia.initials == "LQ"
    assert found["Ana Condori Vega"].reach == "+51 900 000 006"


def test_terms_that_end_soon_are_named_first_to_end_first(full: App) -> None:
    ending = full.read(people.load).ending
    assert [(term.post, term.end) for term in ending] == [
        ("Secretary", "2026-12-15"),
        ("Mentoring coordinator", "2027-01-14"),
    ]


def test_the_preferred_of_a_kind_is_only_one(app: App) -> None:
    ana = person(app, "Ana", "Zapata")
    first, second, other = (app.run(people.add_contact, ana, kind) for kind in ("phone", "phone", "email"))
    contacts = {contact.id: contact.preferred for contact in app.read(people.person_card, ana).contacts}
    assert contacts == {first: True, second: False, other: True}
    app.run(people.prefer, second)
    contacts = {contact.id: contact.preferred for contact in app.read(people.person_card, ana).contacts}
    assert contacts == {first: False, second: True, other: True}


def test_a_number_for_nobody_is_refused(app: App) -> None:
    with pytest.raises(NotFound):
        app.run(people.add_contact, "00000000-0000-0000-0000-000000000000", "phone")


def test_a_post_tells_its_holders_as_of_a_day(app: App) -> None:
    ana, bea = person(app, "Ana", "Zapata"), person(app, "Bea", "Dupont")
    post = app.run(people.begin_post)
    app.run(people.appoint, post, ana, "2020", "2023")
    app.run(people.appoint, post, bea, "2024-01-15")
    app.run(people.appoint, post, ana, "2027-01-01")
    seen = {term.person + term.start: term.when for term in app.read(people.post_card, post).terms}
    assert seen == {"Ana Zapata2020": "before", "Bea Dupont2024-01-15": "now", "Ana Zapata2027-01-01": "later"}
    then = app.read(people.post_card, post, "2023-06-01").terms
    assert [term.person for term in then if term.when == "now"] == ["Ana Zapata"]


@pytest.mark.parametrize(
    ("start", "end", "day", "when"),
    [
        ("", "", "2026-11-22", "now"),
        ("2026-11", "", "2026-11-22", "now"),
        ("2020", "2026", "2026-12-31", "now"),
        ("2020", "2026-10", "2026-11-01", "before"),
        ("2026-11-23", "", "2026-11-22", "later"),
    ],
)
def test_partial_dates_run_from_their_first_day_to_their_last(start: str, end: str, day: str, when: str) -> None:
    assert people.when_held(start, end, day) == when


def test_a_removed_person_takes_the_numbers_along_and_undo_brings_all_back(app: App) -> None:
    ana = person(app, "Ana", "Zapata")
    number = app.run(people.add_contact, ana, "phone")
    post = app.run(people.begin_post)
    app.run(people.appoint, post, ana, "2024")
    act = app.run(people.remove, "person", ana)
    assert everybody(app) == []
    assert app.read(editing.values, "contact_detail", number)["deleted"]
    assert app.read(people.post_card, post).terms[0].person == "Ana Zapata (in the trash)"
    app.run(history.undo, act)
    assert [row.id for row in everybody(app)] == [ana]
    assert len(app.read(people.person_card, ana).contacts) == 1


def test_the_profile_says_what_is_missing(app: App) -> None:
    before = app.read(people.profile)
    assert before.filled == 0
    assert before.asked == len(people.PROFILE) == len(before.missing)
    app.run(lambda session: facts.put(session, organisation_name="WIM Test"))
    record = app.run(people.begin_profile)
    assert record == app.read(people.load).organisation
    app.run(editing.change, "organization", record, {"country_code": "SN", "member_count": 0})
    after = app.read(people.profile)
    assert (after.name, after.region, after.filled) == ("WIM Test", "Western Africa", 3)
    assert "member_count" not in dict(after.missing)
    assert dict(after.missing)["member_count_source"] == "Source of the count"


def test_the_profile_is_made_once(app: App) -> None:
    assert app.run(people.begin_profile) == app.run(people.begin_profile)
    assert len(app.read(editing.rows, "organization")) == 1


def test_what_has_no_name_yet_is_not_called_by_its_id(app: App) -> None:
    ana, post = app.run(people.begin_person), app.run(people.begin_post)
    assert app.read(people.person_card, ana).name == app.read(people.post_card, post).label == ""
    assert everybody(app)[0].name == "Without a name"


def test_a_new_site_lies_in_the_country_of_the_organisation(full: App) -> None:
    site = full.run(people.begin_site)
    assert full.read(editing.values, "site", site)["country_code"] == "PE"


def test_countries_and_languages_speak_the_readers_language() -> None:
    set_language("fr")
    assert dict(people.countries())["DE"] == "Allemagne"
    assert dict(people.languages())["es"] == "Espagnol"
    assert len(people.countries()) == 249


def test_history_tells_field_by_field_from_what_to_what(app: App) -> None:
    site = app.run(people.begin_site)
    app.run(editing.change, "site", site, {"name": "North pit", "status": "closed", "target_share": 12.5})
    app.run(editing.remove, "site", site)
    told = [(edit.label, edit.before, edit.after) for edit in app.read(timeline.edits, [site])]
    assert told[0] == ("Place", "In use", "In the trash")
    assert set(told) == {
        ("Place", "In use", "In the trash"),
        ("Name", "", "North pit"),
        ("State", "Operating", "Closed"),
        ("Target share of women, %", "", "12.5"),
        ("State", "", "Operating"),
    }


def test_history_knows_what_a_sample_said_before_the_first_edit(full: App) -> None:
    ana = next(row.id for row in everybody(full) if row.name == "Ana Condori Vega")
    for name in ("Anna", "Anne"):
        full.run(editing.change, "person", ana, {"given_name": name})
    told = [(edit.before, edit.after) for edit in full.read(timeline.edits, [ana])]
    assert sorted(told) == [("Ana", "Anna"), ("Anna", "Anne")]


def test_history_names_people_and_dates_in_words(app: App) -> None:
    app.set_person("Maria")
    ana = person(app, "Ana", "Zapata")
    post = app.run(people.begin_post)
    term = app.run(people.appoint, post, ana, "2024-03")
    told = {edit.label: edit for edit in app.read(timeline.edits, [term])}
    assert told["Person"].after == "Ana Zapata"
    assert told["From"].after == "March 2024"
    assert (told["From"].by, told["From"].mine, told["From"].waiting) == ("Maria", True, True)


def test_dates_in_words_follow_the_language_and_what_is_known() -> None:
    assert dates.day_text("2026-10-31") == "31 October 2026"
    assert (dates.day_text("2026"), dates.day_text("soon"), dates.day_text("")) == ("2026", "soon", "")
    set_language("fr")
    assert dates.day_text("2026-10-31") == "31 octobre 2026"
    assert dates.day_text("2026-10") == "octobre 2026"
