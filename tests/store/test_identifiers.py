"""Ids that a laptop makes without asking anyone."""

from __future__ import annotations

import threading
import uuid

from wimdesk import clock
from wimdesk.identifiers import new_id


def test_ids_sort_as_they_were_made() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))
    with clock.driven_by(lambda: 2_000_000_000.25):  # a clock that stands still
        made = [new_id() for _ in range(5_000)]
    assert made == sorted(set(made))


def test_an_id_is_a_uuid_of_version_7_and_names_its_moment() -> None:
    with clock.driven_by(lambda: 1_796_000_000.125):
        made = uuid.UUID(new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 1_796_000_000_125


def test_a_clock_that_was_turned_back_is_followed() -> None:
    with clock.driven_by(lambda: 1_900_000_000.0):
        ahead = uuid.UUID(new_id())
    with clock.driven_by(lambda: 1_796_000_000.0):
        right = uuid.UUID(new_id())
    assert ahead.int >> 80 == 1_900_000_000_000
    assert right.int >> 80 == 1_796_000_000_000


def test_threads_never_make_the_same_id() -> None:
    made: list[list[str]] = []
    workers = [threading.Thread(target=lambda: made.append([new_id() for _ in range(3_000)])) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len({each for some in made for each in some}) == 12_000
