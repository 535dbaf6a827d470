"""Typed access to the content that ships with the app: themes, indicators, regions, library and samples.

Every record has a ``key`` that never changes and an ``id``, the UUIDv5 of its kind and key in `NAMESPACE`, so that
two devices that load the same content agree on the ids without talking to each other. The functions return cached,
shared objects: read them, never change them.
"""

from __future__ import annotations

import functools
import uuid
from typing import Literal, TypedDict

import msgspec

from resources import path

NAMESPACE = uuid.UUID("6f1d1c0e-5b0a-5c55-9a36-2f4a7d1b8e90")


MissionGoal = Literal["unified_voice", "recognition", "support"]
Unit = Literal["persons", "hours", "number"]
Direction = Literal["up", "down", "none"]


class Theme(TypedDict):
    """One yearly theme of the Alliance; `colour` is the name of a theme token, never a colour value."""

    id: str
    key: str
    year: int
    title: dict[str, str]
    stake: dict[str, str]
    mandate: dict[str, str]
    mission_goal: list[MissionGoal]
    colour: Literal["accent", "copper", "ok", "info"]


class Indicator(TypedDict):
    """One figure that a site enters every month; `part_of` is the key of the figure it must not exceed.

    A value more than `jump_factor` times last month's is worth a second look, but is no mistake in itself.
    """

    id: str
    key: str
    position: int
    name: dict[str, str]
    definition: dict[str, str]
    unit: Unit
    section: Literal["workforce", "development", "safety"]
    decimals: int
    minimum: int
    part_of: str | None
    jump_factor: int
    direction: Direction
    source_ref: list[str]
    valid_from: str


class Figure(TypedDict):
    """A share that is worked out from two indicators: 100 x numerator / denominator."""

    id: str
    key: str
    label: dict[str, str]
    definition: dict[str, str]
    numerator: str
    denominator: str
    unit: Literal["%"]
    decimals: int
    direction: Direction


class CountryRegions(TypedDict):
    """Where the UN M49 standard puts a country: its own numeric code and the regions around it."""

    numeric: str
    region: str
    sub_region: str
    intermediate_region: str | None


def content_id(kind: str, key: str) -> str:
    """Return the stable id of the record `key` of the given kind ("theme", "indicator", ...)."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{key}"))


def _read(name: str) -> bytes:
    return path("content", name).read_bytes()


@functools.cache
def themes() -> list[Theme]:
    """Return the Alliance's themes, sorted by key."""
    return msgspec.json.decode(_read("themes.json"), type=list[Theme])


@functools.cache
def indicators() -> list[Indicator]:
    """Return the indicators of the monthly site entry in the order in which they are asked."""
    found = msgspec.json.decode(_read("indicators.json"), type=list[Indicator])
    return sorted(found, key=lambda indicator: indicator["position"])


@functools.cache
def figures() -> list[Figure]:
    """Return the derived shares, sorted by key."""
    return msgspec.json.decode(_read("figures.json"), type=list[Figure])


@functools.cache
def m49() -> dict[str, CountryRegions]:
    """Return the UN M49 place of all 249 ISO 3166-1 countries by alpha-2 code.

    Antarctica belongs to no region of the standard: its region is "001", the world.
    """
    return msgspec.json.decode(_read("m49.json"), type=dict[str, CountryRegions])


def region_of(country_code: str) -> str:
    """Return the most specific M49 region of a country, e.g. "011" (Western Africa) for "SN".

    Raises KeyError when the code is not an ISO 3166-1 alpha-2 code.
    """
    regions = m49()[country_code.upper()]
    return regions["intermediate_region"] or regions["sub_region"]
