"""Row C04: a champion is nominated by one, accepts and reports herself, and is overdue for all without the report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support import Laptop, Office
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.services import champions, editing, home, owed

BY_DAY = {
    "January": datetime(2021, 1, 4, tzinfo=UTC), "June": datetime(2021, 6, 15, tzinfo=UTC),
    "December": datetime(2021, 12, 10, tzinfo=UTC), "after": datetime(2022, 1, 10, tzinfo=UTC),
}  # fmt: skip


def state(laptop: Laptop, champion: str, when: str) -> str:
    with clock.driven_by(lambda: BY_DAY[when].timestamp()):
        return laptop.app.read(champions.seat, champion).state


def asked(laptop: Laptop, champion: str, when: str) -> list[str]:
    with clock.driven_by(lambda: BY_DAY[when].timestamp()):
        return [task.detail for task in laptop.app.read(home.home).tasks if task.record == champion]


def test_row_c04_a_champion_for_stem_2021_is_asked_for_a_report_and_overdue_without_it(office: Office) -> None:
    secretariat = office.laptop("Secretariat", "Secretariat", "secretariat")
    awa, other = office.laptop("Awa"), office.laptop("Berta", f"{office.organisation} abroad")
    themes = {row["key"]: row["id"] for row in secretariat.app.read(editing.rows, "theme")}
    ours = awa.app.identity().organisation
    seat = secretariat.app.run(champions.nominate, themes["stem_women"], ours, 2021)
    secretariat.change("champion", seat, duties={"en": "Speak at the Global Calls"})
    for laptop in (secretariat, awa, other):
        laptop.sync()
        found = laptop.app.read(champions.seat, seat)
        assert (found.start, found.end, found.duties) == ("2021-01-01", "2021-12-31", "Speak at the Global Calls")
    assert state(awa, seat, "January") == "nominated"
    assert asked(awa, seat, "January") == ["nominated"]
    assert asked(other, seat, "January") == []
    with pytest.raises(UserError, match="Another organisation is nominated"):
        other.app.run(champions.answer, seat, True)
    with pytest.raises(UserError, match="Accept the nomination first"):
        awa.app.run(champions.report, seat, "Ten talks")
    awa.app.run(champions.answer, seat, True)
    awa.sync()
    secretariat.sync()
    assert [state(laptop, seat, "June") for laptop in (awa, secretariat)] == ["running", "running"]
    assert [state(secretariat, seat, when) for when in ("December", "after")] == ["asked", "overdue"]
    assert asked(awa, seat, "June") == []
    assert asked(awa, seat, "December") == ["asked"]
    assert asked(awa, seat, "after") == ["overdue"]
    with pytest.raises(RuleBroken, match="Nothing was sent"):
        awa.app.run(champions.report, seat)
    awa.app.run(champions.report, seat, "Ten talks at five universities")
    awa.sync()
    secretariat.sync()
    other.sync()
    for laptop in (secretariat, other):
        assert state(laptop, seat, "after") == "reported"
        assert laptop.app.read(champions.seat, seat).report == "Ten talks at five universities"
    assert asked(awa, seat, "after") == []


def test_c04_what_others_answer_for_her_counts_for_nothing(office: Office) -> None:
    awa, other = office.laptop("Awa"), office.laptop("Berta", f"{office.organisation} abroad")
    themes = {row["key"]: row["id"] for row in awa.app.read(editing.rows, "theme")}
    seat = other.app.run(champions.nominate, themes["stem_women"], awa.app.identity().organisation, 2021)
    other.app.run(owed.reply, seat, {"state": "accepted"})
    other.sync()
    awa.sync()
    assert awa.app.read(champions.seat, seat).state == "nominated"
    awa.app.run(champions.answer, seat, False)
    awa.sync()
    other.sync()
    assert other.app.read(champions.seat, seat).state == "declined"
