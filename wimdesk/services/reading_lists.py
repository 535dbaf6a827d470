"""Saved searches of the library, what is related to a practice, and reading lists that are sent to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ROLES
from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import N_, _, pick
from wimdesk.records import LibraryItem, ReadingList, SavedSearch
from wimdesk.services import editing, library, library_duplicates, people, publishing, question, working_groups
from wimdesk.services.library_search import TYPE, Asks
from wimdesk.services.question import Question
from wimdesk.services.roster import plain
from wimdesk.store import history, identity, journal
from wimdesk.store.record import Scope

LIST = "reading_list"
SEARCH = "saved_search"
AUDIENCES: Mapping[Scope, str] = {"shared": N_("Send to the Secretariat"), "alliance": N_("Send to the whole Alliance")}
"""To whom a list may be sent, with the words for it: spaces that a computer may write to and knows by a name."""
_RELATED = 6
_LINKED = 50
"""The last so many that were linked: what came from elsewhere may name any number."""
_ASKED, _ASKED_WORDS = 60, 12


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search or a reading list as it is chosen; `kind` is SEARCH or LIST."""

    kind: str
    id: str
    name: str
    question: Question
    items: tuple[str, ...] = ()
    mine: bool = True


@dataclass(frozen=True, slots=True)
class Related:
    """A practice beside another: why it stands there, in words, and whether the two are perhaps one."""

    id: str
    title: str
    why: str
    is_twin: bool = False


def every(session: Session) -> list[Saved]:
    """Return our saved searches of the library, then all reading lists that reached us, by name."""
    searches = [each for each in session.scalars(people.ours(session, SavedSearch)) if each.asks_for == TYPE]
    found = [Saved(SEARCH, each.id, each.caption(), question.read(each.query)) for each in searches]
    mine = identity.read(session).organisation
    lists = _reached(session, mine)
    sources = {each.counterpart_id for each in lists}
    kin = library_duplicates.families(session, {item for each in lists for item in each.items}) if lists else {}
    # Our own copy for others stands behind the list that it was made from.
    found += [_as_saved(each, kin, each.owner == mine) for each in lists if each.id not in sources]
    return sorted(found, key=lambda saved: (saved.kind != SEARCH, plain(saved.name)))


def _reached(session: Session, mine: str) -> list[ReadingList]:
    """Return our lists, and those of others that are for everybody here or for a group of ours."""
    found = session.scalars(select(ReadingList).where(ReadingList.deleted.is_(False)))
    groups = working_groups.mine(session)
    return [each for each in found if each.owner == mine or _is_for(set(each.audience.split()), groups)]


def _is_for(audience: set[str], groups: frozenset[str]) -> bool:
    return bool(audience & (groups | AUDIENCES.keys())) or not audience


def save_search(session: Session, asked: Question, name: str = "") -> str:
    """Keep a question to the library; return its id. Raises UserError where it asks for nothing."""
    if asked.is_empty:
        raise UserError(_("There is nothing to save yet. Nothing was changed. Type a word or choose a filter first."))
    words = name.strip() or asked.text or ", ".join(code for codes in asked.wanted.values() for code in codes)
    return editing.add(session, SEARCH, {"name": words, "asks_for": TYPE, "query": asked.plain()})


def answer(session: Session, searcher: Asks, saved: str) -> list[str]:
    """Return the practices that answer a saved search or are in a reading list now. Raises NotFound."""
    for each in every(session):
        if each.id == saved:
            shelf = library.load(session)
            if each.kind == LIST:
                return [item for item in each.items if item in shelf.by_id]
            chosen = {facet: frozenset(codes) for facet, codes in each.question.wanted.items()}
            result = library.find(session, searcher, shelf, each.question.text, chosen)
            return [entry.id for entry in result.entries[: result.found - result.near]] if result else []
    raise NotFound(_("There is no such saved search or reading list. Nothing was changed."))


def _as_saved(found: ReadingList, kin: Mapping[str, set[str]], mine: bool) -> Saved:
    """Under whichever of its copies a practice is shown here, it is on the list."""
    items = dict.fromkeys(each for item in found.items for each in (item, *sorted(kin[item])))
    return Saved(LIST, found.id, found.caption(), Question(), tuple(items), mine)


def begin(session: Session, title: str, items: Iterable[str] = ()) -> str:
    """Make a reading list; return its id."""
    return editing.add(session, LIST, {"title": title.strip() or _("To read"), "items": list(dict.fromkeys(items))})


def put(session: Session, reading_list: str, item: str, there: bool = True) -> int:
    """Put a practice at the end of a list, or take it off; return the act, to undo it. Raises NotFound."""
    found = _fetch(session, reading_list)
    left = [each for each in found.items if each != item]
    found.items = [*left, item] if there else left
    session.flush()
    return journal.scribe_of(session).act


