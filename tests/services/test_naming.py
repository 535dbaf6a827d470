"""Records without a name of their own, as the home page names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wimdesk.services import dues, editing, events, home, timeline, undoing

if TYPE_CHECKING:
    from wimdesk.app import App


def test_a_payment_a_membership_and_a_mark_say_whose_they_are(app: App) -> None:
    rosa = app.run(editing.add, "person", {"given_name": "Rosa", "family_name": "Mamani"})
    member = app.run(dues.join, "", "2026-11-30", {"person_id": rosa})
    paid = app.run(dues.pay, member, {"date": "2026-11-30"})
    event = app.run(editing.add, "event", {"title": {"en": "Open day"}})
    key = app.read(lambda session: events.alliance_id(session, events.fetch(session, event)))
    there = app.run(editing.add, "attendance", {"event": key, "day": "2026-11-30", "person_id": rosa})
    mark = app.run(editing.add, "check_in", {"attendance_id": there, "at": "2026-11-30T22:40:33Z"})
    news = {each.type: each for each in app.read(home.home).news}
    assert news["membership"].caption == "Rosa Mamani"
    assert news["payment"].caption == "Rosa Mamani · 30 Nov 2026"
    assert news["check_in"].caption == news["attendance"].caption == "Rosa Mamani"
    assert news["payment"].opens == (("payment", paid), ("membership", member), ("person", rosa))
    assert news["check_in"].opens == (("check_in", mark), ("attendance", there), ("event", event))
    app.run(editing.remove, "event", event)
    gone = {each.type: each.opens for each in app.read(home.home).news}
    assert (gone["event"], gone["attendance"]) == ((), (("attendance", there),))


def test_what_is_taken_back_and_what_is_in_the_trash_is_called_the_same(app: App) -> None:
    rosa = app.run(editing.add, "person", {"given_name": "Rosa", "family_name": "Mamani"})
    member = app.run(dues.join, "", "2026-11-30", {"person_id": rosa})
    paid = app.run(dues.pay, member, {"date": "2026-11-30"})
    assert app.run(undoing.take_back_named)[2] == "Payment: Rosa Mamani · 30 Nov 2026"
    app.run(editing.remove, "membership", member)
    app.run(editing.remove, "person", rosa)
    names = {each.id: each.caption for each in app.read(undoing.trash)}
    assert names == {paid: "Rosa Mamani · 30 Nov 2026", member: "Rosa Mamani", rosa: "Rosa Mamani"}


def test_a_link_in_the_timeline_is_called_by_its_name(app: App) -> None:
    rosa = app.run(editing.add, "person", {"given_name": "Rosa", "family_name": "Mamani"})
    member = app.run(editing.add, "membership", {"person_id": rosa, "number": "M-7"})
    paid = app.run(editing.add, "payment", {"membership_id": member, "date": "2026-11-30"})
    assert "Rosa Mamani" in {each.after for each in app.read(timeline.edits, [paid])}
    both = {each.subject for each in app.read(timeline.edits, [paid, member])}
    assert both == {"Rosa Mamani", "Rosa Mamani · 30 Nov 2026"}


@pytest.mark.parametrize(
    ("kind", "label"), [("payment", "Payment"), ("receipt", "Receipt"), ("check_in", "Marked present")]
)
def test_what_belongs_to_nothing_that_is_here_is_called_by_its_kind(kind: str, label: str, app: App) -> None:
    gone = "01a22fa4-7994-7be9-a4f8-7f302b8cea27"
    owner = {"payment": "membership_id", "receipt": "payment_id", "check_in": "attendance_id"}[kind]
    lost = app.run(editing.add, kind, {owner: gone})
    assert [each.caption for each in app.read(home.home).news] == [label]
    app.run(editing.remove, kind, lost)
    assert [each.caption for each in app.read(undoing.trash)] == ["Without a name"]
    assert app.run(undoing.take_back_named)[2] == label
