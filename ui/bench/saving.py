"""How long a save takes against a bare commit of the same encrypted database with the same settings."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

from ui.bench.measure import Figure, interleaved
from wimdesk.app import App
from wimdesk.services import editing
from wimdesk.store import engine


def run(app: App, folder: Path, rounds: int) -> list[Figure]:
    """Save two fields of a person (journal, search index and announcement included).

    The ratio is the disk's word as much as ours: where a disk confirms at once, a bare commit costs next to nothing.
    What we can make less is the processor's part.
    """
    person = app.run(editing.add, "person", {"given_name": "Ana", "family_name": "Condori"})
    bare = engine.connect(folder / "bare.db", os.urandom(32), create=True)
    bare.execute("CREATE TABLE person (id TEXT PRIMARY KEY, role TEXT, summary TEXT)")
    bare.execute("INSERT INTO person VALUES (?, '', '')", (person,))
    numbers = itertools.count()

    def save() -> None:
        number = next(numbers)
        app.run(editing.change, "person", person, {"role": f"Role {number}", "summary": f"Note {number}"})

    def commit() -> None:
        number = next(numbers)
        bare.execute("BEGIN IMMEDIATE")
        bare.execute("UPDATE person SET role=?, summary=? WHERE id=?", (f"Role {number}", f"Note {number}", person))
        bare.execute("COMMIT")

    interleaved(5, save, commit)
    ours, floor = interleaved(rounds, save, commit)
    bare.close()
    before = time.process_time()
    for _round in range(rounds):
        save()
    own = (time.process_time() - before) * 1000 / rounds
    return [
        Figure("save two fields / bare commit", ours, floor=floor, goal=2.0, note=f"median of {rounds}"),
        Figure("the processor's part of it", own, note=f"mean of {rounds}"),
    ]
