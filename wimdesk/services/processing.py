"""The register of processing: which personal columns there are, what for, on which basis, and for how long.

`python -m wimdesk.services.processing` writes docs/data-protection.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wimdesk.i18n import _
from wimdesk.records.uses import BASES, CLASSES, Use, personal, use_of
from wimdesk.store.record import fields, types

PAGE = Path(__file__).parents[2] / "docs" / "data-protection.md"
_HEAD = """# Data protection

This page is made from what the columns declare (`wimdesk/records`, `Record.use`, `wimdesk/records/uses.py`) by
`python -m wimdesk.services.processing`. Do not change it by hand. A personal column without a use fails the build.

All of it is private: it lives in the organisation's own space, sealed with its key, unless somebody shares a record.

## What is held, what for, and for how long
"""
_RULES = """
What is in the trash is due after 30 days, whatever it was for. A person's time does not run while she is a member or
holds a post; her contact details and files go with her.

## Who may ask for what
"""
_RIGHTS = (
    ("right", "command", "in the window"),
    ("---", "---", "---"),
    (
        "consent",
        "`wimdesk consent give`, `withdraw`, `show`, `wording`, `directory`",
        "person, “What this person allows”",
    ),
    ("access, as PDF and JSON", "`wimdesk access PERSON --out DIR`", "person, “A copy of everything”"),
    ("erasure, on every computer", "`wimdesk erase person ID --yes`, `wimdesk erasures`", "person, “Erase for ever”"),
    (
        "orders to erase that nobody proved; the Secretariat can give them itself",
        "`wimdesk doubts`, `wimdesk doubts --uphold ID`",
        "Data protection, “Erased”",
    ),
    ("retention", "`wimdesk retention`, `--erase TYPE/ID`", "Data protection, “Kept for too long”"),
    ("breach log", "`wimdesk add breach`, `wimdesk list breach`", "Data protection, “Breaches”"),
    (
        "leaving, for an organisation",
        "`wimdesk leave`, `wimdesk departures`",
        "Settings, “Leave the Alliance”; Data protection",
    ),
)
_TAIL = """
How erasure works, and what it can't do: [architecture](ARCHITECTURE.md#erasing). What becomes of the data of an
organisation that leaves: [taking part](participation.md#leaving).

Retention erases by itself only where the table says so, 14 days after it is due, and never by this computer's clock
alone: it goes by what other computers wrote lately, so a clock that is wrong by years erases nothing.
"""


@dataclass(frozen=True, slots=True)
class Held:
    """One line of the register; words are in the reader's language."""

    type: str
    label: str
    columns: tuple[str, ...]
    purpose: str
    basis: str
    data_class: str
    months: int
    since: str
    automatic: bool


def register() -> list[Held]:
    """Return the register, by type. Raises LookupError where a personal column has no declared use."""
    found = []
    for name, cls in sorted(types().items()):
        by_use: dict[Use, list[str]] = {}
        for column in personal(cls):
            use = use_of(cls, column)
            if use is None:
                raise LookupError(f"{name}.{column} says it is personal and not what for (records.uses)")
            by_use.setdefault(use, []).append(_(fields(cls)[column]["label"]))
        for use, columns in by_use.items():
            found.append(_held(name, use, columns))
    return found


def _held(name: str, use: Use, columns: list[str]) -> Held:
    label = _(types()[name].type_label_many)
    return Held(
        name, label, tuple(columns), _(use.purpose), _(BASES[use.basis]), _(CLASSES[use.data_class]), use.months,
        _(use.since), use.automatic,
    )  # fmt: skip


def page() -> str:
    """Return the page as Markdown."""
    rights = [f"| {' | '.join(line)} |" for line in _RIGHTS]
    return "\n".join([_HEAD, *_lines(), _RULES, *rights, _TAIL])


def _lines() -> Iterator[str]:
    yield "| record | personal columns | purpose | basis | class | kept for | by itself |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for held in register():
        kept = f"{held.months} months after {held.since}"
        columns = ", ".join(held.columns)
        automatic = "yes" if held.automatic else "no"
        yield (
            f"| {held.label} | {columns} | {held.purpose} | {held.basis} | {held.data_class} | {kept} | {automatic} |"
        )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
