"""The child of the power soak: several short lives of a profile, each save told only after it returned.

What it tells goes to standard output, which the soak points into the recorded folder: so the recorder sees in which
order saves and acknowledgements came.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.soak import saver
from wimdesk.app import App
from wimdesk.settings import passphrase
from wimdesk.store import engine

SHORT, LONG = 5, 45
"""Steps of a life: the long one passes over a checkpoint in the middle, and the log begins anew."""


def weakened(kind: str) -> None:
    """Take away what keeps saves through a power cut, for the controls that must fail."""
    journal, sync = {"normal": ("WAL", "NORMAL"), "off": ("WAL", "OFF"), "plain": ("OFF", "OFF")}[kind]
    changed = {"journal_mode=WAL": f"journal_mode={journal}", "synchronous=FULL": f"synchronous={sync}"}
    # The pragmas are what is under test, so the control replaces just them.
    engine._PRAGMAS = tuple(changed.get(pragma, pragma) for pragma in engine._PRAGMAS)  # noqa: SLF001 - see above


def main(folder: Path, lives: int, kind: str) -> None:
    """Live that often; every third life makes a backup, the second one is long."""
    if kind != "full":
        weakened(kind)
    for life in range(lives):
        app = App.open(folder, passphrase())
        work = saver.mixed(app)
        for _step, _none in zip(range(LONG if life == 1 else SHORT), work, strict=False):
            pass
        if life % 3 == 2:
            app.back_up()
        app.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
