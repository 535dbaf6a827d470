from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from ui import looks, navigation
from wimdesk.i18n import set_language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def as_before(dressed: QApplication) -> Iterator[None]:
    found = QLocale()
    yield
    QLocale.setDefault(found)
    set_language("en")


def test_each_page_is_taken_in_each_way(tmp_path: Path) -> None:
    assert [way.name for way in looks.WAYS] == ["light", "dark", "mirrored", "150", "1024"]
    names = looks.take(tmp_path, looks.WAYS[2:3])
    keys = [entry.key for entry in (*navigation.SECTIONS, *navigation.MORE)]
    assert {f"{key}-mirrored.png" for key in keys} <= set(names)
    assert {path.name for path in tmp_path.glob("*.png")} == set(names)
    home = QImage(str(tmp_path / "home-mirrored.png"))
    assert (home.width(), home.height()) == (1366, 740)
    assert QApplication.layoutDirection() == Qt.LayoutDirection.LeftToRight
