"""A receipt that was given out: its number and its words stay, also when it is cancelled."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Receipt(Record):
    """One numbered receipt. `text` is what was printed, so that a reprint says the same.

    `series` is the short name of the computer that gave the number, `series_key` its long one: see docs/membership.md.
    """

    type_label = N_("Receipt")
    type_label_many = N_("Receipts")
    use = "accounts"

    number: Mapped[str] = field("text", N_("Number"), search="title", listed=True)
    year: Mapped[int | None] = field("integer", N_("Year"), listed=True)
    series: Mapped[str] = field("text", N_("Series"))
    series_key: Mapped[str] = field("text", N_("Series in full"))
    serial: Mapped[int | None] = field("integer", N_("Number in the series"))
    payment_id: Mapped[str] = field("link", N_("Payment"), link="payment")
    issued_on: Mapped[str] = field("day", N_("Given on"), listed=True)
    language: Mapped[str] = field("text", N_("Language"))
    text: Mapped[str] = field("long_text", N_("Text"), personal=True)
    cancelled_on: Mapped[str] = field("day", N_("Cancelled on"), listed=True)
    cancel_reason: Mapped[str] = field("text", N_("Why it was cancelled"), personal=True)

    def caption(self) -> str:
        """Return the number."""
        return self.number or self.id
