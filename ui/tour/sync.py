"""Step 7 of the tour: what waits by field and bytes, what was changed in two places, and who sees it afterwards."""

from __future__ import annotations

from ui.tour.expectations import Details, expect
from ui.tour.laptop import Laptop
from ui.tour.opening import ORGANISATION
from ui.tour.stage import Stage
from wimdesk.services import editing
from wimdesk.store import history, outbox

OURS, THEIRS = "WIM-A", "MMA"


def run(stage: Stage) -> Details:
    """Send, change one field on two laptops, decide, and let everybody see it."""
    first, second = stage.first, stage.second
    sent = _send(first)
    second.enrol(stage.running(), ORGANISATION, "coordinator")
    second.app.set_person("Elena Flores")
    got = first.let_in(second)
    organisation = first.app.identity().organisation
    expect(second.app.identity().organisation == organisation, "the second laptop is of another organisation")
    _same(first, second, stage.known["person"])
    decided = _decide(first, second, organisation)
    return {**sent, "second_received": got.received, **decided}


def _send(first: Laptop) -> Details:
    waiting = first.app.read(outbox.waiting)
    expect(waiting and all(item.size > 0 for item in waiting), "nothing waits, though things were written")
    fields = sorted({f"{item.type}.{name}" for item in waiting for name in item.fields})
    report = first.sync()
    expect(report.waiting == 0 and report.refused == 0, f"not everything was sent: {report}")
    expect(report.sent >= len(waiting), "fewer operations were sent than waited")
    return {"waited": len(waiting), "fields": len(fields), "bytes_up": report.bytes_up, "requests": report.requests}


def _same(first: Laptop, second: Laptop, person: str) -> None:
    mine, theirs = (one.app.read(editing.values, "person", person) for one in (first, second))
    names = ("given_name", "family_name", "role", "updated_by")
    expect(all(mine[name] == theirs[name] for name in names), "the second laptop shows another person")


def _decide(first: Laptop, second: Laptop, organisation: str) -> Details:
    kind = "organization"
    second.app.run(editing.change, kind, organisation, {"acronym": THEIRS, "member_count": 210})
    second.sync()
    first.app.run(editing.change, kind, organisation, {"acronym": OURS, "member_count": 205})
    report = first.sync()
    expect(report.decisions == 1, f"{report.decisions} records wait for a decision instead of one")
    clashes = {clash.field: clash for clash in first.app.read(history.open_clashes)}
    expect(sorted(clashes) == ["acronym", "member_count"], f"changed in two places: {sorted(clashes)}")
    kept = {clashes["acronym"].shown.value, clashes["acronym"].other.value}
    expect(kept == {OURS, THEIRS}, f"of the two values only {kept} are there")
    first.app.run(history.decide, kind, organisation, {"acronym": OURS})
    first.app.run(history.decide, kind, organisation, {"member_count": 210})
    first.sync()
    second.sync()
    for laptop in (first, second):
        values = laptop.app.read(editing.values, kind, organisation)
        expect((values["acronym"], values["member_count"]) == (OURS, 210), f"{laptop.name} shows {values}")
        expect(laptop.app.read(history.count_clashes) == 0, f"{laptop.name} still asks for a decision")
    return {"decided": sorted(clashes)}
