"""How long the window stands still while a sync applies 10,000 edits of people, 100,000 of whom are in the profile.

Run it with `python -m tests.bench.contacts --n 100000 --edits 10000`. Another laptop of the organisation makes so many
people, and changes each of them once; this one has all the others besides, and pulls the edits, which are sealed, while
its real window shows the list of them, offscreen. Its last line is JSON, its exit code 1 where a goal is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.bench import apply, figures, people, scene
from tests.bench.figures import Figure, say
from tests.bench.link import Link
from tests.bench.scene import Scene
from ui.application import Program
from ui.pages.organisation import OrganisationPage
from wimdesk.app import App
from wimdesk.records import Person
from wimdesk.services import editing

_ROLE = "Has a new role {}"


def _add(session: Session, count: int) -> None:
    for number in range(count):
        values = people.person(number)
        editing.prepare(session, Person, values, str(values.pop("id")))


def _change(session: Session) -> None:
    """Change each, as an import does: every third gets another name, so that the order of the list changes too."""
    for place, person in enumerate(session.scalars(select(Person))):
        person.role = _ROLE.format(place % 7)
        if place % 3 == 0:
            person.family_name = f"{person.family_name} {place}"


def _prove(app: App, edits: int) -> None:
    """Raise where an edit did not arrive: an empty pull would be very quick."""
    changed = app.read(lambda s: sum(role.startswith(_ROLE[:9]) for role in s.scalars(select(Person.role))))
    if changed != edits:
        raise RuntimeError(f"{changed} of {edits} edits arrived")


def _is_listed(program: Program, count: int) -> bool:
    page = program.window.page()
    return isinstance(page, OrganisationPage) and page.pane.people.model.rowCount() == count


def run(count: int, edits: int) -> list[Figure]:
    """Measure with so many people, of whom so many are edited."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        here = Scene(Path(name), Link(""))
        (here.place / "endpoint").mkdir()
        with scene.endpoint(here.place / "endpoint") as served:
            command = [sys.executable, "-m", "tests.bench.contacts", "--n", str(count), "--edits", str(edits)]
            subprocess.run([*command, "--prepare", name, served.url], check=True, cwd=scene.ROOT)
            pulled = apply.pull(
                here.place / "bela", "organisation", lambda app: _prove(app, edits), lambda p: _is_listed(p, count)
            )
            told = apply.told_work(f"{edits:,} edits of people", pulled.watch, pulled.seconds, None)
            used = Figure("memory after it", pulled.memory, "MB", people.GOAL_MEMORY)
            say(used.line())
            return [*told, *apply.told_gaps(pulled), used]


def prepare(here: Scene, count: int, edits: int) -> None:
    """Enrol both laptops; anna's edits wait at the endpoint, and bela has all people."""
    here.enrol()
    anna, bela = here.laptop("anna"), here.laptop("bela")
    try:
        anna.app.run(_add, edits)
        anna.sync()
        bela.sync()
        bela.app.settings.put("sync_automatically", False)
        bela.app.settings.put("first_run_done", True)
        people.plant(bela.app, range(edits, count))
        anna.app.run(_change)
        anna.sync()
        if (there := bela.app.read(lambda s: s.scalar(select(func.count()).select_from(Person)))) != count:
            raise RuntimeError(f"{there} people are there, not {count}")
    finally:
        for laptop in here.laptops.values():
            laptop.close()
        here.laptops.clear()


def main(argv: list[str] | None = None) -> int:
    """Read the command line, measure, and say the outcome."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=100_000, help="how many people")
    parser.add_argument("--edits", type=int, default=10_000, help="how many of them another laptop edits")
    parser.add_argument("--prepare", nargs=2, metavar=("FOLDER", "URL"), help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.prepare is not None:
        here = Scene(Path(args.prepare[0]), Link(""))
        here.link.url = args.prepare[1]
        prepare(here, args.n, args.edits)
        return 0
    return figures.finish(run(args.n, args.edits), n=args.n, edits=args.edits)


if __name__ == "__main__":
    sys.exit(main())
