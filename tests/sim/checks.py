"""The invariants, looked at after each event (the cheap ones) and when all is quiet (all of them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from sync.protocol import Problem
from tests.sim import approvals, erasing
from tests.sim.fate import tick_of
from tests.sim.laptop import BLANK, FIELDS, TYPE, Laptop, Written
from tests.sim.model import BY_ITSELF, DELETED, ERASE, MARKS, Entry, Question, Save, SaveId
from wimdesk.errors import WimdeskError
from wimdesk.services import doubts, removals
from wimdesk.store import proof

if TYPE_CHECKING:
    from tests.sim.world import World

ROUNDS = 3
_state = msgspec.msgpack.Decoder(tuple[str, bytes, dict[str, tuple[object, int, bytes, int, int]]]).decode


def begin(world: World) -> None:
    """Learn what was there before the first step."""
    for laptop in world.laptops:
        world.endpoint.keys.update(laptop.ask("SELECT id, key FROM seal_key"))
    for space in world.endpoint.heads():
        for entry in world.endpoint.log(space, 0):
            earlier = frozenset(save.id for save in world.model.by_record[space, entry.save.record])
            save = Save(entry.save, space, entry.owner, entry.type, entry.values, earlier, frozenset(), 0)
            world.model.register(save)
            world.model.place(space, save)
    world.generation = world.endpoint.generation()


def read_log(world: World) -> None:
    """I2, I3, I8: what is new at the endpoint was saved by somebody, is unchanged, in order and there once."""
    model = world.model
    for space, head in world.endpoint.heads().items():
        known = len(model.logs[space])
        if head < known:
            raise world.broken("I2", f"the endpoint has lost {known - head} places of {space}")
        if head == known:
            continue
        for laptop in world.laptops:
            world.endpoint.keys.update(laptop.ask("SELECT id, key FROM seal_key"))
        for entry in world.endpoint.log(space, known):
            _read_entry(world, entry)
        if len(model.logs[space]) != head:
            raise world.broken("I8", f"{space} says {head} and holds {len(model.logs[space])}")
    world.tally.checks["log"] += 1


def _read_entry(world: World, entry: Entry) -> None:
    if entry.is_stub:
        erasing.read_stub(world, entry)
        return
    erasing.arrived(world, entry)
    model = world.model
    save = model.saves.get(entry.save) or erasing.said_by_itself(world, entry) or _just_sent_again(world, entry)
    if save is None:
        raise world.broken("I3", f"nobody saved {entry.save} in {entry.space}")
    if save.seq:
        raise world.broken("I3", f"{entry.save} stands twice in {entry.space}: {save.seq} and {entry.seq}")
    if entry.seq != len(model.logs[entry.space]) + 1:
        raise world.broken("I8", f"{entry.space} goes on with {entry.seq}")
    told = (save.space, save.owner, save.type, save.values)
    if told != (entry.space, entry.owner, entry.type, entry.values):
        raise world.broken("I2", f"{entry.save} was saved as {told} and stands as {entry}")
    authors = [laptop for laptop in world.laptops if entry.save in laptop.life.own.get(entry.save.record, ())]
    for laptop in authors:
        if not any(world.may_write(laptop.seat, r, save) for r in world.roles_between(laptop.seat.device, save.tick)):
            raise world.broken("I7", f"{laptop.seat.name} may not write {entry.save} in {entry.space}")
    model.place(entry.space, save)


def _just_sent_again(world: World, entry: Entry) -> Save | None:
    """What followed something refused goes out again by itself, and may be let in before that pass is over: who was a
    reader may have become a writer meanwhile. Nobody has looked at the laptop by then."""
    for laptop in world.laptops:
        _sent_again(world, laptop)
    return world.model.saves.get(entry.save)


def saved(world: World, laptop: Laptop, expected: dict[str, dict[str, object]] | None, space: str = "") -> None:
    """I2, I4: an act that went well is in the journal, as a whole, unchanged; and what it set is seen at once."""
    rows = laptop.written(
        "pos > ? AND state IN ('waiting', 'held') AND type NOT IN ('erased', 'signer')", laptop.last_pos
    )
    if expected is not None and (laptop.life.heard or not laptop.life.refused):
        found = {row.save.record: row.values for row in rows}
        told = {record: _carried(world, laptop, record, values) | values for record, values in expected.items()}
        if found != told or len(rows) != len(told):
            raise world.broken("I2", f"{laptop.seat.name} saved {told}; the journal says {found}")
        if space and any(row.space != space for row in rows):
            raise world.broken("I7", f"{laptop.seat.name} saved in {space}; the journal says otherwise")
    _register(world, laptop, rows)
    for row in rows:
        look_at(world, laptop, row.space, row.save.record)


def _carried(world: World, laptop: Laptop, record: str, values: dict[str, object]) -> dict[str, object]:
    """Return what an operation has to carry besides its own values: all of the record that was refused."""
    stuck = [save for save in laptop.life.refused.values() if save.id.record == record]
    if not stuck:
        return {}
    seen = world.view(laptop, stuck[0].space, record) | values
    known = {*FIELDS, DELETED} if stuck[0].type == TYPE else seen.keys()
    return {name: seen[name] for save in stuck for name in save.values if name in known}


def _register(world: World, laptop: Laptop, rows: list[Written], *, by_itself: bool = False) -> None:
    life = laptop.life
    for row in rows:
        if row.save in world.model.saves:
            raise world.broken("I3", f"{row.save} was journalled twice")
        record = row.save.record
        own, read = frozenset(life.own.get(record, ())), world.model.seen(life, row.space, record)
        save = Save(row.save, row.space, row.owner, row.type, row.values, read, own, tick_of(row.save.at))
        save.unsure = not life.heard
        if DELETED not in row.values and is_kept_in_view(laptop, record):
            save.fields[DELETED] = world.model.but_for_removals(read)
        fresh = not own and (row.space, record) not in world.model.by_record and not laptop.lost(record)
        seen = world.view(laptop, row.space, record)
        if record in laptop.kept_in_view:
            seen[DELETED] = False
        save.before = None if fresh else {name: seen.get(name, BLANK.get(name)) for name in row.values}
        carried = [stuck for stuck in life.refused.values() if stuck.id.record == record]
        if by_itself and DELETED not in row.values:  # nobody looked at the record for it, or saw that it was removed
            save.fields[DELETED] = frozenset().union(*(stuck.fields.get(DELETED, stuck.seen) for stuck in carried))
        for stuck in carried:
            for name in stuck.values:
                save.fields.setdefault(name, stuck.fields.get(name, stuck.seen))
            del life.refused[stuck.id]
        world.model.register(save)
        life.own[record].append(row.save)
        life.unsent[row.save] = save
        laptop.last_pos = max(laptop.last_pos, row.pos)


def is_kept_in_view(laptop: Laptop, record: str) -> bool:
    """Say whether a record shows that the log says is removed: whoever edits it has not seen that it is."""
    shown = laptop.shown(record)
    return shown is not None and not shown[DELETED] and laptop.is_spared(record)


def observe(world: World, laptop: Laptop) -> None:
    """Follow what a pass did, as far as it came: I2, I7, I8 for this laptop."""
    read_log(world)
    if not _hears(world, laptop):
        return
    erasing.forgotten(world, laptop)
    life, cursors = laptop.life, laptop.cursors()
    allowed = world.readable(laptop.seat)
    for space, cursor in cursors.items():
        before = life.cursors.get(space, 0)
        if cursor == before:
            continue
        if space not in allowed:
            raise world.broken("I7", f"{laptop.seat.name} holds {space}")
        if cursor < before or cursor > len(world.model.logs[space]):
            raise world.broken("I8", f"{laptop.seat.name} has read {space} up to {cursor} after {before}")
        query = "SELECT count(*) FROM op WHERE space = ? AND seq > ? AND seq <= ?"
        if laptop.ask(query, space, before, cursor)[0][0] != cursor - before:
            raise world.broken("I8", f"{laptop.seat.name} is at {cursor} of {space} and lacks some of it")
    life.cursors = cursors
    # What was refused here may have been let in from elsewhere: from a copy, or from who had it when it was lost.
    for kept in (life.unsent, life.refused):
        for save in [save for save in kept.values() if save.seq and save.seq <= cursors.get(save.space, 0)]:
            del kept[save.id]
    _outbox(world, laptop)
    world.tally.checks["laptop"] += 1


def _hears(world: World, laptop: Laptop) -> bool:
    """Say whether the laptop and the endpoint are together. What waits again after being brought together is known."""
    life, generation = laptop.life, laptop.generation()
    if laptop.returning() or generation != world.generation:
        if life.heard and generation == world.generation:
            world.model.leave(life)  # what is read again was seen before, and still shows
        life.heard = False
        life.cursors = laptop.cursors() if laptop.returning() and generation in {0, world.generation} else {}
        return False
    if not life.heard or life.epoch != laptop.epoch:
        # Both may have been brought together within one pass: only the new epoch says so then.
        life.heard, life.epoch, life.cursors, life.ahead = True, laptop.epoch, {}, {}
        # What was refused goes out once more when both are together again: a role may allow it by now.
        waiting = {row.save for row in laptop.written("state = 'waiting'")}
        for save in [save for save in life.refused.values() if save.seq or save.id in waiting]:
            del life.refused[save.id]
        for row in laptop.written("state IN ('waiting', 'refused') AND type NOT IN ('erased', 'signer')"):
            known = world.model.saves.get(row.save)
            if known is not None and row.save not in life.unsent and row.save not in life.refused:
                life.unsent[row.save] = known
    return True


def _outbox(world: World, laptop: Laptop) -> None:
    life = laptop.life
    waiting, stuck = (
        # What a computer says by itself is written and sent within a pass: what is to be known of it the log says.
        [row for row in laptop.written(f"state = '{state}'") if row.type not in BY_ITSELF]
        for state in ("waiting", "refused")
    )
    there = {row.save for row in waiting}
    erasing.placed(world, laptop, there)
    _sent_again(world, laptop)
    # Only the states that have an index are read as a whole: this runs after each step.
    elsewhere = {save.record for save in life.unsent if save not in there}
    carried = [row for r in sorted(elsewhere) for row in laptop.written("record = ? AND state = 'replaced'", r)]
    _note_refused(world, laptop, [*stuck, *carried])
    if sorted(row.save for row in waiting) != sorted(life.unsent):
        gone, extra = set(life.unsent) - there, there - set(life.unsent)
        raise world.broken("I2", f"{laptop.seat.name}: gone from the outbox {gone}, waiting for nothing {extra}")
    if sorted(row.save for row in stuck) != sorted(life.refused):
        said = sorted(row.save for row in stuck)
        raise world.broken("I2", f"{laptop.seat.name}: refused {sorted(life.refused)}; the journal says {said}")


def _sent_again(world: World, laptop: Laptop) -> None:
    """I2: what the program sends again by itself is all that was refused of the record, as it is now."""
    author = laptop.app.store.author
    own = "device = ? AND epoch = ? AND type NOT IN ('erased', 'signer')"
    for row in laptop.written(f"pos > ? AND {own}", laptop.last_pos, author.device, author.epoch):
        record = row.save.record
        if row.type == ERASE and (row.space, record) in world.erased:  # the order was lost with the file it stood in
            _register(world, laptop, [row])
            continue
        _note_refused(world, laptop, laptop.written("record = ? AND state IN ('refused', 'replaced')", record))
        if row.values != _carried(world, laptop, record, {}) or not row.values:
            raise world.broken("I2", f"{laptop.seat.name} sends again {row}")
        _register(world, laptop, [row], by_itself=True)


def _note_refused(world: World, laptop: Laptop, rows: list[Written]) -> None:
    for row in sorted(rows, key=lambda each: each.pos):
        save = laptop.life.unsent.pop(row.save, None)
        if save is not None:
            _refused(world, laptop, save, row.problem)


def _refused(world: World, laptop: Laptop, save: Save, problem: int) -> None:
    roles = world.roles_between(laptop.seat.device, save.tick)
    follows = problem == Problem.FOLLOWS_REFUSED and _is_built_on_refused(world, laptop, save)
    if save.seq or not (follows or any(not world.may_write(laptop.seat, role, save) for role in roles)):
        raise world.broken("I2", f"{save.id} of {laptop.seat.name} was refused without a reason ({problem})")
    laptop.life.refused[save.id] = save
    laptop.life.tainted.add(save.id.record)
    world.tally.outcomes["operation refused"] += 1


def _is_built_on_refused(world: World, laptop: Laptop, save: Save) -> bool:
    """Say whether something of the record was refused. What is sealed goes in boxes, each taken or refused as a whole:
    there it may be something of another record."""
    life, saves = laptop.life, world.model.saves
    if save.id.record in life.tainted or not save.space.endswith("/private"):
        return save.id.record in life.tainted
    return any(saves[each].space == save.space for record in life.tainted for each in life.own.get(record, ()))


def look_at(world: World, laptop: Laptop, space: str, record: str) -> None:
    """I4: a person sees what the log says up to here, with own saves on top."""
    if not laptop.life.heard:
        return
    if (space, record) in world.erased:
        return
    world.tally.checks["view"] += 1
    told = world.view(laptop, space, record)
    if world.model.types.get(record) != TYPE:
        return
    _compare(world, laptop, record, told, laptop.shown(record))


def _compare(
    world: World, laptop: Laptop, record: str, told: dict[str, object], shown: dict[str, object] | None
) -> None:
    wanted = {name: told.get(name, BLANK[name]) for name in FIELDS} | {DELETED: told.get(DELETED) is True}
    if wanted[DELETED] and laptop.is_spared(record):
        wanted[DELETED] = False
        world.tally.checks["spared"] += 1
    if shown is None or shown != wanted:
        differing = sorted(name for name in wanted if shown is None or shown[name] != wanted[name])
        raise world.broken("I4", f"{laptop.seat.name} shows another {differing} of {record}: {shown} for {wanted}")


def quiet(world: World) -> None:
    """I9: heal everything, and within three rounds all is quiet; then look at everything."""
    laptops = world.active
    for laptop in laptops:
        laptop.wire.expect({}, world.rng)
    _go_round(world, laptops)
    if _uphold(world, laptops):
        _go_round(world, laptops)
    lost = [save for save in world.must_return if not world.model.saves[save].seq and _may_return(world, save)]
    erasing.settle(world, laptops)
    approvals.arrived(world, laptops)
    if lost:
        raise world.broken("I11", f"the restored endpoint never got back {lost[:3]}")
    alike(world, laptops)
    for laptop in laptops:
        agreed(world, laptop)
        proved(world, laptop)
        whole(world, laptop)
    if world.endpoint.numbers_twice():
        raise world.broken("I3", "one number has two places")
    world.tally.checks["quiet"] += 1


def _go_round(world: World, laptops: list[Laptop]) -> None:
    for number in range(1, ROUNDS + 2):
        if number > ROUNDS and not _is_settled(world, laptops):
            raise world.broken("I9", "not quiet after three rounds")
        for laptop in laptops:
            try:
                laptop.sync()
            except WimdeskError as problem:
                raise world.broken("I9", f"{laptop.seat.name} can't sync though all is well: {problem}") from problem
            observe(world, laptop)
        if number > 1 and all(_is_quiet(world, laptop) for laptop in laptops):
            break
    else:
        raise world.broken("I9", "not quiet after three rounds")


def _uphold(world: World, laptops: list[Laptop]) -> bool:
    """Where nobody can vouch for whoever ordered, the Secretariat gives the order itself, as somebody would ask it to.

    Say whether it did: then all have to read that.
    """
    done = False
    for laptop in laptops:
        for doubt in [each for each in laptop.app.read(doubts.doubts) if each.may]:
            last = laptop.last_pos
            laptop.run(doubts.uphold, doubt.space, doubt.record)
            ordered = laptop.written("pos > ? AND type = 'erase' AND seq IS NULL", last)
            if [row.save.record for row in ordered] != [doubt.record]:
                raise world.broken("I13", f"{laptop.seat.name} ordered {doubt.record}; the journal says {ordered}")
            erasing.forgotten(world, laptop)
            saved(world, laptop, {doubt.record: {}})
            world.tally.checks["upheld"] += 1
            done = True
    return done


def alike(world: World, laptops: list[Laptop]) -> None:
    """I1, I15: who reads a space is asked the same there as all others are, but for what she answered in vain."""
    told: dict[tuple[object, ...], tuple[str, object]] = {}
    for laptop in laptops:
        unplaced = {record for (record,) in laptop.ask("SELECT record FROM op WHERE state != 'placed'")}
        for *question, is_open in laptop.ask("SELECT space, record, field, winner, loser, open FROM clash"):
            if question[1] in unplaced or (question[0], question[1]) in world.erased:
                continue
            other, theirs = told.setdefault(tuple(question), (laptop.seat.name, is_open))
            if is_open != theirs:
                raise world.broken("I15", f"{laptop.seat.name} and {other} are not asked the same: {question}")
    world.tally.checks["alike"] += 1


def _may_return(world: World, save: SaveId) -> bool:
    """Say whether one of those who have it may write it, and might all the time."""
    told, tick = world.model.saves[save], world.restored_at
    if (told.space, told.id.record) in world.erased and told.type not in MARKS:
        return False  # it comes back as a stub, of which nobody can say what it was
    return any(
        seat.device not in world.revoked
        and all(world.may_write(seat, r, told) for r in world.roles_between(seat.device, tick))
        for seat in world.must_return[save]
    )


def _is_settled(world: World, laptops: list[Laptop]) -> bool:
    """Say whether all that anybody has still to read are words of computers: receipts, and whose key is whose.

    They answer what was read, so that those who come first hear of the last one a round later.
    """
    return all(laptop.life.heard and not laptop.life.unsent for laptop in laptops) and not any(
        save.type not in BY_ITSELF
        for laptop in laptops
        for space in world.readable(laptop.seat)
        for save in world.model.logs[space][laptop.life.cursors.get(space, 0) :]
    )


def _is_quiet(world: World, laptop: Laptop) -> bool:
    heads = world.endpoint.heads()
    behind = [s for s in world.readable(laptop.seat) if heads.get(s, 0) != laptop.life.cursors.get(s, 0)]
    (waits,) = laptop.eye.execute("SELECT count(*) FROM op WHERE state = 'waiting'").fetchone()
    return laptop.life.heard and not behind and not waits


def proved(world: World, laptop: Laptop) -> None:
    """I1: the laptop's own look at everything finds nothing, and neither side ever saw a difference that was none."""
    # Whose order was refused has erased in vain: she reads again what others have of it (wimdesk.store.proof). So does
    # whoever has still what the endpoint erased on an order that nobody has proved to her yet. A later edit of the
    # record takes the place of what was refused.
    refused = "SELECT space FROM op WHERE type = 'erase' AND state IN ('refused', 'replaced')"
    vain = {space for (space,) in laptop.ask(refused)}
    if found := set(laptop.app.read(proof.differing)) - vain:
        raise world.broken("I1", f"{laptop.seat.name} says that something differs in {found}")
    if world.restored_at:  # then the endpoint says for a while again what it had erased
        vain |= {space for space, _record in world.erased}
    read_again = {
        key.removeprefix("reread ") for (key,) in laptop.ask("SELECT key FROM local WHERE key LIKE 'reread %'")
    }
    if read_again - vain - laptop.put_aside:
        raise world.broken("I1", f"{laptop.seat.name} read something again without need")
    world.tally.checks["proved"] += 1


