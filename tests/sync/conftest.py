from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.postgres import PLACES
from tests.support import Endpoint, Office, Post, Template, endpoint_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "profile")


@pytest.fixture(scope="session", params=PLACES)
def secretariat(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One endpoint for all stories: each has organisations of its own."""
    where = ("", "")
    if request.param == "postgresql":
        made = request.getfixturevalue("postgres").database()
        where = (made.role, made.owner)
    with endpoint_at(tmp_path_factory.mktemp("secretariat"), *where) as endpoint:
        yield endpoint


@pytest.fixture
def office(template: Template, secretariat: Endpoint, tmp_path: Path) -> Iterator[Office]:
    office = Office(template, tmp_path, secretariat)
    yield office
    office.close()


@pytest.fixture
def post(office: Office, tmp_path: Path) -> Post:
    (tmp_path / "stick").mkdir()
    return Post(office, tmp_path / "stick")
