"""What is held about a person goes out whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wimdesk.services import access, attaching, editing

if TYPE_CHECKING:
    from pathlib import Path

    from wimdesk.app import App


def test_two_files_of_one_name_that_were_attached_in_one_go_both_come_along(app: App, tmp_path: Path) -> None:
    person = app.run(editing.add, "person", {"family_name": "Diop"})
    for content in (b"first", b"second"):
        attaching.attach(app.store, app.contents, ("person", person), "scan.txt", content)
    app.read(access.write, app.contents, app.searcher().ask, ("person", person), tmp_path / "out")
    files = (tmp_path / "out" / access.FILES).iterdir()
    assert sorted(each.read_bytes() for each in files) == [b"first", b"second"]
