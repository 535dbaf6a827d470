"""Organisations that are part of others: the tree, and how many members there are with all branches.

Who counts the branches too ("all") says the whole number, and nothing below is added to it; who counts only itself, or
does not say, gets the branches' numbers added. So nobody is counted twice, wherever a branch is moved to.

Two computers may make a circle together that neither would have made alone. It is cut at the organisation whose id
comes first, so that every computer shows the same tree, and its members say so until somebody chooses another place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from wimdesk.errors import RuleBroken
from wimdesk.i18n import _, language, pick
from wimdesk.records import Organization
from wimdesk.search import fold
from wimdesk.services import editing
from wimdesk.store import history, identity
from wimdesk.store.journal import SAMPLE

TYPE = "organization"
ALL = "all"
_MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Unit:
    """One organisation in the tree. `own` is the count that it says; `total` is with all below it.

    `uncounted` is how many in it and below it have no count and no branches; `below` is how many organisations stand
    below it.
    """

    id: str
    name: str
    kind: str
    parent: str
    depth: int
    own: int | None
    covers: str
    source: str
    as_of: str
    total: int
    uncounted: int
    below: int
    mine: bool
    in_circle: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """An organisation with all below it, each before its branches; `above` is (id, name) of what it is part of."""

    units: tuple[Unit, ...]
    above: tuple[str, str] = ("", "")

    @property
    def top(self) -> Unit:
        """The organisation itself."""
        return self.units[0]


@dataclass(slots=True)
class _Forest:
    known: Mapping[str, Organization]
    below: dict[str, list[str]] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    circles: set[str] = field(default_factory=set)


def tree(session: Session, organisation: str = "") -> Tree:
    """Return an organisation, ours where none is named, with its branches. Raises NotFound."""
    who = identity.read(session)
    top = organisation or who.organisation
    forest = _forest(session, top)
    if top not in forest.known:
        history.fetch(session, TYPE, top)
        return Tree((Unit(top, who.organisation_name, "", "", 0, None, "", "", "", 0, 1, 0, True, False),))
    units: list[Unit] = []
    waiting = [(top, 0)]
    while waiting:
        record, depth = waiting.pop()
        units.append(_unit(forest, record, depth, who.organisation))
        waiting += [(each, depth + 1) for each in reversed(forest.below.get(record, []))]
    above = forest.parents.get(top, "")
    return Tree(_summed(units), (above, _name(forest.known[above])) if above else ("", ""))


def find(session: Session, text: str, without: str = "") -> list[tuple[str, str]]:
    """Return (id, name) of the first organisations that have these words, leaving out one and all below it."""
    words = [fold(word) for word in text.split()]
    hidden = _with_below(_forest(session), without)
    found = []
    columns = select(Organization.id, Organization.name, Organization.acronym).where(_shown(session))
    for record, name, acronym in session.execute(columns):
        said = fold(f"{' '.join(name.values())} {acronym}")
        if record not in hidden and all(word in said for word in words):
            found.append((record, _called(name, acronym)))
    return sorted(found, key=lambda pair: (fold(pair[1]), pair[0]))[:_MOST_FOUND]


def begin(session: Session, parent: str = "", name: str = "") -> str:
    """Make a branch of an organisation, ours where none is named; return its id. Raises NotFound."""
    above = parent or identity.read(session).organisation
    found = history.fetch(session, TYPE, above)
    country = found.country_code if isinstance(found, Organization) else ""
    values = {"classification": "branch", "parent_id": above, "country_code": country, "scope": "local"}
    return editing.add(session, TYPE, values | ({"name": {language(): name}} if name else {}))


def move(session: Session, organisation: str, parent: str) -> None:
    """Make an organisation a part of another one, or of none. Raises NotFound; RuleBroken for a circle."""
    if parent:
        history.fetch(session, TYPE, parent)
    if parent == organisation:
        raise RuleBroken([("parent_id", _("An organisation can't be a part of itself. Nothing was changed."))])
    editing.change(session, TYPE, organisation, {"parent_id": parent})


def name_of(session: Session, organisation: str) -> str:
    """Return what an organisation is called; empty where it is not here."""
    found = session.get(Organization, organisation) if organisation else None
    return _name(found) if found is not None else ""


def _name(found: Organization) -> str:
    return _called(found.name, found.acronym)


def _called(name: dict[str, str], acronym: str) -> str:
    return pick(name) or acronym or _("Without a name")


def _shown(session: Session) -> ColumnElement[bool]:
    is_sample = Organization.space == SAMPLE
    return and_(Organization.deleted.is_(False), is_sample if identity.read(session).sample else ~is_sample)


def _forest(session: Session, also: str = "") -> _Forest:
    """Read what is a part of something or has parts, and `also`: of thousands of others only their names are needed."""
    shown = _shown(session)
    above = select(Organization.parent_id).where(shown, Organization.parent_id != "")
    wanted = or_(Organization.parent_id != "", Organization.id.in_(above), Organization.id == also)
    rows = session.scalars(select(Organization).where(shown, wanted))
    forest = _Forest({each.id: each for each in rows})
    parents = {each.id: each.parent_id for each in forest.known.values() if each.parent_id in forest.known}
    forest.circles, cut = _circles(parents)
    forest.parents = {record: above for record, above in parents.items() if record not in cut}
    for record, over in forest.parents.items():
        forest.below.setdefault(over, []).append(record)
    for several in forest.below.values():
        several.sort(key=lambda record: (fold(_name(forest.known[record])), record))
    return forest


def _circles(parents: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return who is in a circle, and of each circle the one whose link is not followed."""
    inside: set[str] = set()
    cut: set[str] = set()
    done: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        at = start
        while at in parents and at not in done and at not in path:
            path[at] = None
            at = parents[at]
        if at in path:
            circle = [*path][[*path].index(at) :]
            inside |= {*circle}
            cut.add(min(circle))
        done |= path.keys()
    return inside, cut


def _unit(forest: _Forest, record: str, depth: int, mine: str) -> Unit:
    each = forest.known[record]
    return Unit(
        record, _name(each), each.classification, forest.parents.get(record, ""), depth, each.member_count,
        each.member_count_covers, each.member_count_source, each.member_count_as_of, 0, 0, 0, each.owner == mine,
        record in forest.circles,
    )  # fmt: skip


def _summed(units: list[Unit]) -> tuple[Unit, ...]:
    """Add up from the lowest branches to the top."""
    totals: dict[str, list[int]] = {}
    made: list[Unit] = []
    for unit in reversed(units):
        below_total, below_uncounted, below = totals.get(unit.id, [0, 0, 0])
        whole = unit.covers == ALL and unit.own is not None
        total = unit.own or 0 if whole else (unit.own or 0) + below_total
        uncounted = 0 if whole else below_uncounted + (unit.own is None and not below)
        made.append(replace(unit, total=total, uncounted=uncounted, below=below))
        if unit.depth:
            sums = totals.setdefault(unit.parent, [0, 0, 0])
            for at, number in enumerate((total, uncounted, below + 1)):
                sums[at] += number
    return tuple(reversed(made))


def _with_below(forest: _Forest, record: str) -> set[str]:
    hidden: set[str] = set()
    waiting = [record] if record else []
    while waiting:
        at = waiting.pop()
        hidden.add(at)
        waiting += [each for each in forest.below.get(at, []) if each not in hidden]
    return hidden
