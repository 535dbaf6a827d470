from __future__ import annotations

import contextlib
import os
import zlib
from typing import TYPE_CHECKING

import pytest

from tests.postgres import PLACES, binaries
from tests.support import Endpoint, Laptop, Office, Post, Template, endpoint_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
def office(
    request: pytest.FixtureRequest, template: Template, secretariat: Endpoint, tmp_path: Path
) -> Iterator[Office]:
    with contextlib.ExitStack() as stack:
        endpoint = secretariat
        if request.node.get_closest_marker("own_endpoint"):
            made = request.getfixturevalue("postgres").database() if secretariat.database else None
            where = (made.role, made.owner) if made else ("", "")
            endpoint = stack.enter_context(endpoint_at(tmp_path / "own endpoint", *where))
        office = Office(template, tmp_path, endpoint)
        stack.callback(office.close)
        yield office


@pytest.fixture
def anna(office: Office) -> Laptop:
    """A coordinator's laptop."""
    return office.laptop("Anna")


@pytest.fixture
def bela(office: Office, anna: Laptop) -> Laptop:
    """A second one in the same organisation, which the first has heard of."""
    anna.sync()
    return office.laptop("Bela")


@pytest.fixture
def post(office: Office, tmp_path: Path) -> Post:
    (tmp_path / "stick").mkdir()
    return Post(office, tmp_path / "stick")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell each story of laptops at one of both databases, always the same: told twice they would take an hour.

    The tests of the endpoint itself (tests/sync/server) run on both; so does everything with WIMDESK_BOTH=1.
    """
    if os.environ.get("WIMDESK_BOTH") or binaries() is None:
        return
    left = [item for item in items if _place(item) not in {"sqlite", "postgresql"} - {_turn(item)}]
    if len(left) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in {*left}])
        items[:] = left


def _place(item: pytest.Item) -> str:
    found = getattr(item, "callspec", None)
    return str(found.params.get("secretariat", "")) if found is not None else ""


def _turn(item: pytest.Item) -> str:
    """Return the database whose turn it is: by the name of the test without that of the database."""
    name = item.nodeid.replace("postgresql", "").replace("sqlite", "")
    return "postgresql" if zlib.crc32(name.encode()) % 2 else "sqlite"
