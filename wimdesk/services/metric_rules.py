"""What can be wrong or doubtful about the figures of a month; pure, so that a screen may ask with each key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from wimdesk.i18n import _, language, pick
from wimdesk.pdf.writing import Writing
from wimdesk.records.indicator import Indicator

Kind = Literal["hard", "soft"]
Finding = tuple[Kind, str]

NOTICEABLE = 10
"""A jump between figures below this is everyday life: one hire last month and four now need no question."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator in the reader's language. `part_of` is the key of the figure that it must not exceed."""

    key: str
    label: str
    definition: str
    unit: str
    section: str
    decimals: int
    minimum: float
    part_of: str
    jump_factor: float
    direction: str
    sources: tuple[str, ...] = ()


def measure(indicator: Indicator) -> Measure:
    """Return what the form and the rules need of an indicator, as plain values."""
    return Measure(
        key=indicator.key,
        label=pick(indicator.name) or indicator.key,
        definition=pick(indicator.definition),
        unit=indicator.unit or "number",
        section=indicator.section or "workforce",
        decimals=indicator.decimals or 0,
        minimum=indicator.minimum or 0.0,
        part_of=indicator.part_of or "",
        jump_factor=indicator.jump_factor or 0.0,
        direction=indicator.direction or "none",
        sources=tuple(indicator.source_ref or ()),
    )


def number(value: float | None, digits: int = 2) -> str:
    """Write a number in the reader's language, None as a dash."""
    return Writing(language()).number(value, digits)


def findings(
    one: Measure, values: Mapping[str, float | None], previous: Mapping[str, float | None], labels: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Return what is wrong ("hard") or doubtful ("soft") about one figure of a month; a blank is neither."""
    value = values.get(one.key)
    if value is None:
        return ()
    sentence = _impossible(one, value) or _more_than_whole(one, value, values, labels)
    if sentence:
        return (("hard", sentence),)
    sentence = _jump(one, value, previous.get(one.key))
    return (("soft", sentence),) if sentence else ()


def _impossible(one: Measure, value: float) -> str:
    if not math.isfinite(value):
        return _("This is not a number. Check the entry.")
    if value < one.minimum:
        return _("Less than {limit} can't be. Check the number.").format(limit=number(one.minimum))
    if one.decimals == 0 and not float(value).is_integer():
        return _("Only whole numbers here. Check the number.")
    return ""


def _more_than_whole(one: Measure, value: float, values: Mapping[str, float | None], labels: Mapping[str, str]) -> str:
    whole = values.get(one.part_of) if one.part_of else None
    if whole is None or not math.isfinite(whole) or value <= whole:
        return ""
    return _("More than “{whole}”, which is {limit}. Check both numbers.").format(
        whole=labels.get(one.part_of, one.part_of), limit=number(whole)
    )


def _jump(one: Measure, value: float, before: float | None) -> str:
    if before is None or one.jump_factor <= 1 or not math.isfinite(before) or max(value, before) < NOTICEABLE:
        return ""
    if before > 0 and value >= one.jump_factor * before:
        return _("{value} is {times} times last month. Right? If so, leave it.").format(
            value=number(value), times=number(value / before, 1 if value / before < 10 else 0)
        )
    if before >= one.jump_factor * value:
        return _("{value} after {before} last month. Right? If so, leave it.").format(
            value=number(value), before=number(before)
        )
    return ""
