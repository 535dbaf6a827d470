"""Much that arrives is written in few transactions, and whoever saves meanwhile does not wait for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync.client import answer
from wimdesk.errors import NoConnection
from wimdesk.services import editing
from wimdesk.store import inbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from sync.protocol import Page
    from tests.support import Laptop

COUNT = 3000
"""Operations: many pages, and yet less than one handful."""


def add_many(session: Session) -> None:
    for number in range(COUNT):
        editing.add(session, "site", {"name": f"Pit {number}"})


def test_a_save_comes_between_the_pages_of_a_sync(anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    anna.app.run(add_many)
    anna.sync()
    apply, pages = inbox.apply_page, []
    heard: list[str] = []

    def applied(session: Session, page: Page, epoch: int = 0) -> int:
        count = apply(session, page, epoch)
        pages.append(len(page.ops))
        if len(pages) == 2:
            bela.app.store.write(editing.add, "site", {"name": "Own"})
        return count

    bela.app.store.changed.connect(lambda changed: heard.append(changed.origin))
    monkeypatch.setattr(inbox, "apply_page", applied)
    report = bela.sync()
    assert report.received == sum(pages) - report.sent
    assert heard[:3] == ["sync", "", "sync"], "a part of it, then the save, then the rest"
    assert len(bela.app.read(lambda session: editing.rows(session, "site", where={}))) == COUNT + 1
    assert bela.sync().received == 0


def test_nothing_is_cut_where_nobody_waits(anna: Laptop, bela: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "_SOON", 3600)  # this computer may be slow
    anna.app.run(add_many)
    anna.sync()
    heard: list[str] = []
    bela.app.store.changed.connect(lambda changed: heard.extend(["site"] * ("site" in changed.ids)))
    bela.sync()
    assert heard == ["site"]
    assert not bela.app.store.is_wanted()


@pytest.mark.parametrize(("pause", "sizes"), [(0.0, [128, 72]), (0.1, [32] * 6 + [8])])
def test_pieces_are_held_together_while_they_come_quickly(
    monkeypatch: pytest.MonkeyPatch, pause: float, sizes: list[int]
) -> None:
    """And what is held when the line is cut comes before the cut."""
    now = [0.0]
    monkeypatch.setattr("sync.client.answer.time.monotonic", lambda: now[0])

    def coming() -> Iterator[bytes]:
        for _piece in range(200):
            now[0] += pause
            yield bytes(1024)
        raise NoConnection("cut")

    gathered = answer.gathered(coming())
    found: list[int] = []
    with pytest.raises(NoConnection, match="cut"):
        found.extend(len(piece) // 1024 for piece in gathered)
    assert found == sizes
