"""The short form of `tests.soak.fuzz`, and proofs that it notices what it looks for."""

from __future__ import annotations

import time

from tests.soak import fuzz


def test_no_message_breaks_who_reads_it() -> None:
    outcome = fuzz.soak(12_000, seed=7)
    assert outcome.crashes == []
    said = set(outcome.outcomes)
    assert {f"{kind}: understood" for kind in ("frames", "columns", "wire")} <= said
    assert {"laptop: Undone", "laptop: SyncProblem", "endpoint: 200", "endpoint: 400 1"} <= said


def test_the_same_seed_makes_the_same_messages() -> None:
    kinds = ("frames", "columns", "wire")
    assert fuzz.soak(300, 3, kinds).outcomes == fuzz.soak(300, 3, kinds).outcomes


def test_what_breaks_or_takes_long_is_noticed() -> None:
    def breaks(message: bytes) -> str:
        raise TypeError(message)

    def lingers(message: bytes) -> str:
        time.sleep(1.1)
        return "understood"

    outcome = fuzz.Outcome()
    outcome.note("frames", b"one", breaks)
    outcome.note("frames", b"two", lingers)
    assert [crash["message"] for crash in outcome.crashes] == [b"one".hex(), b"two".hex()]
