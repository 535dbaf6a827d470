"""Erase people while lines break, and put back old backups and files of before: nobody may come back.

python -m tests.soak.erasure --times 500 --seed 1
prints one line of JSON; its exit code is 1 where a word of somebody erased was found in any byte of any store, a proof
no longer proves, or computers do not say the same.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from sqlalchemy import select

from sync.client import bundles
from sync.server import bundles as desk
from sync.server import erasing as at_endpoint
from sync.server.refusals import Refused
from sync.server.store import Store
from tests import canary
from tests.sim import pace
from tests.sim.endpoint import Secretariat
from tests.sim.fate import Clock, Crash, dying_at_commit, dying_at_statement, seeded, weighted
from tests.sim.laptop import Laptop, Seat
from tests.sim.passes import ON_THE_LINE
from tests.sim.scene import Scene
from tests.sim.simulator import scene
from tests.sim.wire import Fault, Letter, Wire
from tests.support import Endpoint
from wimdesk import clock as clocks
from wimdesk.errors import WimdeskError
from wimdesk.services import attaching, editing, erasing, publishing
from wimdesk.store import proof, tables

_DEVICES = 4
_PEOPLE = 3
_STEPS = 24
_ROUNDS = 4
_ACTS = {"sync": 10, "cut": 10, "die": 2, "edit": 5, "keep": 2, "go_back": 2, "save": 3, "hand_in": 3, "load": 2,
         "letter": 3, "endpoint_keep": 1, "endpoint_back": 1}  # fmt: skip


@dataclass
class Outcome:
    """What was found."""

    times: int = 0
    erased: int = 0
    ordered: int = 0
    resurrected: int = 0
    acts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


class Story:
    """One world: an organisation's laptops, the Secretariat's, an endpoint, and what old things lie about."""

    def __init__(self, here: Scene, folder: Path, seed: int, outcome: Outcome) -> None:
        self.rng, self.seed, self.outcome = random.Random(seed), seed, outcome
        self.folder, self.clock = folder, Clock()
        self.clock.tick = 1000
        folder.mkdir(parents=True)
        shutil.copytree(here.folder / "endpoint", folder / "endpoint" / "0")
        self.endpoint = Secretariat(folder / "endpoint", self.clock)
        self.letters: list[Letter] = []
        self.ups: list[bytes] = []
        self.downs: list[tuple[str, bytes]] = []
        self.copies: list[Path] = []
        self.words: list[str] = []
        self.people: list[str] = []
        self.laptops = [self._sit_down(here, seat) for seat in here.seats]
        organisation = here.seats[1].organisation
        self.ours = [laptop for laptop in self.laptops if laptop.seat.organisation == organisation]

    def _sit_down(self, here: Scene, seat: Seat) -> Laptop:
        wire = Wire(self.endpoint.line, self.letters.append, self.endpoint.crash)
        laptop = Laptop(seat, self.folder, here.template, self.clock, wire)
        laptop.open(here.folder / seat.name)
        return laptop

    # ------------------------------------------------------------- what there is to be forgotten

    def tell(self) -> None:
        """People are written down, in private and shared, and everybody reads of them."""
        first = self.ours[0]
        for number in range(_PEOPLE):
            word = f"Qañar{self.seed}x{number}Zw"
            self.words.append(word)
            record = str(self._run(first, editing.add, "person", {"given_name": word, "summary": f"near {word}"}))
            self._run(
                first, editing.add, "contact_detail", {"person_id": record, "type": "email", "value": f"{word}@x"}
            )
            self._run(first, editing.change, "person", record, {"family_name": f"New {word}"})
            if number:
                scope = "alliance" if number == 1 else "shared"
                self._run(first, publishing.publish, "person", record, scope)
            attaching.attach(first.app.store, first.app.contents, ("person", record), f"{word}.txt", word.encode())
            self.people.append(record)
        self.heal()

    def _run(self, laptop: Laptop, verb: Callable[..., object], *args: object) -> object:
        self.clock.tick += 1
        return laptop.run(verb, *args)

    def erase(self) -> None:
        """One after the other, at whichever computer may."""
        for record in list(self.people):
            with contextlib.suppress(WimdeskError):
                laptop = self.rng.choice([each for each in self.ours if each.app.read(erasing.may_erase)])
                if self._run(laptop, erasing.erase, "person", record):
                    self.outcome.erased += 1
                    laptop.app.sweep_quietly()  # as every door to it does

    # ------------------------------------------------------------- what happens

    def step(self) -> None:
        act = weighted(self.rng, list(_ACTS), list(_ACTS.values()))
        self.outcome.acts[act] += 1
        getattr(self, f"_{act}")(self.rng.choice(self.laptops))

    def _sync(self, laptop: Laptop) -> None:
        self.clock.tick += 1
        try:
            laptop.sync()
        except WimdeskError as problem:
            self.outcome.acts[type(problem).__name__] += 1
        except Crash:
            laptop.reborn()

    def _cut(self, laptop: Laptop) -> None:
        kind = weighted(self.rng, list(ON_THE_LINE), list(ON_THE_LINE.values()))
        laptop.wire.expect({self.rng.choice((0, 0, 1, 2, 3)): Fault(kind, self.rng.random())}, self.rng)
        self._sync(laptop)
        laptop.wire.expect({}, self.rng)

    def _die(self, laptop: Laptop) -> None:
        dying = self.rng.choice((dying_at_commit(), dying_at_statement(self.rng.randrange(1, 30))))
        with contextlib.suppress(Crash, WimdeskError), dying:
            laptop.sync()
        laptop.reborn()

    def _edit(self, laptop: Laptop) -> None:
        """Somebody who has not heard of the order writes down more; that is somebody else's to forget too."""
        record, word = self.rng.choice(self.people), self.rng.choice(self.words)
        with contextlib.suppress(WimdeskError):
            self._run(laptop, editing.change, "person", record, {"role": f"again {word}"})

    def _keep(self, laptop: Laptop) -> None:
        laptop.keep_copy()

    def _go_back(self, laptop: Laptop) -> None:
        if laptop.copies:
            laptop.reborn(self.rng.choice(laptop.copies).folder)

    def _save(self, laptop: Laptop) -> None:
        path = self.folder / "up"
        with contextlib.suppress(WimdeskError):
            bundles.save(laptop.engine, path)
            self.ups.append(path.read_bytes())

    def _hand_in(self, laptop: Laptop) -> None:
        if not self.ups:
            return
        store = Store(self.endpoint.data)
        try:
            found = desk.believed(store, self.rng.choice(self.ups))
            self.downs.append((laptop.seat.name, desk.answered(store, found)))
        except Refused:
            self.outcome.acts["file refused"] += 1
        finally:
            store.close()

    def _load(self, laptop: Laptop) -> None:
        if self.downs:
            path = self.folder / "down"
            path.write_bytes(self.rng.choice(self.downs)[1])
            with contextlib.suppress(WimdeskError):
                bundles.load(laptop.engine, path)

    def _letter(self, _laptop: Laptop) -> None:
        if self.letters:
            self.endpoint.deliver(self.rng.choice(self.letters))

    def _endpoint_keep(self, _laptop: Laptop) -> None:
        self.copies.append(self.endpoint.copy_to(self.folder / f"endpoint.copy.{len(self.copies)}"))

    def _endpoint_back(self, _laptop: Laptop) -> None:
        if self.copies:
            self.endpoint.restore(self.rng.choice(self.copies))

    # ------------------------------------------------------------- how it must end

    def heal(self) -> None:
        """All lines are well again, and everybody syncs."""
        for _round in range(_ROUNDS):
            for laptop in self.laptops:
                laptop.wire.expect({}, self.rng)
                self._sync(laptop)

    def ordered(self) -> list[str]:
        """Return the words of those of whom anybody here knows that they are erased."""
        known = set()
        for laptop in self.laptops:
            known |= {record for (record,) in laptop.eye.execute("SELECT record FROM op WHERE type = 'erase'")}
        self.outcome.ordered += len(known.intersection(self.people))
        return [word for word, record in zip(self.words, self.people, strict=True) if record in known]

    def look(self, words: list[str]) -> None:
        """Of none of these words is there any byte, and all say the same."""
        apps = [laptop.app for laptop in self.laptops]
        endpoint = Endpoint(self.endpoint.data, "")
        stores = [(f"{laptop.seat.name} {name}", content) for laptop in self.laptops
                  for name, content in canary.of_laptop(laptop.app)]  # fmt: skip
        if found := canary.count(words, [*stores, *canary.of_endpoint(endpoint, apps)]):
            self.outcome.resurrected += 1
            self._wrong(f"found {found}")
        store = Store(self.endpoint.data)
        try:
            with store.reading() as connection:
                if wrong := at_endpoint.proofs(connection)["wrong"]:
                    self._wrong(f"{wrong} proofs prove nothing")
        finally:
            store.close()
        said: dict[str, object] = {}
        for laptop in self.laptops:
            if differing := laptop.app.read(proof.differing):
                self._wrong(f"{laptop.seat.name} differs in {differing}")
            with laptop.app.store.reading() as session:
                for row in session.execute(select(tables.cursor)):
                    place = (row.seq, row.trail, row.digest)
                    if said.setdefault(row.space, place) != place:
                        self._wrong(f"{laptop.seat.name} says something else of {row.space}")

    def _wrong(self, sentence: str) -> None:
        self.outcome.wrong.append(f"seed {self.seed}: {sentence}")

    def close(self) -> None:
        for laptop in self.laptops:
            with contextlib.suppress(FileNotFoundError):  # it died while it was made anew
                laptop.close()
        self.endpoint.close()
        shutil.rmtree(self.folder)


