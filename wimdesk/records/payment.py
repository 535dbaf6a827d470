"""What a member gave for a membership: money, or something in kind."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _
from wimdesk.records.rules import check_order
from wimdesk.store.record import Record, field

METHODS = {
    "cash": N_("Cash"),
    "mobile_money": N_("Mobile money"),
    "bank": N_("Bank transfer"),
    "card": N_("Card"),
    "cheque": N_("Cheque"),
    "in_kind": N_("Given in kind"),
    "waived": N_("Waived"),
}


class Payment(Record):
    """One payment. Without a period of its own it pays for what comes next."""

    type_label = N_("Payment")
    type_label_many = N_("Payments")
    use = "accounts"

    membership_id: Mapped[str] = field("link", N_("Membership"), link="membership", listed=True)
    amount_minor: Mapped[int | None] = field(
        "integer", N_("Amount in the smallest unit"), minimum=0, listed=True, personal=True
    )
    currency: Mapped[str] = field("text", N_("Currency"), listed=True)
    method: Mapped[str] = field("choice", N_("How it was paid"), choices=METHODS, listed=True)
    date: Mapped[str] = field("day", N_("Paid on"), listed=True)
    reference: Mapped[str] = field("text", N_("Reference"), search="body", personal=True)
    in_kind: Mapped[str] = field("text", N_("What was given"), search="body", personal=True)
    period_start: Mapped[str] = field("day", N_("For the time from"))
    period_end: Mapped[str] = field("day", N_("For the time until"))

    def caption(self) -> str:
        """Return the day and the reference."""
        return " ".join(part for part in (self.date, self.reference) if part) or self.id

    @staticmethod
    def problems(values: Mapping[str, object]) -> list[tuple[str, str]]:
        """Money has a currency, and a period its end."""
        found = check_order(values, "period_start", "period_end")
        if values.get("amount_minor") and not values.get("currency"):
            found.append(("currency", _("Choose the currency.")))
        if values.get("period_start") and not values.get("period_end"):
            found.append(("period_end", _("Write the last day of the time that is paid.")))
        return found
