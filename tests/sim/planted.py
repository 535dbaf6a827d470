"""Bugs that the simulator must find: each makes one piece of the program subtly wrong for as long as it is planted.

`python -m tests.sim.planted --steps 200000` plants one after the other and says at which step it was found.
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import json
import logging
import sys
import unicodedata
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest import mock

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

import sync.merge as merging
from sync import wire
from sync.client import answer, engine, erasing
from sync.merge import ALL, DELETED
from sync.protocol import ROLES, digest_of
from sync.server import erasing as at_endpoint
from sync.server import intake, numbers, pages, roles, tokens
from sync.server import tables as log
from tests.sim.scene import Scene
from tests.sim.simulator import run, scene
from wimdesk import identifiers
from wimdesk.errors import DiskFull, NoConnection
from wimdesk.services import editing, publishing
from wimdesk.store import (
    clashes,
    erasures,
    history,
    identity,
    inbox,
    journal,
    numbered,
    outbox,
    recovery,
    tables,
    unplaced,
)
from wimdesk.store.engine import Store
from wimdesk.store.record import types

Thing = Any
"""Whatever the piece of the program takes there: a planted bug only hands it on."""
Planting = Callable[[], AbstractContextManager[object]]
PLANTED: dict[str, Planting] = {}
_STEPS_OF_A_WORLD = 600


def _bug(planting: Planting) -> Planting:
    PLANTED[planting.__name__.strip("_")] = planting
    return planting


def _around(place: object, name: str, wrong: Callable[..., Thing]) -> AbstractContextManager[object]:
    """Put `wrong(right, ...)` in the place of a function. Raises TypeError where it does not take the same: such a bug
    would be found only because it crashes."""
    right = getattr(place, name)
    taken = inspect.signature(right).parameters.values()
    named = {each.name: None for each in taken if each.kind is each.KEYWORD_ONLY}
    in_order = [None for each in taken if each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD}]
    inspect.signature(wrong).bind(right, *in_order, **named)

    def instead(*args: object, **kwargs: object) -> object:
        return wrong(right, *args, **kwargs)

    return mock.patch.object(place, name, instead)


def _nothing(place: object, name: str, result: object = None) -> AbstractContextManager[object]:
    return _around(place, name, lambda *_args, **_kwargs: result)


def _commit_here(session: Thing) -> None:
    driver = session.connection().connection.driver_connection
    session.flush()
    driver.execute("COMMIT")
    driver.execute("BEGIN IMMEDIATE")


# ------------------------------------------------------------- the laptop's outbox


@_bug
def acknowledged_before_applied() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, names: Thing, found: Thing, is_wanted: Thing) -> object:
        op = tables.op.c
        ends = [wire.end_of(each, [], names) for each in found if isinstance(each, wire.End)]
        for space, known in [each for end in ends for each in end.acked.items()]:
            mine = update(tables.op).where(op.state == tables.WAITING, op.space == space, op.n <= known)
            session.execute(mine.values(state=tables.PLACED))
        return right(session, names, found, is_wanted)

    return _around(answer, "take", wrong)


@_bug
def refused_operation_forgotten() -> AbstractContextManager[object]:
    def wrong(_right: Thing, session: Thing, refused: Thing) -> int:
        gone = [n for _space, n, _problem in refused]
        session.execute(delete(tables.op).where(tables.op.c.n.in_(gone), tables.op.c.state == tables.WAITING))
        return len(gone)

    return _around(outbox, "note_refused", wrong)


@_bug
def refused_operation_sent_for_ever() -> AbstractContextManager[object]:
    return _nothing(outbox, "note_refused", 0)


@_bug
def own_operation_stays_waiting() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, page: Thing, *more: Thing) -> object:
        own = [n for n in page.ops if isinstance(n, int)][-1:]
        found = right(session, page, *more)
        session.execute(update(tables.op).where(tables.op.c.n.in_(own)).values(state=tables.WAITING))
        return found

    return _around(inbox, "apply_page", wrong)


@_bug
def second_batch_begins_one_late() -> AbstractContextManager[object]:
    return _around(
        outbox,
        "next_batch",
        lambda right, session, space, after=0, *room: right(session, space, after + 1 if after else 0, *room),
    )


@_bug
def no_new_epoch_for_a_copy() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, *, lost: bool) -> None:
        if lost:
            right(session, lost=lost)

    return _around(recovery, "begin", wrong)


def _renumber(session: Thing) -> None:
    """As recovering does, but nothing was read and compared in between."""
    recovery.begin(session, lost=False)
    session.info["scribe"].author = identity.author(identity.read(session))
    recovery.finish(session)


@_bug
def copy_sends_again_what_another_sent() -> AbstractContextManager[object]:
    return _nothing(numbers, "is_ahead", False)


@_bug
def who_wrote_it_has_seen_it() -> AbstractContextManager[object]:
    def wrong(right: Thing, before: Thing, change: Thing, base: int) -> bool:
        return (before.device, before.epoch) == (change.device, change.epoch) or bool(right(before, change, base))

    return _around(merging, "_seen", wrong)


@_bug
def numbered_anew_after_a_lost_answer() -> AbstractContextManager[object]:
    def wrong(right: Thing, self: Thing, transport: Thing, tally: Thing) -> None:
        try:
            right(self, transport, tally)
        except NoConnection:
            self.app.run(_renumber)
            raise

    return _around(engine.SyncEngine, "_exchange_as_one", wrong)


# ------------------------------------------------------------- what people save


@_bug
def save_lost_on_a_full_disk() -> AbstractContextManager[object]:
    def wrong(right: Thing, self: Thing, *args: Thing) -> object:
        try:
            return right(self, *args)
        except DiskFull:
            return None

    return _around(Store, "run", wrong)


@_bug
def act_in_two_transactions() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, *args: Thing) -> object:
        found = right(session, *args)
        _commit_here(session)
        return found

    return _around(editing, "change", wrong)


@_bug
def base_dropped() -> AbstractContextManager[object]:
    return _nothing(journal, "_base", {})


@_bug
def base_of_deletion_dropped() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, record: Thing, values: Thing, answered: Thing) -> dict[str, int]:
        base = right(session, record, values, answered)
        return {name: seq for name, seq in base.items() if name in {*values, ALL, DELETED}}

    return _around(journal, "_base", wrong)


@_bug
def what_still_shows_counts_as_seen_removed() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, record: Thing, *rest: Thing) -> dict[str, int]:
        at = (record.versions or {}).get(DELETED, 0)
        base: dict[str, int] = right(session, record, *rest)
        return base | ({DELETED: at} if at else {})

    return _around(journal, "_base", wrong)


@_bug
def decision_that_changes_nothing_is_not_sent() -> AbstractContextManager[object]:
    def wrong(_right: Thing, _session: Thing, record: Thing, values: Thing) -> None:
        for name, value in values.items():
            setattr(record, name, value)

    return _around(journal, "force", wrong)


@_bug
def long_text_cut() -> AbstractContextManager[object]:
    def wrong(right: Thing, values: Thing, at: str, by: str) -> object:
        return right([v[:65536] if isinstance(v, str) else v for v in values], at, by)

    return _around(journal, "pack_payload", wrong)


@_bug
def undo_of_a_made_record_forgotten() -> AbstractContextManager[object]:
    return _around(history, "_undo_one", lambda right, record, row: row.before is not None and right(record, row))


# ------------------------------------------------------------- the laptop's inbox


@_bug
def cursor_one_too_far() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, page: Thing, *more: Thing) -> object:
        found = right(session, page, *more)
        if found and len(page.ops) > 2:
            mine = update(tables.cursor).where(tables.cursor.c.space == page.space)
            session.execute(mine.values(seq=tables.cursor.c.seq + 1))
        return found

    return _around(inbox, "apply_page", wrong)


@_bug
def cursor_before_apply() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, states: Thing, *rest: Thing) -> None:
        space = rest[2]
        head = max((f.seq for s in states.values() for f in s.fields.values()), default=0)
        session.execute(update(tables.cursor).where(tables.cursor.c.space == space).values(seq=head))
        _commit_here(session)
        right(session, states, *rest)

    return _around(inbox, "show", wrong)


@_bug
def gap_ignored() -> AbstractContextManager[object]:
    """The endpoint leaves one out now and then, and nobody notices."""

    def skip(right: Thing, *args: Thing) -> object:
        page = right(*args)
        if len(page.ops) < 5 or isinstance(page.ops[0], int):
            return page
        return msgspec.structs.replace(page, first=page.first + 1, ops=page.ops[1:])

    def wrong(right: Thing, session: Thing, page: Thing, *more: Thing) -> object:
        try:
            return right(session, page, *more)
        except inbox.GapInPage:
            seq = {"space": page.space, "seq": page.first - 1}
            statement = upsert(tables.cursor).values(seq)
            session.execute(statement.on_conflict_do_update(["space"], set_={"seq": page.first - 1}))
            return right(session, page, *more)

    stack = ExitStack()
    stack.enter_context(_around(pages, "page", skip))
    stack.enter_context(_around(inbox, "apply_page", wrong))
    return stack


@_bug
def no_conflict_record() -> AbstractContextManager[object]:
    return _nothing(inbox, "_save_clashes")


@_bug
def pending_overlay_missing() -> AbstractContextManager[object]:
    return _nothing(unplaced, "waiting", {})


@_bug
def versions_not_taken_over() -> AbstractContextManager[object]:
    return _around(unplaced, "visible", lambda right, *args: (right(*args)[0], {}))


@_bug
def deletion_forgotten() -> AbstractContextManager[object]:
    def wrong(right: Thing, *args: Thing) -> tuple[dict[str, object], object]:
        values, versions = right(*args)
        return values | {DELETED: False}, versions

    return _around(unplaced, "visible", wrong)


@_bug
def unknown_fields_thrown_away() -> AbstractContextManager[object]:
    def wrong(right: Thing, bench: Thing, seq: int, record: str, type_name: str, *rest: Thing) -> None:
        owner, change = rest
        known = {n: v for n, v in change.values.items() if not n.startswith("later_")}
        right(bench, seq, record, type_name, owner, msgspec.structs.replace(change, values=known))

    return _around(inbox, "_merge_one", wrong)


@_bug
def unknown_own_operation_skipped() -> AbstractContextManager[object]:
    def wrong(right: Thing, self: Thing, part: Thing) -> object:
        try:
            return right(self, part)
        except numbered.UnknownOwn:
            return None

    return _around(answer._Opener, "_open", wrong)  # noqa: SLF001 - it is where own operations are compared


@_bug
def empty_values_not_applied() -> AbstractContextManager[object]:
    def wrong(right: Thing, values: Thing, *rest: Thing) -> None:
        right(values, *rest)
        for name in [name for name, value in values.items() if value in ("", [])]:
            del values[name]

    return _around(inbox, "_make_fit", wrong)


# ------------------------------------------------------------- the merge


@_bug
def later_place_loses() -> AbstractContextManager[object]:
    def wrong(right: Thing, state: Thing, change: Thing) -> object:
        kept = {n: state.fields[n] for n in change.values if n in state.fields and n != DELETED}
        outcome = right(state, change)
        clashing = {c.field for c in outcome.clashes}
        state.fields.update({n: f for n, f in kept.items() if n in clashing})
        return outcome

    return _around(inbox, "merge", wrong)


@_bug
def everything_counts_as_seen() -> AbstractContextManager[object]:
    return _nothing(merging, "_seen", True)


@_bug
def seen_up_to_but_not_including() -> AbstractContextManager[object]:
    def wrong(right: Thing, before: Thing, change: Thing, base: int) -> object:
        return before.seq < base if base > 0 else right(before, change, base)

    return _around(merging, "_seen", wrong)


@_bug
def edit_of_deleted_not_asked() -> AbstractContextManager[object]:
    return _nothing(merging, "_note_edit_of_deleted")


@_bug
def deletion_of_edited_not_asked() -> AbstractContextManager[object]:
    return _nothing(merging, "_note_unseen_edits")


@_bug
def edit_brings_the_deleted_back() -> AbstractContextManager[object]:
    def wrong(right: Thing, state: Thing, change: Thing) -> object:
        outcome = right(state, change)
        gone = state.fields.get(DELETED)
        if gone is not None and DELETED not in change.values:
            gone.value = False
        return outcome

    return _around(inbox, "merge", wrong)


# ------------------------------------------------------------- the endpoint


@_bug
def hole_in_the_numbers() -> AbstractContextManager[object]:
    return _around(numbers, "advance", lambda right, connection, space, count: right(connection, space, count + 1))


@_bug
def acknowledged_but_not_stored() -> AbstractContextManager[object]:
    def wrong(right: Thing, connection: Thing, device: Thing, batch: Thing, accepted: Thing, *rest: Thing) -> None:
        right(connection, device, batch, accepted[:-1] if len(accepted) > 3 else accepted, *rest)

    return _around(intake, "_append", wrong)


@_bug
def stored_twice() -> AbstractContextManager[object]:
    def wrong(right: Thing, connection: Thing, device: Thing, batch: Thing, accepted: Thing, *rest: Thing) -> None:
        right(connection, device, batch, accepted, *rest)
        again = [item._replace(n=item.n + (1 << 40)) for item in accepted[-1:]]
        if len(accepted) > 2:
            right(connection, device, batch, again, *rest)

    return _around(intake, "_append", wrong)


@_bug
def owner_not_checked() -> AbstractContextManager[object]:
    return _nothing(intake, "may_write", True)


@_bug
def role_change_not_heard() -> AbstractContextManager[object]:
    return _around(
        roles, "_role", lambda _right, device: ROLES["coordinator" if device.role == "reader" else device.role]
    )


@_bug
def volunteers_refused() -> AbstractContextManager[object]:
    return _around(
        intake, "may_write", lambda right, device, *rest: device.role != "volunteer" and right(device, *rest)
    )


@_bug
def space_filter_missing() -> AbstractContextManager[object]:
    return _nothing(pages, "reads_every_shared", True)


@_bug
def private_space_open_to_all() -> AbstractContextManager[object]:
    def wrong(right: Thing, device: Thing) -> list[str]:
        return [*right(device), *(f"org/{o}/private" for o in ORGANISATIONS if f"org/{o}/private" not in right(device))]

    return _around(pages, "own_spaces", wrong)


@_bug
def own_known_by_device_without_epoch() -> AbstractContextManager[object]:
    def wrong(right: Thing, connection: Thing, device: Thing, epoch: int, space: str, *rest: Thing) -> object:
        page = right(connection, device, epoch, space, *rest)
        mine = [
            item if isinstance(item, int) or page.authors[item.author].device != device.id else item.n
            for item in page.ops
        ]
        op = log.op.c
        some = (op.space == space, op.device == device.id, op.seq >= page.first, op.seq < page.first + len(mine))
        rows = connection.execute(select(log.op).where(*some).order_by(op.seq))
        return msgspec.structs.replace(page, ops=mine, own=digest_of([pages.op_of(row) for row in rows]))

    return _around(pages, "page", wrong)


@_bug
def revoked_device_still_served() -> AbstractContextManager[object]:
    def wrong(right: Thing, *args: Thing) -> object:
        return dataclasses.replace(right(*args), revoked=False)

    return _around(tokens, "device_in", wrong)


@_bug
def text_composed_on_the_way() -> AbstractContextManager[object]:
    def wrong(right: Thing, *args: Thing) -> dict[str, object]:
        row: dict[str, object] = right(*args)
        payload = row["payload"]
        if isinstance(payload, bytes):
            composed = unicodedata.normalize("NFC", payload.decode("utf-8", "surrogateescape"))
            row["payload"] = composed.encode("utf-8", "surrogateescape")
        return row

    return _around(intake, "_row", wrong)


@_bug
def answered_question_stays_open() -> AbstractContextManager[object]:
    return _nothing(clashes, "close")


@_bug
def late_operation_of_an_erased_record_is_kept() -> AbstractContextManager[object]:
    return _around(at_endpoint, "is_gone", lambda _right, *_args: False)


@_bug
def order_to_erase_is_read_and_not_heeded() -> AbstractContextManager[object]:
    return _around(erasures, "receive", lambda _right, _session, page: page)


@_bug
def box_with_something_erased_is_never_packed_anew() -> AbstractContextManager[object]:
    return _nothing(erasing._Errand, "_pack_anew", result=True)  # noqa: SLF001 - that step is what goes wrong


@_bug
def what_came_back_is_sent_again_as_it_was() -> AbstractContextManager[object]:
    def wrong(right: Thing, session: Thing, kind: Thing, record: Thing, *rest: Thing) -> object:
        copy = publishing.copy_id(session, record, "shared")
        return copy if session.get(types()[kind], copy) is not None else right(session, kind, record, *rest)

    return _around(publishing, "publish", wrong)


@_bug
def sent_under_another_id_each_time() -> AbstractContextManager[object]:
    return _around(publishing, "copy_id", lambda _right, *_args: identifiers.new_id())


ORGANISATIONS: list[str] = []


def hunt(here: Scene, name: str, steps: int, seed: int) -> dict[str, object]:
    """Plant one bug and run until it is found; say at which step that was and by what."""
    ORGANISATIONS[:] = sorted({seat.organisation for seat in here.seats})
    with PLANTED[name]():
        rate = 1.0 if "erase" in name else 0.0
        outcome = run(here, steps, seed, stop_at_first=True, steps_of_a_world=_STEPS_OF_A_WORLD, erasing=rate)
    first = outcome.violations[0] if outcome.violations else None
    return {
        "bug": name,
        "found": first is not None,
        "step": outcome.steps,
        "seconds": round(outcome.seconds, 1),
        "by": str(first["found"])[:160] if first else "",
    }


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=5)
    parser.add_argument("--only", action="append", default=[], choices=sorted(PLANTED))
    given = parser.parse_args(words)
    logging.disable(logging.CRITICAL)
    names = given.only or list(PLANTED)
    missed = []
    with scene(given.devices) as here:
        for name in names:
            found = hunt(here, name, given.steps, given.seed)
            if not found["found"]:
                missed.append(name)
            sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    sys.stdout.write(json.dumps({"planted": len(names), "found": len(names) - len(missed), "missed": missed}) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
