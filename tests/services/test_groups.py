from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from wimdesk.app import App
from wimdesk.errors import NotFound, RuleBroken, UserError
from wimdesk.services import bulk, editing, exchange, groups, people, people_roster, question, roster, undoing
from wimdesk.store import journal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TYPE = people_roster.TYPE


def person(app: App, name: str, **values: object) -> str:
    record = app.run(people.begin_person)
    app.run(editing.change, TYPE, record, {"family_name": name, **values})
    return record


def geologist(app: App, name: str, country: str = "PE", *tags: str) -> str:
    return person(app, name, role="Geologist", country_code=country, tags=list(tags))


def names(app: App, asked: question.Question) -> list[str]:
    everybody = app.read(people_roster.load)
    ids = roster.find(everybody, asked).ids
    rows = app.read(people_roster.rows, ids)
    return [rows[record].name for record in ids]


GEOLOGISTS = question.ask("", {"role": ["Geologist"], "country_code": ["PE"]}, {"tags": ["mentor"]})


def test_a12_a_saved_search_is_a_live_group(app: App) -> None:
    geologist(app, "Ñahui")
    geologist(app, "Zapata", "BO")
    geologist(app, "Mamani", "PE", "mentor")
    person(app, "Quispe", role="Lawyer", country_code="PE")
    kept = app.run(groups.save, TYPE, GEOLOGISTS, "Geologists in PE without mentor")
    assert len(app.read(groups.members, kept)) == 1
    late = geologist(app, "Apaza", "PE", "board")
    found = app.read(groups.members, kept)
    assert len(found) == 2
    assert found[0] == late, "in the order of the list"
    app.run(editing.change, TYPE, late, {"tags": ["board", "mentor"]})
    assert len(app.read(groups.members, kept)) == 1
    (group,) = app.read(groups.every)
    assert (group.name, group.question) == ("Geologists in PE without mentor", GEOLOGISTS)


def test_a12_within_a_facet_any_code_does_and_every_facet_must_hold(app: App) -> None:
    person(app, "Ana", skills=["law"], languages=["es", "qu"])
    person(app, "Bea", skills=["geology", "law"], languages=["fr"])
    person(app, "Cleo", skills=[], languages=["es"])
    assert names(app, question.ask("", {"skills": ["law", "geology"]})) == ["Ana", "Bea"]
    assert names(app, question.ask("", {"skills": ["law"], "languages": ["es"]})) == ["Ana"]
    assert names(app, question.ask("", {}, {"skills": ["geology"]})) == ["Ana", "Cleo"]
    assert names(app, question.ask("", {"skills": [""]})) == ["Cleo"], "nothing given"
    assert names(app, question.ask("", {}, {"skills": [""]})) == ["Ana", "Bea"]


def test_a12_people_are_asked_for_by_how_they_are_reached(app: App) -> None:
    ana, bea = person(app, "Ana"), person(app, "Bea")
    mail = app.run(people.add_contact, ana, "email")
    app.run(people.add_contact, bea, "phone")
    assert names(app, question.ask("", {"reach": ["email"]})) == [], "an empty address reaches nobody"
    app.run(editing.change, "contact_detail", mail, {"value": "ANA@example.org"})
    assert names(app, question.ask("", {"reach": ["email"]})) == ["Ana"]
    assert names(app, question.ask("", {"reach": [""]})) == ["Bea"]
    assert names(app, question.ask("ana@EXAMPLE")) == ["Ana"]


def test_a12_words_are_found_without_accents_in_names_roles_tags_and_posts(app: App) -> None:
    zoe = person(app, "Ébène", given_name="Zoé", role="Géologue", tags=["Álava"])
    post = app.run(people.begin_post)
    app.run(editing.change, "post", post, {"label": {"en": "Treasurer"}})
    app.run(people.appoint, post, zoe, "2020")
    person(app, "Other")
    for words in ("ebene", "zoe geol", "alava", "treas ZOE", "Ébène"):
        assert names(app, question.ask(words)) == ["Zoé Ébène"], words
    assert names(app, question.ask("zoe lawyer")) == []


def test_a12_counts_say_what_each_choice_would_leave(app: App) -> None:
    geologist(app, "A", "PE", "mentor")
    geologist(app, "B", "PE")
    geologist(app, "C", "BO")
    person(app, "D", country_code="PE")
    found = roster.find(app.read(people_roster.load), question.ask("", {"country_code": ["PE"]}, {"tags": ["mentor"]}))
    assert len(found.ids) == 2
    assert found.counts["country_code"] == {"PE": 2, "BO": 1}, "other countries as if none were chosen"
    assert found.counts["tags"] == {"mentor": 1, "": 2}
    assert found.counts["role"] == {"Geologist": 1, "": 1}


@pytest.mark.parametrize(
    "kept",
    [
        {"with": {"shoe_size": ["38"]}},
        {"without": {"shoe_size": ["38"]}},
        {"with": "everybody"},
        {"with": {"tags": [1]}},
        {"text": 5},
        {"nearer_than_km": 5},
    ],
)
def test_a12_what_another_version_may_have_asked_is_answered_by_nobody(app: App, kept: dict[str, object]) -> None:
    person(app, "Ana")
    made = app.run(editing.add, groups.TYPE, {"name": "x", "asks_for": TYPE, "query": kept})
    assert app.read(groups.members, made) == []


def test_a12_a_question_is_kept_as_it_was_asked() -> None:
    assert question.read(GEOLOGISTS.plain()) == GEOLOGISTS
    assert question.read({}).is_empty
    assert question.ask("  two   words ").plain() == {"text": "two words"}
    typed = question.parse(["role=Geologist", "country_code=PE", "tags!=mentor"], people_roster.FACETS)
    assert typed == GEOLOGISTS
    for wrong in ("PE", "shoe_size=38", "!=x"):
        with pytest.raises(UserError, match="country_code"):
            question.parse([wrong], people_roster.FACETS)


