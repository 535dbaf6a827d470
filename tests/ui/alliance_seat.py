"""What tests of the Alliance page share: texts of the tests' own, published by a Secretariat, and the open page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.pages.alliance import AlliancePage
from ui.pages.alliance_text import TextPane
from wimdesk.identifiers import new_id
from wimdesk.services import editing, texts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.support import Laptop
    from tests.ui.sync_seat import Seat

KEYS = ("purpose", "vision", "missions", "values", "together", "outlook")


def body(said: str, *, changed: str = "", lines_each: int = 8) -> str:
    """A text of six long sections; `changed` says something else in the third one."""
    lines = {key: "\n".join(f"{said} {key} {number}." for number in range(1, lines_each + 1)) for key in KEYS}
    if changed:
        lines["missions"] = lines["missions"].replace("4.", f"4, {changed}.")
    return "\n\n".join(f"# {said} {key} {{#{key}}}\n{text}" for key, text in lines.items())


def publish(
    laptop: Laptop, kind: str, on: str, bodies: dict[str, str], *, after: str = "", title: str = "A text of the tests"
) -> str:
    """Have the Secretariat write and publish a version; return its id. The endpoint of the tests knows others too."""

    def write(session: Session) -> str:
        draft = texts.begin(session, kind, after)
        values = {"title": {"en": title}, "body": bodies, "version": new_id()[-6:]}
        editing.change(session, texts.TYPE, draft, values)
        return texts.publish(session, draft, on, "Meeting 1")

    return laptop.app.run(write)


def page_of(seat: Seat) -> AlliancePage:
    """Open the page of the Alliance."""
    seat.go("alliance")
    page = seat.window.findChild(AlliancePage)
    assert page is not None
    return page


def open_text(seat: Seat, text: str) -> TextPane:
    """Open a text on the page."""
    page = page_of(seat)
    page.show_record(text)
    seat.qtbot.waitUntil(
        lambda: (
            isinstance(page.card, TextPane)
            and page.card.record == text.partition("#")[0]
            and page.card.reading is not None
        )
    )
    assert isinstance(page.card, TextPane)
    seat.settle()
    return page.card