def remove(session: Session, saved: Saved) -> int:
    """Move a saved search or a list to the trash, never what is in it; what was sent of a list is taken back."""
    if saved.kind == LIST:
        publishing.retract(session, LIST, saved.id)
    editing.remove(session, saved.kind, saved.id)
    return journal.scribe_of(session).act


def named() -> list[tuple[Scope, str]]:
    """Return (code, words) of those to whom a list may be sent at all."""
    return [(scope, _(words)) for scope, words in AUDIENCES.items()]


def stock(session: Session) -> tuple[list[Saved], list[Scope], list[tuple[str, str]]]:
    """Return what is kept, and to whom this computer may send a list: spaces, and working groups by (id, title)."""
    who = identity.read(session)
    spaces, role = identity.author(who).spaces, ROLES.get(who.role)
    may = role.writes_own if role is not None else frozenset()
    scopes = [scope for scope in AUDIENCES if scope in spaces and scope in may]
    return every(session), scopes, working_groups.open_groups(session) if "alliance" in scopes else []


def send(session: Session, reading_list: str, to: str) -> tuple[str, int]:
    """Send a list to a space, or to a working group by its id; return the id of their copy and how many practices stay
    behind, as only we have them.

    A group has no space of its own: what is sent to it lies in the Alliance, and shows with those who take part. In
    the copy stand the practices as its readers have them. Raises UserError where none would be left; NotFound.
    """
    found = _fetch(session, reading_list)
    scope = _scope_of(session, to)
    theirs = [copy for item in found.items if (copy := _reaching(session, item, scope))]
    if not theirs:
        raise UserError(_("Nothing on this list was shared with them yet. Nothing was sent. Share a practice first."))
    behind = len(found.items) - len(theirs)
    found.audience = " ".join(dict.fromkeys([*found.audience.split(), to]))
    made = publishing.publish(session, LIST, reading_list, scope)
    if made != reading_list:
        sent = _fetch(session, made)
        sent.items = theirs
        sent.audience = " ".join(code for code in found.audience.split() if (code == "shared") == (scope == "shared"))
    session.flush()
    return made, behind


def _scope_of(session: Session, to: str) -> Scope:
    scope = next((each for each in AUDIENCES if each == to), None)
    if scope is None:
        history.fetch(session, working_groups.TYPE, to)
    return scope or "alliance"


def _reaching(session: Session, item_id: str, scope: Scope) -> str:
    """Return the practice as the readers of a space have it: itself, or a copy that was made of it; else nothing."""
    spaces = identity.author(identity.read(session)).spaces
    wanted = {spaces["alliance"], spaces[scope]} if scope in spaces else {spaces["alliance"]}
    seen: set[str] = set()
    while item_id and item_id not in seen:
        seen.add(item_id)
        item = session.get(LibraryItem, item_id)
        if item is None or item.deleted:
            return ""
        if item.space in wanted:
            return item.id
        item_id = item.counterpart_id
    return ""


def related(session: Session, searcher: Asks, item_id: str) -> list[Related]:
    """Return what is beside a practice: perhaps the same, linked by somebody, and about the same. Raises NotFound."""
    item = session.get(LibraryItem, item_id)
    if item is None or item.deleted:
        raise NotFound(item_id)
    twins = library_duplicates.twins(session, searcher, item_id)
    found = {
        twin.id: Related(twin.id, twin.title, _("Perhaps the same: {reason}").format(reason=twin.words), True)
        for twin in twins
        if twin.id not in item.related
    }
    for other in library_duplicates.told(session, LibraryItem.id.in_(item.related[-_LINKED:])).values():
        found.setdefault(other.id, Related(other.id, other.caption(), _("Linked")))
    for other in _about_the_same(session, searcher, item):
        if len(found) < _RELATED:
            found.setdefault(other.id, Related(other.id, other.caption(), _("About the same")))
    return list(found.values())


def _about_the_same(session: Session, searcher: Asks, item: LibraryItem) -> list[LibraryItem]:
    """Return practices with the same words in title, tags and summary that share a theme, the best first."""
    text = " ".join((pick(item.title), " ".join(item.subject), pick(item.summary)))
    words = list(dict.fromkeys(word for word in text.split() if len(word) > 3))[:_ASKED_WORDS]
    found = searcher.ask_loosely(" ".join(words), TYPE, _ASKED)
    ids = [hit.id for hit in found[0]] if found else []
    family = library_duplicates.family(session, item.id)
    by_id = library_duplicates.told(session, LibraryItem.id.in_(ids))
    copies = {each.counterpart_id for each in by_id.values()}
    others = [by_id[each] for each in ids if each in by_id and each not in family | copies]
    return [each for each in others if not item.themes or set(item.themes) & set(each.themes)]


def _fetch(session: Session, record: str) -> ReadingList:
    found = history.fetch(session, LIST, record)
    if not isinstance(found, ReadingList):
        raise NotFound(_("There is no such saved search or reading list. Nothing was changed."))
    return found
