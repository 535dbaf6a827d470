"""The first steps of a profile: an organisation and a site of one's own, and enrolment's local half."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import lockbox
from wimdesk.i18n import content_language
from wimdesk.records import Organization, Site
from wimdesk.store import facts, identity


def start(session: Session, organisation_name: str, site_name: str = "", country: str = "") -> str:
    """Write down who we are: the organisation's profile and a first site. Returns the site's id, if any."""
    who = identity.read(session)
    profile = session.get(Organization, who.organisation)
    if organisation_name:
        if profile is None:
            profile = Organization(id=who.organisation, classification="wim_organisation")
            session.add(profile)
        profile.name = (profile.name or {}) | {content_language(): organisation_name}
        facts.put(session, organisation_name=organisation_name)
    if profile is not None and country:
        profile.country_code = country
    if not site_name:
        return ""
    found = session.scalar(select(Site).where(Site.name == site_name, Site.deleted.is_(False)))
    if found is None:
        found = Site(name=site_name, country_code=country)
        session.add(found)
    session.flush()
    return found.id


def become(
    session: Session, *, device: str, organisation: str, name: str, role: str, server_url: str, server_key: bytes,
    receive_key: bytes,
) -> None:  # fmt: skip
    """Be the device that the endpoint enrolled; what was entered before moves along."""
    identity.adopt(session, device=device, organisation=organisation)
    keys = {"server_key": server_key.hex(), "server_receive_key": receive_key.hex()}
    facts.put(session, organisation_name=name, role=role, server_url=server_url, words=lockbox.new_words(), **keys)


def lacks_profile(session: Session) -> bool:
    """Say whether nobody has made the organisation's profile yet, and this person may."""
    who = identity.read(session)
    there = select(Organization.id).where(Organization.id == who.organisation)
    return who.role != "reader" and session.scalar(there) is None


def ensure_profile(session: Session) -> bool:
    """After the first pull: make the organisation's profile where nobody has; say whether it was made."""
    if not lacks_profile(session):
        return False
    who = identity.read(session)
    kind = "secretariat" if who.role == "secretariat" else "wim_organisation"
    session.add(Organization(id=who.organisation, name={"en": who.organisation_name}, classification=kind))
    return True
