"""A small laptop: what the window keeps in memory though nobody needs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ui import rest
from wimdesk.app import App
from wimdesk.errors import ProfileBusy
from wimdesk.records import Site
from wimdesk.services import editing
from wimdesk.store import inbox

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from ui.desk import Desk

ROOT = Path(__file__).parents[2]
# Started as its own Python: this one has read sources for its own reasons.
KEPT = """
import linecache, sys
import ui.application, ui.main_window, ui.pages.organisation, sync.client.engine
kept = [name for name in linecache.cache if name.endswith(".py")]
sys.stdout.write(str(len(kept)))
"""


def test_the_source_of_what_is_imported_does_not_stay_in_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", KEPT], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert int(done.stdout) < 20, "some the library reads for itself"


def test_after_much_was_written_memory_is_given_back_and_the_profile_goes_on(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[App] = []
    give_back = App.give_back

    def noted(app: App) -> None:
        give_back(app)
        given.append(app)

    monkeypatch.setattr(App, "give_back", noted)
    quiet = rest.Rest(desk, desk.tasks)
    quiet.timer.setInterval(20)
    desk.app.run(editing.add, "site", {"name": "South"})
    qtbot.waitUntil(lambda: not desk.tasks.busy())
    qtbot.wait(100)
    assert not given, "a word that is typed is no reason"
    base = {"space": desk.app.store.author.spaces["private"], "owner": desk.app.identity().organisation}
    sites = [base | {"id": f"site {number:04}", "name": f"Site {number}"} for number in range(rest.MUCH)]
    desk.app.run(inbox.plant, Site, sites)
    qtbot.waitUntil(lambda: given == [desk.app])
    desk.app.run(editing.add, "site", {"name": "North"})
    assert len(desk.app.read(editing.rows, "site")) == rest.MUCH + 2


def test_memory_that_can_not_be_given_back_now_is_nobodys_problem(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def busy(app: App) -> None:
        tried.append(app)
        raise ProfileBusy("Not saved: another program holds your data.")

    monkeypatch.setattr(App, "give_back", busy)
    rest.Rest(desk, desk.tasks).timer.timeout.emit()
    qtbot.waitUntil(lambda: bool(tried) and not desk.tasks.busy())
    assert desk.notices.isHidden()
