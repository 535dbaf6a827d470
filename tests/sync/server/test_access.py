"""The short form of the soak in tests/soak/access.py: the role table against the endpoint, and canaries."""

from __future__ import annotations

from types import ModuleType
from unittest import mock

import pytest

from sync.server import files, intake, keys, sealed
from tests.postgres import PLACES
from tests.soak import access

SEED = 7


@pytest.mark.parametrize("place", PLACES)
def test_the_endpoint_does_what_the_role_table_says(place: str) -> None:
    with access.site(postgres=place == "postgresql") as site:
        outcome = access.matrix(site, 1, SEED)
    tried = {case.split(":")[0] for case in outcome.cases}
    cases = len(access.PLACES) * len(access.ACTIONS) + len(access.KEY_ACTIONS)
    assert len(tried) == len(access.ROLES) * cases
    assert outcome.unexpected == []


@pytest.mark.parametrize("place", PLACES)
def test_no_answer_holds_what_the_device_may_not_read(place: str) -> None:
    with access.site(postgres=place == "postgresql") as site:
        outcome = access.canaries(site, 60, SEED, organisations=5)
    assert (outcome.searched, outcome.foreign) == (60, 0)
    assert outcome.own > 20
    assert set(outcome.statuses) <= {"200", "409"}


@pytest.mark.parametrize("place", PLACES)
def test_with_the_programs_filters_off_only_the_database_stands_in_the_way(place: str) -> None:
    with access.site(postgres=place == "postgresql") as site:
        outcome = access.canaries(site, 60, SEED, organisations=5, filters=False)
    assert outcome.own > 20
    assert set(outcome.statuses) <= {"200", "409"}
    assert (outcome.foreign == 0) == (place == "postgresql")


def test_the_matrix_notices_a_forgotten_check_of_files() -> None:
    for check in ("may_read", "may_enter", "may_write"):
        with access.site(postgres=False) as site, mock.patch.object(files, check, return_value=True):
            outcome = access.matrix(site, 1, SEED)
        assert outcome.unexpected
        assert all("file" in each for each in outcome.unexpected)


@pytest.mark.parametrize(
    ("module", "name", "case"),
    [
        (intake, "may_enter", "reader/shared/own: SPACE_FORBIDDEN, but OWNER_FORBIDDEN"),
        (sealed, "may_enter", "reader/private/own: SPACE_FORBIDDEN, but taken"),
        (keys, "may_hand_keys", "volunteer/keys/hand on: KEY_FORBIDDEN, but told"),
    ],
)
def test_the_matrix_notices_a_forgotten_check(module: ModuleType, name: str, case: str) -> None:
    with access.site(postgres=False) as site, mock.patch.object(module, name, return_value=True):
        outcome = access.matrix(site, 1, SEED)
    assert case in outcome.unexpected
