"""Passes of the sync, with and without faults on the way."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.sim import checks, events
from tests.sim.fate import Crash, dying_at_commit, dying_at_statement, weighted
from tests.sim.laptop import Laptop
from tests.sim.wire import Fault, Hook
from wimdesk.errors import WimdeskError

if TYPE_CHECKING:
    from tests.sim.world import World

ON_THE_LINE = {
    "request_lost": 3, "request_delayed": 3, "request_repeated_later": 3, "duplicate_request": 4, "request_cut": 3,
    "request_cut_clean": 3, "portal": 1, "refused_by_proxy": 1, "answer_lost": 6, "answer_cut": 3, "answer_reset": 3,
    "answer_cut_clean": 3, "slow_drip": 2, "bad_gateway_after_commit": 4, "server_dies_before_commit": 1.5,
    "server_dies_after_commit": 1.5, "laptop_dies_before_apply": 2,
}  # fmt: skip
DURING = {
    "edit_during": 6, "other_syncs_during": 4, "token_ends_during": 2, "role_changes_during": 0.7,
    "revoked_during": 0.05, "laptop_dies_inside_apply": 4, "laptop_dies_at_commit": 2, "laptop_dies_after_apply": 2,
    "disk_full_at_apply": 2, "late_letter_during": 2,
}  # fmt: skip
_ALL = ON_THE_LINE | DURING
_EDITS = (events.change, events.change, events.add, events.remove, events.decide)


def sync(world: World, laptop: Laptop, fault_share: float = 0.5) -> str:
    """One pass. Whatever happens on the way, the laptop and the endpoint go on from it."""
    plan: dict[int, Fault] = {}
    armed = contextlib.ExitStack()
    shut_out = laptop.seat.device in world.revoked
    if world.rng.random() < fault_share:
        for _ in range(world.rng.choice((1, 1, 1, 2, 3))):
            _plan(world, laptop, plan, armed)
    laptop.wire.expect(plan, world.rng)
    outcome = _pass(world, laptop, armed)
    laptop.wire.expect({}, world.rng)
    checks.observe(world, laptop)
    if shut_out and outcome.startswith("synced"):
        raise world.broken("I7", f"{laptop.seat.name} was shut out and still syncs")
    known = laptop.records()
    if known:
        record, space, _deleted = world.rng.choice(known)
        checks.look_at(world, laptop, space, record)
    return outcome


def _pass(world: World, laptop: Laptop, armed: contextlib.ExitStack) -> str:
    wire = laptop.wire
    try:
        with armed:
            laptop.sync()
        outcome = "synced"
    except WimdeskError as problem:
        outcome = type(problem).__name__
    except Crash:
        laptop.reborn()
        outcome = "died"
    world.tally.faults.update(wire.happened)
    if "laptop_dies_after_apply" in wire.happened and outcome != "died":
        laptop.reborn()
        outcome += ", died"
    elif "disk_full_at_apply" in wire.happened and outcome != "died":
        laptop.run(events.free_disk)
    return ", ".join([outcome, *wire.happened])


def _plan(world: World, laptop: Laptop, plan: dict[int, Fault], armed: contextlib.ExitStack) -> None:
    """Draw a fault for one of the requests of the pass."""
    number = world.rng.choice((0, 0, 0, 1, 1, 2, 4))
    kind = weighted(world.rng, list(_ALL), list(_ALL.values()))
    if kind in ON_THE_LINE:
        plan[number] = Fault(kind, world.rng.random())
        return

    def hook() -> None:
        laptop.wire.happened[-1] = kind
        _happen(world, laptop, kind, armed)

    plan[number] = Fault("act_during", hook=hook)


def _happen(world: World, laptop: Laptop, kind: str, armed: contextlib.ExitStack) -> None:
    """Do what comes in between, when the request is on its way."""
    match kind:
        case "edit_during":
            world.rng.choice(_EDITS)(world, laptop)
        case "other_syncs_during":
            _other_syncs(world, laptop)
        case "token_ends_during":
            events.tokens_end(world, laptop)
        case "role_changes_during":
            events.change_role(world, laptop)
        case "revoked_during":
            events.revoke(world, laptop)
        case "late_letter_during":
            events.late_letter(world, laptop)
        case "disk_full_at_apply":
            laptop.run(events.fill_disk)
        case "laptop_dies_inside_apply":
            number = world.rng.randrange(1, 14)
            laptop.wire.after_answer = _arm(armed, dying_at_statement(number))
        case "laptop_dies_at_commit":
            laptop.wire.after_answer = _arm(armed, dying_at_commit())


def _arm(armed: contextlib.ExitStack, dying: contextlib.AbstractContextManager[None]) -> Hook:
    done: list[bool] = []

    def arm() -> None:
        if not done:
            done.append(True)
            armed.enter_context(dying)

    return arm


def _other_syncs(world: World, laptop: Laptop) -> None:
    """While the request of one is on its way, another one makes a whole pass."""
    others = [other for other in world.laptops if other is not laptop and other.seat.device not in world.revoked]
    if others:
        _sync_undisturbed(world, world.rng.choice(others))


def _sync_undisturbed(world: World, laptop: Laptop) -> None:
    with contextlib.suppress(WimdeskError), world.undisturbed(laptop):
        laptop.sync()
    checks.observe(world, laptop)


def twins_return(world: World, _laptop: Laptop) -> str:
    """An earlier copy of the folder is worked with and copied to another computer; one syncs in the midst of the other.

    Both have the same to send once more, each under an epoch of its own: whoever comes second must read it first.
    """
    copied = [each for each in world.active if each.copies]
    if not copied or any(each.clone for each in world.laptops):
        return "nothing"
    laptop = world.rng.choice(copied)
    events.restore_laptop(world, laptop)
    events.change(world, laptop)
    events.clone_laptop(world, laptop)
    twin = world.laptops[-1]

    def hook() -> None:
        laptop.wire.happened[-1] = "twin_syncs_during"
        _sync_undisturbed(world, twin)

    laptop.wire.expect({world.rng.randrange(6): Fault("act_during", hook=hook)}, world.rng)
    outcome = _pass(world, laptop, contextlib.ExitStack())
    laptop.wire.expect({}, world.rng)
    checks.observe(world, laptop)
    return outcome
