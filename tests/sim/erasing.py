"""I13: what somebody had erased says nothing any more wherever its log is read, and nothing brings it back.

What is told of a record stops with the order: nobody can say which of its stubs was which save.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sim.laptop import TYPE, Laptop
from tests.sim.model import BY_ITSELF, ERASE, MARKS, Entry, Save, SaveId
from wimdesk.services import erasing
from wimdesk.store import erasures

if TYPE_CHECKING:
    from tests.sim.world import World

_SAID = """SELECT o.space, o.record FROM op o JOIN erasure e ON e.space = o.space AND e.record = o.record
WHERE o.type NOT IN ('erase', 'erased', 'signer') AND (length(o.payload) > 0 OR o.before IS NOT NULL)"""
_SHOWN = f"SELECT t.space, t.id FROM {TYPE} t JOIN erasure e ON e.space = t.space AND e.record = t.id"
_KEPT = "SELECT k.space, k.record FROM {} k JOIN erasure e ON e.space = k.space AND e.record = k.record"
_LEFT = " UNION ALL ".join([_SAID, _SHOWN, *map(_KEPT.format, ("shadow", "clash", "spared"))])


def is_ordered(world: World, space: str, record: str) -> bool:
    """Say whether the order stands in the log as it is now."""
    return any(save.type == ERASE for save in world.model.by_record.get((space, record), ()))


def ordered(world: World, space: str) -> set[str]:
    """Return the records of a space of which the order stands in its log as it is now."""
    return {record for of, record in world.erased if of == space and is_ordered(world, of, record)}


def read_stub(world: World, entry: Entry) -> None:
    """A place in the log that says nothing any more: somebody must have ordered that."""
    if (entry.space, entry.save.record) not in world.erased:
        raise world.broken("I2", f"{entry.space} says nothing at {entry.seq}, and nobody had that erased")
    nobody = frozenset[SaveId]()
    save = Save(
        SaveId(f"stub {entry.seq}", entry.save.record), entry.space, entry.owner, entry.type, {}, nobody, nobody, 0
    )
    world.model.place(entry.space, save)


def said_by_itself(world: World, entry: Entry) -> Save | None:
    """Return what a computer says by itself: that it has swept what was erased, or with which key it signs orders.

    None for anything else.
    """
    erased = (entry.space, entry.save.record) in world.erased
    if entry.type not in BY_ITSELF or (entry.type == "erased" and not erased):
        return None
    nobody = frozenset[SaveId]()
    save = Save(entry.save, entry.space, entry.owner, entry.type, entry.values, nobody, nobody, world.clock.tick)
    world.model.register(save)
    return save


def arrived(world: World, entry: Entry) -> None:
    """What arrives behind an order leaves a stub only, where the endpoint can look."""
    late = entry.type not in MARKS and not entry.space.endswith("/private")
    if late and is_ordered(world, entry.space, entry.save.record):
        raise world.broken("I13", f"{entry.space} says something at {entry.seq} of what was erased before")


def forgotten(world: World, laptop: Laptop) -> None:
    """What a laptop knows to be erased is gone from its tables and its journal, and waits for nothing."""
    laptop.put_aside |= {space for space, _record in laptop.app.read(erasures.doubted)}
    known = set(laptop.eye.execute("SELECT space, record FROM erasure").fetchall())
    if not known:
        return
    if unknown := known - world.erased.keys():
        raise world.broken("I13", f"{laptop.seat.name} erased {unknown}, and nobody ordered it")
    gone = {record for _space, record in known}
    for kept in (laptop.life.unsent, laptop.life.refused):
        for save in [save for save in kept.values() if save.id.record in gone and save.type not in MARKS]:
            del kept[save.id]
    if left := laptop.eye.execute(_LEFT).fetchall():
        raise world.broken("I13", f"{laptop.seat.name} still says something of {set(left)}")
    world.tally.checks["erased"] += 1


def placed(world: World, laptop: Laptop, waiting: set[SaveId]) -> None:
    """What came late has a place: in the log a stub, here still what it said, where nobody proved the order yet."""
    unsent = laptop.life.unsent
    for save in [each for each in unsent.values() if (each.space, each.id.record) in world.erased]:
        rows = laptop.written("record = ? AND state = 'placed'", save.id.record)
        if save.id not in waiting and any(row.save == save.id for row in rows):
            del unsent[save.id]


def settle(world: World, laptops: list[Laptop]) -> None:
    """Let those who may pack anew what holds something erased; then nobody has anything of it, the endpoint neither."""
    if not world.erased:
        return
    able = [laptop for laptop in laptops if laptop.app.read(erasing.may_erase)]
    for laptop in able:
        laptop.sync()
    mine = {laptop.seat.organisation for laptop in able}
    for space in {space for space, _record in world.erased}:
        gone = ordered(world, space)
        if gone and (not space.endswith("/private") or space.split("/")[1] in mine):
            said = [e for e in world.endpoint.log(space, 0) if e.save.record in gone and not e.is_stub]
            if left := [(entry.seq, entry.save) for entry in said if entry.type not in MARKS]:
                raise world.broken("I13", f"the endpoint still says something of what was erased in {space}: {left}")
        for laptop in laptops:
            if space in world.readable(laptop.seat):
                _is_gone(world, laptop, space, gone)


def _is_gone(world: World, laptop: Laptop, space: str, gone: set[str]) -> None:
    known = {record for (record,) in laptop.eye.execute("SELECT record FROM erasure WHERE space = ?", (space,))}
    if gone - known:
        raise world.broken("I13", f"{laptop.seat.name} was never told that {gone - known} are erased")
    forgotten(world, laptop)
