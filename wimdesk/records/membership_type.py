"""What kinds of membership an organisation has, and what each costs."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _, pick
from wimdesk.store.record import Record, field

MEMBERS = {"person": N_("Persons"), "group": N_("Organisations and cooperatives")}
DUES = {
    "money": N_("In money"),
    "either": N_("In money or in kind"),
    "in_kind": N_("In kind"),
    "free": N_("Free"),
}
PERIODS = {"months": N_("Months from the first day"), "calendar_year": N_("Calendar year")}
MOST_MONTHS = 1200


class MembershipType(Record):
    """A kind of membership. The fee is a whole number of the currency's smallest unit: never a fraction."""

    type_label = N_("Membership type")
    type_label_many = N_("Membership types")

    name: Mapped[dict[str, str]] = field("texts", N_("Name of the membership type"), search="title", listed=True)
    members: Mapped[str] = field("choice", N_("For whom"), choices=MEMBERS, listed=True)
    dues: Mapped[str] = field("choice", N_("How it is paid"), choices=DUES, listed=True)
    fee_minor: Mapped[int | None] = field(
        "integer",
        N_("Fee in the smallest unit"),
        minimum=0,
        help=N_("Leave it empty where all give what they can."),
    )
    currency: Mapped[str] = field("text", N_("Currency"))
    period: Mapped[str] = field("choice", N_("Period"), choices=PERIODS, listed=True)
    period_months: Mapped[int | None] = field("integer", N_("Months"), minimum=1, maximum=MOST_MONTHS)
    grace_days: Mapped[int | None] = field(
        "integer", N_("Days of grace"), minimum=0, maximum=3660, help=N_("Days to pay after the period has ended.")
    )
    in_kind: Mapped[str] = field("text", N_("What is given in kind"), help=N_("For example: two days of training."))

    def caption(self) -> str:
        """Return the name in the current language."""
        return pick(self.name) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """A fee has its currency."""
        if values.get("fee_minor") and not values.get("currency"):
            return [("currency", _("Choose the currency of the fee."))]
        return []
