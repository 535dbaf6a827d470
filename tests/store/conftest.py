from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import Office, Template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wimdesk.app import App


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "profile")


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    office = Office(template, tmp_path)
    yield office
    office.close()


@pytest.fixture
def app(office: Office) -> App:
    return office.app()
