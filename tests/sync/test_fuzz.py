"""The short form of `tests.soak.fuzz`, and proofs that it notices what it looks for."""

from __future__ import annotations

import time

import pytest

from tests.soak import fuzz


def test_no_message_breaks_who_reads_it() -> None:
    outcome = fuzz.soak(16_000, seed=7)
    assert outcome.crashes == []
    said = set(outcome.outcomes)
    assert {f"{kind}: understood" for kind in ("frames", "columns", "wire", "bundle")} <= said
    assert {"laptop: Undone", "laptop: NotAnAnswer", "endpoint: 200", "endpoint: 400 1"} <= said
    assert {"box: understood", "box: ValueError", "attachment: 204", "attachment: 404 60"} <= said


def test_the_same_seed_makes_the_same_messages() -> None:
    kinds = ("frames", "columns", "wire")
    assert fuzz.soak(300, 3, kinds).outcomes == fuzz.soak(300, 3, kinds).outcomes


def test_what_breaks_or_takes_long_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(message: bytes) -> str:
        raise TypeError(message)

    def works(message: bytes) -> str:
        began = time.process_time()
        while time.process_time() - began < 1.1:
            """Nobody would wait for this."""
        return "understood"

    def waits(message: bytes) -> str:
        time.sleep(0.2)
        return "understood"

    outcome = fuzz.Outcome()
    outcome.note("frames", b"one", breaks)
    outcome.note("frames", b"two", works)
    outcome.note("frames", b"fine", waits)
    monkeypatch.setattr(fuzz, "_LONGEST_WAIT", 0.1)
    outcome.note("frames", b"three", waits)
    assert [bytes.fromhex(crash["message"]) for crash in outcome.crashes] == [b"one", b"two", b"three"]
