"""A real endpoint on this computer, with a clock that a test can turn."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from sync.server.service import issue_code, running
from tests.postgres import PLACES, Cluster
from tests.sync.server.laptop import Laptop


@dataclass
class Endpoint:
    """Where the endpoint is, and its clock."""

    data: Path
    url: str = ""
    database: str = ""
    owner: str = ""
    later: float = field(default=0.0)
    here: str = "Women in Mining Peru"

    def now(self) -> float:
        return time.time() + self.later

    def code(self, organisation: str = "", role: str = "coordinator") -> str:
        return issue_code(self.data, organisation or self.here, role, self.database)["code"]

    def laptop(self, organisation: str = "", role: str = "coordinator") -> Laptop:
        return Laptop(self.url, self.code(organisation, role))


def _place(request: pytest.FixtureRequest, data: Path) -> Endpoint:
    """Where the endpoint keeps its log: a file, or a database of its own on a server."""
    if request.param == "sqlite":
        return Endpoint(data)
    cluster: Cluster = request.getfixturevalue("postgres")
    made = cluster.database()
    return Endpoint(data, database=made.role, owner=made.owner)


@pytest.fixture(scope="module", params=PLACES)
def shared_endpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One endpoint for all tests of a file that don't mind each other."""
    endpoint = _place(request, tmp_path_factory.mktemp("endpoint"))
    with running(endpoint.data, failed_attempts=100_000, database=endpoint.database) as endpoint.url:
        yield endpoint


@pytest.fixture(params=PLACES)
def endpoint(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Endpoint]:
    """An endpoint of its own."""
    endpoint = _place(request, tmp_path / "data")
    with running(endpoint.data, now=endpoint.now, database=endpoint.database) as endpoint.url:
        yield endpoint


@pytest.fixture
def corner(shared_endpoint: Endpoint) -> Endpoint:
    """The endpoint of the whole file, as an organisation that no other test knows."""
    return replace(shared_endpoint, here=str(uuid.uuid4()))
