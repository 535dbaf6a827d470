"""How long it takes from the start of a process to its first painting: the program against a bare window."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from ui.bench.measure import Figure, median
from wimdesk.app import App


def run(folder: Path, rounds: int) -> list[Figure]:
    """Start both by turns in fresh processes, on a profile that is there already."""
    word = os.urandom(16).hex()
    App.open(folder, word).close()
    bare, program = ("bare",), ("app", str(folder), word)
    _paint(*bare)
    _paint(*program)
    pairs = [(_paint(*bare), _paint(*program)) for _round in range(rounds)]
    floor, ours = (median([pair[at] for pair in pairs]) for at in (0, 1))
    return [Figure("first painting / bare window", ours, floor=floor, goal=2.0, note=f"median of {rounds}")]


def _paint(*words: str) -> float:
    """Return the milliseconds until the process says that it has painted."""
    command = [sys.executable, "-m", "ui.first_paint", *words]
    # An installed program has its compiled modules; a developer's machine may be told not to keep them.
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings) as process:
        line = process.stdout.readline() if process.stdout is not None else b""
        taken = (time.perf_counter() - start) * 1000
        process.kill()
    if line.strip() != b"painted":
        raise RuntimeError("nothing was painted")
    return taken
