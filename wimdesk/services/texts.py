"""The texts of the Alliance in all their versions: read section by section, compared, searched, proposed, published.

A line that begins with # is the heading of a section; `# Purpose {#purpose}` gives it an address that is the same in
every language and every version. What is in force is owned by the Alliance itself: the endpoint lets nobody but the
Secretariat write that (sync.protocol.ROLES), so no organisation can put a text of its own in the place of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE, ROLES, SHIPPED_OWNER
from wimdesk import clock
from wimdesk.errors import NotFound, RuleBroken, UserError
from wimdesk.i18n import LANGUAGES, N_, _, content_language, pick
from wimdesk.records import AllianceText
from wimdesk.records.alliance_text import KINDS
from wimdesk.search import fold
from wimdesk.services import editing
from wimdesk.store import erasures, history, identity, journal
from wimdesk.store.identity import Identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import fields

TYPE = "alliance_text"
SECTION = "#"
"""Stands between the id of a text and the address of a section."""
Mark = Literal["added", "removed", "same"]
_HEADING = re.compile(r"#{1,6}\s+(?P<words>.*?)\s*(?:\{#(?P<key>[\w-]+)\})?\s*#*")
_LONGEST_HEADING = 1000
_COMPARED = 700 * 700
"""Lines of one text times lines of the other: above, lines that come again and again are not looked at one by one."""
_EMPTY = N_("Begin with a line # and the name of the section. Nothing was published.")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a text: its address, its heading and what it says."""

    key: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class TextInfo:
    """A version as a row. `current` is the one in force of its work, `mine` one that our organisation wrote."""

    id: str
    kind: str
    work: str
    version: str
    title: str
    issued: str
    decision: str
    state: str
    theme_id: str
    current: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One section in each language in which it is there."""

    key: str
    said: Mapping[str, Section]


@dataclass(frozen=True, slots=True)
class Reading:
    """A version to be read; `others` are the versions to compare it with, `can` may hold edit, publish, propose."""

    info: TextInfo
    languages: tuple[str, ...]
    rows: tuple[Row, ...]
    others: tuple[TextInfo, ...]
    can: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of two versions: in which section it stands, and what became of it."""

    section: str
    mark: Mark
    text: str


def sections(text: str) -> list[Section]:
    """Return a text by its headings; what stands before the first one is a section with the address "begin"."""
    found: list[Section] = []
    taken: set[str] = set()
    key, heading, lines = "begin", "", list[str]()
    headed = again = 0
    for line in [*text.splitlines(), None]:
        mark = _HEADING.fullmatch(line.strip()) if line is not None and len(line) <= _LONGEST_HEADING else None
        if line is not None and mark is None:
            lines.append(line)
            continue
        said = "\n".join(lines).strip()
        if heading or said:
            found.append(Section(key, heading, said))
            taken.add(key)
            headed += bool(heading)
        if mark is not None:
            heading, lines = mark["words"], []
            name = mark["key"] or str(headed + 1)
            key = f"{name}-" if name in taken else name
            while key in taken:
                again += 1
                key = f"{name}-{again}"
    return found


def with_section(text: str, key: str, wording: str) -> str:
    """Return a text in which one section says something else; its heading and its address stay."""
    found = []
    for part in sections(text):
        said = wording if part.key == key else part.text
        head = f"# {part.heading} {{#{part.key}}}\n" if part.heading else ""
        found.append(f"{head}{said}")
    return "\n\n".join(found) + "\n"


def listed(session: Session, kind: str = "") -> list[TextInfo]:
    """Return the versions of the Alliance's texts, proposals and our own drafts: by kind, work, the newest first."""
    who = identity.read(session)
    seen = AllianceText.space == SAMPLE if who.sample else AllianceText.space != SAMPLE
    query = select(AllianceText).where(AllianceText.deleted.is_(False), seen)
    if kind:
        query = query.where(AllianceText.kind == kind)
    rows = [row for row in session.scalars(query) if row.kind in KINDS and _is_seen(row)]
    newest: dict[str, AllianceText] = {}
    for row in sorted(rows, key=_age):
        if is_official(row) and row.state == "published":
            newest[_work(row)] = row
    order = {name: place for place, name in enumerate(KINDS)}
    found = [_info(row, newest.get(_work(row)) is row, who) for row in sorted(rows, key=_age, reverse=True)]
    return sorted(found, key=lambda each: (order[each.kind], each.work))


