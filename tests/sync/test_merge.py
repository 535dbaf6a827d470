"""The merge as properties of whole logs; each property is shown to be alive by planting the bug it is there for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import sync.merge
from sync.merge import DELETED, MET, Change, Clash, FieldState, Outcome, RecordState, merge

Merge = Callable[[RecordState, Change], Outcome]
FIELDS = ("title", "note")


@dataclass
class Device:
    """One laptop with one record: what it read of the log, and what of its own waits."""

    name: bytes
    merge: Merge
    state: RecordState = field(default_factory=lambda: RecordState("site", b"o" * 16, {}))
    cursor: int = 0
    n: int = 0
    waiting: list[tuple[int, dict[str, object], dict[str, int], int]] = field(default_factory=list)
    clashes: dict[tuple[str, int, int], bool] = field(default_factory=dict)
    closed_by: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def known(self) -> dict[str, int]:
        """The place of each field as the journal keeps it: a seq, or minus the n of an own edit that waits."""
        places = {name: found.seq for name, found in self.state.fields.items()}
        for n, values, _base, _cursor in self.waiting:
            places |= dict.fromkeys(values, -n)
        return places

    def edit(self, values: dict[str, object]) -> None:
        """Edit as the journal writes it down: what was asked about the field is answered here at once."""
        known = self.known()
        met: dict[str, int] = {}
        for key in [key for key in self.clashes if key[0] in values and self.clashes[key]]:
            met[key[0]] = max(met.get(key[0], 0), *key[1:])
            self.clashes[key] = False
        told = known if values.get(DELETED) is True else {DELETED, *values}
        base = {name: known[name] for name in told if name in known}
        base |= {MET + name: place for name, place in met.items() if place > known.get(name, 0)}
        self.n += 1
        self.waiting.append((self.n, values, base, self.cursor))

    def pull(self, log: list[Change]) -> None:
        """Read what is new, in order."""
        for change in log[self.cursor :]:
            outcome = self.merge(self.state, change)
            for key in self.clashes:
                if any(name == key[0] and max(key[1:]) <= place for name, place in outcome.settled):
                    self.clashes[key] = False
                    self.closed_by.setdefault(key, change.seq)
            self.clashes |= {(c.field, c.winner, c.loser): True for c in outcome.clashes}
            self.cursor = change.seq

    def open(self) -> list[tuple[str, int, int]]:
        """What still asks for a decision."""
        return sorted(key for key, is_open in self.clashes.items() if is_open)


@dataclass
class World:
    """Three laptops and the log; `seen` says how far the author of each operation had read, in truth."""

    devices: list[Device]
    log: list[Change] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)

    def sync(self, device: Device) -> None:
        """Push what waits, then read."""
        for n, values, base, cursor in device.waiting:
            self.log.append(Change(len(self.log) + 1, device.name, 1, n, values, base))
            self.seen.append(cursor)
        device.waiting.clear()
        device.pull(self.log)

    def had_seen(self, change: Change, other: int) -> bool:
        """Say, without the bases, whether the author of a change knew the operation with this seq."""
        return other <= self.seen[change.seq - 1] or self.log[other - 1].device == change.device


edits = st.builds(
    lambda name, value: {name: value}, st.sampled_from(FIELDS), st.integers(0, 2).map(lambda number: f"value {number}")
)
steps = st.tuples(
    st.integers(0, 2),
    st.one_of(edits, edits, st.sampled_from(["sync", "read"]), st.just({DELETED: True}), st.just({DELETED: False})),
)
scripts = st.lists(steps, max_size=25)
Script = list[tuple[int, "dict[str, object] | str"]]


def play(script: Script, merges: list[Merge]) -> World:
    """Do what the script says, then sync until everybody has everything."""
    world = World([Device(bytes([number]) * 16, found) for number, found in enumerate(merges)])
    for who, act in script:
        device = world.devices[who % len(merges)]
        if act == "read":
            device.pull(
                world.log
            )  # a file that was answered before the last edits, or an answer to a push that was cut
        elif isinstance(act, str):
            world.sync(device)
        else:
            device.edit(dict(act))
    for device in [*world.devices, *world.devices]:
        world.sync(device)
    return world


def everybody_agrees(world: World) -> None:
    first = world.devices[0]
    for other in world.devices[1:]:
        assert other.state == first.state
        assert other.clashes == first.clashes


def nothing_is_overwritten_in_silence(world: World) -> None:
    before: dict[str, tuple[int, object]] = {}
    noted = {key[:3] for key in world.devices[0].clashes}
    for change in world.log:
        for name, value in change.values.items():
            seq, old = before.get(name, (0, value))
            if old != value and not world.had_seen(change, seq):
                assert (name, change.seq, seq) in noted, "an unseen value was replaced and nobody is told"
            before[name] = (change.seq, value)


def deleted_stays_deleted(world: World) -> None:
    decided = [change for change in world.log if DELETED in change.values]
    held = world.devices[0].state.fields.get(DELETED)
    assert (held.value if held else None) == (decided[-1].values[DELETED] if decided else None)


def deletion_and_edit_meet_as_a_question(world: World) -> None:
    """An edit unseen by who deletes, or a deletion unseen by who edits, asks, and only a later one answers."""
    asked = {key for key in world.devices[0].clashes if key[0] == DELETED}
    gone: Change | None = None
    for change in world.log:
        if change.values.get(DELETED) is True:
            unseen = [
                other.seq
                for other in world.log[: change.seq - 1]
                if DELETED not in other.values
                and not world.had_seen(change, other.seq)
                and _still_shows(world, other, change)
            ]
            if unseen:
                key = (DELETED, change.seq, max(unseen))
                assert key in asked
                assert world.devices[0].closed_by.get(key, change.seq + 1) > change.seq, "closed by who asked"
        elif DELETED not in change.values and gone is not None and not world.had_seen(change, gone.seq):
            assert (DELETED, gone.seq, change.seq) in asked
        if DELETED in change.values:
            gone = change if change.values[DELETED] is True else None


def _still_shows(world: World, other: Change, until: Change) -> bool:
    later = world.log[other.seq : until.seq - 1]
    return any(all(name not in change.values for change in later) for name in other.values)


def equal_values_are_no_question(world: World) -> None:
    for name, winner, loser in world.devices[0].clashes:
        values = [world.log[seq - 1].values.get(name) for seq in (winner, loser)]
        assert name == DELETED or values[0] != values[1]


def only_who_saw_it_closes_a_question(world: World) -> None:
    for (name, winner, loser), seq in world.devices[0].closed_by.items():
        closer = world.log[seq - 1]
        for side in {winner, loser} - ({max(winner, loser)} if name == DELETED and loser > winner else set()):
            assert world.had_seen(closer, side), "closed by somebody who did not know both values"


def one_laptop_alone_has_no_questions(world: World) -> None:
    if len({change.device for change in world.log}) <= 1:
        assert not world.devices[0].clashes


def a_decision_closes_it_for_everybody(world: World) -> None:
    decider = world.devices[-1]
    for name in {key[0] for key in decider.open()}:
        decider.edit({name: decider.state.fields[name].value})
    for device in [decider, *world.devices]:
        world.sync(device)
    assert [device.open() for device in world.devices] == [[]] * len(world.devices)


PROPERTIES = [
    everybody_agrees,
    nothing_is_overwritten_in_silence,
    deleted_stays_deleted,
    deletion_and_edit_meet_as_a_question,
    equal_values_are_no_question,
    only_who_saw_it_closes_a_question,
    one_laptop_alone_has_no_questions,
    a_decision_closes_it_for_everybody,
]


def prove(claim: Callable[[World], None], merges: list[Merge], *, shrink: bool = True) -> None:
    """Raise what the first script raises for which the claim does not hold."""

    @settings(
        max_examples=600,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=tuple(Phase) if shrink else (Phase.generate,),
    )
    @given(scripts)
    def run(script: Script) -> None:
        claim(play(script, merges))

    run()


@pytest.mark.parametrize("claim", PROPERTIES, ids=lambda claim: claim.__name__)
def test_of_every_log(claim: Callable[[World], None]) -> None:
    prove(claim, [merge] * 3)


def test_one_laptop_alone() -> None:
    prove(one_laptop_alone_has_no_questions, [merge])


def test_who_wrote_it_is_no_proof_that_it_was_seen() -> None:
    """One laptop may send back what two had done: then both stand under its name."""
    state = RecordState("site", b"o" * 16, {})
    one = b"1" * 16
    assert merge(state, Change(1, one, 7, 1, {"title": "a", "note": "n"}, {})).clashes == []
    assert merge(state, Change(2, one, 7, 2, {DELETED: True}, {"note": 1})).clashes == [Clash(DELETED, 0, 2, 1)]
    assert merge(state, Change(3, one, 7, 3, {"title": "b"}, {"title": 1})).clashes == [Clash(DELETED, 0, 2, 3)]
    assert merge(state, Change(4, one, 7, 4, {"title": "c"}, {"title": 3, DELETED: -2})).clashes == []
    assert merge(state, Change(5, one, 7, 5, {DELETED: True, "note": "m"}, {"note": 1, "title": -4})).clashes == []


# ------------------------------------------------------------------ planted bugs


def mine_wins(device: int) -> Merge:
    """Every laptop prefers its own values."""

    def planted(state: RecordState, change: Change) -> Outcome:
        before = dict(state.fields)
        outcome = merge(state, change)
        mine = bytes([device]) * 16
        for name, held in before.items():
            if held.device == mine and change.device != mine:
                state.fields[name] = held
        return outcome

    return planted


def never_settles(state: RecordState, change: Change) -> Outcome:
    return Outcome(merge(state, change).clashes, [])


def settles_always(state: RecordState, change: Change) -> Outcome:
    return Outcome(merge(state, change).clashes, [(name, change.seq - 1) for name in change.values])


def settles_what_is_equal(state: RecordState, change: Change) -> Outcome:
    equal = [
        (name, change.seq - 1)
        for name, value in change.values.items()
        if change.base.get(name, 0) > 0 and name in state.fields and state.fields[name].value == value
    ]
    outcome = merge(state, change)
    return Outcome(outcome.clashes, [*outcome.settled, *equal])


def settles_only_what_shows(state: RecordState, change: Change) -> Outcome:
    """The rule before: an answer that was overtaken on its way answered nothing, but for whoever gave it."""
    before = {name: held.seq for name, held in state.fields.items()}
    outcome = merge(state, change)
    kept = [(name, place) for name, place in outcome.settled if change.base.get(name, 0) >= before.get(name, 0) > 0]
    return Outcome(outcome.clashes, kept)


def asks_about_what_is_equal(state: RecordState, change: Change) -> Outcome:
    before = copy.copy(state.fields)
    outcome = merge(state, change)
    more = [
        Clash(name, 0, change.seq, before[name].seq)
        for name, value in change.values.items()
        if name in before and before[name].value == value and before[name].device != change.device
    ]
    return Outcome([*outcome.clashes, *more], outcome.settled)


def edits_bring_back(state: RecordState, change: Change) -> Outcome:
    outcome = merge(state, change)
    if DELETED not in change.values and DELETED in state.fields:
        state.fields[DELETED] = FieldState(False, change.seq, change.device, change.epoch, change.n)
    return outcome


@pytest.mark.parametrize(
    ("claim", "planted"),
    [
        (a_decision_closes_it_for_everybody, never_settles),
        (only_who_saw_it_closes_a_question, settles_always),
        (only_who_saw_it_closes_a_question, settles_what_is_equal),
        (everybody_agrees, settles_only_what_shows),
        (equal_values_are_no_question, asks_about_what_is_equal),
        (deleted_stays_deleted, edits_bring_back),
    ],
    ids=lambda found: found.__name__,
)
def test_the_property_finds(claim: Callable[[World], None], planted: Merge) -> None:
    with pytest.raises(AssertionError):
        prove(claim, [planted] * 3, shrink=False)


def test_agreement_finds_a_laptop_that_prefers_itself() -> None:
    with pytest.raises(AssertionError):
        prove(everybody_agrees, [mine_wins(0), mine_wins(1), mine_wins(2)], shrink=False)


@pytest.mark.parametrize(
    ("claim", "part", "planted", "laptops"),
    [
        (nothing_is_overwritten_in_silence, "_seen", lambda before, change, base: True, 3),
        (one_laptop_alone_has_no_questions, "_seen", lambda before, change, base: before.seq <= base, 1),
        (deletion_and_edit_meet_as_a_question, "_note_edit_of_deleted", lambda state, change, outcome: None, 3),
        (deletion_and_edit_meet_as_a_question, "_note_unseen_edits", lambda state, change, outcome: None, 3),
    ],
    ids=["no base", "own n ignored", "edit of deleted unnoted", "unseen edit unnoted"],
)
def test_the_property_finds_in_the_merge(
    claim: Callable[[World], None], part: str, planted: object, laptops: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync.merge, part, planted)
    with pytest.raises(AssertionError):
        prove(claim, [merge] * laptops, shrink=False)
