from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import Laptop, Office, Template, endpoint_at
from wimdesk.app import App

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def laptops(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Laptop, Laptop]]:
    """Two laptops of the Secretariat, which may write everywhere, and a real endpoint: one pair for the whole suite."""
    folder = tmp_path_factory.mktemp("laptops")
    with endpoint_at(folder / "endpoint") as endpoint:
        office = Office(template, folder, endpoint)
        first, second = (office.laptop(name, "Secretariat", "secretariat") for name in ("Anna", "Bela"))
        first.sync()
        second.sync()
        yield first, second
        office.close()


@pytest.fixture(scope="module")
def app(laptops: tuple[Laptop, Laptop]) -> App:
    return laptops[0].app


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    """Room for one more profile."""
    office = Office(template, tmp_path)
    yield office
    office.close()
