"""The Sync centre in words: decisions with who and when, what waits, what was refused, what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync.protocol import Problem, private_space
from tests.services.shared_log import FLORES, MAMANI, SharedLog
from tests.support import waiting
from wimdesk.app import App
from wimdesk.errors import UserError
from wimdesk.identifiers import new_id
from wimdesk.services import editing, sync_review
from wimdesk.store import history, outbox

if TYPE_CHECKING:
    pass

ROSA = {"given_name": "Rosa", "family_name": "Quispe", "role": "Operator"}


@pytest.fixture
def app(app: App) -> App:
    app.set_person("Ana")
    return app


@pytest.fixture
def log(app: App) -> SharedLog:
    return SharedLog(app)


def clash(log: SharedLog, mine: dict[str, object], theirs: dict[str, object]) -> str:
    """Both start from what Mamani wrote; ours is placed last, so it shows."""
    rosa = new_id()
    base = log.other(MAMANI, "person", rosa, dict(ROSA))
    log.app.run(editing.change, "person", rosa, mine)
    log.other(MAMANI, "person", rosa, theirs, dict.fromkeys(theirs, base))
    log.own()
    return rosa


def only(app: App) -> sync_review.Decision:
    (decision,) = app.read(sync_review.load).decisions
    return decision


def test_a_field_changed_in_two_places_stands_with_both_values_and_what_was_before(log: SharedLog) -> None:
    clash(log, {"role": "Shift supervisor, mill"}, {"role": "Shift supervisor"})
    decision = only(log.app)
    assert (decision.caption, decision.type_label) == ("Rosa Quispe", "Person")
    assert decision.summary == "changed here and by J. Mamani"
    assert (decision.left[0], decision.right[0]) == ("This computer", "Shared copy")
    assert decision.left[1].startswith("You · ")
    assert decision.right[1].startswith("J. Mamani · 20 Nov 2026")
    (question,) = decision.questions
    assert (question.label, question.before, question.suggested) == ("Role", "Operator", 0)
    assert [(one.text, one.mine, one.left, one.shown) for one in question.options] == [
        ("Shift supervisor, mill", True, True, True),
        ("Shift supervisor", False, False, False),
    ]
    assert ("Given name", "Rosa") in decision.same
    assert "Role" not in dict(decision.same)


def test_deciding_closes_the_question_before_any_sync_and_both_values_stay_known(log: SharedLog) -> None:
    rosa = clash(log, {"role": "Mine"}, {"role": "Theirs"})
    theirs = only(log.app).questions[0].options[1]
    log.app.run(sync_review.decide, "person", rosa, {"role": theirs.seq})
    assert log.app.read(sync_review.load).decisions == ()
    assert log.app.read(history.count_clashes) == 0
    assert log.app.read(editing.values, "person", rosa)["role"] == "Theirs"
    assert log.app.read(outbox.count) == 1
    log.own()
    assert log.app.read(history.count_clashes) == 0
    said = [step.values.get("role") for step in log.app.read(history.history, rosa)]
    assert said == ["Operator", "Theirs", "Mine", "Theirs"]


@pytest.mark.parametrize("kept", [0, 1])
def test_undo_asks_again_whichever_value_was_kept(log: SharedLog, kept: int) -> None:
    rosa = clash(log, {"role": "Mine"}, {"role": "Theirs"})
    before = only(log.app)
    log.app.run(sync_review.decide, "person", rosa, {"role": before.questions[0].options[kept].seq})
    log.app.run(history.undo, log.app.read(history.last_act))
    assert log.app.read(editing.values, "person", rosa)["role"] == "Mine"
    assert [one.text for one in only(log.app).questions[0].options] == ["Mine", "Theirs"]


def test_undo_of_a_later_edit_does_not_ask_what_was_answered_long_ago(log: SharedLog) -> None:
    rosa = clash(log, {"role": "Mine"}, {"role": "Theirs"})
    log.app.run(sync_review.decide, "person", rosa, {"role": only(log.app).questions[0].options[0].seq})
    log.own()
    log.app.run(editing.change, "person", rosa, {"role": "Manager"})
    log.app.run(history.undo, log.app.read(history.last_act))
    assert log.app.read(editing.values, "person", rosa)["role"] == "Mine"
    assert log.app.read(sync_review.load).decisions == ()


def test_three_versions_stand_side_by_side(log: SharedLog) -> None:
    rosa = new_id()
    base = log.other(MAMANI, "person", rosa, dict(ROSA))
    log.app.run(editing.change, "person", rosa, {"role": "Mine"})
    log.other(MAMANI, "person", rosa, {"role": "Second"}, {"role": base})
    log.other(FLORES, "person", rosa, {"role": "Third"}, {"role": base})
    log.own()
    (question,) = only(log.app).questions
    assert [(one.text, one.left) for one in question.options] == [("Mine", True), ("Second", False), ("Third", False)]
    assert "1 more" in only(log.app).right[1]
    third = next(one for one in question.options if one.text == "Third")
    log.app.run(sync_review.decide, "person", rosa, {"role": third.seq})
    log.own()
    assert log.app.read(editing.values, "person", rosa)["role"] == "Third"
    assert log.app.read(sync_review.load).decisions == ()


def test_two_others_are_named_instead_of_this_computer(log: SharedLog) -> None:
    rosa = new_id()
    base = log.other(MAMANI, "person", rosa, dict(ROSA))
    log.other(MAMANI, "person", rosa, {"role": "First"}, {"role": base})
    log.other(FLORES, "person", rosa, {"role": "Second"}, {"role": base})
    decision = only(log.app)
    assert (decision.left[0], decision.right[0]) == (MAMANI, FLORES)
    assert decision.summary == "changed by J. Mamani and Elena Flores"
    assert [one.left for one in decision.questions[0].options] == [True, False]


def test_deleted_here_and_edited_there_is_one_choice(log: SharedLog) -> None:
    rosa = new_id()
    base = log.other(MAMANI, "person", rosa, dict(ROSA))
    log.app.run(editing.remove, "person", rosa)
    log.other(MAMANI, "person", rosa, {"role": "Manager"}, {"role": base})
    log.own()
    decision = only(log.app)
    assert decision.is_deletion
    assert decision.summary == f"deleted here, changed by {MAMANI}"
    assert dict(decision.same) == {"Given name": "Rosa", "Family name": "Quispe"}, "the role is not the same in both"
    (question,) = decision.questions
    assert [one.text for one in question.options] == ["Keep deleted", "Bring back\nRole: Manager"]
    log.app.run(sync_review.decide, "person", rosa, {"deleted": question.options[1].seq})
    values = log.app.read(editing.values, "person", rosa)
    assert (values["deleted"], values["role"]) == (False, "Manager")
    log.own()
    assert log.app.read(sync_review.load).decisions == ()


def test_values_are_written_as_people_read_them(log: SharedLog) -> None:
    org = new_id()
    base = log.other(MAMANI, "organization", org, {"name": {"en": "WIM"}, "country_code": "PE"})
    log.app.run(editing.change, "organization", org, {"country_code": "BO", "founding_date": "2021-03"})
    log.other(MAMANI, "organization", org, {"country_code": "CL", "founding_date": "2021"}, {"country_code": base})
    log.own()
    founded, country = only(log.app).questions
    assert [one.text for one in founded.options] == ["March 2021", "2021"]
    assert [one.text for one in country.options] == ["Bolivia", "Chile"]


def test_deciding_what_was_decided_meanwhile_changes_nothing(log: SharedLog) -> None:
    rosa = clash(log, {"role": "Mine"}, {"role": "Theirs"})
    seq = only(log.app).questions[0].options[0].seq
    log.app.run(sync_review.decide, "person", rosa, {"role": seq})
    with pytest.raises(UserError, match="in the meantime"):
        log.app.run(sync_review.decide, "person", rosa, {"role": seq})


def test_what_waits_is_told_per_record_with_fields_and_bytes(app: App) -> None:
    rosa = app.run(editing.add, "person", dict(ROSA))
    app.run(editing.change, "person", rosa, {"role": "Manager"})
    review = app.read(sync_review.load)
    (parcel,) = review.waiting
    assert (parcel.caption, parcel.changes) == ("Rosa Quispe", 2)
    assert set(parcel.fields) == {"Given name", "Family name", "Role"}
    assert parcel.size == review.waiting_size > 20
    assert review.refused == ()


def test_what_was_refused_is_told_with_a_sentence(app: App) -> None:
    app.run(editing.add, "person", dict(ROSA))
    first, _ops = waiting(app)
    app.run(outbox.note_refused, [(private_space(app.identity().organisation), first, int(Problem.SPACE_FORBIDDEN))])
    review = app.read(sync_review.load)
    assert review.waiting == ()
    assert review.refused[0].sentence.startswith("Your role may not send")


@pytest.mark.parametrize("number", [*Problem, 99])
def test_every_refusal_has_a_sentence(number: int) -> None:
    app_sentence = sync_review.REFUSALS.get(number, sync_review.REFUSED)
    assert app_sentence.endswith(".")
    assert len(app_sentence) > 40


def test_the_history_of_syncs_leaves_out_the_quiet_ones(app: App) -> None:
    for sent, received in ((3, 12), (0, 0), (0, 0)):
        app.run(
            outbox.record_run, outbox.finished("", ok=True, sent=sent, received=received, bytes_up=1400, bytes_down=900)
        )
    app.run(outbox.record_run, outbox.finished("No connection.", ok=False))
    done = app.read(sync_review.load).done
    assert [one.title for one in done] == ["Not finished", "12 received, 3 sent"]
    assert done[0].sentence == "No connection."
    assert done[1].summary.endswith("2.3 kB")
    assert ("Changes received", "12") in done[1].lines
