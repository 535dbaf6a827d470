"""One practice to be read, with what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from sync.protocol import ALLIANCE, shared_space
from wimdesk.errors import NotFound
from wimdesk.i18n import _, pick
from wimdesk.records import LibraryItem
from wimdesk.records.library_item import CASE_PARTS, PEOPLE, has_ended
from wimdesk.services import library_downloads, library_versions, library_works
from wimdesk.services.library_sharing import copies, fetch, latest, orphans, source_of
from wimdesk.services.library_works import Variant
from wimdesk.store import identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import fields

_NOT_OLD = frozenset({"edit", "submit", "publish", "review", "confirm", "translate", "version"})
"""What can't be done with a version that has been replaced."""
_PUBLISHABLE = frozenset({"submitted", "in_review", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Article:
    """One item to be read; `parts` are (heading or nothing, text), empty parts left out. `can` names what may be done.

    `left_alone`: the Alliance has it still, though its author took it back from us.
    """

    id: str
    title: str
    summary: str
    template: str
    themes: tuple[str, ...]
    language: str
    country_code: str
    issued: str
    license: str
    minutes: int | None
    evidence: str
    state: str
    parts: tuple[tuple[str, str], ...]
    can: frozenset[str]
    left_alone: bool = False
    note: str = ""
    """What the Secretariat says to the author, for these two only."""
    link: str = ""
    details: tuple[tuple[str, str], ...] = ()
    shown: str = ""
    """The language of what is shown."""
    variants: tuple[Variant, ...] = ()
    check: bool = False
    """Whether somebody should have looked at it again by now."""
    newer: str = ""
    """The version that has replaced it; then nothing of it can be changed."""
    earlier: str = ""
    pinned: bool = False
    """Whether its files are kept on this computer before others."""
    story: str = ""
    """Our own record of a role model's story, which knows whose it is."""
    ended: str = ""
    """The last day on which the story was allowed, where that is over; only its editors still see it then."""


def article(session: Session, item_id: str, code: str = "") -> Article:
    """Return an item to be read in a language, or in the reader's as far as it is there; raises NotFound."""
    found = fetch(session, item_id)
    who = identity.read(session)
    if not found.shown_to(who.organisation, who.role):
        raise NotFound(_("This story is no longer told. Nothing is lost."))
    later, before = library_versions.newer(session, found), library_versions.earlier(session, found)
    texts = [pick(text, code) for text in (found.title, found.summary)]
    described = fields(LibraryItem)
    parts = [("", pick(found.body, code))]  # what is told as one text needs no heading
    parts += [(_(described[part]["label"]), pick(getattr(found, part), code)) for part in CASE_PARTS]
    return Article(
        id=found.id,
        title=texts[0] or _("Without a title"),
        summary=texts[1],
        template=found.template,
        themes=tuple(found.themes),
        language=found.language,
        country_code=found.country_code,
        issued=found.issued,
        license=found.license,
        minutes=found.minutes,
        evidence=found.evidence,
        state=latest([copy.state for copy in copies(session, found)[:1]], found.state),
        parts=tuple(part for part in parts if part[1].strip()),
        can=_allowed(session, found) - (_NOT_OLD if later else frozenset()),
        link=found.link,
        details=_details(found),
        shown=_language(found, code),
        check=library_versions.is_overdue(found.state, found.review_on),
        newer=later.id if later else "",
        earlier=before.id if before else "",
        pinned=found.key() in library_downloads.choice(session).pinned,
        story=_story(session, found, who),
        ended=str(found.channels.get("library")) if has_ended(found.template, found.channels) else "",
        variants=library_works.variants(session, found),
        note=_note(session, found),
        left_alone=who.role == "secretariat" and found.id in orphans(session),
    )


def _language(item: LibraryItem, code: str) -> str:
    """Return in which language it is read: that of its text, for a title alone may have been translated."""
    texts: tuple[dict[str, str], ...] = (item.body, *(getattr(item, part) for part in CASE_PARTS), item.title)
    for said in texts:
        if text := pick(said, code):
            return next(each for each, told in said.items() if told == text)
    return item.language


def _note(session: Session, item: LibraryItem) -> str:
    who = identity.read(session)
    if item.owner != who.organisation and who.role != "secretariat":
        return ""
    return next((each.review_note for each in (item, *copies(session, item)) if each.review_note), "")


_DETAILS = ("creator", "contributor", "publisher", "source", "identifier", "audience", "rights")
"""What is said of an item below its text, in Dublin Core's terms."""


def _details(item: LibraryItem) -> tuple[tuple[str, str], ...]:
    described = fields(LibraryItem)
    told = [(_(described[name]["label"]), str(getattr(item, name))) for name in _DETAILS]
    people = [_(PEOPLE[item.people])] if item.people in PEOPLE else []
    listed = (("people", people), ("collections", item.collections), ("subject", item.subject))
    told += [(_(described[name]["label"]), ", ".join(words)) for name, words in listed]
    return tuple(each for each in told if each[1])


def _story(session: Session, item: LibraryItem, who: identity.Identity) -> str:
    source = source_of(session, item, who)
    return source.id if source.template == "role_model" and source.person_id and who.role != "reader" else ""


def _allowed(session: Session, item: LibraryItem) -> frozenset[str]:
    who = identity.read(session)
    allowed = set()
    mine = item.owner == who.organisation and item.space not in (ALLIANCE, shared_space(who.organisation))
    if mine and item.state in {"", "draft", "submitted", "returned", "withdrawn"}:
        allowed |= {"edit", "remove", "submit"}
    if who.role == "secretariat" and item.space != ALLIANCE and item.state in _PUBLISHABLE:
        allowed.add("publish")
        if item.state in {"submitted", "in_review"}:
            allowed.add("review")
    if who.role == "secretariat" and item.space == ALLIANCE:
        allowed.add("withdraw")
    elif who.role != "reader" and _shared_by(session, item, who):
        allowed.add("take_back")
    if who.role != "reader":
        allowed |= _of_its_keeper(session, item, who)
        if not allowed & {"edit", "take_back"} and item.space in (ALLIANCE, SAMPLE):
            allowed.add("translate")
    return frozenset(allowed)


def _of_its_keeper(session: Session, item: LibraryItem, who: identity.Identity) -> set[str]:
    """Return what only those may do who keep an item: its author, or the Secretariat for what it has published."""
    allowed = set()
    if item.owner == who.organisation:
        allowed.add("confirm")
        if item.space != ALLIANCE or who.role == "secretariat":
            allowed.add("unarchive" if item.state == "archived" else "archive")
    if source_of(session, item, who).owner == who.organisation and item.state in {"published", "archived"}:
        allowed.add("version")
    return allowed


def _shared_by(session: Session, item: LibraryItem, who: identity.Identity) -> bool:
    """Say whether some copy of this item in a wider space is ours."""
    source = source_of(session, item, who)
    wider = [copy for copy in copies(session, source) if copy.owner == who.organisation]
    return bool(wider)
