"""O02: the outbox shows fields and bytes, when a sync last went well, and when it is tried next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.ui.sync_seat import ROSA, Sit, words
from ui import moments
from ui.pages.sync_centre_parts import ParcelCard
from wimdesk import clock
from wimdesk.store import outbox

if TYPE_CHECKING:
    from tests.support import Laptop


def test_row_o02_three_edits_wait_with_fields_and_bytes_and_then_none(ana: Laptop, sit: Sit) -> None:
    records = [ana.add("person", **ROSA), ana.add("site", name="Tarkwa"), ana.add("post", label={"en": "Treasurer"})]
    seat = sit(ana)
    rows = seat.rows("waiting")
    assert len(rows) == 3
    assert all(re.search(r"\d+ (B|bytes|kB)", row) for row in rows), rows
    seat.page.show_record(records[1])
    seat.settle()
    card = words(seat.detail(ParcelCard))
    assert "Name" in card
    (item,) = [each for each in ana.app.read(outbox.waiting) if each.record == records[1]]
    assert (item.fields, item.size > 20) == (("name",), True)
    seat.click(seat.page.sync_button)
    seat.qtbot.waitUntil(lambda: seat.rows("waiting") == [] and "All is sent" in seat.banner(), timeout=20_000)
    seat.settle()
    last = ana.app.read(outbox.last_success)
    assert last[:10] == clock.now()[:10]
    assert f"Last sync: {moments.moment(last)}." in seat.banner()


def test_row_o02_the_next_try_is_told(ana: Laptop, sit: Sit) -> None:
    ana.sync()
    seat = sit(ana)
    assert "Next try" not in seat.banner(), "it syncs only when somebody asks"
    ana.app.settings.put("sync_automatically", True)
    seat.click(seat.page.sync_button)
    seat.qtbot.waitUntil(lambda: bool(ana.engine.latest.next_try), timeout=20_000)
    seat.qtbot.waitUntil(lambda: "Next try: " in seat.banner(), timeout=20_000)
    assert ana.engine.latest.next_try > clock.now()
    seat.settle()