def agreed(world: World, laptop: Laptop) -> None:
    """I15: whoever agrees to what others removed shows what they show; nothing waits that nobody is asked about."""
    if laptop.ask("SELECT count(*) FROM spared WHERE NOT asked") != [(0,)]:
        raise world.broken("I15", f"{laptop.seat.name} keeps removed records in view and asks nobody")
    for question in laptop.app.read(removals.questions):
        laptop.run(removals.remove, question.space)
        world.tally.checks["agreed"] += 1
    if laptop.ask("SELECT count(*) FROM spared") != [(0,)]:
        raise world.broken("I15", f"{laptop.seat.name} asks again after it was answered")


def whole(world: World, laptop: Laptop) -> None:
    """I1, I5, I6, I7, I12: everything in this file is what the logs say, and nothing else is there."""
    allowed = world.readable(laptop.seat)
    held = {space for (space,) in laptop.ask("SELECT DISTINCT space FROM op")}
    if not held <= allowed:
        raise world.broken("I7", f"{laptop.seat.name} holds {held}")
    _states(world, laptop, allowed)
    _questions(world, laptop, allowed)
    shown = laptop.all_shown()
    for space, record in world.model.by_record:
        if space in allowed and world.model.types.get(record) == TYPE and (space, record) not in world.erased:
            _compare(world, laptop, record, world.view(laptop, space, record), shown.pop(record, None))
    left = set(shown) - {save.id.record for save in laptop.life.refused.values()}
    erased = {record for _space, record in world.erased}
    left = {record for record in left if not laptop.lost(record) and record not in erased}
    if left:
        raise world.broken("I7", f"{laptop.seat.name} shows records that nobody made: {left}")
    world.tally.checks["whole"] += 1