def _is_seen(row: AllianceText) -> bool:
    """A text in force that its own author wrote is none; a proposal is anybody's, a draft is ours."""
    return is_official(row) or row.state in {"draft", "proposed"}


def is_official(row: AllianceText) -> bool:
    """Say whether the Alliance itself has written this."""
    return (row.owner == SHIPPED_OWNER and row.space == ALLIANCE) or row.space == SAMPLE


def _age(row: AllianceText) -> tuple[str, str, str]:
    return row.issued, row.version, row.id


def _work(row: AllianceText) -> str:
    return row.work or (row.id if row.kind == "position" else row.kind)


def _info(row: AllianceText, current: bool, who: Identity) -> TextInfo:
    title = pick(row.title) or _("Without a title")
    return TextInfo(
        row.id, row.kind, _work(row), row.version, title, row.issued, row.decision, row.state, row.theme_id, current,
        row.owner == who.organisation and row.space != SAMPLE,
    )  # fmt: skip


def fetch(session: Session, text_id: str) -> AllianceText:
    """Return a text by its id, or the version in force by its kind; raises NotFound."""
    if text_id in KINDS:
        current = next((each.id for each in listed(session, text_id) if each.current), "")
        if not current:
            raise NotFound(_("The Secretariat has not sent this text yet. Sync, then look again."))
        text_id = current
    found = history.fetch(session, TYPE, text_id)
    if not isinstance(found, AllianceText):
        raise TypeError(found)
    if not _is_seen(found):
        raise NotFound(_("The Alliance has no such text in force. Nothing was changed."))
    return found


def reading(session: Session, text_id: str) -> Reading:
    """Return a version section by section in every language it has; raises NotFound."""
    row = fetch(session, text_id)
    every = listed(session, row.kind)
    who = identity.read(session)
    current = any(each.id == row.id and each.current for each in every)
    info = _info(row, current, who)
    others = [each for each in every if each.work == info.work and each.id != row.id]
    known = {code: sections(text) for code, text in row.body.items() if text.strip()}
    order = sorted(known, key=lambda code: (code != content_language(), [*LANGUAGES, code].index(code)))
    keys = dict.fromkeys(each.key for code in order for each in known[code])
    by_key = {code: {each.key: each for each in parts} for code, parts in known.items()}
    rows = [Row(key, {code: by_key[code][key] for code in order if key in by_key[code]}) for key in keys]
    return Reading(info, tuple(order), tuple(rows), tuple(others), _allowed(row, who))


def _allowed(row: AllianceText, who: Identity) -> frozenset[str]:
    role = ROLES.get(who.role)
    if role is None or not role.writes_own:
        return frozenset()
    open_yet, found = row.state in {"draft", "proposed"}, set[str]()
    if open_yet and row.owner == who.organisation:
        found.add("edit")
    if row.state == "draft" and row.kind == "position":
        found.add("propose")
    if who.role == "secretariat":
        found |= {"publish"} if open_yet else {"withdraw"} if row.state == "published" else set()
    return frozenset(found)


def find(session: Session, text_id: str, words: str) -> list[str]:
    """Return the addresses of the sections that have all these words, in any of the languages, without accents."""
    wanted = fold(words).split()
    return [row.key for row in reading(session, text_id).rows if matches(row, wanted)]


def matches(row: Row, wanted: list[str]) -> bool:
    """Say whether a section has all these folded words in one of its languages."""
    said = [fold(f"{part.heading} {part.text}") for part in row.said.values()]
    return any(all(word in text for word in wanted) for text in said)


def difference(session: Session, old: str, new: str, lang: str = "") -> list[Line]:
    """Return the lines that differ between two versions, each with its section, in one language.

    The language is the reader's where both have it, else the first that both have. Raises UserError where none is.
    """
    before, after = fetch(session, old), fetch(session, new)
    both = [code for code in (lang or content_language(), *LANGUAGES) if before.body.get(code) and after.body.get(code)]
    if lang and (not both or both[0] != lang):
        both = []
    if not both:
        raise UserError(_("These two versions have no language in common. There is nothing to compare."))
    return [line for line in compare(before.body[both[0]], after.body[both[0]]) if line.mark != "same"]


