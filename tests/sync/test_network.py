"""Whoever comes into a place with a network does not wait for the end of a long pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from sync.client import network


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_LOOK_EVERY", 0.02)


def seen(monkeypatch: pytest.MonkeyPatch, *networks: tuple[str, ...]) -> None:
    """Let the computer have these networks, one after the other; the last one stays."""
    left: Iterator[tuple[str, ...]] = iter(networks)
    latest = networks[-1]
    monkeypatch.setattr(network, "own_addresses", lambda: next(left, latest))


def rested(*, failed: bool, wake: threading.Event | None = None, seconds: float = 0.5) -> float:
    began = time.monotonic()
    network.rest(wake or threading.Event(), seconds, failed=failed)
    return time.monotonic() - began


def test_another_network_ends_the_pause_after_a_failure(monkeypatch: pytest.MonkeyPatch, quick: None) -> None:
    seen(monkeypatch, (), (), ("10.0.0.2",))
    assert rested(failed=True, seconds=60) < 30
    seen(monkeypatch, ("10.0.0.2",), ("10.0.0.2",), (), ("192.168.1.7",))
    assert rested(failed=True, seconds=60) < 30


def test_the_same_network_or_none_does_not(monkeypatch: pytest.MonkeyPatch, quick: None) -> None:
    for networks in (((),), (("10.0.0.2",),), (("10.0.0.2",), ())):
        seen(monkeypatch, *networks)
        assert rested(failed=True) >= 0.5


def test_nor_where_all_went_well(monkeypatch: pytest.MonkeyPatch, quick: None) -> None:
    seen(monkeypatch, (), ("10.0.0.2",))
    assert rested(failed=False) >= 0.5


def test_whoever_wakes_it_is_heard_at_once(quick: None) -> None:
    wake = threading.Event()
    wake.set()
    assert max(rested(failed=failed, wake=wake, seconds=60) for failed in (True, False)) < 30


def test_looking_for_a_network_says_what_there_is() -> None:
    assert all(address and address != "0.0.0.0" for address in network.own_addresses())