def run(here: Scene, times: int, seed: int) -> Outcome:
    """Tell so many stories; the k-th has the seed `seed` + k."""
    outcome = Outcome()
    with pace.brisk(), mock.patch.object(erasing, "_MERGED_PAGES", 100):
        for number in range(times):
            with tempfile.TemporaryDirectory(dir=here.folder) as folder, seeded(seed + number):
                story = Story(here, Path(folder) / "story", seed + number, outcome)
                with clocks.driven_by(story.clock.now):
                    _one(story)
            pace.tidy()
            outcome.times += 1
    return outcome


def _one(story: Story) -> None:
    try:
        story.tell()
        for _step in range(_STEPS // 3):
            story.step()
        story.erase()
        for _step in range(_STEPS):
            story.step()
        story.heal()
        story.look(story.ordered())
        story.erase()  # where whoever ordered it went back to before that, and nobody had heard of it
        story.heal()
        story.look(story.words)
    except Exception as unexpected:  # noqa: BLE001 - whatever the program raises is a finding too
        where = "".join(traceback.format_exception(unexpected)[-4:])
        story._wrong(f"unexpected {where}")  # noqa: SLF001 - the story of this run
    finally:
        story.close()


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(words)
    logging.disable(logging.CRITICAL)
    began = time.perf_counter()
    with scene(_DEVICES) as here:
        outcome = run(here, given.times, given.seed)
    report = {
        "times": outcome.times, "seeds": [given.seed, given.seed + given.times - 1], "erased": outcome.erased,
        "ordered_before_all_was_well": outcome.ordered,
        "resurrected": outcome.resurrected, "acts": dict(sorted(outcome.acts.items())), "wrong": outcome.wrong[:20],
        "seconds": round(time.perf_counter() - began, 1),
    }  # fmt: skip
    sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
