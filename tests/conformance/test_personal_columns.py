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


@pytest.mark.parametrize("name", sorted(types()))
def test_a_link_to_a_person_is_personal(name: str) -> None:
    links = {column: info for column, info in fields(types()[name]).items() if info.get("link") == "person"}
    assert all(info.get("personal") for info in links.values()), f"{name}: what refers to a person is about her"


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