def _states(world: World, laptop: Laptop, allowed: set[str]) -> None:
    types = world.model.types
    wanted = {(s, r) for s, r in world.model.by_record if s in allowed and types.get(r) not in MARKS}
    wanted -= world.erased.keys()
    for record, space, state in laptop.eye.execute("SELECT record, space, state FROM shadow").fetchall():
        if (space, record) in world.erased:
            continue
        if (space, record) not in wanted:
            raise world.broken("I7", f"{laptop.seat.name} knows {record} of {space}")
        wanted.discard((space, record))
        _type, _owner, fields = _state(state)
        told = world.model.after_log(space, record, len(world.model.logs[space]))
        if {name: (value, seq) for name, (value, seq, *_) in fields.items()} != told:
            raise world.broken("I1", f"{laptop.seat.name} has {fields} for {record}; the log says {told}")
    if wanted:
        raise world.broken("I1", f"{laptop.seat.name} lacks {wanted}")


def _questions(world: World, laptop: Laptop, allowed: set[str]) -> None:
    rows = laptop.eye.execute("SELECT space, record, field, winner, loser FROM clash").fetchall()
    asked = {(space, Question(*rest)) for space, *rest in rows}
    told = {(space, question) for space in allowed for question in world.model.questions[space]}
    asked, told = ({(s, q) for s, q in each if (s, q.record) not in world.erased} for each in (asked, told))
    turned = {(s, q) for s, q in asked - told if world.model.is_turned(s, q)}
    # Of several edits that whoever removed it had not seen, everybody is asked about the last one.
    instead = {(s, q._replace(loser=0)) for s, q in turned}
    never = {(s, q) for s, q in told - asked if (s, q._replace(loser=0)) not in instead}
    if never:
        raise world.broken("I5", f"{laptop.seat.name} was never asked {sorted(never)[:3]}")
    needless = [(s, q) for s, q in asked - told - turned if q.record not in world.unsure]
    if needless:
        raise world.broken("I5", f"{laptop.seat.name} was asked without need {sorted(needless)[:3]}")
