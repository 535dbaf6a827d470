from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from wimdesk.app import App
from wimdesk.errors import NotFound, RuleBroken
from wimdesk.identifiers import new_id
from wimdesk.records.library_item import POINTS
from wimdesk.services import (
    attaching,
    editing,
    library,
    library_duplicates,
    library_feedback,
    library_review,
    samples,
    undoing,
)
from wimdesk.store import facts, history

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.orm import Session

WHOLE: dict[str, Any] = {
    "title": {"en": "Ventilation checks", "fr": "Contrôles de ventilation"},
    "summary": {"en": "A weekly walk."},
    "template": "case",
    "themes": ["inclusive_workplace"],
    "language": "en",
    "country_code": "PE",
    "issued": "2026-01-05",
    "license": "CC-BY-4.0",
    "state": "draft",
    "objectives": {"en": "Air is poor at the face."},
    "activities": {"en": "Walk on Monday.\n\n1. Measure the air.\n2. Write it down."},
    "outcomes": {"en": "Fans were repaired within days because the anemometer showed it."},
    "takeaways": {"en": "Post the results."},
}


@pytest.fixture
def full(app: App) -> App:
    app.run(samples.write_common)
    return app


def reviewed(app: App, record: str) -> str:
    """The record, with every point of the review checked."""
    app.run(library_review.check, record, [*POINTS])
    return record


def find(app: App, question: str = "", order: library.Order = "match", **chosen: str) -> library.Result:
    groups = {group: frozenset({code}) for group, code in chosen.items()}
    found = app.read(library.find, app.searcher(), app.read(library.load), question, groups, order)
    assert found is not None
    return found


def test_the_library_begins_with_the_newest(full: App) -> None:
    entries = find(full).entries
    assert len(entries) == 42
    days = [entry.issued for entry in entries]
    assert days == sorted(days, reverse=True)


def test_titles_are_sorted_without_regard_to_accents(full: App) -> None:
    titles = [entry.title for entry in find(full, order="title").entries]
    assert titles[0][0] == "A"
    assert titles == sorted(titles, key=lambda title: library.fold(title))


def test_counts_tell_what_a_click_would_leave(full: App) -> None:
    every = find(full)
    for group in ("theme", "language", "template"):
        for code, count in every.counts[group].items():
            assert find(full, **{group: code}).found == count, (group, code)


def test_counts_of_a_group_ignore_its_own_choice(full: App) -> None:
    before, after = find(full).counts, find(full, language="fr").counts
    assert after["language"] == before["language"]
    assert sum(after["template"].values()) == before["language"]["fr"]


def test_search_and_filters_work_together(full: App) -> None:
    every = find(full, "mentoring")
    assert every.found
    left = find(full, "mentoring", template="case")
    assert left.found == every.counts["template"]["case"] < every.found
    assert {entry.template for entry in left.entries} == {"case"}


