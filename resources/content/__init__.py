"""Typed access to the content that ships with the app: themes, indicators, regions, library and samples.

Every record has a ``key`` that never changes and an ``id``, the UUIDv5 of its kind and key in `NAMESPACE`, so that
two devices that load the same content agree on the ids without talking to each other. Only observations differ: they
carry the id of their cell (site, indicator, month). The functions return cached, shared objects: read them, never
change them.
"""

from __future__ import annotations

import functools
import uuid
from typing import Literal, TypedDict

import msgspec

from resources import path
from resources.content.made_up import Sample

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
    themes: list[str]
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


class Initiative(TypedDict):
    """A piece of joint work; `theme` is the theme's key, `regions` are M49 codes ("001" is the world)."""

    id: str
    key: str
    title: dict[str, str]
    summary: dict[str, str]
    theme: str
    theme_id: str
    level: Literal["regional", "global"]
    regions: list[str]
    objectives: dict[str, str]
    deliverables: list[dict[str, str]]
    start: str
    end: str
    state: Literal["proposed", "adopted", "running", "delivered"]
    lead: str


class TimeSlot(TypedDict):
    """A time at which a working group meets, by the clock of its zone; `recurrence` is a rule of iCalendar."""

    id: str
    starts: str
    zone: str
    recurrence: str
    coordinators: list[str]


class WorkingGroup(TypedDict):
    """A working group as it was convened in July 2021; it has the title of its theme."""

    id: str
    key: str
    theme: str
    theme_id: str
    zone: str
    start: str
    slots: list[TimeSlot]


class Text(TypedDict):
    """An example of a text of the Alliance, to try how one is read; the real ones come from the Secretariat."""

    id: str
    key: str
    kind: Literal["declaration", "position", "regulation"]
    work: str
    version: str
    issued: str
    title: dict[str, str]
    body: dict[str, str]
    state: Literal["published"]


class LibraryItem(TypedDict):
    """A practice described with Dublin Core's terms; the four case parts are in the item's own language.

    All items are samples: they describe ways of working, and no real site, company or person.
    """

    id: str
    key: str
    title: dict[str, str]
    summary: dict[str, str]
    template: Literal["case", "tool", "policy", "presentation", "role_model"]
    themes: list[str]
    subject: list[str]
    language: Literal["en", "fr", "es"]
    country_code: str
    issued: str
    license: str
    minutes: int
    evidence: Literal["strong", "moderate", "early"]
    provenance: Literal["sample"]
    activities: dict[str, str]
    objectives: dict[str, str]
    outcomes: dict[str, str]
    takeaways: dict[str, str]


class Organisation(TypedDict):
    """A real WIM organisation for the directory, with the place where its name was read.

    `country_code` is empty for a body of several countries; `area` names the part of a country or the continent.
    """

    id: str
    key: str
    name: dict[str, str]
    acronym: str
    classification: str
    scope: str
    country_code: str
    m49_region: str
    area: str
    source: str


class Mine(TypedDict):
    """A known mine to choose from: facts of general knowledge, its place to about 10 km (0.1 degree)."""

    id: str
    key: str
    name: str
    country_code: str
    commodity: list[str]
    kind: str
    latitude: float
    longitude: float


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


@functools.cache
def initiatives() -> list[Initiative]:
    """Return the sample joint initiatives, sorted by key."""
    return msgspec.json.decode(_read("initiatives.json"), type=list[Initiative])


@functools.cache
def working_groups() -> list[WorkingGroup]:
    """Return the working groups of 2021, sorted by key."""
    return msgspec.json.decode(_read("groups.json"), type=list[WorkingGroup])


@functools.cache
def texts() -> list[Text]:
    """Return the examples of texts of the Alliance, sorted by key."""
    return msgspec.json.decode(_read("texts.json"), type=list[Text])


@functools.cache
def library_items() -> list[LibraryItem]:
    """Return the sample library items, sorted by key."""
    return msgspec.json.decode(_read("library.json"), type=list[LibraryItem])


@functools.cache
def organisations() -> list[Organisation]:
    """Return real WIM organisations for the directory, sorted by key."""
    return msgspec.json.decode(_read("organisations.json"), type=list[Organisation])


@functools.cache
def mines() -> list[Mine]:
    """Return the known mines, sorted by key."""
    return msgspec.json.decode(_read("mines.json"), type=list[Mine])


@functools.cache
def sample() -> Sample:
    """Return the records of the made-up organisation by record type."""
    return msgspec.json.decode(_read("sample.json"), type=Sample)


@functools.cache
def letters() -> dict[str, dict[str, str]]:
    """Return the words of receipts, cards and letters by kind and language; words in braces stand for values."""
    return msgspec.json.decode(_read("letters.json"), type=dict[str, dict[str, str]])


def region_of(country_code: str) -> str:
    """Return the most specific M49 region of a country, e.g. "011" (Western Africa) for "SN".

    Raises KeyError when the code is not an ISO 3166-1 alpha-2 code.
    """
    regions = m49()[country_code.upper()]
    return regions["intermediate_region"] or regions["sub_region"]
