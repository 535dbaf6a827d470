"""P05: an organisation leaves; its own computers keep everything, and after the term nobody else has anything of it."""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from sync.client import enrolment
from sync.server import service
from tests import canary
from tests.e2e.console import Console
from tests.erased import proofs
from tests.support import Endpoint, Laptop, Office, Template, endpoint_at
from wimdesk import clock
from wimdesk.errors import Refused, UserError
from wimdesk.services import attaching, departures, directory, editing, leaving, publishing
from wimdesk.store import proof
from wimdesk.store.record import types

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from sync.client.files import Line

WORD = "Qañarïa"
"""Stands in all that the organisation shares, and in its name."""


@dataclass
class Calendar:
    """One time for everybody: seconds since 1970."""

    at: float

    def __call__(self) -> float:
        return self.at

    def pass_days(self, days: int) -> None:
        self.at += days * 86400

    def day(self, days: int = 0) -> str:
        return (datetime.fromtimestamp(self.at, UTC) + timedelta(days=days)).date().isoformat()


@pytest.fixture
def calendar() -> Iterator[Calendar]:
    noon = time.time() // 86400 * 86400 + 43200
    found = Calendar(noon)
    with clock.driven_by(found):
        yield found


@pytest.fixture
def office(
    request: pytest.FixtureRequest, template: Template, secretariat: Endpoint, tmp_path: Path, calendar: Calendar
) -> Iterator[Office]:
    made = request.getfixturevalue("postgres").database() if secretariat.database else None
    where = (made.role, made.owner) if made else ("", "")
    with endpoint_at(tmp_path / "own endpoint", *where, now=calendar) as endpoint:
        office = Office(template, tmp_path, endpoint, f"WIM {WORD}")
        yield office
        office.close()


@dataclass
class Scene:
    """Two laptops of the one that leaves; of another organisation and of the Secretariat where they are needed."""

    office: Office
    anna: Laptop
    bela: Laptop

    @functools.cached_property
    def chi(self) -> Laptop:
        return self.office.laptop("Chi", "WIM Tarkwa")

    @functools.cached_property
    def sec(self) -> Laptop:
        return self.office.laptop("Sara", "Secretariat", "secretariat")

    @property
    def endpoint(self) -> Endpoint:
        assert self.office.endpoint is not None
        return self.office.endpoint

    def all(self) -> tuple[Laptop, ...]:
        return self.sec, self.anna, self.bela, self.chi

    def found(self) -> dict[str, int]:
        """Where the word still is, but on the organisation's own laptops."""
        places = [*canary.of_laptop(self.chi.app), *canary.of_laptop(self.sec.app)]
        own = [self.anna.app, self.bela.app]
        return canary.count([WORD], [*places, *canary.of_endpoint(self.endpoint, own)])

    def operate(self, **more: Any) -> dict[str, object]:  # noqa: ANN401 - what the operator says
        return service.remove_organisation(
            self.endpoint.data, self.office.organisation, database=self.endpoint.owner, **more
        )


@pytest.fixture
def scene(office: Office) -> Scene:
    anna, bela = office.laptop(f"Anna {WORD}"), office.laptop(f"Bela {WORD}", role="volunteer")
    anna.sync()
    return Scene(office, anna, bela)


def _share(scene: Scene) -> None:
    """Something of the organisation in each place where it can be."""
    anna, app = scene.anna, scene.anna.app
    anna.change("organization", app.identity().organisation, summary={"en": f"About {WORD}"})
    anna.add("person", given_name=f"Private {WORD}")
    anna.add("participation", initiative_id=app.identity().organisation, note=f"We bring {WORD}")
    record = app.run(directory.begin)
    anna.change("directory_entry", record, email=f"{WORD}@example.org", shown=["email"])
    practice = anna.add("library_item", title={"en": f"Shade {WORD}"}, template="tool", state="draft")
    attaching.attach(app.store, app.contents, ("library_item", practice), "plan.txt", f"plan {WORD}".encode())
    copy = app.run(publishing.publish, "library_item", practice, "shared")
    app.run(attaching.share, practice, copy, "shared")
    gone = anna.add("initiative", title={"en": f"Dropped {WORD}"}, level="own")
    app.run(publishing.publish, "initiative", gone, "alliance")
    sync(anna, scene.sec)
    scene.sec.app.run(publishing.publish, "library_item", copy, "alliance")
    app.run(publishing.retract, "initiative", gone)
    sync(anna, scene.sec)


def sync(*laptops: Laptop) -> None:
    for laptop in laptops:
        laptop.sync()


def rows(laptop: Laptop) -> dict[str, list[dict[str, Any]]]:
    def read(session: Session) -> dict[str, list[dict[str, Any]]]:
        return {name: [editing.plain(each) for each in session.scalars(select(cls))] for name, cls in types().items()}

    return laptop.app.read(read)


