"""How the list of people stands 100,000 of them: from the key to the painted answer, and how long it stands still.

Run it with `python -m tests.bench.people --n 100000`. A process of its own fills a profile; then the real window opens
on it, offscreen, and a timer of 5 ms says when it could not answer. Beside that stands what the calm window does on
this machine, and what one bare question to the encrypted file takes. Its last line is JSON, its exit code 1 where a
goal is missed.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.bench import figures
from tests.bench.figures import Figure, say
from tests.bench.heart import Heart
from ui.application import Program
from ui.bench.measure import memory
from ui.lists.list_pane import ListPane
from ui.pages.organisation import OrganisationPage
from ui.tour import hands
from wimdesk.app import App
from wimdesk.identifiers import derived_id
from wimdesk.records import ContactDetail, Person
from wimdesk.services import groups, people_roster, question
from wimdesk.store import inbox
from wimdesk.store.engine import Store

GOAL_ANSWER = 300.0
GOAL_GAP = 50.0
GOAL_MEMORY = 300.0
WORD = "a passphrase for the bench"
_CHUNK = 5000
_PATIENCE = 600.0


def _words(text: str) -> list[str]:
    return text.split()


_GIVEN = _words("Ana María José Fatoumata Aïssatou Zoé Inés Lucía Rosa Teresa Beatriz Chloé Mariama Nkechi Amina Léa")
_FIRST = _words("Con Mam Qui Trao Dial Ébè Zap Cru Chá Pra Nwo Oka Mwa Fer Gar")
_LAST = _words("dori ani spe re lo ne ata zul vez do su for ngi nández cía ez")
_ROLES = _words("Geologist Engineer Miner Surveyor Lawyer Treasurer Member Student Trainer")
_COUNTRIES = _words("PE BO CL CO GH SN KE TZ ZA CA AU FR")
_SKILLS = _words("geology drilling blasting safety law finance mapping ventilation")
_TAGS = _words("board volunteer donor speaker mentor newsletter press founder alumna")
_TYPED = ("ana", "traore geo", "w12", "zoé")
_ASKED = (
    ("PE", question.ask("", {"country_code": ["PE"]})),
    (
        "geologists in PE without mentor",
        question.ask("", {"role": ["Geologist"], "country_code": ["PE"]}, {"tags": ["mentor"]}),
    ),
    ("with e-mail", question.ask("", {"reach": ["email"]})),
    ("everybody", question.ask()),
)
_BARE = "SELECT id FROM person WHERE deleted = 0 AND country_code = 'PE' ORDER BY family_name, given_name"


def fill(folder: Path, count: int) -> None:
    """Put so many people and about as many numbers and addresses there, as if they had been received."""
    app = App.open(folder, WORD)
    app.settings.put("sync_automatically", False)
    app.settings.put("first_run_done", True)
    plant(app, range(count))
    for name, asked in _ASKED[:3]:
        app.run(groups.save, people_roster.TYPE, asked, name)
    app.close()


def plant(app: App, numbers: range) -> None:
    """Put these people and their numbers and addresses there, as if they had been received."""
    base: dict[str, object] = {"space": app.store.author.spaces["private"], "owner": app.identity().organisation}
    for start in range(numbers.start, numbers.stop, _CHUNK):
        some = range(start, min(numbers.stop, start + _CHUNK))
        app.run(inbox.plant, Person, [base | person(number) for number in some])
        app.run(inbox.plant, ContactDetail, [base | each for number in some for each in _ways(number)])


def person(number: int) -> dict[str, object]:
    """Return the fields of one made-up person, with the id."""
    dice = random.Random(number)
    return {
        "id": derived_id("bench", str(number)),
        "given_name": dice.choice(_GIVEN),
        "family_name": " ".join(dice.choice(_FIRST) + dice.choice(_LAST) for _twice in range(2)),
        "role": dice.choice(_ROLES),
        "country_code": dice.choice(_COUNTRIES),
        "languages": dice.sample(["en", "es", "fr", "sw"], 2),
        "skills": dice.sample(_SKILLS, 2),
        "tags": dice.sample(_TAGS, dice.randrange(3)),
        "summary": "Met at the meeting of the association, and wants to help with the training of young members.",
    }


def _ways(number: int) -> list[dict[str, object]]:
    person = derived_id("bench", str(number))
    both = (("email", f"w{number}@example.org"), ("phone", f"+51 900 {number:06}"))
    return [
        {"id": derived_id("bench", str(number), kind), "person_id": person, "type": kind, "value": value}
        for kind, value in both[: number % 3]
    ]


@dataclass
class Pulse(Heart):
    """A heart that also knows how long its thread was computing in one go, whatever else the machine did meanwhile."""

    busy: list[float] = field(default_factory=list)
    _computed: float = 0.0

    def _beat(self) -> None:
        super()._beat()
        now = time.thread_time()
        self.busy.append((now - self._computed) * 1000)
        self._computed = now

    def longest(self) -> tuple[float, float]:
        """Return the longest gap and the longest computing since the last time."""
        busy, self.busy = max(self.busy, default=0.0), []
        return max(self.taken(), default=0.0), busy


class Bench:
    """The window with its list, and the heart that beats in its thread."""

    def __init__(self, application: QApplication, folder: Path) -> None:
        self.program = Program(application, folder, WORD)
        self.heart = Pulse()
        self.found: list[Figure] = []
        self.program.start()
        wait_until(lambda: self.program.desk is not None)
        stay(3.0)
        self.heart.start(application)
        stay(3.0)
        self.heart.longest()
        stay(3.0)
        self.tell("memory of the window at rest", memory(), "MB")
        self.gap("window at rest", None)

    def tell(self, name: str, value: float, unit: str, goal: float | None = None) -> None:
        """Say and keep a figure."""
        self.found.append(Figure(name, value, unit, goal))
        say(self.found[-1].line())

    @property
    def page(self) -> OrganisationPage:
        """Return the page of the organisation."""
        page = self.program.window.page()
        if not isinstance(page, OrganisationPage):
            raise TypeError(type(page).__name__)
        return page

    @property
    def pane(self) -> ListPane:
        """Return the list of people."""
        return self.page.pane.people

    def idle(self) -> None:
        """Wait until nothing is under way."""
        desk = self.program.desk
        wait_until(lambda: desk is not None and not desk.tasks.busy() and self.pane.is_ready())

    def timed(self, act: Callable[[], object]) -> float:
        """Return the milliseconds from an act until its answer is painted."""
        start = time.perf_counter()
        act()
        wait_until(self.pane.is_ready, pause=0.0)
        self.pane.view.viewport().repaint()
        return (time.perf_counter() - start) * 1000

    def gap(self, what: str, goal: float | None = GOAL_GAP) -> None:
        """Tell how long the window could not answer since the last time."""
        gap, busy = self.heart.longest()
        self.tell(f"{what}: longest gap", gap, "ms", goal)
        self.tell(f"{what}: longest computing of the window's thread", busy, "ms", goal)


def run(count: int) -> list[Figure]:
    """Measure with so many people."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name) / "profile"
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "tests.bench.people", "--n", str(count), "--fill", folder], check=True)
        say(f"{count:,} people written in {time.perf_counter() - start:.0f} s; load {os.getloadavg()[0]:.1f}")
        found = QApplication.instance()
        application = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
        bench = Bench(application, folder)
        try:
            _open(bench, count)
            _ask(bench)
            _scroll(bench, count)
            _change(bench, count)
            stay(5.0)  # what the last large write needed goes back by itself some seconds later
            bench.tell("memory at the end", memory(), "MB", GOAL_MEMORY)
        finally:
            bench.program.window.close()
            bench.program.close()
        return bench.found


