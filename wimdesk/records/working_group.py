"""A working group of the Alliance: what it works on, who coordinates it, and in which time zone it counts its days."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, pick
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field

STATES = {"forming": N_("Forming"), "active": N_("Active"), "closed": N_("Closed")}


class WorkingGroup(Record):
    """A group is joint from its first day: everybody in the Alliance sees it. Its meetings are `event` records."""

    type_label = N_("Working group")
    type_label_many = N_("Working groups")
    home = "alliance"

    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True, required=True)
    summary: Mapped[dict[str, str]] = field("long_texts", N_("In short"), search="summary")
    theme_id: Mapped[str] = field("link", N_("Theme"), link="theme", listed=True)
    zone: Mapped[str] = field("text", N_("Time zone"), listed=True)
    coordinators: Mapped[list[str]] = field("codes", N_("Coordinators"), search="tags")
    programme: Mapped[dict[str, str]] = field("long_texts", N_("Work programme"), search="body")
    start: Mapped[str] = field("day", N_("From"))
    end: Mapped[str] = field("day", N_("Until"))
    state: Mapped[str] = field("choice", N_("State"), choices=STATES, listed=True)

    def caption(self) -> str:
        """Return the title in the current language."""
        return pick(self.title) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A group does not end before it begins."""
        return check_order(values, "start", "end")
