"""Whoever declares a personal column says what it is for; the register and its page follow from that."""

from __future__ import annotations

import pytest

from wimdesk.records.uses import BASES, CLASSES, USES, personal, use_of
from wimdesk.services import processing
from wimdesk.store.record import fields, types


@pytest.mark.parametrize("name", sorted(types()))
def test_each_personal_column_says_what_it_is_for(name: str) -> None:
    cls = types()[name]
    untagged = [column for column in personal(cls) if use_of(cls, column) is None]
    assert not untagged, (
        f"{name}: say what these are for (`use` of the type or the column, records/uses.py): {untagged}"
    )


NOT_ABOUT_HER = {"miner_group.contact_id"}
"""Links to a person in records that are about something else: when she is erased they stay, and name nobody."""


@pytest.mark.parametrize("name", sorted(types()))
def test_a_link_to_a_person_is_personal(name: str) -> None:
    links = {f"{name}.{column}": info for column, info in fields(types()[name]).items() if info.get("link") == "person"}
    others = {column for column, info in links.items() if not info.get("personal")}
    assert others <= NOT_ABOUT_HER, f"{name}: what refers to a person is about her"


def test_each_use_is_whole() -> None:
    for name, use in USES.items():
        assert use.purpose, name
        assert use.since, name
        assert use.basis in BASES, name
        assert use.data_class in CLASSES, name
        assert use.months > 0, name


def test_the_page_is_up_to_date() -> None:
    said = processing.PAGE.read_text(encoding="utf-8")
    assert said == processing.page(), "run: python -m wimdesk.services.processing"
