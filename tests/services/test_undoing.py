from __future__ import annotations

from typing import TYPE_CHECKING

from wimdesk.i18n import set_language
from wimdesk.services import editing, people, undoing
from wimdesk.store import history

if TYPE_CHECKING:
    from wimdesk.app import App


def test_what_is_taken_back_is_named_as_it_was(app: App) -> None:
    site = app.run(editing.add, "site", {"name": "Cerro Azul"})
    made = app.read(history.last_act)
    changed, act, name = app.run(undoing.take_back_named, made)
    assert (changed, name) == (1, "Site: Cerro Azul")
    set_language("es")
    assert app.run(undoing.take_back_named, act)[2].endswith(": Cerro Azul")
    assert not app.read(editing.values, "site", site)["deleted"]


def test_a_long_name_is_cut_and_one_that_is_missing_is_left_out(app: App) -> None:
    app.run(editing.add, "site", {"name": "Cerro Azul " * 20})
    assert app.run(undoing.take_back_named)[2] == "Site: Cerro Azul Cerro Azul Cerro Azul Cerro…"
    app.run(people.begin_person)
    assert app.run(undoing.take_back_named)[2] == "Person"
