from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from ui.pages.settings import SettingsPage
from wimdesk.app import App
from wimdesk.services import editing, full_import

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest
    from pytestqt.qtbot import QtBot

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
