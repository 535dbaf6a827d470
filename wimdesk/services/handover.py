"""The way of a submission: a private draft, the copy that was sent of it, and the Secretariat's answer.

What is being prepared stays in the organisation's private space. Sending puts a copy into the shared one;
the copy's id follows from the draft's, so that sending again after a return updates what the Secretariat has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import _
from wimdesk.records import Submission
from wimdesk.services import publishing
from wimdesk.store import history, identity, journal, tables
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Values

ANSWERS = frozenset({"accepted", "returned"})
SENT = frozenset({"sent", "received"}) | ANSWERS
"""The states of what has left a draft behind."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One submission as a person thinks of it: the record it is prepared in, and the copy that was sent.

    `copy` is the record itself for what others sent us, in the sample, and for what an older program kept
    in the shared space from the beginning; None before anything was sent.
    """

    own: Submission
    copy: Submission | None

    @property
    def id(self) -> str:
        """The id under which it is listed, before sending and after."""
        return self.own.id

    @property
    def state(self) -> str:
        """A code of STATES. It is a draft again while a returned one is being corrected."""
        sent = self.copy is not None and self.own.state in SENT
        return self.copy.state if self.copy is not None and sent else "draft"

    @property
    def shown(self) -> Submission:
        """The record whose data count: the draft while it is one, else what was sent."""
        return self.own if self.copy is None or self.state == "draft" else self.copy

    @property
    def note(self) -> str:
        """What the Secretariat said of it last."""
        return self.copy.note if self.copy is not None else ""

    @property
    def is_exposed(self) -> bool:
        """Say whether what is written into it goes to others at once."""
        return self.own is self.copy and self.own.space != SAMPLE

    @property
    def may_stand(self) -> bool:
        """Say whether nothing new is made of it while its data stay the same."""
        return not self.is_exposed if self.state == "draft" else self.state != "returned"


def kept(session: Session, *where: ColumnElement[bool]) -> list[Kept]:
    """Return the submissions that this profile may show, the latest first, each once.

    What others have not sent is left out, also where an older program let it out.
    """
    who = identity.read(session)
    here = Submission.space == SAMPLE if who.sample else Submission.space != SAMPLE
    found = {
        each.id: each
        for each in session.scalars(select(Submission).where(Submission.deleted.is_(False), here, *where))
        if each.owner == who.organisation or each.state in SENT
    }
    made = [_kept(session, each, found) for each in found.values()]
    copies = {each.copy.id for each in made if each.copy is not None and each.copy is not each.own}
    # Ids made later sort later, also within one second.
    order = sorted(made, key=lambda each: (each.own.created_at, each.id), reverse=True)
    return [each for each in order if each.id not in copies]


def _kept(session: Session, own: Submission, found: Mapping[str, Submission]) -> Kept:
    if not own.space.endswith("/private"):
        return Kept(own, own)
    return Kept(own, found.get(publishing.copy_id(session, own.id, "shared")))


def find(session: Session, submission: str) -> Kept:
    """Return a submission by its id or that of its copy; raises NotFound, also for what others have not sent."""
    for each in kept(session):
        if submission == each.id or (each.copy is not None and submission == each.copy.id):
            return each
    raise NotFound(_("There is no such record here. Nothing was changed. It may have been removed."))


def write_draft(session: Session, latest: Kept | None, values: Values) -> str:
    """Put values into the draft or the returned submission that `latest` is, else into a new draft; return its id."""
    earlier = latest.id if latest is not None else ""
    if latest is not None and latest.state in {"draft", "returned"}:
        if not latest.is_exposed:
            for name, value in (values | {"state": "draft"}).items():
                setattr(latest.own, name, value)
            return latest.id
        if latest.state == "draft":
            # An older program kept drafts where the Secretariat reads: this one goes on in private.
            latest.own.deleted = True
            earlier = latest.own.version_of_id
    made = Submission(state="draft", version_of_id=earlier, **values)
    session.add(made)
    session.flush()
    return made.id


def send(session: Session, submission: str) -> int:
    """Approve a draft as it is: with the next sync a copy of it goes to the Secretariat. Return the act, to undo it."""
    found = find(session, submission)
    if found.state != "draft":
        raise UserError(_("This was sent already. Nothing was changed. Make a new version instead."))
    earlier = session.get(Submission, found.own.version_of_id)
    found.own.state, found.own.note = "sent", ""
    copy = fetch(session, publishing.publish(session, "submission", found.id, "shared"))
    if earlier is not None and earlier.space.endswith("/private"):
        # What others read names the earlier version as they know it.
        copy.version_of_id = publishing.copy_id(session, earlier.id, "shared")
    session.flush()
    return journal.scribe_of(session).act


def sending(session: Session, submission: Kept) -> int:
    """Return the act of this computer that sent it, as long as it has not gone out; 0 where there is none."""
    if submission.copy is None or submission.state != "sent":
        return 0
    op = tables.op.c
    latest = select(op.act, op.seq).where(op.record == submission.copy.id).order_by(op.pos.desc()).limit(1)
    row = session.execute(latest).first()
    return row.act if row is not None and row.seq is None else 0


def answer(session: Session, submission: str, state: str, note: str) -> None:
    """The Secretariat accepts ("accepted") or returns ("returned") a submission, with a note."""
    found = find(session, submission)
    if identity.read(session).role != "secretariat" or state not in ANSWERS:
        raise UserError(_("Only the Secretariat can answer a submission. Nothing was changed."))
    if state == "returned" and not note.strip():
        raise UserError(_("Say in a sentence why it comes back. Nothing was changed."))
    if found.copy is None or found.state == "draft":
        raise UserError(_("This was not sent yet. Nothing was changed."))
    found.copy.state, found.copy.note = state, note.strip()


def check_undo(session: Session, act: int) -> None:
    """Raise UserError where taking back this act would draw back what the Secretariat has.

    Whoever answers takes the answer back like anything else.
    """
    op = tables.op.c
    mine = select(tables.op).where(
        op.act == act, tables.BY_PERSON, op.type == Submission.__tablename__, op.payload != b""
    )
    rows = [row for row in session.execute(mine) if journal.values_of(row).get("state") not in ANSWERS]
    if not rows:
        return
    for each in kept(session, Submission.owner == identity.read(session).organisation):
        if each.copy is None:
            continue
        places = [row.seq for row in rows if row.record == each.copy.id]
        own = [row for row in rows if row.record == each.id]
        if each.state == "returned":  # what came back may be a draft again, but it is not thrown away
            own = [row for row in own if not journal.before_of(row)]
        if not places and each.state in SENT and own:
            places = list(session.scalars(select(op.seq).where(op.record == each.copy.id)))
        if any(places):
            raise UserError(
                _(
                    "The Secretariat has this already. Nothing was changed. "
                    "Send a new version, or ask the Secretariat to return this one."
                )
            )


def fetch(session: Session, submission: str) -> Submission:
    """Return one record; raises NotFound."""
    found = history.fetch(session, "submission", submission)
    if not isinstance(found, Submission):
        raise TypeError(submission)
    return found
