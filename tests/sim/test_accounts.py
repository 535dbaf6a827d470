"""Stories in which the program is right, and the account beside it has to know that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync.protocol import private_space
from tests.sim import checks, passes
from tests.sim.fate import LEAP, Clock, seeded, tick_of
from tests.sim.laptop import TYPE, Laptop, add_in
from tests.sim.model import SIGNER, Save, SaveId
from tests.sim.simulator import scene
from tests.sim.wire import Fault
from tests.sim.world import Tally, World
from wimdesk import clock as clocks
from wimdesk.errors import NoConnection
from wimdesk.services import editing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with scene(2, tmp_path) as made, seeded(1):
        world = World(made, tmp_path / "world", 1, Tally())
        with clocks.driven_by(world.clock.now):
            yield world
        world.close()


def add(world: World, laptop: Laptop, name: str) -> str:
    checks.observe(world, laptop)
    world.clock.tick += 1
    space = private_space(laptop.seat.organisation)
    made = str(laptop.run(add_in, {"name": name}, space))
    checks.saved(world, laptop, {made: {"name": name}}, space)
    return made


def change(world: World, laptop: Laptop, record: str, expected: dict[str, object], **values: object) -> None:
    checks.observe(world, laptop)
    world.clock.tick += 1
    laptop.run(editing.change, TYPE, record, values)
    checks.saved(world, laptop, {record: expected | values})


def give_role(world: World, laptop: Laptop, role: str) -> None:
    world.clock.tick += 1
    world.endpoint.give_role(laptop.seat.device, role)
    world.roles[laptop.seat.device].append((world.clock.tick, role))


@pytest.mark.parametrize("dies", [False, True])
def test_what_was_built_on_something_refused_is_let_in_with_it_within_one_pass(world: World, dies: bool) -> None:
    _secretariat, laptop = world.laptops
    record = add(world, laptop, "first")
    assert passes.sync(world, laptop, 0) == "synced"
    give_role(world, laptop, "reader")
    change(world, laptop, record, {}, name="as a reader")
    laptop.wire.expect({0: Fault("answer_lost")}, world.rng)
    with pytest.raises(NoConnection):
        laptop.sync()
    laptop.wire.expect({}, world.rng)
    checks.observe(world, laptop)
    give_role(world, laptop, "coordinator")
    change(world, laptop, record, {}, name="as a writer", operator="as a writer")
    another = add(world, laptop, "in the same box")
    before = len(world.model.saves)
    laptop.sync()
    if dies:
        laptop.reborn()
    checks.observe(world, laptop)
    assert len(world.model.saves) == before + 2, "both went out again by themselves"
    assert [laptop.life.unsent, laptop.life.refused] == [{}, {}]
    checks.quiet(world)
    assert [world.model.by_record[private_space(laptop.seat.organisation), r][-1].seq for r in (record, another)]


def test_whose_key_is_whose_is_told_again_only_by_who_may_give_orders_of_the_same_organisation(world: World) -> None:
    office, own = (laptop.seat for laptop in world.laptops)
    nobody = frozenset[SaveId]()
    private = private_space(own.organisation)
    far, near = (
        Save(SaveId("", ""), space, own.organisation, SIGNER, {}, nobody, nobody, 0) for space in ("alliance", private)
    )
    assert world.may_write(own, "coordinator", far)
    assert not any((world.may_write(own, "volunteer", far), world.may_write(office, "secretariat", far)))
    assert world.may_write(own, "volunteer", near), "the endpoint does not see what is sealed"
    assert not any((world.may_write(own, "reader", near), world.may_write(office, "secretariat", near)))


def test_a_save_names_the_true_time_however_wrong_its_clock_was() -> None:
    clock = Clock()
    for tick, leaps in ((0, 0), (1307, 0), (1307, -6), (1, 6), (LEAP - 1, -1)):
        clock.tick = tick
        with clock.wrong_by(leaps), clocks.driven_by(clock.now):
            assert tick_of(clocks.now()) == tick
