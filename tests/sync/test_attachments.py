"""Attachments between two laptops and a real endpoint: resumed both ways, proved, within the room there is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wimdesk.services import attaching

if TYPE_CHECKING:
    from tests.support import Laptop, Office
    from wimdesk.services.attaching import Attached


def attach(laptop: Laptop, parent: tuple[str, str], content: bytes, name: str = "plan.pdf") -> str:
    return attaching.attach(laptop.app.store, laptop.app.contents, parent, name, content)


def see(laptop: Laptop, attachment: str) -> Attached:
    return laptop.app.read(attaching.one, laptop.app.contents, attachment)


@pytest.fixture
def two(office: Office) -> tuple[Laptop, Laptop]:
    return office.laptop("Anna"), office.laptop("Bela")


def test_a_private_file_comes_to_the_other_laptop(two: tuple[Laptop, Laptop]) -> None:
    anna, bela = two
    site = anna.add("site", name="North")
    content = os.urandom(200_000)
    made = attach(anna, ("site", site), content)
    assert see(anna, made).state == "Waiting to go"
    anna.sync()
    assert see(anna, made).state == "On this computer"
    bela.sync()
    theirs = see(bela, made)
    assert (theirs.title, theirs.here, theirs.size) == ("plan.pdf", True, 200_000)
    assert bela.app.contents.read(theirs.digest) == content