def _open(bench: Bench, count: int) -> None:
    start = time.perf_counter()
    bench.program.window.show_page("organisation")
    wait_until(lambda: bench.pane.model.rowCount() == count)
    bench.pane.view.viewport().repaint()
    bench.tell("the page is opened for the first time", time.perf_counter() - start, "s")
    bench.idle()
    bench.tell("memory when it is open", memory(), "MB")
    bench.gap("while it opens (the page is built)", None)


def _ask(bench: Bench) -> None:
    search = bench.page.pane.search
    taken: list[float] = []
    before = time.process_time()
    for words in _TYPED:
        taken += [bench.timed(partial(hands.write_letter, search, letter)) for letter in words]
        taken.append(bench.timed(search.clear))
    for _round in range(3):
        taken += [bench.timed(partial(bench.pane.facets.changed.emit, asked)) for _name, asked in _ASKED]
    bench.tell("an answer, from the key to its painting: median", statistics.median(taken), "ms")
    bench.tell("an answer: slowest", max(taken), "ms", GOAL_ANSWER)
    bench.gap("while asking")
    bench.idle()
    computed = (time.process_time() - before) * 1000 / len(taken)
    bench.tell("an answer: processor of all threads, counts included", computed, "ms", GOAL_ANSWER)
    app = bench.program.app
    if app is not None:
        bare = statistics.median(_bare(app.store) for _round in range(3))
        bench.tell("one bare question to the encrypted file", bare, "ms")
        bench.tell("an answer, as a multiple of that", statistics.median(taken) / bare, "")
    bench.idle()
    stay(0.1)  # the bare questions were asked in the window's thread: its next beat tells of them
    bench.heart.longest()


