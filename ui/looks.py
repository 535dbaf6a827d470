"""The screenshot set: every page in each of the ways that people see it.

`python -m ui.looks --out FOLDER` leaves page-way.png for each: light, dark, mirrored as in Arabic, letters of
150 %, 1,024 pixels wide. What a page opens (a card, an overview, a form) and the first questions are among them.
It is the demo's laptop, so that no page is empty. `--only light dark` takes some ways only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication

from sync.protocol import ALLIANCE
from ui import demo, navigation
from ui.first_run import LANGUAGE, NAME, PLACE, FirstRun
from ui.pages.alliance_directory import DIRECTORY
from ui.pages.alliance_register import REGISTER
from ui.pages.champions import CHAMPIONS
from ui.pages.library import LibraryPage
from ui.pages.members import MEMBERS
from ui.pages.minutes import OWED
from ui.pages.organisation import OrganisationPage
from ui.pages.progress import REPORTS
from ui.pages.terms import TERMS
from ui.tour.endpoint import Endpoint
from ui.tour.expectations import say
from ui.tour.hands import settle
from ui.tour.room import SIZE, Room
from wimdesk.i18n import LANGUAGES
from wimdesk.services import editing, library, submitting, taking_part, todo
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


@dataclass(frozen=True)
class Part:
    """What a page opens, and how it comes to be opened there."""

    page: str
    name: str
    open: Callable[[Room], None]


def _first_of(page: str, type_name: str, which: int = 0) -> Part:
    """Return the part that is the card of a record of this type."""

    def open_it(room: Room) -> None:
        found = room.laptop.app.read(editing.rows, type_name)
        room.window.show_page(page, str(found[which]["id"]))

    return Part(page, type_name, open_it)


def _told(page: str, key: str) -> Part:
    """Return the part that the page knows by a key of its own."""
    return Part(page, key, lambda room: room.window.show_page(page, key))


def _on_organisation(name: str, act: Callable[[OrganisationPage], None]) -> Part:
    return Part("organisation", name, lambda room: act(room.page("organisation", OrganisationPage)))


def _overview(key: str) -> Part:
    return _on_organisation(key, lambda page: page.show_overview(key))


def _shown(page: str, name: str, type_name: str, *, ours: bool) -> Part:
    return Part(page, name, lambda room: room.window.show_page(page, _first(room, type_name, ours=ours)))


PARTS = (
    *(_first_of("organisation", kind) for kind in ("person", "post", "site", "miner_group")),
    *(_overview(key) for key in (MEMBERS, TERMS, DIRECTORY)),
    _on_organisation("import", OrganisationPage.show_import),
    _on_organisation("duplicates", OrganisationPage.show_duplicates),
    *(_told("groups", key) for key in (OWED, REPORTS, CHAMPIONS)),
    *(_first_of("groups", kind) for kind in ("event", "minutes", "report_round", "champion")),
    *(_first_of("alliance", kind) for kind in ("theme", "alliance_text")),
    _told("alliance", REGISTER),
    Part("library", "files", lambda room: room.page("library", LibraryPage).reading.show_downloads()),
    _shown("library", "article", "library_item", ours=False),
    _shown("library", "draft", "library_item", ours=True),
    _shown("initiatives", "own", "initiative", ours=True),
    Part("submissions", "sent", lambda room: room.window.show_page("submissions", _sent(room))),
)


def _first(room: Room, type_name: str, *, ours: bool) -> str:
    """Return the first record of ours, begun for the pictures, or of the Alliance's."""
    rows = room.laptop.app.read(editing.rows, type_name)
    return next(str(row["id"]) for row in rows if (row["space"] != ALLIANCE) == ours)


def _sent(room: Room) -> str:
    return room.laptop.app.read(submitting.load)[-1].id


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
    practice = app.run(library.draft)
    words = {
        "title": {"en": "A buddy on every night shift"},
        "summary": {"en": "Nobody walks or drives alone at night."},
    }
    app.run(editing.change, "library_item", practice, words)
    _name(room, "library_item", practice, "A buddy on every night shift", "Nobody walks or drives alone at night.")
    initiative = app.run(taking_part.begin)
    _name(room, "initiative", initiative, "Open day at Cerro Azul", "Families see where their people work.")
    room.idle()


def _name(room: Room, type_name: str, record: str, title: str, summary: str) -> None:
    room.laptop.app.run(editing.change, type_name, record, {"title": {"en": title}, "summary": {"en": summary}})


def _take_way(application: QApplication, room: Room, way: Way, out: Path) -> list[str]:
    room.choose(**{**_USUAL, **way.settings})
    if way.mirrored:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    room.window.resize(QSize(way.width, SIZE[1]))
    names = []
    for entry in (*navigation.SECTIONS, *navigation.MORE):
        room.window.show_page(entry.key)
        names.append(_take(room, f"{entry.key}-{way.name}", out))
    for part in PARTS:
        room.window.show_page(part.page)
        room.idle()
        part.open(room)
        names.append(_take(room, f"{part.page}-{part.name}-{way.name}", out))
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
    for _turn in range(2):  # what was read may ask for more
        settle(_UNTIL_SHOWN)
        room.idle()
    room.window.grab().save(str(out / f"{name}.png"))
    return f"{name}.png"


def main() -> int:
    """Take the pictures and say how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", nargs="+", choices=[way.name for way in WAYS], help="these ways only")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    args = parser.parse_args()
    names = take(args.out, [way for way in WAYS if not args.only or way.name in args.only])
    say(f"{len(names)} pictures in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
