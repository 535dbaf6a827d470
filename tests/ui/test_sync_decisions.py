"""Changed in two places, in the real window: two laptops, decided with the mouse and with keys only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from tests.support import Laptop
from tests.ui.sync_seat import ANA, LEFT, MINE, RIGHT, THEIRS, Sit, clash, person, words
from ui.widgets.labels import Chip
from wimdesk.services import dates

if TYPE_CHECKING:
    pass


def both_show(ana: Laptop, mamani: Laptop, record: str, **expected: object) -> None:
    """After a sync of both the values are these and nobody is asked any more."""
    for laptop in (ana, mamani, ana):
        laptop.sync()
    for laptop in (ana, mamani):
        seen = laptop.see("person", record)
        assert {name: seen[name] for name in expected} == expected
        assert laptop.questions() == []


def test_both_values_stand_side_by_side_with_who_when_and_what_was_before(
    ana: Laptop, mamani: Laptop, sit: Sit
) -> None:
    record = clash(ana, mamani)
    seat = sit(ana)
    assert seat.rows("decision") == ["Rosa Quispe. Person · changed here and by J. Mamani. 2 fields"]
    assert seat.card.decision.record == record
    told = words(seat.card)
    versions = {found.field: found for found in ana.questions()}
    assert set(versions) == {"role", "summary"}
    when = dates.moment_text(versions["role"].other.at)
    for part in (
        "Rosa Quispe", "This computer", "Shared copy", "You · ", f"J. Mamani · {when}", "Before: Operator",
        "Before: Works at the mill.", "Choose for 2 more fields.", "1 of 1", "Both versions stay in the history.",
    ):  # fmt: skip
        assert part in told
    for field in MINE:
        assert seat.side(field, LEFT).text() == MINE[field]
        assert seat.side(field, RIGHT).text() == THEIRS[field]
        assert not seat.side(field, LEFT).isChecked()
        assert not seat.side(field, RIGHT).isChecked()
    assert seat.side("role", LEFT).accessibleName() == "Role, This computer: Shift supervisor, mill"
    assert "J. Mamani" in seat.side("role", RIGHT).accessibleDescription()
    assert [chip.text() for chip in seat.card.findChildren(Chip)] == ["Person"]


def test_choosing_by_mouse_field_by_field_reaches_both(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    record = clash(ana, mamani)
    seat = sit(ana)
    assert not seat.card.save.isEnabled()
    seat.click(seat.side("role", LEFT))
    assert not seat.card.save.isEnabled()
    assert "Choose for 1 more field." in words(seat.card)
    seat.click(seat.side("summary", RIGHT))
    assert "more field" not in words(seat.card)
    seat.click(seat.card.save)
    assert seat.page.decision is None
    assert seat.rows("decision") == []
    assert "Nothing needs a decision." in words(seat.page)
    both_show(ana, mamani, record, role=MINE["role"], summary=THEIRS["summary"])


def test_choosing_with_keys_only(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    record = clash(ana, mamani)
    seat = sit(ana)
    seat.page.list.view.setFocus(Qt.FocusReason.TabFocusReason)
    seat.tab_to(seat.side("role", LEFT))
    seat.key(Qt.Key.Key_Space)
    assert seat.side("role", LEFT).isChecked()
    seat.key(Qt.Key.Key_Right)
    assert seat.side("role", RIGHT).isChecked()
    seat.key(Qt.Key.Key_Tab)
    assert seat.side("summary", LEFT).hasFocus(), "a field is one stop of Tab"
    seat.key(Qt.Key.Key_Space)
    assert seat.side("summary", LEFT).isChecked()
    assert seat.side("role", RIGHT).isChecked()
    seat.tab_to(seat.card.save)
    seat.key(Qt.Key.Key_Space)
    seat.settle()
    both_show(ana, mamani, record, role=THEIRS["role"], summary=MINE["summary"])


@pytest.mark.parametrize(("button", "kept"), [("keep_left", MINE), ("keep_right", THEIRS)])
def test_keep_all_of_one_side(ana: Laptop, mamani: Laptop, sit: Sit, button: str, kept: dict[str, str]) -> None:
    record = clash(ana, mamani)
    seat = sit(ana)
    assert (seat.card.keep_left.text(), seat.card.keep_right.text()) == ("Keep all mine", "Keep all shared")
    seat.click(getattr(seat.card, button))
    seat.click(seat.card.save)
    both_show(ana, mamani, record, **kept)


def test_the_other_laptop_sees_the_same_the_other_way_round(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    record = clash(ana, mamani)
    seat = sit(mamani)
    assert seat.side("role", LEFT).text() == THEIRS["role"]
    assert f"{ANA} · " in words(seat.card)
    seat.click(seat.card.keep_left)
    seat.click(seat.card.save)
    both_show(ana, mamani, record, **THEIRS)


def test_undo_asks_again(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    record = clash(ana, mamani)
    seat = sit(ana)
    seat.click(seat.card.keep_right)
    seat.click(seat.card.save)
    assert ana.see("person", record)["role"] == THEIRS["role"]
    seat.undo()
    assert ana.see("person", record)["role"] == MINE["role"]
    assert len(seat.rows("decision")) == 1
    assert seat.card.chosen() == {}
    assert seat.side("role", RIGHT).text() == THEIRS["role"]


def test_decided_on_the_other_laptop_it_is_no_question_any_more(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    clash(ana, mamani)
    seat = sit(ana)
    seat.click(seat.side("role", LEFT))
    there = sit(mamani)
    there.click(there.card.keep_right)
    there.click(there.card.save)
    mamani.sync()
    ana.sync()
    seat.settle()
    assert seat.page.decision is None
    assert seat.rows("decision") == []


def test_alt_and_arrows_go_through_the_decisions(ana: Laptop, two: list[str], sit: Sit) -> None:
    seat = sit(ana)
    alt = Qt.KeyboardModifier.AltModifier
    assert [seat.card.decision.record, "1 of 2" in words(seat.card)] == [two[0], True]
    seat.tab_to(seat.side("role", LEFT))
    seat.key(Qt.Key.Key_Right, alt)
    seat.settle()
    assert [seat.card.decision.record, "2 of 2" in words(seat.card)] == [two[1], True]
    assert seat.side("role", LEFT).hasFocus(), "whoever works with keys goes on where the choice is"
    seat.key(Qt.Key.Key_Right, alt)
    seat.settle()
    assert seat.card.decision.record == two[1]
    seat.key(Qt.Key.Key_Left, alt)
    seat.settle()
    assert seat.card.decision.record == two[0]
    assert seat.page.list.current() == f"decision:{two[0]}"
    assert not seat.card.back.isEnabled()
    seat.click(seat.card.forward)
    assert seat.card.decision.record == two[1]


def test_asked_for_a_record_it_shows_what_there_is_of_it(ana: Laptop, two: list[str], sit: Sit) -> None:
    waits = ana.add("site", name="North")
    seat = sit(ana)
    for record, row in ((two[1], f"decision:{two[1]}"), (waits, f"waiting:{waits}"), (two[0], f"decision:{two[0]}")):
        seat.window.show_page("home")
        seat.window.show_page("sync", record)
        seat.settle()
        assert seat.page.list.current() == row
    assert seat.card.decision.record == two[0]


def test_decide_later_goes_on_and_keeps_asking(ana: Laptop, two: list[str], sit: Sit) -> None:
    seat = sit(ana)
    seat.click(seat.card.later_button)
    assert seat.card.decision.record == two[1]
    assert seat.page.list.current() == f"decision:{two[1]}"
    seat.click(seat.card.later_button)
    assert "stays here until you decide" in words(seat.window.ground)
    assert len(seat.rows("decision")) == len(ana.questions()) - 1 == 2


def test_after_a_decision_the_next_one_shows(ana: Laptop, two: list[str], sit: Sit) -> None:
    seat = sit(ana)
    seat.click(seat.card.keep_left)
    seat.click(seat.card.save)
    assert seat.card.decision.record == two[1]
    assert "1 of 1" in words(seat.card)
    assert seat.window.sidebar.row("sync").isVisible()


def test_a_choice_that_was_not_saved_outlives_a_look_elsewhere_and_a_sync(
    ana: Laptop, mamani: Laptop, two: list[str], sit: Sit
) -> None:
    seat = sit(ana)
    seat.click(seat.side("role", RIGHT))
    chosen = seat.card.chosen()
    assert set(chosen) == {"role"}
    seat.go("home")
    seat.go("sync")
    assert seat.card.chosen() == chosen
    seat.choose(f"decision:{two[1]}")
    seat.choose(f"decision:{two[0]}")
    assert seat.card.chosen() == chosen
    mamani.add("site", name="North")
    clash(ana, mamani, {"role": "Third"}, {"role": "Fourth"})
    seat.click(seat.page.sync_button)
    seat.qtbot.waitUntil(lambda: len(seat.rows("decision")) == 3)
    seat.settle()
    assert seat.card.decision.record == two[0]
    assert seat.card.chosen() == chosen
    seat.window.retranslate()
    seat.settle()
    assert seat.card.chosen() == chosen


def test_a_sync_leaves_the_focus_where_it_was(ana: Laptop, mamani: Laptop, sit: Sit) -> None:
    clash(ana, mamani)
    seat = sit(ana)
    seat.tab_to(seat.side("summary", LEFT))
    clash(ana, mamani, {"role": "Third"}, {"role": "Fourth"})
    seat.settle()
    assert len(seat.rows("decision")) == 2
    assert seat.side("summary", LEFT).hasFocus()


@pytest.mark.parametrize("deleted_here", [True, False])
@pytest.mark.parametrize("bring_back", [True, False])
def test_row_o13_deleted_in_one_place_and_edited_in_the_other_is_asked(
    ana: Laptop, mamani: Laptop, sit: Sit, deleted_here: bool, bring_back: bool
) -> None:
    record = person(ana, mamani)
    deleter, editor = (ana, mamani) if deleted_here else (mamani, ana)
    deleter.remove("person", record)
    editor.change("person", record, role="Manager")
    mamani.sync()
    ana.sync()
    seat = sit(ana)
    assert seat.rows("decision")[0].endswith("Deleted?")
    assert "deleted in one place and changed in another" in words(seat.card)
    keep, back = (LEFT, RIGHT) if deleted_here else (RIGHT, LEFT)
    assert seat.side("deleted", keep).text() == "Keep deleted"
    assert seat.side("deleted", back).text() == "Bring back\nRole: Manager"
    assert not seat.card.save.isEnabled()
    assert not seat.card.keep_left.isVisible()
    seat.click(seat.side("deleted", back if bring_back else keep))
    seat.click(seat.card.save)
    expected: dict[str, object] = {"deleted": not bring_back}
    both_show(ana, mamani, record, **(expected | ({"role": "Manager"} if bring_back else {})))
