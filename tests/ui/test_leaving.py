from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QFileDialog

from tests.ui.sync_seat import Sit, words
from ui.pages.privacy import PrivacyPage
from ui.pages.settings import SettingsPage
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import NotFound
from wimdesk.services import editing, full_import, leaving
from wimdesk.store import facts, outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QWidget
    from pytestqt.qtbot import QtBot

    from tests.support import Office
    from ui.desk import Desk


def opened(desk: Desk, qtbot: QtBot, settled: Callable[[], None]) -> SettingsPage:
    page = SettingsPage(desk)
    qtbot.addWidget(page)
    page.show()
    settled()
    return page


def test_row_p05_everything_is_saved_from_the_settings(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.app.run(editing.add, "person", {"family_name": "Diop", "given_name": "Awa"})
    page, out = opened(desk, qtbot, settled), tmp_path / "all.zip"
    assert page.leaving.loading.isHidden()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_words: (str(out), ""))
    page.leaving.save_button.click()
    qtbot.waitUntil(page.leaving.save_button.isEnabled)
    assert page.leaving.saving.sentence.text().startswith("Saved: all.zip")
    other = App.open(tmp_path / "other", "another passphrase")
    full_import.bring_in(other.store, other.contents, out)
    assert [row["family_name"] for row in other.read(editing.rows, "person")] == ["Diop"]
    other.close()


def test_an_export_goes_into_an_empty_profile_only(
    desk: Desk, qtbot: QtBot, settled: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, bad = opened(desk, qtbot, settled), tmp_path / "bad.zip"
    assert not page.leaving.loading.isHidden()
    bad.write_bytes(b"nothing")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_words: (str(bad), ""))
    page.leaving.load_button.click()
    qtbot.waitUntil(page.leaving.load_button.isEnabled)
    assert desk.app.read(full_import.is_empty)
    desk.app.run(editing.add, "site", {"name": "Tarkwa"})
    page.refresh()
    settled()
    assert page.leaving.loading.isHidden()


def test_row_p05_leaving_from_the_settings(office: Office, sit: Sit, nameless: Callable[[QWidget], list[str]]) -> None:
    ana, mamani = office.laptop("Ana Flores"), office.laptop("J. Mamani", role="volunteer")
    ana.sync()
    mamani.sync()
    seat = sit(ana)
    seat.go("settings")
    page = seat.window.page()
    assert isinstance(page, SettingsPage)
    rows = page.leaving
    assert "keeps all that it has" in rows.leave_row.sentence.text()
    assert rows.alone_row.isHidden()
    rows.leave_button.click()
    assert "After 30 days the Secretariat removes" in rows.form.words.text()
    assert nameless(page) == []
    rows.form.day.set_value("2020-01-01")
    rows.form.leave.click()
    seat.qtbot.waitUntil(lambda: "This day is over" in words(rows.form))
    rows.form.day.set_value((clock.today() + timedelta(days=9)).isoformat())
    rows.form.leave.click()
    seat.qtbot.waitUntil(lambda: "Until then all goes on" in rows.leave_row.sentence.text())
    assert rows.form.isHidden()
    rows.leave_button.click()
    seat.qtbot.waitUntil(lambda: rows.leave_button.text() == "Leave…")
    # A pass that is under way would end with the sync, and not take along what is said meanwhile.
    seat.qtbot.waitUntil(lambda: ana.app.read(outbox.count) == 0 and ana.engine.latest.state == "idle")
    # Today: the next sync is the last one, and says so once.
    rows.leave_button.click()
    rows.form.leave.click()
    seat.qtbot.waitUntil(lambda: ana.app.read(leaving.has_left))
    seat.qtbot.waitUntil(lambda: "you can come back" in rows.leave_row.sentence.text())
    seat.qtbot.waitUntil(lambda: "works on alone" in words(seat.desk.notices))
    seat.qtbot.waitUntil(lambda: not ana.app.read(leaving.untold))
    assert rows.leave_button.text() == "Come back"
    page.search.setText("alone")
    page.search.setText("")
    assert rows.alone_row.isHidden()
    # The other computer of the organisation follows, and may not come back by itself.
    mamani.sync()
    assert mamani.app.read(leaving.standing).state == "left"
    assert not mamani.app.read(leaving.standing).may


def test_row_p05_the_secretariat_removes_what_they_shared(
    office: Office, sit: Sit, nameless: Callable[[QWidget], list[str]]
) -> None:
    sec, ana = office.laptop("Sara", f"Secretariat {office.organisation}", "secretariat"), office.laptop("Ana Flores")
    sec.sync()
    ana.sync()
    organisation = ana.app.identity().organisation
    ana.change("organization", organisation, summary={"en": "Ours"})
    ana.app.run(leaving.announce, clock.today().isoformat())
    ana.sync()
    sec.sync()
    seat = sit(sec)
    seat.go("privacy")
    page = seat.window.page()
    assert isinstance(page, PrivacyPage)
    card = page.departures
    seat.qtbot.waitUntil(lambda: organisation in card.buttons)
    assert not card.buttons[organisation].isEnabled()
    over = (clock.today() + timedelta(days=leaving.TERM_DAYS)).isoformat()
    sec.app.run(lambda session: facts.put(session, endpoint_day=over))
    page.refresh()
    seat.qtbot.waitUntil(lambda: card.buttons[organisation].isEnabled())
    card.buttons[organisation].click()
    seat.qtbot.waitUntil(lambda: card.sure[organisation].isVisible())
    assert f"wimdesk secretariat remove --organisation {organisation}" in words(card)
    assert nameless(page) == []
    card.sure[organisation].click()
    seat.qtbot.waitUntil(lambda: organisation not in card.buttons)
    with pytest.raises(NotFound):
        sec.see("organization", organisation)
    assert ana.see("organization", organisation)["summary"] == {"en": "Ours"}
