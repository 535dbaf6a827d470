"""Comments and amendments on positions: organisations make them, the Secretariat says what became of them.

A remark counts where its owner is the organisation that it names. It stays with the position through all its versions.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.protocol import ROLES
from wimdesk import clock
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, content_language
from wimdesk.records import AllianceText, Organization, Remark
from wimdesk.records.remark import KINDS, OUTCOMES
from wimdesk.services import editing, texts
from wimdesk.services.texts import Line
from wimdesk.store import history, identity
from wimdesk.store.journal import SAMPLE

TYPE = "remark"


@dataclass(frozen=True, slots=True)
class Said:
    """One remark. `lines` is what an amendment changes in its section."""

    id: str
    organisation: str
    kind: str
    section: str
    heading: str
    reason: str
    date: str
    outcome: str
    answer: str
    lines: tuple[Line, ...]
    mine: bool


def listed(session: Session, text_id: str) -> list[Said]:
    """Return what was said on a text in any of its versions, open remarks first, the latest first."""
    row = texts.fetch(session, text_id)
    same = session.scalars(select(AllianceText).where(AllianceText.work == (row.work or row.id))).all()
    versions = {each.id: each for each in [*same, row]}
    query = select(Remark).where(Remark.deleted.is_(False), Remark.text_id.in_(versions))
    rows = [each for each in session.scalars(query) if each.owner == each.organization_id or each.space == SAMPLE]
    who = identity.read(session)
    ids = {each.organization_id for each in rows}
    names = {each.id: each.caption() for each in session.scalars(select(Organization).where(Organization.id.in_(ids)))}
    if who.organisation_name:
        names.setdefault(who.organisation, who.organisation_name)
    unknown = _("An organisation that is not here yet")
    found = [
        _said(each, versions[each.text_id], names.get(each.organization_id, unknown), who.organisation) for each in rows
    ]
    return sorted(sorted(found, key=lambda each: (each.date, each.id), reverse=True), key=_is_closed)


def _is_closed(said: Said) -> bool:
    return said.outcome != "open"


def _said(row: Remark, text: AllianceText, organisation: str, mine: str) -> Said:
    part = _part(text, row.section, row.language)
    changes = texts.compare(part.text, row.wording) if row.kind == "amendment" else ()
    lines = tuple(line for line in changes if line.mark != "same")
    return Said(
        row.id, organisation, row.kind or "comment", row.section, part.heading, row.reason, row.date,
        row.outcome or "open", row.answer, lines, row.organization_id == mine,
    )  # fmt: skip


def _part(text: AllianceText, key: str, lang: str) -> texts.Section:
    body = text.body.get(lang) or next((each for each in text.body.values() if each), "")
    return next((each for each in texts.sections(body) if each.key == key), texts.Section(key, "", ""))


def add(session: Session, text_id: str, reason: str, *, section: str = "", wording: str = "", lang: str = "") -> str:
    """Comment on a position, or give other words for one of its sections; return the id.

    Raises RuleBroken where nothing is said, UserError where it can't be said here.
    """
    row, who = texts.fetch(session, text_id), identity.read(session)
    role = ROLES.get(who.role)
    if role is None or not role.writes_own:
        raise UserError(_("Your role only reads. Nothing was signed. Ask your coordinator."))
    if row.kind != "position" or row.state == "draft":
        raise UserError(_("Only a position that was proposed or is in force is commented on. Nothing was changed."))
    if not reason.strip() and not wording.strip():
        raise RuleBroken([("reason", _("Write what you want to say."))])
    code = lang or (content_language() if row.body.get(content_language()) else next(iter(row.body), ""))
    if wording.strip() and not _part(row, section, code).heading:
        raise RuleBroken([("section", _("Choose the section that you put in other words."))])
    values = {
        "text_id": row.id, "organization_id": who.organisation, "kind": "amendment" if wording.strip() else "comment",
        "section": section, "language": code, "wording": wording.strip(), "reason": reason.strip(),
        "date": clock.today().isoformat(), "outcome": "open",
    }  # fmt: skip
    return editing.add(session, TYPE, values)


def answer(session: Session, remark: str, outcome: str, words: str = "") -> str:
    """Say what became of a remark, as the Secretariat; return the id of the draft that takes an amendment up.

    An amendment that is taken up stands in the draft of the next version, which is begun where there is none.
    """
    if identity.read(session).role != "secretariat":
        raise UserError(_("Only the Secretariat answers remarks. Nothing was changed."))
    if outcome not in OUTCOMES:
        raise RuleBroken([("outcome", _("Choose one of these: {known}.").format(known=", ".join(OUTCOMES)))])
    found = history.fetch(session, TYPE, remark)
    if not isinstance(found, Remark):
        raise TypeError(found)
    editing.update(session, found, {"outcome": outcome, "answer": words.strip() or found.answer})
    draft = _take_up(session, found) if outcome == "taken" and found.kind == "amendment" else ""
    session.flush()
    return draft


def _take_up(session: Session, remark: Remark) -> str:
    row = texts.fetch(session, remark.text_id) if _is_open(session, remark) else None
    every = texts.listed(session, "position")
    origin = history.fetch(session, texts.TYPE, remark.text_id)
    work = str(getattr(origin, "work", "")) or remark.text_id
    same = [each for each in every if each.work == work]
    drafts = [each for each in same if each.state == "draft" and each.mine]
    base = next((each.id for each in same if each.current), row.id if row is not None else "")
    draft = drafts[0].id if drafts else texts.begin(session, "position", base)
    body = texts.fetch(session, draft).body
    said = {**body, remark.language: texts.with_section(body.get(remark.language, ""), remark.section, remark.wording)}
    editing.change(session, texts.TYPE, draft, {"body": said})
    return draft


def _is_open(session: Session, remark: Remark) -> bool:
    return any(each.id == remark.text_id for each in texts.listed(session, "position"))


def kind_words(said: Said) -> str:
    """Return what a remark is and on what, in words."""
    kind = _(KINDS.get(said.kind, said.kind))
    return f"{kind} · {said.heading}" if said.heading else kind
