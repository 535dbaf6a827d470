"""An organisation takes part in an initiative, in a role, for a time. Leaving ends it; it is never deleted."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Mapped, Session

from wimdesk import clock
from wimdesk.i18n import N_
from wimdesk.records.rules import check_order
from wimdesk.store import erasures
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Record, field

ROLES = {
    "participant": N_("Participant"),
    "wg_member": N_("Working-group member"),
    "champion": N_("Thematic champion"),
    "coordinator": N_("Coordinator"),
}


class Participation(Record):
    """One period of taking part. Counts on a day follow from the dates."""

    type_label = N_("Participation")
    type_label_many = N_("Participations")
    home = "alliance"

    initiative_id: Mapped[str] = field("link", N_("Initiative"), link="initiative", listed=True)
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization", listed=True)
    role: Mapped[str] = field("choice", N_("Role"), choices=ROLES, listed=True)
    capacity: Mapped[str] = field("text", N_("What we can give"), help=N_("People or hours, in a few words."))
    people: Mapped[int | None] = field("integer", N_("People"), minimum=0)
    hours: Mapped[float | None] = field("decimal", N_("Hours a month"), minimum=0)
    start_date: Mapped[str] = field("day", N_("From"), listed=True)
    end_date: Mapped[str] = field("day", N_("Until"), listed=True)
    note: Mapped[str] = field("long_text", N_("Note for the others"))

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """Taking part does not end before it starts."""
        return check_order(values, "start_date", "end_date")


def counted() -> Select[Participation]:
    """Return every part that counts: nobody says of another organisation that it takes part."""
    own = or_(Participation.owner == Participation.organization_id, Participation.space == SAMPLE)
    return select(Participation).where(Participation.deleted.is_(False), own)


def active_on(day: str) -> Select[Participation]:
    """Return who takes part on an ISO day."""
    return counted().where(
        Participation.start_date <= day,
        or_(Participation.end_date == "", Participation.end_date > day),
    )


def join(
    session: Session, initiative: str, organization: str, role: str, capacity: str = "", *, people: int | None = None,
    hours: float | None = None, until: str = "",
) -> Participation:  # fmt: skip
    """Start taking part today, for as long as it is left or until a day.

    The id follows from who takes part in what and for which time round, so that two laptops that join while they are
    offline make one record.
    """
    for time in itertools.count():
        record = erasures.own_id(session, organization, "participation", organization, initiative, str(time))
        made = session.get(Participation, record)
        if made is None or made.deleted:
            break
    if made is None:
        made = Participation(id=record, owner=organization, initiative_id=initiative, organization_id=organization)
        session.add(made)
    made.role, made.capacity, made.start_date = role, capacity, clock.today().isoformat()
    made.people, made.hours = people, hours
    made.end_date, made.deleted = until, False
    session.flush()
    return made


def leave(participation: Participation) -> None:
    """Stop taking part today; what was done stays in the history."""
    participation.end_date = clock.today().isoformat()
