"""The screenshot set: every page in each of the ways that people see it.

`python -m ui.looks --out FOLDER` leaves page-way.png for each: light, dark, mirrored as in Arabic, letters of
150 %, 1,024 pixels wide. The first questions are among them. It is the demo's laptop, so that no page is empty.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication

from ui import demo, navigation
from ui.first_run import LANGUAGE, NAME, PLACE, FirstRun
from ui.tour.endpoint import Endpoint
from ui.tour.expectations import say
from ui.tour.hands import settle
from ui.tour.room import SIZE, Room
from wimdesk.i18n import LANGUAGES
from wimdesk.services import todo
from wimdesk.settings import Value

_MIRRORED = "ar"
_QUESTION = "mentor"
_UNTIL_SHOWN = 0.2
"""Seconds: what is chosen in the library is laid out a moment later."""


@dataclass(frozen=True)
class Way:
    """One way to see the program."""

    name: str
    settings: Mapping[str, Value] = field(default_factory=dict)
    width: int = SIZE[0]
    mirrored: bool = False


WAYS = (
    Way("light"),
    Way("dark", {"scheme": "dark"}),
    Way("mirrored", {"language": _MIRRORED if _MIRRORED in LANGUAGES else "en"}, mirrored=True),
    Way("150", {"text_percent": 150}),
    Way("1024", width=1024),
)
_USUAL: Mapping[str, Value] = {"scheme": "light", "language": "en", "text_percent": 100}


def take(out: Path, ways: Sequence[Way] = WAYS) -> list[str]:
    """Leave the pictures in the folder; return their names."""
    out.mkdir(parents=True, exist_ok=True)
    found = QApplication.instance()
    application = found if isinstance(found, QApplication) else QApplication([])
    names: list[str] = []
    with (
        tempfile.TemporaryDirectory(prefix="wimdesk-looks-") as folder,
        Endpoint(Path(folder) / "endpoint") as endpoint,
    ):
        word = os.urandom(16).hex()
        profile = demo.prepare(Path(folder), endpoint, word)
        room = Room(application, profile, "looks", known=True, passphrase=word)
        try:
            _furnish(room)
            for way in ways:
                names += _take_way(application, room, way, out)
        finally:
            application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            room.close()
    return names


def _furnish(room: Room) -> None:
    app = room.laptop.app
    app.run(todo.add, "Call the mine about the visit", "2026-11-20")
    app.run(todo.add, "Renew the licence of the training room", "")
    room.idle()


def _take_way(application: QApplication, room: Room, way: Way, out: Path) -> list[str]:
    room.choose(**{**_USUAL, **way.settings})
    if way.mirrored:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    room.window.resize(QSize(way.width, SIZE[1]))
    names = []
    for entry in (*navigation.SECTIONS, *navigation.MORE):
        room.window.show_page(entry.key)
        names.append(_take(room, f"{entry.key}-{way.name}", out))
    room.window.open_palette()
    box = room.window.palette_box
    if box is not None:
        box.field.setText(_QUESTION)
        names.append(_take(room, f"palette-{way.name}", out))
        box.hide()
    desk = room.program.desk
    if desk is not None:
        first = FirstRun(desk)
        first.resize(room.window.size())
        first.show()
        for step, name in ((LANGUAGE, "language"), (PLACE, "place"), (NAME, "name")):
            first.show_step(step)
            settle(0.1)
            first.grab().save(str(out / f"first-{name}-{way.name}.png"))
            names.append(f"first-{name}-{way.name}.png")
        first.close()
        first.deleteLater()
    application.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    return names


def _take(room: Room, name: str, out: Path) -> str:
    settle(_UNTIL_SHOWN)
    room.idle()
    room.window.grab().save(str(out / f"{name}.png"))
    return f"{name}.png"


def main() -> int:
    """Take the pictures and say how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    args = parser.parse_args()
    names = take(args.out)
    say(f"{len(names)} pictures in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
