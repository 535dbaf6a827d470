from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from sync.protocol import Problem, private_space
from tests.support import waiting
from wimdesk import clock
from wimdesk.services import editing, sync_review
from wimdesk.store import outbox, seal_keys, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from wimdesk.app import App

SENT = {"sent": 3, "received": 12}


def add(app: App, count: int, name: str = "site") -> None:
    def some(session: Session) -> None:
        for number in range(count):
            editing.prepare(session, editing.type_of("site"), {"name": f"{name} {number}"})

    app.run(some)


def note(app: App, ok: bool, sentence: str = "", **figures: int) -> None:
    app.run(outbox.record_run, outbox.finished(sentence, ok=ok, **figures))


def plans(app: App, query: Callable[[Session], object]) -> list[str]:
    """How the database goes about each question of the query."""

    def explain(session: Session) -> list[str]:
        asked: list[str] = []
        driver = session.connection().connection.driver_connection
        # What the database itself is asked, whoever asks it, with the values in their places.
        driver.set_trace_callback(asked.append)
        query(session)
        driver.set_trace_callback(None)
        questions = [text for text in asked if text.startswith(("SELECT", "UPDATE", "INSERT", "DELETE"))]
        steps = [driver.execute(f"EXPLAIN QUERY PLAN {text}").fetchall() for text in questions]
        return [step[-1] for found in steps for step in found]

    return app.run(explain)


@pytest.mark.parametrize(
    "query",
    [
        partial(outbox.next_batch, space="private"), outbox.spaces, outbox.is_waiting, outbox.count, outbox.refused,
        partial(outbox.note_refused, refused=[("alliance", n, 1) for n in range(1, 5000)]),
    ],
)  # fmt: skip
def test_what_waits_is_found_without_reading_or_sorting_the_journal(
    app: App, query: Callable[[Session], object]
) -> None:
    add(app, 3)
    found = plans(app, query)
    assert len(found) < 50
    assert any("op_waiting" in step or "op_refused" in step for step in found)
    assert not [step for step in found if step == "SCAN op" or "op_record" in step or "ORDER BY" in step]


def test_batches_follow_one_another_and_end(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAX_OPS", 50)
    add(app, 55)
    assert not app.read(outbox.is_waiting), "what is private waits for the organisation's key"
    app.run(seal_keys.keep, seal_keys.SealKey(1, b"id", bytes(32)))
    first, batch = waiting(app)
    assert (first, len(batch)) == (1, 50)
    assert app.read(outbox.is_waiting, {private_space(app.identity().organisation): 50})
    first, batch = waiting(app, 50)
    assert (first, len(batch)) == (51, 5)
    assert not app.read(outbox.is_waiting, {private_space(app.identity().organisation): 55})
    assert app.read(outbox.count) == 55


def test_nothing_waits_in_a_new_profile(app: App) -> None:
    assert not app.read(outbox.is_waiting)
    assert app.read(outbox.count) == 0


def test_what_was_refused_is_shown_behind_any_number_of_waiting_ones(app: App) -> None:
    add(app, 1, "refused")
    app.run(outbox.note_refused, [(private_space(app.identity().organisation), 1, int(Problem.SPACE_FORBIDDEN))])
    add(app, 510)
    assert len(app.read(outbox.waiting)) == 500
    assert {entry.state for entry in app.read(outbox.waiting)} == {tables.WAITING}
    review = app.read(sync_review.load)
    assert [parcel.caption for parcel in review.refused] == ["refused 0"]
    assert len(review.waiting) == 500
    assert review.waiting[0].caption == "site 509"


def test_any_number_of_refusals_counts_each_once(app: App) -> None:
    add(app, 20)
    space = private_space(app.identity().organisation)
    told = [(space, n, int(Problem.SPACE_FORBIDDEN)) for n in (*range(11), *range(5, 9), 2**63 - 1)]
    assert app.run(outbox.note_refused, [*told, ("alliance", 12, 1)]) == 10
    assert app.run(outbox.note_refused, told) == 0
    assert waiting(app)[0] == 11
    assert {row.problem for row in app.read(outbox.refused)} == {Problem.SPACE_FORBIDDEN}


def test_quiet_syncs_take_no_room_and_hide_nothing(app: App) -> None:
    note(app, ok=True, **SENT)
    for _ in range(60):
        note(app, ok=True)
    assert [(run.ok, run.sent) for run in app.read(outbox.runs)] == [(True, 0), (True, 3)]
    assert app.read(lambda session: session.scalar(select(func.count()).select_from(tables.sync_run))) == 2
    assert [done.title for done in app.read(sync_review.load).done] == ["Nothing new", "12 received, 3 sent"]


def test_a_quiet_sync_gives_way_to_what_comes_after_it(app: App) -> None:
    note(app, ok=True)
    note(app, ok=False, sentence="No connection.")
    assert [run.ok for run in app.read(outbox.runs)] == [False]
    assert app.read(outbox.last_success)
    note(app, ok=True, **SENT)
    assert [(run.ok, run.sent) for run in app.read(outbox.runs)] == [(True, 3), (False, 0)]


def test_the_limit_counts_what_is_shown(app: App) -> None:
    for number in range(1, 7):
        note(app, ok=True, sent=number)
        note(app, ok=True)
    assert [run.sent for run in app.read(outbox.runs, 4)] == [0, 6, 5, 4]


def test_the_last_success_is_the_latest_and_no_failure(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.read(outbox.last_success) == ""
    for at, ok in (("2026-11-03T10:00:00Z", True), ("2026-11-02T10:00:00Z", True), ("2026-11-04T10:00:00Z", False)):
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        note(app, ok=ok, sentence="" if ok else "No connection.", sent=1)
    assert app.read(outbox.last_success) == "2026-11-02T10:00:00Z"
    assert "ORDER BY" not in " ".join(plans(app, outbox.last_success))
