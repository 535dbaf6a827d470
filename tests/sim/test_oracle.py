"""What the simulator itself must know, told where it is small: the oracle, and the rules in short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sync.protocol import private_space
from tests.sim.laptop import Seat
from tests.sim.model import DELETED, Life, Model, Question, Save, SaveId
from tests.sim.scene import Scene
from tests.sim.world import World

if TYPE_CHECKING:
    from tests.support import Template
    from wimdesk.store.keys import DeviceKeys

SPACE, RECORD = "alliance", "a record"
NOBODY = frozenset[SaveId]()


def _save(model: Model, at: int, values: dict[str, object], *seen: Save) -> Save:
    known = frozenset(each.id for each in seen)
    save = Save(SaveId(f"{at}", RECORD), SPACE, "an organisation", "site", values, known, NOBODY, at)
    model.register(save)
    return save


def test_what_is_read_while_it_comes_together_is_known_when_the_log_goes_once_more() -> None:
    model, life = Model(), Life()
    first, other = _save(model, 1, {"name": "a"}), _save(model, 2, {"name": "b"})
    model.place(SPACE, first)
    life.cursors = {SPACE: 1}
    model.leave(life)
    model.rewind({SPACE: [first]})
    model.place(SPACE, other)
    life.cursors = {SPACE: 2}  # it reads the new log and is not done yet
    model.leave(life)
    model.rewind({})
    assert model.seen(life, SPACE, RECORD) == {first.id, other.id}
    model.leave(life)  # and once more, with nothing read in between
    assert model.seen(life, SPACE, RECORD) == {first.id, other.id}


def test_whoever_removes_a_record_can_not_say_that_it_knew_what_came_back_turned() -> None:
    model = Model()
    older, newer = _save(model, 1, {"name": "a"}), _save(model, 2, {"name": "b"})
    for save in (older, newer):
        model.place(SPACE, save)
    removal, unseen = _save(model, 3, {DELETED: True}, older, newer), _save(model, 4, {"operator": "c"})
    model.rewind({})
    for save in (unseen, newer, older, removal):
        model.place(SPACE, save)
    assert set(model.questions[SPACE]) == {Question(RECORD, DELETED, 4, 1), Question(RECORD, "name", 3, 2)}
    assert model.is_turned(SPACE, Question(RECORD, DELETED, 4, 3))
    assert not model.is_turned(SPACE, Question(RECORD, DELETED, 4, 1))
    assert not model.is_turned(SPACE, Question(RECORD, DELETED, 2, 3))  # an edit of what is removed


def test_nobody_speaks_for_the_computers_of_another_organisation() -> None:
    ours, theirs, secretariat = (_seat(name) for name in ("ours", "theirs", "secretariat"))
    world = World.__new__(World)
    world.scene = Scene(Path(), cast("Template", None), (ours, theirs, secretariat), {})
    receipt = replace(_save(Model(), 1, {}), type="erased", owner="ours")
    card = replace(receipt, type="signer")
    assert world.may_write(ours, "volunteer", receipt)
    assert not world.may_write(ours, "reader", receipt)
    assert not world.may_write(theirs, "coordinator", receipt)
    assert world.may_write(secretariat, "secretariat", receipt)
    assert world.may_write(ours, "coordinator", card)
    assert not world.may_write(ours, "volunteer", card)
    assert not world.may_write(secretariat, "secretariat", card)
    assert world.may_write(ours, "volunteer", replace(card, space=private_space("ours")))


def _seat(name: str) -> Seat:
    return Seat(name, name, name == "secretariat", name, cast("DeviceKeys", None))