def compare(before: str, after: str) -> Iterator[Line]:
    """Yield the lines of two texts in order; a line that was rewritten is removed and added."""
    old, new = list(_lines(before)), list(_lines(after))
    rough = len(old) * len(new) > _COMPARED
    matcher = SequenceMatcher(None, [text for _key, text in old], [text for _key, text in new], autojunk=rough)
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag == "equal":
            yield from (Line(key, "same", text) for key, text in new[begin:end])
        else:
            yield from (Line(key, "removed", text) for key, text in old[first:last])
            yield from (Line(key, "added", text) for key, text in new[begin:end])


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for part in sections(text):
        lines = [part.heading, *part.text.splitlines()]
        yield from ((part.heading or part.key, line.strip()) for line in lines if line.strip())


# ------------------------------------------------------------- writing and publishing


def begin(session: Session, kind: str, after: str = "") -> str:
    """Begin a draft, as the next version of a text where one is given; return its id. It stays private."""
    if kind not in KINDS:
        raise UserError(_("There is no such kind of text. Known: {known}.").format(known=", ".join(KINDS)))
    row = fetch(session, after) if after else None
    kind, work = (row.kind, _work(row)) if row is not None else (kind, "" if kind == "position" else kind)
    same = [each for each in listed(session, kind) if each.work == work]
    values: dict[str, object] = {"kind": kind, "work": work, "state": "draft", "version": str(len(same) + 1)}
    if row is not None:
        values |= {"title": dict(row.title), "body": dict(row.body), "theme_id": row.theme_id}
    return editing.add(session, TYPE, values)


def propose(session: Session, text_id: str) -> str:
    """Show a draft of a position to the Alliance, which may comment on it; return the id of the proposal."""
    row = _whole(fetch(session, text_id))
    if row.kind != "position":
        raise UserError(_("Only a common position is proposed. Nothing was changed."))
    made = _copy(session, row, identity.read(session).organisation, {"state": "proposed"}, "proposed")
    row.deleted = True  # from now on the proposal itself is written on
    session.flush()
    return made


def publish(session: Session, text_id: str, issued: str = "", decision: str = "") -> str:
    """Put a draft or a proposal into force, as the Secretariat; return the id of the published version.

    Raises UserError where another role asks, or where this version is in force already.
    """
    if identity.read(session).role != "secretariat":
        raise UserError(_("Only the Secretariat publishes a text of the Alliance. Nothing was changed."))
    row = _whole(fetch(session, text_id))
    same = [each for each in listed(session, row.kind) if each.work == _work(row) and each.id != row.id]
    if any(each.version == row.version and each.state in {"published", "withdrawn"} for each in same):
        raise UserError(_("This version was published before. Nothing was changed. Give it another version."))
    more = {
        "state": "published", "issued": issued or row.issued or clock.today().isoformat(),
        "decision": decision or row.decision,
    }  # fmt: skip
    made = _copy(session, row, SHIPPED_OWNER, more, "published")
    if row.state == "draft":
        row.deleted = True  # it has become this version
    else:
        row.state = "withdrawn"  # what was said on the proposal stays with it
    session.flush()
    return made


def withdraw(session: Session, text_id: str) -> int:
    """Take a version out of force, as the Secretariat: it stays to be read. Return the act, to undo it."""
    if identity.read(session).role != "secretariat":
        raise UserError(_("Only the Secretariat publishes a text of the Alliance. Nothing was changed."))
    editing.change(session, TYPE, text_id, {"state": "withdrawn"})
    return journal.scribe_of(session).act


def _whole(row: AllianceText) -> AllianceText:
    problems = []
    if not pick(row.title):
        problems.append(("title", _("Give it a title first. Nothing was shared.")))
    if not row.version.strip():
        problems.append(("version", _("Say which version this is. Nothing was shared.")))
    if not any(part.heading for text in row.body.values() for part in sections(text)):
        problems.append(("body", _(_EMPTY)))
    if problems:
        raise RuleBroken(problems)
    return row


def _copy(session: Session, row: AllianceText, owner: str, more: Mapping[str, object], act: str) -> str:
    """Make or renew the Alliance's copy of a text; the id follows from its source, so that twice is once."""
    space = journal.scribe_of(session).author.spaces["alliance"]
    values = {name: getattr(row, name) for name in fields(AllianceText)} | {"work": _work(row), **more}
    record = erasures.living_id(session, "text", act, row.id)
    found = session.get(AllianceText, record)
    if found is None:
        session.add(AllianceText(id=record, space=space, owner=owner, **values))
    else:
        editing.update(session, found, values | {"deleted": False})
    session.flush()
    return record