def test_a_hit_in_the_article_is_shown(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    found = find(app, "anemometer")
    assert [entry.id for entry in found.entries] == [record]
    assert "anemometer" in found.passages[record]
    assert find(app, "weekly").passages == {}


def test_a_draft_is_ours_and_removed_it_is_gone(app: App) -> None:
    record = app.run(library.draft)
    assert [entry.ours for entry in find(app, ours="draft").entries] == ["draft"]
    assert "edit" in app.read(library.article, record).can
    app.run(editing.remove, "library_item", record)
    assert find(app).entries == ()


def test_submitting_names_what_is_missing(app: App) -> None:
    record = app.run(library.draft)
    with pytest.raises(RuleBroken) as refused:
        app.run(library.submit, record)
    assert {name for name, _sentence in refused.value.problems} >= {"title", "summary", "license", "outcomes"}
    assert len(find(app).entries) == 1


def test_a_submitted_practice_is_shown_once(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    copy = app.run(library.submit, record)
    assert copy != record
    assert app.read(editing.values, "library_item", copy)["space"].endswith("/shared")
    entries = find(app).entries
    assert [(entry.id, entry.ours) for entry in entries] == [(record, "submitted")]


def test_submitting_again_updates_the_copy(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    copy = app.run(library.submit, record)
    app.run(editing.change, "library_item", record, {"summary": {"en": "Twice a week."}})
    assert app.run(library.submit, record) == copy
    assert app.read(editing.values, "library_item", copy)["summary"] == {"en": "Twice a week."}


def test_what_the_alliance_has_stands_for_all_copies(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    copy = app.run(library.submit, record)
    app.run(lambda session: facts.put(session, role="secretariat"))
    published = app.run(library.publish, reviewed(app, copy))
    entries = find(app).entries
    assert [(entry.id, entry.state) for entry in entries] == [(published, "published")]
    can = app.read(library.article, published).can
    assert "withdraw" in can
    assert not can & {"edit", "publish", "take_back"}


def spaces(app: App, *records: str) -> list[str]:
    """The space of each record, or nothing where it is in the trash."""
    rows = [app.read(editing.values, "library_item", record) for record in records]
    return ["" if row["deleted"] else str(row["space"]).rpartition("/")[2] for row in rows]


def test_what_was_submitted_is_taken_back_with_its_files(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    attaching.attach(app.store, app.contents, ("library_item", record), "plan.txt", b"a plan")
    copy = app.run(library.submit, record)
    files = {row["part_of"]: row["id"] for row in app.read(editing.rows, "attachment")}
    assert "take_back" in app.read(library.article, record).can
    act = app.run(library.take_back, record)
    assert spaces(app, record, copy) == ["private", ""]
    assert not app.read(editing.values, "attachment", files[record])["deleted"]
    assert app.read(editing.values, "attachment", files[copy])["deleted"]
    assert [(entry.id, entry.ours) for entry in find(app).entries] == [(record, "draft")]
    assert "take_back" not in app.read(library.article, record).can
    app.run(undoing.take_back, act)
    assert spaces(app, record, copy) == ["private", "shared"]
    assert [(entry.id, entry.ours) for entry in find(app).entries] == [(record, "submitted")]
    app.run(library.take_back, record)
    assert app.run(library.submit, record) == copy
    assert spaces(app, record, copy) == ["private", "shared"]


def test_what_goes_to_the_trash_is_taken_back_too(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    copy = app.run(library.submit, record)
    act = app.run(library.remove, record)
    assert spaces(app, record, copy) == ["", ""]
    app.run(undoing.take_back, act)
    assert spaces(app, record, copy) == ["private", "shared"]


def test_the_secretariat_withdraws_from_the_alliance(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    copy = app.run(library.submit, record)
    app.run(lambda session: facts.put(session, role="secretariat"))

    def of_another(session: Session) -> None:
        for each in (record, copy):
            history.fetch(session, "library_item", each).owner = "another"

    app.run(of_another)
    published = app.run(library.publish, reviewed(app, copy))
    with pytest.raises(RuleBroken):
        app.run(library_review.withdraw, published, " ")
    app.run(library_review.withdraw, published, "It names people.")
    with pytest.raises(NotFound):
        app.read(library.article, published)
    found = app.read(library.article, copy)
    assert (found.state, found.note, found.can) == ("withdrawn", "It names people.", {"publish"})
    again = app.run(library.publish, copy)
    assert again != published, "what was erased does not come back"
    assert spaces(app, copy, again) == ["shared", "alliance"]


def test_what_an_author_took_back_waits_for_the_secretariat(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    copy = app.run(library.submit, record)
    app.run(lambda session: facts.put(session, role="secretariat"))
    published = app.run(library.publish, reviewed(app, copy))

    def by_its_author(session: Session) -> None:
        found = history.fetch(session, "library_item", copy)
        found.owner, found.deleted = new_id(), True
        history.fetch(session, "library_item", record).deleted = True

    app.run(by_its_author)
    found = app.read(library.article, published)
    assert found.left_alone
    assert "withdraw" in found.can
    assert [entry.id for entry in find(app, ours="waiting").entries] == [published]
    app.run(library_review.withdraw, published, "Its author took it back.")
    assert find(app).entries == ()


def test_the_secretariat_sees_what_waits_for_it(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE | {"state": "submitted"})

    def of_another(session: Session) -> None:
        found = history.fetch(session, "library_item", record)
        found.owner, found.space = "another", "org/another/shared"
        facts.put(session, role="secretariat")

    app.run(of_another)
    assert [entry.id for entry in find(app, ours="waiting").entries] == [record]
    assert app.read(library.article, record).can == {"publish", "review"}


def test_a_shelf_follows_single_changes(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE)
    shelf = app.read(library.load)
    app.run(editing.change, "library_item", record, {"title": {"en": "New"}})
    other = app.run(library.draft)
    renewed = app.read(library.renew, shelf, frozenset({record, other}))
    assert renewed == app.read(library.load)
    assert [entry.title for entry in renewed.entries] == ["Without a title", "New"]
    app.run(library.submit, record)
    app.run(editing.remove, "library_item", other)
    gone = app.read(library.renew, renewed, frozenset({record, other}))
    assert [(entry.id, entry.ours) for entry in gone.entries] == [(record, "submitted")]


def test_sample_items_can_be_tried_to_the_end(app: App) -> None:
    app.run(samples.plant)
    record = app.run(editing.add, "library_item", WHOLE)
    assert app.run(library.submit, record) == record
    assert app.read(library.article, record).state == "submitted"


def test_articles_leave_out_empty_parts(app: App) -> None:
    record = app.run(editing.add, "library_item", WHOLE | {"takeaways": {}})
    article = app.read(library.article, record)
    assert [heading for heading, _text in article.parts] == ["Why it matters", "What was done", "What came of it"]


def test_a_passage_begins_shortly_before_the_hit() -> None:
    text = "word " * 100 + "needle here"
    assert library.around(text, "needle").index("needle") < 45
    assert library.around("needle first", "needle") == "needle first"


@pytest.mark.parametrize("verb", [library.article, library_feedback.said, library_duplicates.family])
def test_no_click_on_a_practice_looks_through_all_of_them(app: App, verb: Callable[[Session, str], object]) -> None:
    record = app.run(library.draft)
    app.run(editing.change, "library_item", record, {"supersedes": "another", "counterpart_id": "a copy"})
    plans: list[str] = []

    def explained(session: Session) -> None:
        bind = session.connection()

        def note(_c: object, cursor: DBAPICursor, statement: str, given: tuple[str, ...], *_more: object) -> None:
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", given)
            plans.extend(str(row[-1]) for row in cursor.fetchall())

        event.listen(bind, "before_cursor_execute", note)
        try:
            verb(session, record)
        finally:
            event.remove(bind, "before_cursor_execute", note)

    app.read(explained)
    assert plans
    assert [plan for plan in plans if plan.startswith(("SCAN library_item", "SCAN attachment", "SCAN feedback"))] == []


def test_what_is_read_is_in_the_language_of_its_text_and_not_of_a_translated_title(app: App) -> None:
    told = {"title": {"en": "Lamps", "fr": "Lampes"}, "activities": {"fr": "Des lampes."}, "language": "fr"}
    record = app.run(editing.add, "library_item", told)
    assert app.read(library.article, record, "en").shown == "fr"
    assert app.read(library.article, record).title == "Lamps"
    app.run(editing.change, "library_item", record, {"activities": {"fr": "Des lampes.", "en": "Lamps."}})
    assert app.read(library.article, record, "en").shown == "en"
