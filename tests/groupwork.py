"""The working groups of July 2021 as they met: the seven slots, each in the zone in which it was agreed."""

from __future__ import annotations

from typing import NamedTuple


class Met(NamedTuple):
    """One slot: which group, its first meeting by the clock of its zone, the rule, and who coordinates."""

    group: str
    starts: str
    zone: str
    rule: str
    coordinators: tuple[str, ...]


SLOTS = (
    Met("STEM", "2021-08-06T11:00", "Australia/Brisbane", "FREQ=MONTHLY;BYDAY=1FR", ("WIMARQ", "WIM Argentina")),
    Met("Inclusive Workplace Design", "2021-08-11T07:30", "UTC", "FREQ=MONTHLY;BYDAY=2WE", ("WiR",)),
    Met("Inclusive Workplace Design", "2021-08-10T16:00", "UTC", "FREQ=MONTHLY;BYDAY=2TU", ("WIM USA",)),
    Met("Global Data Deficit", "2021-08-16T07:30", "UTC", "FREQ=MONTHLY;BYDAY=3MO", ("WIMAR SG",)),
    Met("Global Data Deficit", "2021-08-18T16:00", "UTC", "FREQ=MONTHLY;BYDAY=3WE", ("WIM Senegal",)),
    Met("Role Models and Mentors", "2021-08-24T00:00", "UTC", "FREQ=MONTHLY;BYDAY=4TU", ("Mujeres WIM de Mexico",)),
    Met("Role Models and Mentors", "2021-08-24T14:00", "UTC", "FREQ=MONTHLY;BYDAY=4TU", ("WIM Peru",)),
)
