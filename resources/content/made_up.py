"""The made-up organisation that lets a newcomer look around: its people, sites, figures and log.

Types and fields are named as the records of the app. An empty date means "still open".
"""

from __future__ import annotations

from typing import Literal, TypedDict


class Organization(TypedDict):
    """A made-up organisation."""

    id: str
    key: str
    name: dict[str, str]
    acronym: str
    classification: str
    scope: str
    legal_status: str
    identifiers: str
    founding_date: str
    country_code: str
    languages: list[str]
    founding_member: bool
    member_count: int
    member_count_source: str
    member_count_as_of: str
    summary: dict[str, str]
    website: str


class Person(TypedDict):
    """A made-up person."""

    id: str
    key: str
    family_name: str
    given_name: str
    languages: list[str]
    organization_id: str
    role: str
    country_code: str
    summary: str


class ContactDetail(TypedDict):
    """One way to reach a made-up person; nobody answers there."""

    id: str
    key: str
    person_id: str
    type: Literal["email", "phone", "address", "url"]
    value: str
    label: str
    preferred: bool


class Post(TypedDict):
    """An office in the made-up organisation."""

    id: str
    key: str
    label: dict[str, str]
    role: str
    organization_id: str


class PostHolding(TypedDict):
    """Who held a post, from when to when."""

    id: str
    key: str
    person_id: str
    post_id: str
    start_date: str
    end_date: str


class Site(TypedDict):
    """A made-up site; the place is in decimal degrees."""

    id: str
    key: str
    name: str
    kind: str
    commodity: list[str]
    operator: str
    country_code: str
    latitude: float
    longitude: float
    status: str
    target_share: float | None


class Participation(TypedDict):
    """The made-up organisation takes part in one of the sample initiatives."""

    id: str
    key: str
    initiative_id: str
    organization_id: str
    role: Literal["participant", "wg_member", "champion"]
    capacity: str
    start_date: str
    end_date: str
    note: str


class Activity(TypedDict):
    """One line of the log; `site_id` is empty where no site is meant."""

    id: str
    key: str
    initiative_id: str
    site_id: str
    date: str
    text: str
    hours: float


class Observation(TypedDict):
    """One monthly value with its SDMX status; no value with status "L" means that nobody collected it."""

    id: str
    key: str
    site_id: str
    indicator_key: str
    time_period: str
    obs_value: float | None
    obs_status: str


class Sample(TypedDict):
    """All records of the made-up organisation by record type."""

    organization: list[Organization]
    person: list[Person]
    contact_detail: list[ContactDetail]
    post: list[Post]
    post_holding: list[PostHolding]
    site: list[Site]
    participation: list[Participation]
    activity: list[Activity]
    observation: list[Observation]
