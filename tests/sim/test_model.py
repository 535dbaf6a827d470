"""The model's own rules, where a world that needs them is rare."""

from __future__ import annotations

import pytest

from tests.sim.model import Life, Model, Save, SaveId

_NOBODY = frozenset[SaveId]()


def save(at: str, **values: object) -> Save:
    return Save(SaveId(at, "r"), "space", "", "site", values, _NOBODY, _NOBODY, 0)


@pytest.fixture
def model() -> Model:
    return Model()


def placed(model: Model, *saves: Save) -> list[SaveId]:
    for each in saves:
        if each.id not in model.saves:
            model.register(each)
        model.place("space", each)
    return [each.id for each in saves]


def test_what_was_refused_after_it_was_lost_stands_where_it_stood(model: Model) -> None:
    first, mine, theirs, since = save("1", name="A"), save("2", name="B"), save("3", name="C"), save("4", name="D")
    life = Life(cursors={"space": 9})
    placed(model, first, mine, theirs)
    model.lose(life)
    model.rewind({"space": [first]})
    life.cursors, life.heard, life.refused = {"space": 1}, True, {mine.id: mine}
    assert model.view(life, "space", "r", [theirs.id]) == {"name": "C"}
    model.register(since)
    life.unsent = {since.id: since}
    assert model.view(life, "space", "r", [theirs.id]) == {"name": "D"}


def test_what_was_lost_before_stands_where_it_stood_when_more_is_lost(model: Model) -> None:
    first, lost, since = save("1", name="A"), save("2", name="B", operator="B"), save("3", name="C")
    life = Life(cursors={"space": 9})
    placed(model, first, lost)
    model.lose(life)
    model.rewind({"space": [first]})
    placed(model, since)
    life.cursors = {"space": 2}
    model.lose(life)
    assert life.old["space", "r"] == [first.id, lost.id, since.id]
    for log, name in (([first], "B"), ([first, since], "C")):
        model.rewind({"space": list(log)})
        life.cursors = {"space": len(log)}
        assert model.view(life, "space", "r", [lost.id]) == {"name": name, "operator": "B"}
