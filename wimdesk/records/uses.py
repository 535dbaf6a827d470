"""What personal data is for: purpose, basis, class and how long it is kept, declared once and named by the columns.

Each personal column names its use, or its record type does for all of them (`Record.use`). The register of processing
(docs/data-protection.md) is made from this, and retention (services.retention) acts on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wimdesk.i18n import N_
from wimdesk.store.record import Record, fields

Basis = Literal["contract", "law", "consent", "interest"]
DataClass = Literal["ordinary", "money", "special"]
BASES: dict[Basis, str] = {
    "contract": N_("Needed for the membership"),
    "law": N_("The law asks for it"),
    "consent": N_("Allowed by the person"),
    "interest": N_("Needed for the work, and fair"),
}
CLASSES: dict[DataClass, str] = {
    "ordinary": N_("Ordinary"),
    "money": N_("Money"),
    "special": N_("Specially protected"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One use (GDPR Art. 30): `months` after `since` it is due to be erased; `automatic`: by itself, after notice."""

    purpose: str
    basis: Basis
    data_class: DataClass
    months: int
    since: str
    automatic: bool = False


USES: dict[str, Use] = {
    "contact": Use(N_("To reach members and partners"), "interest", "ordinary", 36, N_("the last change")),
    "membership": Use(N_("To keep the register of members"), "contract", "ordinary", 24, N_("the end")),
    "accounts": Use(N_("To keep accounts"), "law", "money", 120, N_("the day of payment"), automatic=True),
    "office": Use(N_("To know who holds which post"), "interest", "ordinary", 120, N_("the end")),
    "proof": Use(N_("To prove what people have allowed"), "law", "ordinary", 60, N_("the day it was taken back")),
    "work": Use(N_("To record the work that was done"), "interest", "ordinary", 60, N_("the day")),
    "file": Use(N_("A part of another record"), "interest", "ordinary", 36, N_("the last change")),
    "signing": Use(N_("To show who signed for an organisation"), "interest", "ordinary", 120, N_("the end")),
    "authorship": Use(
        N_("To name who wrote a practice, or whose story it is"), "consent", "ordinary", 120, N_("the last change")
    ),
    "breaches": Use(N_("To prove what was done about a breach"), "law", "ordinary", 60, N_("the day it was noticed")),
}


def use_of(cls: type[Record], column: str) -> Use | None:
    """Return the use of a personal column; None where nobody declared one."""
    return USES.get(fields(cls)[column].get("use", "") or cls.use)


def personal(cls: type[Record]) -> list[str]:
    """Return the personal columns of a type."""
    return [name for name, info in fields(cls).items() if info.get("personal")]
