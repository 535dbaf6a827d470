"""The short form of the soak in tests/soak/sequence.py: many writers, dying connections, readers by cursor."""

from __future__ import annotations

import random

import pytest

from tests.postgres import needs_server
from tests.soak import sequence

SEED = 20


@needs_server
def test_on_postgresql_nobody_misses_anything_while_connections_die() -> None:
    with sequence.postgres_store() as (store, superuser):
        outcome = sequence.soak(store, 8, 15, SEED, kill=superuser)
    assert (outcome.transactions, outcome.missed, outcome.twice, outcome.holes, outcome.lost) == (120, 0, 0, 0, 0)
    assert outcome.killed > 0


@needs_server
def test_the_usual_way_to_give_numbers_misses_some() -> None:
    with sequence.postgres_store() as (store, _superuser):
        outcome = sequence.soak(store, 8, 30, SEED, serial=True)
    assert outcome.missed > 0
    assert outcome.lost == 0, "what a reader misses is there"


def test_on_sqlite_nobody_misses_anything() -> None:
    with sequence.sqlite_store() as (store, _nobody):
        outcome = sequence.soak(store, 8, 15, SEED)
    assert (outcome.transactions, outcome.wrong) == (120, 0)


@pytest.mark.parametrize(("fault", "found"), [("lost", "lost"), ("again", "twice"), ("unseen", "missed")])
def test_the_soak_notices(fault: str, found: str) -> None:
    """Each thing that it looks for, planted."""
    outcome = sequence.Outcome()
    with sequence.sqlite_store() as (store, _nobody):
        writer = sequence.Writer.enrolled(store, "1")
        reader = sequence.Reader(store, writer.device)
        for _ in range(20):
            writer.push(sequence.append, outcome)
            reader.poll(sequence.follow, outcome)
        space = random.Random(SEED).choice(sequence.SPACES)
        match fault:
            case "lost":
                writer.acknowledged[space] += 1
            case "again":
                reader.seen[space].append(reader.seen[space][0])
            case "unseen":
                del reader.seen[space][0]
        sequence.compare(store, [writer], [reader], outcome, serial=False)
    assert (outcome.wrong, getattr(outcome, found)) == (1, 1)
