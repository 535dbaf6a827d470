"""Two laptops of one organisation join the same initiative while neither has a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import endpoint_at
from wimdesk.records.initiative import Initiative
from wimdesk.services import taking_part
from wimdesk.store import facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from tests.support import Endpoint, Laptop, Office


def _joint(session: Session) -> str:
    facts.put(session, organisation_name="WIM Test")
    made = Initiative(title={"en": "Joint"}, state="running", level="global", space="alliance")
    session.add(made)
    session.flush()
    return made.id


@pytest.fixture
def secretariat(tmp_path: Path) -> Iterator[Endpoint]:
    """An endpoint of its own: the open question would be everybody's."""
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        yield endpoint


def test_two_laptops_that_join_offline_make_one_participation(office: Office) -> None:
    anna = office.laptop("Anna", role="secretariat")
    initiative = anna.app.run(_joint)
    anna.sync()
    bela = office.laptop("Bela", role="secretariat")
    bela.sync()
    bela.app.run(lambda session: facts.put(session, organisation_name="WIM Test"))
    for laptop, capacity in ((anna, "Two people"), (bela, "A room")):
        _join(laptop, initiative, capacity)
    for laptop in (anna, bela, anna):
        laptop.sync()
    for laptop in (anna, bela):
        assert len(laptop.app.read(taking_part.own_parts, initiative)) == 1
        assert laptop.app.read(taking_part.detail, initiative).counts == {"participant": 1}
        assert [question.field for question in laptop.questions()] == ["capacity"]


def _join(laptop: Laptop, initiative: str, capacity: str) -> None:
    laptop.app.run(taking_part.take_part, initiative, "participant", capacity)
