"""Rows A14 and A15 on the command line."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.e2e.test_command_line import Terminal
from wimdesk import clock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def efua(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path / "efua")


def test_row_a15_a_known_mine_a_visit_three_contacts_and_a_photo(efua: Terminal, tmp_path: Path) -> None:
    (mine,) = efua.does("site", "known", "ahafo")
    assert (mine["name"], mine["country_code"]) == ("Ahafo", "GH")
    site = efua.does("site", "take", mine["key"])
    assert efua.does("site", "take", mine["key"])["id"] == site["id"], "taken twice it is one site"
    person = efua.does("add", "person", "given_name=Efua", "family_name=Mensah")["id"]
    (tmp_path / "gate.jpg").write_bytes(b"\xff\xd8\xff a photo")
    words = ("visit", "add", site["id"], "purpose=Safety walk", "--met", person, "Kofi Owusu", "The night shift")
    visit = efua.does(*words, "--photo", str(tmp_path / "gate.jpg"))
    assert [each["name"] for each in visit["met"]] == ["Efua Mensah", "Kofi Owusu", "The night shift"]
    assert (visit["site"], visit["photos"]) == ("Ahafo", ["gate.jpg"])
    waits = Counter(item["type"] for item in efua.does("outbox"))
    assert (waits["site"], waits["visit"], waits["visit_contact"], waits["attachment"]) == (1, 1, 3, 1)
    assert [row["purpose"] for row in efua.does("visit", "list", site["id"])] == ["Safety walk"]
    (tmp_path / "gate.gpx").write_text('<gpx><wpt lat="6.98" lon="-2.36"><name>Gate</name></wpt></gpx>')
    placed = efua.does("site", "place", site["id"], str(tmp_path / "gate.gpx"))
    assert (placed["latitude"], placed["place_source"]) == (6.98, "gate.gpx")
    assert "no “xx_nowhere”" in efua.fails("site", "take", "xx_nowhere")


def test_row_a14_forty_women_without_names_a_licence_in_60_days_and_a_rounded_place(efua: Terminal) -> None:
    place = ("latitude=-3.1234", "longitude=32.5678", "grid=0.1")
    group = efua.does("miner-group", "add", "Umoja", "women=40", "commodity=gold", "roles=washing,leading", *place)
    assert efua.does("list", "person") == []
    end = (clock.today() + timedelta(days=60)).isoformat()
    efua.does("miner-group", "licence", group["id"], "kind=Primary mining licence", f"expires={end}")
    efua.does("miner-group", "sale", group["id"], "text=Gold", "quantity=12.5", "unit=g")
    seen = efua.does("miner-group", "training", group["id"], "text=Washing without mercury", "women=31")
    assert (seen["sales"][0]["quantity"], seen["trainings"][0]["women"]) == (12.5, 31)
    (ending,) = efua.does("miner-group", "licences", "--within", "60")
    assert (ending["group"], ending["days"]) == ("Umoja", 60)
    assert efua.does("miner-group", "licences", "--within", "59") == []
    copy = efua.does("miner-group", "share", group["id"])
    assert (copy["latitude"], copy["longitude"], copy["women"]) == (-3.1, 32.6, 40)
    waits = [item for item in efua.does("outbox") if item["space"] == "alliance"]
    assert waits
    assert not any("3.1234" in str(item) for item in waits)
    assert efua.does("miner-group", "take-back", group["id"])["shared"] == ""
