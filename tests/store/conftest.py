from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import Office, Template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def office(template: Template, tmp_path: Path) -> Iterator[Office]:
    office = Office(template, tmp_path)
    yield office
    office.close()