@pytest.mark.expects_log
def test_row_p05_leaving_removes_what_was_shared_after_the_term(
    scene: Scene, calendar: Calendar, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bela, chi, sec = scene.anna, scene.bela, scene.chi, scene.sec
    sync(*scene.all())
    _share(scene)
    sync(anna, bela, chi)
    at_anna, at_sec, at_chi = (Console(each, capsys, monkeypatch) for each in (anna, sec, chi))
    for laptop in (chi, sec):
        laptop.app.back_up()
    before = scene.found()
    for store in ("wimdesk.db-wal", "backups", "endpoint op", "endpoint boxes", "endpoint organisation"):
        assert before.get(store, 0) > 0, f"the search finds nothing in {store}"
    _announce(scene, calendar, at_anna, at_chi, at_sec)
    late = _part(scene, calendar, at_anna)
    kept = [rows(laptop) for laptop in (anna, bela)]
    _remove(scene, calendar, at_sec)
    sync(sec, chi, sec, chi)
    assert scene.found() == {}
    assert at_sec.does("departures") == []
    assert at_chi.does("directory", "search", WORD) == []
    assert proofs(scene.endpoint)["wrong"] == 0
    for laptop in (sec, chi):
        assert laptop.app.read(proof.differing) == []
    assert [rows(laptop) for laptop in (anna, bela)] == kept
    assert bela.see("person", late)["given_name"] == "Late"
    assert canary.count([WORD], canary.of_laptop(anna.app))["wimdesk.db-wal"] > 20
    # They go on, each for itself, and what one of them would still send reaches nobody.
    anna.add("person", given_name="After")
    with pytest.raises(UserError, match="works on alone"):
        anna.sync()


def _announce(scene: Scene, calendar: Calendar, at_anna: Console, at_chi: Console, at_sec: Console) -> None:
    """It says so, with everything in a file first; everybody reads it; it is taken back, and said again."""
    out = scene.office.folder / "all.zip"
    said = at_anna.does("leave", "--on", calendar.day(3), "--out", str(out))
    assert (said["state"], said["left_on"], said["removed_from"]) == ("leaving", calendar.day(3), calendar.day(33))
    assert out.is_file()
    sync(scene.anna, scene.chi, scene.sec)
    assert [each["left_on"] for each in at_sec.does("departures")] == [calendar.day(3)]
    assert [each["left_on"] for each in at_chi.does("directory", "search", WORD)] == [calendar.day(3)]
    assert at_anna.does("leave", "--take-back")["state"] == "in"
    sync(scene.anna, scene.sec)
    assert at_sec.does("departures") == []
    at_anna.does("leave", "--on", calendar.day(3))
    sync(scene.anna, scene.bela, scene.chi)


def _part(scene: Scene, calendar: Calendar, at_anna: Console) -> str:
    """On the day what was done last goes out, then a computer works on alone; the other one was off, and comes later.
    Return what was written down there last."""
    anna, bela, sec = scene.anna, scene.bela, scene.sec
    calendar.pass_days(3)
    anna.change("organization", anna.app.identity().organisation, acronym="Last words")
    assert at_anna.does("sync")["has_left"]
    assert "left the Alliance" in at_anna.fails("sync")
    assert at_anna.does("leave")["state"] == "left"
    calendar.pass_days(5)
    late = bela.add("person", given_name="Late")
    bela.add("participation", initiative_id=late, note="Late too")
    bela.sync()
    assert bela.app.read(leaving.has_left)
    sec.sync()
    assert sec.see("organization", anna.app.identity().organisation)["acronym"] == "Last words"
    assert "Late too" in [row["note"] for row in sec.app.read(editing.rows, "participation")]
    return late


def _remove(scene: Scene, calendar: Calendar, at_sec: Console) -> None:
    """Not before the term is over; then the operator, then the Secretariat."""
    organisation = scene.anna.app.identity().organisation
    assert "The term ends" in at_sec.fails("departures", "--remove", organisation, "--yes")
    calendar.pass_days(25)
    scene.sec.sync()
    (left,) = at_sec.does("departures")
    assert (left["is_over"], left["left_on"]) == (True, calendar.day(-30))
    assert {laptop.app.identity().device for laptop in (scene.anna, scene.bela)} == set(left["computers"])
    place = ("--database", scene.endpoint.owner) if scene.endpoint.owner else ("--data", str(scene.endpoint.data))
    operator = ("secretariat", "remove", "--organisation", organisation, *place)
    seen = at_sec.does(*operator)
    assert (seen["removed"], seen["not_shut_out"], len(seen["computers"])) == (False, 2, 2)
    assert min(seen["boxes"], seen["readable"]) > 0
    assert at_sec.does(*operator, "--yes") == seen | {"removed": True}
    assert at_sec.does(*operator)["boxes"] == 0
    assert at_sec.does("departures", "--remove", organisation)["would_erase"] == left["records"]
    assert at_sec.does("departures", "--remove", organisation, "--yes") == {"erased": left["records"]}
    scene.sec.sync()
    assert at_sec.does(*operator)["readable"] == 0


def test_no_wrong_clock_cuts_a_computer_off(scene: Scene, calendar: Calendar) -> None:
    anna, bela = scene.anna, scene.bela
    anna.app.run(leaving.announce, calendar.day(3))
    sync(anna, bela)
    with clock.driven_by(lambda: calendar() + 20 * 365 * 86400):
        bela.add("site", name="From far ahead")
        bela.sync()
        assert bela.app.read(leaving.standing).state == "leaving"
    calendar.pass_days(3)
    with clock.driven_by(lambda: calendar() - 20 * 365 * 86400):
        bela.sync()
    assert bela.app.read(leaving.has_left)
    assert anna.app.read(leaving.standing).state == "leaving"


def test_a_word_that_is_said_while_a_pass_ends_still_goes_out(
    scene: Scene, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bela = scene.anna, scene.bela
    anna.sync()
    carry = anna.engine.files.carry

    def announce(line: Line) -> None:
        carry(line)
        anna.app.run(leaving.announce, calendar.day())

    with monkeypatch.context() as late:
        late.setattr(anna.engine.files, "carry", announce)
        anna.sync()
    assert anna.app.identity().enrolled, "nobody knows of it yet"
    anna.sync()
    assert not anna.app.identity().enrolled
    bela.sync()
    assert bela.app.read(leaving.announced) == calendar.day()


def test_only_our_own_word_counts(scene: Scene, calendar: Calendar) -> None:
    anna, bela, sec = scene.anna, scene.bela, scene.sec
    organisation = anna.app.identity().organisation
    sec.sync()
    sec.change("organization", organisation, left_on=calendar.day())
    sync(sec, anna)
    assert anna.see("organization", organisation)["left_on"] == calendar.day()
    assert anna.app.read(leaving.standing).state == "in"
    with pytest.raises(UserError, match="Ask a coordinator"):
        bela.app.run(leaving.announce, calendar.day())
    bela.sync()
    bela.change("organization", organisation, left_on=calendar.day(1))
    sync(bela, anna)
    for laptop in (anna, bela):
        assert laptop.see("organization", organisation)["left_on"] == calendar.day(1)
        assert laptop.app.read(leaving.standing).state == "in"
    with pytest.raises(UserError, match="can't leave"):
        sec.app.run(leaving.announce, calendar.day())
    for day, words in ((calendar.day(-1), "This day is over"), ("soon", "not a day")):
        with pytest.raises(UserError, match=words):
            anna.app.run(leaving.announce, day)
    anna.app.run(leaving.announce, calendar.day())
    assert anna.app.read(leaving.standing).state == "leaving"


def test_whoever_was_off_for_the_whole_term_hears_of_no_order(scene: Scene, calendar: Calendar) -> None:
    anna, bela, sec = scene.anna, scene.bela, scene.sec
    anna.app.run(leaving.announce, calendar.day(1))
    sync(anna, bela, sec)
    calendar.pass_days(1)
    anna.sync()
    kept = rows(bela)
    calendar.pass_days(leaving.TERM_DAYS)
    sec.sync()
    assert departures.remove_all(sec.app.store, anna.app.identity().organisation) > 0
    sec.sync()
    bela.sync()
    assert (bela.app.read(leaving.has_left), rows(bela)) == (True, kept)
    with pytest.raises(UserError, match="too late"):
        anna.app.run(leaving.take_back)
    code = scene.endpoint.code("Another")
    with pytest.raises(UserError, match="has left an Alliance"):
        enrolment.enrol(anna.app, code, scene.endpoint.url)


def test_coming_back_within_the_term(scene: Scene, calendar: Calendar) -> None:
    anna, chi = scene.anna, scene.chi
    anna.app.run(leaving.announce, calendar.day())
    anna.sync()
    chi.sync()
    assert anna.app.read(leaving.standing).state == "left"
    assert chi.app.run(directory.find, "Meanwhile") == []
    organisation = anna.app.identity().organisation
    anna.change("organization", organisation, acronym="Meanwhile")
    calendar.pass_days(leaving.TERM_DAYS - 1)
    anna.app.run(leaving.take_back)
    sync(anna, chi)
    assert anna.app.read(leaving.standing).state == "in"
    seen = chi.see("organization", organisation)
    assert (seen["acronym"], seen["left_on"]) == ("Meanwhile", "")


@pytest.mark.expects_log
def test_whoever_is_shut_out_after_the_day_works_on_alone(scene: Scene, calendar: Calendar) -> None:
    anna, bela = scene.anna, scene.bela
    anna.app.run(leaving.announce, calendar.day(1))
    sync(anna, bela)
    calendar.pass_days(2)
    scene.operate(really=True)
    with pytest.raises(Refused, match="may no longer sync"):
        bela.sync()
    assert bela.app.read(leaving.has_left)
    assert service.kept_apart(scene.endpoint.data, database=scene.endpoint.owner) == []
    with pytest.raises(ValueError, match="Secretariat itself"):
        service.remove_organisation(
            scene.endpoint.data, scene.sec.app.identity().organisation, really=True, database=scene.endpoint.owner
        )
    with pytest.raises(ValueError, match="no organisation"):
        scene.operate(really=True)  # its name is gone
