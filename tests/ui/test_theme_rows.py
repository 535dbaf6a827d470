"""Row C06 at the screen: a theme shows what belongs to it, whatever its type, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resources import content
from tests.ui.alliance_seat import page_of
from ui.pages.alliance_theme import ThemePane
from wimdesk.errors import UserError
from wimdesk.services import editing, themes
from wimdesk.store.record import fields, types

if TYPE_CHECKING:
    from tests.support import Office
    from tests.ui.sync_seat import Seat, Sit

DEFICIT, OTHER = "global_data_deficit", "stem_women"


def pane_of(seat: Seat, theme: str) -> ThemePane:
    page = page_of(seat)
    page.show_record(theme)
    seat.qtbot.waitUntil(lambda: isinstance(page.card, ThemePane) and page.card.record == theme)
    assert isinstance(page.card, ThemePane)
    seat.settle()
    return page.card


def test_row_c06_one_theme_shows_initiatives_items_metrics_and_events_of_it_only(office: Office, sit: Sit) -> None:
    ines, awa = office.laptop("Ines", "The office of the tests", "secretariat"), office.laptop("Awa")
    by_key = {theme["key"]: theme["id"] for theme in content.themes()}
    assert len(by_key) == 4
    assert {theme.year for theme in awa.app.read(themes.listed, 2021)} == {2021}
    ours: dict[str, str] = {}
    for name, cls in types().items():  # events too, where there are any
        known = fields(cls)
        if not {"theme_id", "themes"} & known.keys() or name == "alliance_text":
            continue
        words = {"en": "Of the theme"}
        head = {field: words for field in ("title", "name") if field in known}
        for key in (DEFICIT, OTHER):
            mark = {"theme_id": by_key[key]} if "theme_id" in known else {"themes": [key]}
            made = awa.add(name, **head, **mark)
            if key == DEFICIT:
                ours[name] = made
    assert {"initiative", "library_item", "indicator"} <= ours.keys()
    seat = sit(awa)
    pane = pane_of(seat, by_key[DEFICIT])
    assert "Closing the global data gap" in pane.title.text()
    for name, made in ours.items():
        shown = pane.lists[name].model.records()
        assert made in shown, name
        known_keys = {key for each in shown for key in _themes(awa.app.read(editing.values, name, each), by_key)}
        assert DEFICIT in known_keys
        assert all(DEFICIT in _themes(awa.app.read(editing.values, name, each), by_key) for each in shown), (
            f"{name}: something of another theme"
        )
    assert len(pane.lists["indicator"].model.records()) > 1, "the figures of the catalogue that ships"
    # A new theme of the Steering Committee arrives with a sync; nobody else makes one.
    with pytest.raises(UserError, match="The Steering Committee chooses themes"):
        awa.app.run(themes.begin, "Ours", 2027)
    new = ines.app.run(themes.begin, "Clean water", 2027)
    forged = awa.add("theme", title={"en": "Forged"}, year=2027, key="forged")
    ines.change("theme", new, stake={"en": "Water is short."}, mission_goal=["support"])
    for laptop in (ines, awa):
        laptop.sync()
    assert [each.id for each in awa.app.read(themes.listed, 2027)] == [new]
    assert forged not in [each.id for each in awa.app.read(themes.listed)]
    seat.qtbot.waitUntil(lambda: new in page_of(seat).list.model.records())


def _themes(values: dict[str, object], by_key: dict[str, str]) -> set[str]:
    named = {record: key for key, record in by_key.items()}
    listed = values.get("themes")
    return set(listed) if isinstance(listed, list) else {named.get(str(values.get("theme_id")), "")}
