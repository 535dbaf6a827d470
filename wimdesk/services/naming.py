"""What records are called in lists, also those without a name of their own: whose they are, and when."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from wimdesk.i18n import _
from wimdesk.records import (
    Attendance,
    CheckIn,
    Computer,
    Indicator,
    Membership,
    Organization,
    Payment,
    Person,
    Receipt,
)
from wimdesk.services import computers, dates
from wimdesk.store.record import Record, fields, types


def called(session: Session, record: Record) -> str:
    """Return what a person calls a record, also one in the trash: never a code, a bare number or a moment as a
    computer writes it; where it has no name of its own, what it belongs to and when; else what kind it is."""
    return _name(session, record) or _(record.type_label)


def _name(session: Session, record: Record) -> str:
    match record:
        case Membership():
            return _member(session, record)
        case Payment():
            day = dates.day_text(record.date, "medium")
            return _of(session, session.get(Membership, record.membership_id), day)
        case Receipt():
            paid = session.get(Payment, record.payment_id)
            member = session.get(Membership, paid.membership_id) if paid is not None else None
            return _of(session, member, record.number)
        case CheckIn():
            there = session.get(Attendance, record.attendance_id)
            return _of(session, there, "" if there is not None else dates.moment_text(record.at))
        case Computer():
            return computers.names(session).get(record.id) or _own(record)
    return _own(record) or " · ".join(part for part in _parts(session, record) if part)


def _own(record: Record | None) -> str:
    return record.caption() if record is not None and record.caption() != record.id else ""


def _member(session: Session, member: Membership) -> str:
    person, organisation = session.get(Person, member.person_id), session.get(Organization, member.organization_id)
    return _own(person) or member.group_name or _own(organisation) or _("Without a name")


def _of(session: Session, owner: Record | None, words: str) -> str:
    name = _name(session, owner) if owner is not None else ""
    return " · ".join(part for part in (name, words) if part)


def _parts(session: Session, record: Record) -> Iterator[str]:
    """Yield what a record links to, by its own name only, as links may go round; its month; its indicator."""
    for name, info in fields(type(record)).items():
        value = str(getattr(record, name) or "")
        if value and info["kind"] == "link":
            yield _own(session.get(types()[info["link"]], value))
        elif value and info["kind"] == "month":
            yield dates.day_text(value)
        elif value and name == "indicator_key":
            yield _own(session.scalar(select(Indicator).where(Indicator.key == value))) or value
