"""Rules that several record types share: dates, ranges, required fields. All pure."""

from __future__ import annotations

import re
from collections.abc import Mapping

from wimdesk.i18n import _
from wimdesk.store.record import Info, Record, fields

Problems = list[tuple[str, str]]
_DAY = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


def check_order(values: Mapping[str, object], start: str, end: str) -> Problems:
    """An end is not before its start. Partial ISO dates compare as far as both are known."""
    first, last = str(values.get(start) or ""), str(values.get(end) or "")
    known = min(len(first), len(last))
    if first and last and last[:known] < first[:known]:
        return [(end, _("The end is before the start. Check both dates."))]
    return []


def check_pair(values: Mapping[str, object], first: str, second: str, sentence: str) -> Problems:
    """Two fields are given together or not at all."""
    given = [values.get(name) not in (None, "") for name in (first, second)]
    return [] if given[0] == given[1] else [(second if given[0] else first, sentence)]


def check_values(cls: type[Record], values: Mapping[str, object]) -> Problems:
    """Return what is wrong with these values by the description of their columns alone."""
    found: Problems = []
    for name, info in fields(cls).items():
        if name in values:
            sentence = _check_one(info, values[name])
            if sentence:
                found.append((name, sentence))
    return found


def _check_one(info: Info, value: object) -> str:
    label = _(info["label"])
    if value in (None, "", {}, []):
        return _("{label} is still empty.").format(label=label) if info.get("required") else ""
    if _has_control_characters(value):
        return _("{label}: there is a character that can't be shown. Delete it, or type the text anew.").format(
            label=label
        )
    match info["kind"]:
        case "day" if not (isinstance(value, str) and _DAY.fullmatch(value)):
            return _("{label}: write a date as 2026-11-22, 2026-11 or 2026.").format(label=label)
        case "month" if not (isinstance(value, str) and _MONTH.fullmatch(value)):
            return _("{label}: write a month as 2026-11.").format(label=label)
        case "choice" if value not in info.get("choices", {}):
            known = ", ".join(info.get("choices", {}))
            return _("{label} knows only these: {known}.").format(label=label, known=known)
        case "integer" | "decimal":
            return _check_range(info, value, label)
        case "texts" | "long_texts" if not _is_texts(value):
            return _("{label}: give a text for each language.").format(label=label)
    return ""


def without_control_characters(text: str) -> str:
    """Return a text without what `check_values` refuses: what other programs wrote is taken, not argued with."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _has_control_characters(value: object) -> bool:
    """Line ends and tabs are text; the other control codes break files, documents and comparisons."""
    if isinstance(value, str):
        return _CONTROL.search(value) is not None
    if isinstance(value, dict):
        return any(_has_control_characters(part) for part in value.values())
    return isinstance(value, list) and any(_has_control_characters(part) for part in value)


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(k, str) and isinstance(v, str) for k, v in value.items())


def _check_range(info: Info, value: object, label: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _("{label}: write a number.").format(label=label)
    if "minimum" in info and value < info["minimum"]:
        return _("{label} can't be less than {limit}.").format(label=label, limit=f"{info['minimum']:g}")
    if "maximum" in info and value > info["maximum"]:
        return _("{label} can't be more than {limit}.").format(label=label, limit=f"{info['maximum']:g}")
    return ""


def problems(record: Record) -> Problems:
    """Return every broken rule of a record: columns first, then the type's own."""
    values = {name: getattr(record, name) for name in fields(type(record))}
    return check_values(type(record), values) + record.problems(values)
