"""Records without a name of their own, as the home page names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wimdesk.services import dues, editing, home

if TYPE_CHECKING:
    from wimdesk.app import App


def test_a_payment_a_membership_and_a_mark_say_whose_they_are(app: App) -> None:
    rosa = app.run(editing.add, "person", {"given_name": "Rosa", "family_name": "Mamani"})
    member = app.run(dues.join, "", "2026-11-30", {"person_id": rosa})
    app.run(dues.pay, member, {"date": "2026-11-30"})
    there = app.run(editing.add, "attendance", {"event": "e", "day": "2026-11-30", "person_id": rosa})
    app.run(editing.add, "check_in", {"attendance_id": there, "at": "2026-11-30T22:40:33Z"})
    news = {each.type: each for each in app.read(home.home).news}
    assert news["membership"].caption == "Rosa Mamani"
    assert news["payment"].caption == "Rosa Mamani · 30 Nov 2026"
    assert news["check_in"].caption == news["attendance"].caption == "Rosa Mamani"
    assert news["payment"].part_of == ("membership", member)
