"""The short form of the soak of files; it is also shown to see what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from sync.bundles import Bundle
from sync.client import bundles
from tests.soak.bundles import Plan, soak

if TYPE_CHECKING:
    import pytest
    from sqlalchemy.orm import Session

    from sync.client.engine import SyncEngine


def test_nothing_wrong_comes_in() -> None:
    outcome = soak(Plan(mutations=300, replays=12, shuffles=3, seed=7))
    assert (outcome.wrong, outcome.accepted, outcome.twice, outcome.equal) == ([], 0, 0, 3)
    assert outcome.mutations > 250
    assert outcome.told["changes: SIGNATURE_WRONG"] > 10, "some of them must get as far as the signature"


def test_it_sees_when_nobody_looks_at_signatures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bundle, "is_by", lambda _self, _key: True)
    assert soak(Plan(mutations=60, replays=0, shuffles=0, seed=7)).accepted > 3


def test_it_sees_when_loading_again_does_something(monkeypatch: pytest.MonkeyPatch) -> None:
    real = bundles._taken  # noqa: SLF001 - the fault is planted just there

    def twice(engine: SyncEngine, bundle: Bundle) -> bundles.Loaded:
        done = real(engine, bundle)
        engine.app.run(_touch)
        return done

    monkeypatch.setattr(bundles, "_taken", twice)
    outcome = soak(Plan(mutations=0, replays=3, shuffles=3, seed=7))
    assert outcome.wrong
    assert outcome.equal < 3


def _touch(session: Session) -> None:
    session.execute(text("UPDATE site SET operator = operator || 'x'"))
