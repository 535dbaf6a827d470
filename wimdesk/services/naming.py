"""What records without a name of their own are called in lists: whose they are, and when."""

from __future__ import annotations

from sqlalchemy.orm import Session

from wimdesk.records import Attendance, CheckIn, Membership, Payment, Receipt
from wimdesk.services import dues, timeline
from wimdesk.store.record import Record


def called(session: Session, record: Record) -> str:
    """Return what a person calls a record: never a code, a bare number or a moment as a computer writes it."""
    if isinstance(record, Membership):
        return dues.Names(session, [record]).of(record)
    if isinstance(record, Payment):
        return _of(session, session.get(Membership, record.membership_id), timeline.day_text(record.date, "medium"))
    if isinstance(record, Receipt):
        paid = session.get(Payment, record.payment_id)
        member = session.get(Membership, paid.membership_id) if paid is not None else None
        return _of(session, member, record.number)
    if isinstance(record, CheckIn):
        there = session.get(Attendance, record.attendance_id)
        return _of(session, there, "" if there is not None else timeline.moment_text(record.at))
    return timeline.named(session, record)


def _of(session: Session, owner: Record | None, words: str) -> str:
    name = called(session, owner) if owner is not None else ""
    return " · ".join(part for part in (name, words) if part)


def opens(session: Session, record: Record) -> tuple[str, str]:
    """Return type and id of what a payment or a receipt is shown with; empty texts for what else there is."""
    paid = session.get(Payment, record.payment_id) if isinstance(record, Receipt) else record
    return ("membership", paid.membership_id) if isinstance(paid, Payment) and paid.membership_id else ("", "")
