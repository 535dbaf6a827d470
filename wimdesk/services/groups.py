"""Saved searches as live groups: whoever answers the question today is a member.

`members` is for whatever works with a group: letters, events, reports. A type that has a roster can have groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import _
from wimdesk.records import SavedSearch
from wimdesk.services import editing, people, people_roster, question, roster
from wimdesk.services.question import Question
from wimdesk.services.roster import Roster
from wimdesk.store import history, journal

TYPE = "saved_search"


@dataclass(frozen=True, slots=True)
class Listed:
    """What a record type brings to be listed, asked for and grouped."""

    facets: Mapping[str, str]
    load: Callable[[Session], Roster]
    words: Callable[[str, str], str]
    labels: Callable[[Session], Mapping[str, str]]
    """All facets with their labels, those that the organisation added too."""


LISTED = {
    people_roster.TYPE: Listed(people_roster.FACETS, people_roster.load, people_roster.words, people_roster.facets)
}
"""By record type."""


@dataclass(frozen=True, slots=True)
class Group:
    """A saved search; `count` is how many answer it now, -1 where nobody counted."""

    id: str
    name: str
    asks_for: str
    question: Question
    count: int = -1


def listed(type_name: str) -> Listed:
    """Return what a type brings; raises UserError where it has no such list."""
    found = LISTED.get(type_name)
    if found is None:
        known = ", ".join(sorted(LISTED))
        raise UserError(_("“{type}” has no groups. Known: {known}.").format(type=type_name, known=known))
    return found


def every(session: Session, asks_for: str = "") -> list[Group]:
    """Return our saved searches, those of one type or all, by name; nobody is counted."""
    query = people.ours(session, SavedSearch)
    found = [_group(record) for record in session.scalars(query) if asks_for in {"", record.asks_for}]
    return sorted(found, key=lambda group: roster.plain(group.name))


def counted(session: Session, asks_for: str, everybody: Roster) -> list[Group]:
    """Return the saved searches of a type, by name, with how many answer each."""
    return [
        Group(group.id, group.name, group.asks_for, group.question, len(_ids(everybody, group.question)))
        for group in every(session, asks_for)
    ]


def members(session: Session, saved_search: str) -> list[str]:
    """Return who answers a saved search now, in the order of the list.

    Raises NotFound where there is none or it is in the trash, UserError where its type has no list.
    """
    record = fetch(session, saved_search)
    return _ids(listed(record.asks_for).load(session), question.read(record.query))


def fetch(session: Session, saved_search: str) -> SavedSearch:
    """Return a saved search that is not in the trash; raises NotFound."""
    record = history.fetch(session, TYPE, saved_search)
    if not isinstance(record, SavedSearch) or record.deleted:
        raise NotFound(_("This saved search is in the trash. Nothing was changed. Take it out first."))
    return record


def save(session: Session, asks_for: str, asked: Question, name: str = "") -> str:
    """Keep a question under a name, or under what it says; return the id."""
    brought = listed(asks_for)
    return editing.add(
        session, TYPE, {"name": name or describe(asked, brought), "asks_for": asks_for, "query": asked.plain()}
    )


def remove(session: Session, saved_search: str) -> int:
    """Move a saved search to the trash, never its members; return the act, to undo it."""
    editing.remove(session, TYPE, saved_search)
    return journal.scribe_of(session).act


def describe(asked: Question, brought: Listed) -> str:
    """Return a question in a few words, such as “Geology, Peru, without Mentor”."""
    order = [*brought.facets, *sorted({*asked.wanted, *asked.unwanted} - brought.facets.keys())]

    def said(facet: str, codes: Iterable[str]) -> str:
        return ", ".join(brought.words(facet, code) for code in codes)

    parts = [said(facet, asked.wanted[facet]) for facet in order if facet in asked.wanted]
    without = [said(facet, asked.unwanted[facet]) for facet in order if facet in asked.unwanted]
    parts += [_("without {words}").format(words=words) for words in without]
    if asked.text:
        parts.insert(0, f"“{asked.text}”")
    return " · ".join(parts) or _("Everybody")


def _group(record: SavedSearch) -> Group:
    return Group(record.id, record.name or _("Without a name"), record.asks_for, question.read(record.query))


def _ids(everybody: Roster, asked: Question) -> list[str]:
    return roster.find(everybody, asked, counted=False).ids