def test_a12_a_group_in_the_trash_has_no_members(app: App) -> None:
    kept = app.run(groups.save, TYPE, GEOLOGISTS)
    assert app.read(groups.every)[0].name == "Geologist · Peru · without mentor"
    act = app.run(groups.remove, kept)
    assert app.read(groups.every) == []
    with pytest.raises(NotFound, match="trash"):
        app.read(groups.members, kept)
    app.run(undoing.take_back, act)
    assert app.read(groups.members, kept) == []
    other = app.run(editing.add, groups.TYPE, {"name": "x", "asks_for": "planet"})
    with pytest.raises(UserError, match="person"):
        app.read(groups.members, other)


def test_p06_a_renewed_roster_is_the_one_that_would_be_read_anew(app: App) -> None:
    ana, bea, cleo = person(app, "Ana", tags=["x"]), person(app, "Bea"), person(app, "Cleo")
    known = app.read(people_roster.load)
    number = app.run(people.add_contact, bea, "phone")
    app.run(editing.change, "contact_detail", number, {"value": "+51 1"})
    app.run(editing.change, TYPE, ana, {"family_name": "Zoe", "tags": ["y"]})
    app.run(people.remove, TYPE, cleo)
    dana = person(app, "Aba", country_code="PE")
    post = app.run(people.begin_post)
    term = app.run(people.appoint, post, bea, "2020")
    changed = {TYPE: {ana, cleo, dana}, "contact_detail": {number}, "post_holding": {term}}
    renewed, fresh = app.read(people_roster.renew, known, changed), app.read(people_roster.load)
    assert (renewed.ids, renewed.keys, renewed.texts) == (fresh.ids, fresh.keys, fresh.texts)
    for facet, column in fresh.columns.items():
        kinds, mine = list(column.kinds), list(renewed.columns[facet].kinds)
        assert [kinds[at] for at in column.of] == [mine[at] for at in renewed.columns[facet].of], facet
    assert known.ids == [ana, bea, cleo], "the one before stays as it was"


def test_a12_an_act_on_many_is_taken_back_as_one(app: App) -> None:
    everybody = [person(app, f"P{number:04}") for number in range(6)]
    app.run(bulk.add_tag, TYPE, everybody[:1], "board")
    done = app.run(bulk.add_tag, TYPE, everybody, "  board ")
    assert done.changed == 5
    assert app.read(bulk.tags, TYPE) == {"board": 6}
    app.run(undoing.take_back, done.act)
    assert app.read(bulk.tags, TYPE) == {"board": 1}
    role = app.run(bulk.set_field, TYPE, everybody, "role", "Member")
    taken = app.run(bulk.remove_tag, TYPE, everybody, "board")
    assert (role.changed, taken.changed) == (6, 1)
    assert app.run(bulk.remove_tag, TYPE, everybody, "board") == bulk.Done(0, 0)
    with pytest.raises(RuleBroken):
        app.run(bulk.set_field, TYPE, everybody, "languages", "es")
    for field in ("shoe_size", "deleted"):
        with pytest.raises(UserError, match="role"):
            app.run(bulk.set_field, TYPE, everybody, field, "x")
    with pytest.raises(UserError, match="letters"):
        app.run(bulk.add_tag, TYPE, everybody, "  ")


def test_a12_more_records_than_one_piece_are_one_act_too(app: App) -> None:
    count = 2 * 500 + 7

    def fill(session: Session) -> list[str]:
        made = [editing.prepare(session, editing.type_of(TYPE), {"family_name": f"P{at}"}) for at in range(count)]
        session.flush()
        return [record.id for record in made]

    ids = app.run(fill)
    done = app.run(bulk.add_tag, TYPE, ids, "new")
    assert done.changed == count
    assert app.read(bulk.tags, TYPE, ids) == {"new": count}
    assert app.run(undoing.take_back, done.act)[0] == count
    assert app.read(bulk.tags, TYPE) == {}


def test_a12_removed_people_take_their_numbers_along(app: App) -> None:
    ana, bea = person(app, "Ana"), person(app, "Bea")
    number = app.run(people.add_contact, ana, "phone")
    done = app.run(bulk.remove, TYPE, [ana, bea])
    assert done.changed == 2
    assert app.read(people_roster.load).ids == []
    assert app.read(editing.values, "contact_detail", number)["deleted"]
    app.run(undoing.take_back, done.act)
    assert len(app.read(people_roster.load).ids) == 2
    assert not app.read(editing.values, "contact_detail", number)["deleted"]


def test_a12_some_are_exported_in_the_order_asked_for(app: App) -> None:
    ana, bea, cleo = person(app, "Ana"), person(app, "Bea", tags=["x", "y"]), person(app, "Cleo")
    app.run(people.remove, TYPE, ana)
    rows = list(csv.DictReader(io.StringIO(app.read(exchange.export_csv, TYPE, [cleo, ana, bea]))))
    assert [(row["id"], row["family_name"]) for row in rows] == [(cleo, "Cleo"), (bea, "Bea")]
    assert editing.parse(editing.type_of(TYPE), "tags", rows[1]["tags"]) == ["x", "y"]


def test_a12_an_act_on_many_is_journalled_record_by_record(app: App) -> None:
    ana, bea = person(app, "Ana"), person(app, "Bea")

    def tag(session: Session) -> tuple[bulk.Done, int]:
        done = bulk.add_tag(session, TYPE, [ana, bea], "x")
        return done, len(journal.scribe_of(session).drafts)

    done, drafts = app.run(tag)
    assert (done.changed, drafts) == (2, 2)
