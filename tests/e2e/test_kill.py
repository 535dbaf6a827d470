"""The short form of the soak in tests/soak: killed at random moments, the program has lost nothing."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.soak import kill, storm
from wimdesk.app import App
from wimdesk.services import editing

SEED = 20


def test_killed_while_saving_migrating_and_copying_it_has_lost_nothing() -> None:
    outcome = kill.soak(4, SEED, ("new", "mixed", "migrate", "backup"))
    assert (outcome.times, outcome.lost, outcome.wrong) == (4, 0, [])
    assert outcome.acknowledged > 0
    assert outcome.checks > outcome.acknowledged


def test_after_a_storm_all_comes_to_rest_and_nothing_is_lost() -> None:
    outcome = storm.soak(3, SEED)
    assert (outcome.times, outcome.lost, outcome.stuck, outcome.divergent, outcome.wrong) == (3, 0, 0, 0, [])
    assert outcome.rounds.total() == 3
    assert outcome.acknowledged > 0
    assert outcome.fates.total() > outcome.fates["clean"]
    assert outcome.killed.total() > 0


def test_the_storm_notices_a_laptop_that_never_comes_to_rest() -> None:
    assert storm.soak(1, SEED, "own_operation_stays_waiting").divergent == 1


@pytest.mark.parametrize("fault", ["lost", "older", "unsent", "half"])
def test_the_soak_notices(fault: str, tmp_path: Path) -> None:
    """Each thing that it looks for, planted."""
    (tmp_path / "temporary").mkdir()
    ledger, outcome = kill.Ledger(tmp_path / "profile", tmp_path / "temporary"), kill.Outcome()
    chance = random.Random(SEED)
    while not ledger.values:  # a child that stalls is killed before it has saved anything
        kill.one_life(ledger, "save", chance, outcome)
    record, name = next(iter(ledger.values.items()))
    app = App.open(ledger.folder, kill.WORD)
    match fault:
        case "lost":
            app.run(editing.remove, "site", record)
        case "older":
            ledger.values[record] = "Zarzuela 1000000"
        case "unsent":
            ledger.sent.add((record, f"{name} never"))
        case "half":
            app.run(editing.change, "site", record, {"operator": "another act"})
    app.close()
    kill.look(ledger, "save", outcome)
    assert outcome.wrong
    assert (fault == "half") or outcome.lost > 0
