"""What people do, and what befalls their laptops. Each event returns a word on how it ended, for the trace."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.sim import approvals, checks, texts
from tests.sim import erasing as erasings
from tests.sim.fate import Crash, dying_at_commit, dying_at_statement
from tests.sim.laptop import BLANK, FIELDS, TYPE, Laptop, add_in, write_as_newer
from tests.sim.model import DELETED, ERASING, FORBIDDING
from wimdesk import clock as clocks
from wimdesk.app import App
from wimdesk.errors import DiskFull, ProfileBusy, UserError
from wimdesk.services import editing, erasing, handover
from wimdesk.store import history, rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.sim.world import World

Values = dict[str, object]
Expected = dict[str, Values] | None


def _record(world: World, laptop: Laptop, *, deleted: bool = False) -> tuple[str, str] | None:
    """Draw a record that may be edited here; now and then one that may not."""
    known = [(r, s) for r, s, gone in laptop.records() if gone == deleted]
    if world.rng.random() > 0.02:
        known = [(r, s) for r, s in known if s != "alliance" or laptop.seat.secretariat or _own(world, laptop, r)]
    if not known:
        return None
    # Few records are edited by many: that is where things meet.
    hot = known[-6:] if world.rng.random() < 0.8 else known
    return world.rng.choice(hot)


def _own(world: World, laptop: Laptop, record: str) -> bool:
    row = laptop.eye.execute(f"SELECT owner FROM {TYPE} WHERE id = ?", (record,)).fetchone()
    return row is not None and row[0] == laptop.seat.organisation


def act(world: World, laptop: Laptop, expected: Expected, verb: Callable[..., object], *args: object) -> str:
    """Let a person save something, and check that it is saved."""
    checks.observe(world, laptop)
    world.clock.tick += 1
    laptop.kept_in_view = {record for record in expected or () if checks.is_kept_in_view(laptop, record)}
    laptop.run(verb, *args)
    checks.saved(world, laptop, expected)
    laptop.kept_in_view = set()
    return "saved"


def _values(world: World, space: str, count: int = 0) -> Values:
    names = world.rng.sample(FIELDS, count or world.rng.choice((1, 1, 1, 2, 5)))
    world.marks += 1
    return {name: texts.value(world.rng, name, f"{space}#{world.marks}") for name in names}


def add(world: World, laptop: Laptop) -> str:
    """A record is made, mostly where its type is at home."""
    checks.observe(world, laptop)
    space = world.rng.choice(world.writable(laptop.seat))
    world.clock.tick += 1
    values = _values(world, space)
    made = laptop.run(add_in, values, space)
    checks.saved(world, laptop, {str(made): values}, space)
    return "saved"


def change(world: World, laptop: Laptop) -> str:
    """Some fields of one record."""
    found = _record(world, laptop)
    if found is None:
        return "nothing"
    values = _values(world, found[1])
    return act(world, laptop, {found[0]: values}, editing.change, TYPE, found[0], values)


def change_two(world: World, laptop: Laptop) -> str:
    """One act on two records: both or none."""
    first, second = _record(world, laptop), _record(world, laptop)
    if first is None or second is None or first[0] == second[0]:
        return "nothing"
    expected = {first[0]: _values(world, first[1]), second[0]: _values(world, second[1])}
    return act(world, laptop, expected, _change_all, expected)


def _change_all(session: Session, changes: dict[str, Values]) -> None:
    for record, values in changes.items():
        editing.change(session, TYPE, record, values)


def clear(world: World, laptop: Laptop) -> str:
    """A field is emptied: that is a value too."""
    found = _record(world, laptop)
    shown = laptop.shown(found[0]) if found else None
    if found is None or shown is None:
        return "nothing"
    filled = [name for name in FIELDS if shown[name] != BLANK[name]]
    if not filled:
        return "nothing"
    values: Values = {world.rng.choice(filled): None}
    values = {name: BLANK[name] for name in values}
    return act(world, laptop, {found[0]: values}, editing.change, TYPE, found[0], values)


def remove(world: World, laptop: Laptop) -> str:
    found = _record(world, laptop)
    if found is None:
        return "nothing"
    return act(world, laptop, {found[0]: {DELETED: True}}, editing.remove, TYPE, found[0])


def put_back(world: World, laptop: Laptop) -> str:
    found = _record(world, laptop, deleted=True)
    if found is None:
        return "nothing"
    return act(world, laptop, {found[0]: {DELETED: False}}, editing.restore, TYPE, found[0])


def decide(world: World, laptop: Laptop) -> str:
    """A person answers one question, with either value."""
    with laptop.app.store.reading() as session:
        open_now = [q for q in history.open_clashes(session) if q.type == TYPE and q.field in FIELDS]
    if not open_now:
        return "nothing"
    question = world.rng.choice(open_now)
    value = world.rng.choice((question.shown.value, question.other.value))
    values = {question.field: value}
    outcome = act(world, laptop, {question.record: values}, history.decide, TYPE, question.record, values)
    still = {(q.record, q.field) for q in laptop.app.read(history.open_clashes)}
    if (question.record, question.field) in still:
        raise world.broken("I5", f"{laptop.seat.name} is asked about {question.field} of what was answered just now")
    return outcome


def erase(world: World, laptop: Laptop) -> str:
    """Somebody has a record erased everywhere; now and then the program dies on it."""
    found = _record(world, laptop, deleted=world.rng.random() < 0.3)
    if found is None:
        return "nothing"
    record, space = found
    checks.observe(world, laptop)
    if world.role(laptop) not in ERASING and laptop.app.read(erasing.may_erase):
        return (
            "not told yet"  # in a sealed space nobody but the other laptops could refuse it (tests/sync/test_forged.py)
        )
    world.clock.tick += 1
    before = (space, record) in world.erased
    world.erased.setdefault((space, record), world.clock.tick)
    last = laptop.last_pos
    dying = dying_at_statement(world.rng.randrange(1, 20)) if world.rng.random() < 0.2 else contextlib.nullcontext()
    outcome = "erased"
    try:
        with dying:
            laptop.run(erasing.erase, TYPE, record)
    except UserError:
        outcome = "not allowed"
    except Crash:
        laptop.reborn()
        outcome = "died"
    # Others' orders came in between, too, and have a place already.
    ordered = laptop.written("pos > ? AND type = 'erase' AND seq IS NULL", last)
    if [row.save.record for row in ordered] != [record] * (outcome == "erased") and outcome != "died":
        raise world.broken("I13", f"{laptop.seat.name} had {record} erased ({outcome}); the journal says {ordered}")
    if not ordered and not before:
        del world.erased[space, record]
    erasings.forgotten(world, laptop)
    checks.saved(world, laptop, {record: {}} if ordered else {})
    return outcome


def submit(world: World, laptop: Laptop) -> str:
    """Somebody approves what the Secretariat is to get, or anew what came back from there."""
    if world.role(laptop) in FORBIDDING:
        return "nothing"
    checks.observe(world, laptop)
    world.clock.tick += 1
    world.marks += 1
    returned = laptop.app.read(approvals.came_back)
    again = world.rng.choice(returned) if returned and world.rng.random() < 0.7 else ""
    data: dict[str, object] = {"mark": world.marks, "said": texts.value(world.rng, "name", "submission")}
    copy = str(laptop.run(approvals.approve, again, data))
    world.approved.setdefault((laptop.seat.organisation, copy), []).append(data)
    checks.saved(world, laptop, None)
    approvals.is_shown(world, laptop, copy, data, "sent")
    return "sent again" if again else "sent"


def answer(world: World, laptop: Laptop) -> str:
    """The Secretariat accepts or returns what was sent."""
    checks.observe(world, laptop)
    waiting = laptop.app.read(approvals.unanswered) if laptop.seat.secretariat else []
    if not waiting:
        return "nothing"
    world.clock.tick += 1
    state = world.rng.choice(("accepted", "returned", "returned"))
    laptop.run(handover.answer, world.rng.choice(waiting), state, "Please look again.")
    checks.saved(world, laptop, None)
    return state


def undo(world: World, laptop: Laptop) -> str:
    """The latest act of this laptop is taken back."""
    last = laptop.app.read(history.last_act)
    if any((s, r) in world.erased for s, r in laptop.ask("SELECT space, record FROM op WHERE act = ?", last)):
        return "nothing"
    # Not what was done before the story: whoever was let in then stays in (tests/sync/test_sealing.py).
    if not last or any(row.type != TYPE for row in laptop.written("act = ?", last)):
        return "nothing"
    return act(world, laptop, _undone(world, laptop, last), history.undo, last)


def _undone(world: World, laptop: Laptop, number: int) -> Expected:
    """Return what taking back an act has to save: what was there before, where nobody has changed it since."""
    checks.observe(world, laptop)
    expected: dict[str, Values] = {}
    for row in laptop.written("act = ?", number):
        if world.model.saves[row.save].unsure or not laptop.life.heard:
            return None
        before = world.model.saves[row.save].before
        now = BLANK | world.view(laptop, row.space, row.save.record)
        wanted = (
            {DELETED: True}
            if before is None
            else {name: before[name] for name, value in row.values.items() if now[name] == value}
        )
        changed = {name: value for name, value in wanted.items() if now[name] != value}
        if changed:
            expected[row.save.record] = changed
    return expected


def add_many(world: World, laptop: Laptop) -> str:
    """More records at once than fit into one message."""
    checks.observe(world, laptop)
    world.clock.tick += 1
    space = world.rng.choice(world.writable(laptop.seat))
    count = world.rng.randrange(12, 40)

    def make(session: Session) -> dict[str, Values]:
        made: dict[str, Values] = {}
        for number in range(count):
            values: Values = {"name": f"{space}#tick {world.clock.tick}.{number}"}
            made[add_in(session, values, space)] = values
        return made

    made = laptop.run(make)
    checks.saved(world, laptop, made if isinstance(made, dict) else None, space)
    return "saved"


def newer_program(world: World, laptop: Laptop) -> str:
    """Somebody has a newer program, with a field that nobody else knows."""
    found = _record(world, laptop)
    if found is None or found[0] in laptop.life.tainted:
        return "nothing"
    checks.observe(world, laptop)
    if not laptop.life.heard:
        return "nothing"
    world.clock.tick += 1
    with world.clock.wrong_by(laptop.leaps):
        at = clocks.now()
    laptop.run(write_as_newer, found[0], {f"later_{world.clock.tick}": {"deep": [1, "ü"]}}, at)
    checks.saved(world, laptop, None)
    return "saved"


# ------------------------------------------------------------- what befalls a laptop


def clock_jump(world: World, laptop: Laptop) -> str:
    laptop.leaps = world.rng.randrange(-6, 7)
    return str(laptop.leaps)


def restart(world: World, laptop: Laptop) -> str:
    """The process is killed while nothing is going on."""
    laptop.reborn()
    checks.observe(world, laptop)
    return "restarted"


def crash_while_saving(world: World, laptop: Laptop) -> str:
    """The process dies somewhere in an act; afterwards the act is there as a whole or not at all."""
    first, second = _record(world, laptop), _record(world, laptop)
    if first is None or second is None or first[0] == second[0]:
        return "nothing"
    checks.observe(world, laptop)
    expected = {first[0]: _values(world, first[1]), second[0]: _values(world, second[1])}
    world.clock.tick += 1
    dying = world.rng.choice(
        (dying_at_commit(), dying_at_statement(world.rng.randrange(1, 12)), contextlib.nullcontext())
    )
    with contextlib.suppress(Crash), dying:
        laptop.run(_change_all, expected)
    laptop.reborn()
    there = bool(laptop.written("pos > ? AND state IN ('waiting', 'held')", laptop.last_pos))
    checks.saved(world, laptop, expected if there else {})
    return "there" if there else "gone"


def disk_full(world: World, laptop: Laptop) -> str:
    """Not one page is left: the act is refused with a sentence, and nothing of it stays."""
    found = _record(world, laptop)
    if found is None:
        return "nothing"
    checks.observe(world, laptop)
    laptop.run(fill_disk)
    world.clock.tick += 1
    values: Values = {"operator": texts.random_letters(world.rng, 30_000)}
    outcome = "saved"
    try:
        laptop.run(editing.change, TYPE, found[0], values)
    except DiskFull:
        outcome, values = "full", {}
    laptop.run(free_disk)
    checks.saved(world, laptop, {found[0]: values} if values else {})
    return outcome


def fill_disk(session: Session) -> None:
    """Leave no room for another page."""
    _pragma(session, "max_page_count = " + str(_pragma(session, "page_count")))


def free_disk(session: Session) -> None:
    _pragma(session, "max_page_count = 1000000")


def _pragma(session: Session, words: str) -> int:
    return int(rows.driver(session).execute(f"PRAGMA {words}").fetchone()[0])


def second_instance(world: World, laptop: Laptop) -> str:
    """The program is started once more with the same profile."""
    try:
        App.open(laptop.app.folder, "any").close()
    except ProfileBusy:
        return "busy"
    raise world.broken("I2", "two programs opened one profile")


def keep_copy(world: World, laptop: Laptop) -> str:
    laptop.keep_copy()
    return "copied"


def restore_laptop(world: World, laptop: Laptop) -> str:
    """The file is replaced by an earlier copy of it. Only what was never sent since may be missing afterwards."""
    if not laptop.copies:
        return "nothing"
    copy = world.rng.choice(laptop.copies)
    checks.observe(world, laptop)
    laptop.reborn(copy.folder)
    laptop.life = copy.life.copy()
    for seats in world.must_return.values():
        seats.discard(laptop.seat)
    checks.observe(world, laptop)
    return "restored"


def clone_laptop(world: World, laptop: Laptop) -> str:
    """The folder is copied to another computer, and both go on."""
    checks.observe(world, laptop)
    if any(other.clone for other in world.laptops):
        return "nothing"
    twin = world.new_laptop(laptop.seat, laptop.life.copy())
    twin.clone, twin.lives, twin.leaps, twin.put_aside = True, 1000, laptop.leaps, set(laptop.put_aside)
    twin.open(laptop.app.folder)
    world.laptops.append(twin)
    return "cloned"


# ------------------------------------------------------------- what befalls the endpoint


def endpoint_restart(world: World, _laptop: Laptop) -> str:
    world.endpoint.crash()
    return "restarted"


def endpoint_copy(world: World, _laptop: Laptop) -> str:
    """The operator makes a backup."""
    folder = world.folder / f"endpoint.copy.{world.clock.tick}"
    if not folder.exists():
        checks.read_log(world)
        world.endpoint_copies.append((world.endpoint.copy_to(folder), world.model.copied()))
    return "copied"


def endpoint_restore(world: World, _laptop: Laptop) -> str:
    """The endpoint goes back to a backup. What a laptop that still syncs holds must come back to it."""
    if not world.endpoint_copies:
        return "nothing"
    for each in world.laptops:
        checks.observe(world, each)
    folder, logs = world.rng.choice(world.endpoint_copies)
    world.endpoint.restore(folder)
    _operate_again(world)
    for each in world.laptops:
        for life in (each.life, *(copy.life for copy in each.copies)):
            world.model.lose(life)
    gone = world.model.rewind(logs)
    world.generation, world.restored_at = world.endpoint.generation(), world.clock.tick
    for each in world.active:
        for save in {save.id for save in gone} & {row.save for row in each.written("seq IS NOT NULL")}:
            world.must_return.setdefault(save, set()).add(each.seat)
    world.tally.faults["server_restored"] += 1
    return f"restored, {len(gone)} gone"


def _operate_again(world: World) -> None:
    """The operator does once more what was done since the backup: roles, and who is shut out."""
    for device, roles in world.roles.items():
        world.endpoint.give_role(device, roles[-1][1])
    for device in world.revoked:
        world.endpoint.revoke(device)


def endpoint_clock(world: World, _laptop: Laptop) -> str:
    world.endpoint.leaps = world.rng.randrange(-6, 7)
    return str(world.endpoint.leaps)


def tokens_end(world: World, _laptop: Laptop) -> str:
    world.endpoint.forget_tokens()
    return "ended"


def late_letter(world: World, _laptop: Laptop) -> str:
    """A request from long ago arrives, once more or for the first time."""
    if not world.letters:
        return "nothing"
    letter = world.rng.choice(world.letters)
    status = world.endpoint.deliver(letter)
    checks.read_log(world)
    return str(status)


def change_role(world: World, laptop: Laptop) -> str:
    """The Secretariat makes somebody a reader, or a writer again."""
    if laptop.seat.secretariat:
        return "nothing"
    device = laptop.seat.device
    role = world.rng.choice(("reader", "volunteer", "coordinator", "committee", "coordinator"))
    world.endpoint.give_role(device, role)
    world.roles[device].append((world.clock.tick, role))
    return role


def revoke(world: World, laptop: Laptop) -> str:
    """A laptop is shut out."""
    if laptop.seat.secretariat or laptop.seat.device in world.revoked or len(world.revoked) >= 2:
        return "nothing"
    world.endpoint.revoke(laptop.seat.device)
    world.revoked[laptop.seat.device] = world.clock.tick
    return "revoked"