def _bare(store: Store) -> float:
    connection = store.raw()
    start = time.perf_counter()
    connection.execute(_BARE).fetchall()
    taken = time.perf_counter() - start
    connection.close()
    return taken * 1000


def _scroll(bench: Bench, count: int) -> None:
    dice = random.Random(7)
    taken = []
    view, model = bench.pane.view, bench.pane.model
    for _jump in range(20):
        row = dice.randrange(count)
        start = time.perf_counter()
        view.scrollTo(model.index(row))
        view.viewport().repaint()
        wait_until(partial(model.is_here, row), pause=0.0)
        taken.append((time.perf_counter() - start) * 1000)
    bench.tell("jump anywhere, until its rows are painted: median", statistics.median(taken), "ms")
    bench.idle()
    bench.gap("while jumping")


def _change(bench: Bench, count: int) -> None:
    """Tag a tenth of all, and take it back; the list follows."""
    pane, app = bench.pane, bench.program.app
    if app is None:
        return
    bench.timed(partial(pane.facets.changed.emit, question.ask("", {"country_code": ["PE"]})))
    bench.idle()
    bench.heart.longest()
    pane.view.setFocus()
    QTest.keyClick(pane.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    chosen = pane.view.count_chosen()
    acts = ((f"tag {chosen:,} at once", partial(pane.add_tag, "invited")), ("Ctrl+Z", bench.program.window.undo))
    for name, act in acts:
        start = time.perf_counter()
        act()
        stay(0.2)
        bench.idle()
        wait_until(lambda: not bench.program.desk.tasks.writes)  # type: ignore[union-attr]  # it was there a moment ago
        bench.idle()
        bench.tell(f"{name}, until the list knows", time.perf_counter() - start, "s")
        bench.gap(name)
    if pane.view.count_chosen() != chosen:
        raise RuntimeError(f"{pane.view.count_chosen()} are chosen now, {chosen} were")


def stay(seconds: float) -> None:
    """Let the window live for so long."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        time.sleep(0.001)


def wait_until(condition: Callable[[], object], pause: float = 0.001) -> None:
    """Let the window live until it is so."""
    end = time.perf_counter() + _PATIENCE
    while not condition():
        if time.perf_counter() > end:
            raise RuntimeError("waited in vain")
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
        time.sleep(pause)


def main() -> int:
    """Measure and say so; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100_000, help="how many people")
    parser.add_argument("--fill", type=Path, default=None, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.fill is not None:
        fill(args.fill, args.n)
        return 0
    return figures.finish(run(args.n), n=args.n)


if __name__ == "__main__":
    sys.exit(main())
