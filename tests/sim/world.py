"""One world: laptops, an endpoint, chance, and what happens to them step by step."""

from __future__ import annotations

import contextlib
import hashlib
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sync.protocol import private_space, shared_space
from tests.sim import checks
from tests.sim.endpoint import Secretariat
from tests.sim.fate import Clock
from tests.sim.laptop import Laptop, Seat
from tests.sim.model import ERASE, ERASING, FORBIDDING, SIGNER, Life, Model, Save, SaveId
from tests.sim.scene import Scene
from tests.sim.wire import Letter, Wire


class Violation(AssertionError):
    """Something that must never be; the first word is the invariant."""


@dataclass
class Tally:
    """What was done and looked at."""

    kinds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Count what another run did too."""
        self.kinds.update(other.kinds)
        self.faults.update(other.faults)
        self.checks.update(other.checks)
        self.outcomes.update(other.outcomes)


class World:
    """Everything there is in one run of one seed."""

    def __init__(self, scene: Scene, folder: Path, seed: int, tally: Tally) -> None:
        self.scene = scene
        self.folder = folder
        self.rng = random.Random(seed)
        self.tally = tally
        self.clock = Clock()
        self.clock.tick = 1000
        self.marks = 0
        self.trace = hashlib.sha256()
        self.model = Model()
        self.letters: list[Letter] = []
        self.endpoint_copies: list[tuple[Path, dict[str, list[Save]]]] = []
        self.must_return: dict[SaveId, set[Seat]] = {}
        """What a restored endpoint lacked, and who had it."""
        self.restored_at = 0
        self.erased: dict[tuple[str, str], int] = {}
        """What somebody ordered to erase, by space and record, and when."""
        self.approved: dict[tuple[str, str], list[dict[str, object]]] = {}
        """What was approved, by organisation and by the id under which it was sent."""
        self.generation = 0
        folder.mkdir(parents=True)
        shutil.copytree(scene.folder / "endpoint", folder / "endpoint" / "0")
        self.endpoint = Secretariat(folder / "endpoint", self.clock)
        self.roles: dict[str, list[tuple[int, str]]] = {d: [(0, role)] for d, role in scene.roles.items()}
        self.revoked: dict[str, int] = {}
        self.laptops = [self._sit_down(seat) for seat in scene.seats]
        checks.begin(self)

    def _sit_down(self, seat: Seat) -> Laptop:
        laptop = self.new_laptop(seat, Life())
        laptop.open(self.scene.folder / seat.name)
        laptop.life.cursors = laptop.cursors()
        return laptop

    def new_laptop(self, seat: Seat, life: Life) -> Laptop:
        """Return a laptop that is not open yet."""
        wire = Wire(self.endpoint.line, self._keep_letter, self._crash_endpoint)
        return Laptop(seat, self.folder, self.scene.template, self.clock, wire, life=life)

    def _keep_letter(self, letter: Letter) -> None:
        self.letters.append(letter)
        if len(self.letters) > 12:
            self.letters.pop(self.rng.randrange(12))

    def _crash_endpoint(self) -> None:
        self.endpoint.crash()

    # ------------------------------------------------------------- what may be

    @property
    def active(self) -> list[Laptop]:
        """The laptops that the endpoint answers."""
        return [laptop for laptop in self.laptops if laptop.seat.device not in self.revoked]

    def organisations(self) -> list[str]:
        return sorted({seat.organisation for seat in self.scene.seats})

    def readable(self, seat: Seat) -> set[str]:
        """Return the spaces that a seat may hold."""
        own = {private_space(seat.organisation), shared_space(seat.organisation), "alliance", "committee"}
        return own | {shared_space(o) for o in self.organisations()} if seat.secretariat else own

    def writable(self, seat: Seat) -> list[str]:
        """Return the spaces in which a seat may make records."""
        return sorted(self.readable(seat) - {"committee"})

    def may_write(self, seat: Seat, role: str, save: Save) -> bool:
        """Say whether the rules let this seat, in this role, write this: the rules told once more, in short."""
        if save.type == ERASE and role not in ERASING:
            return False
        if role in FORBIDDING or save.space not in self.readable(seat):
            return False
        if save.type == SIGNER and save.space == "alliance":
            # Whoever could tell others' keys could give orders in their name: not even the Secretariat may.
            return role in ERASING and save.owner == seat.organisation
        return save.space != "alliance" or seat.secretariat or save.owner == seat.organisation

    def view(self, laptop: Laptop, space: str, record: str) -> dict[str, object]:
        """Return what a person must see of a record at a laptop."""
        return self.model.view(laptop.life, space, record, laptop.lost(record))

    def role(self, laptop: Laptop) -> str:
        """Return the role that a laptop has now, whether it was told or not."""
        return self.roles[laptop.seat.device][-1][1]

    def roles_between(self, device: str, tick: int) -> set[str]:
        """Return the roles that a device has had since then."""
        found = {role for at, role in self.roles[device] if at >= tick}
        before = [role for at, role in self.roles[device] if at < tick]
        return found | set(before[-1:])

    @property
    def unsure(self) -> set[str]:
        """Records of which an operation was refused: what its author sees of them is the author's own."""
        return set().union(*(laptop.life.tainted for laptop in self.laptops))

    @contextlib.contextmanager
    def undisturbed(self, laptop: Laptop) -> Iterator[None]:
        """Let the requests of a laptop pass within the block, also in the middle of another one's pass."""
        before = laptop.wire.plan
        laptop.wire.plan = {}
        try:
            yield
        finally:
            laptop.wire.plan = before

    def broken(self, rule: str, sentence: str) -> Violation:
        return Violation(f"{rule}: {sentence}")

    def note(self, *words: object) -> None:
        """Write into the trace: two runs of one seed have the same."""
        self.trace.update(repr(words).encode())

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.close()
        self.endpoint.close()
        shutil.rmtree(self.folder)


Act = Callable[[World], str]
