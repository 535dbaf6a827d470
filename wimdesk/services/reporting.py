"""Submissions: gather what is recorded into an approved snapshot, keep it, and make its PDF at any time.

The snapshot is plain data in the document's language. The PDF follows from it byte for byte, so the
Secretariat and the organisation always hold the same document without sending it.

What is being prepared stays in the organisation's private space. Sending puts a copy into the shared one;
the copy's id follows from the draft's, so that sending again after a return updates what the Secretariat has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from sync.protocol import CODE_ALPHABET
from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import LANGUAGES, _, language
from wimdesk.records import Submission
from wimdesk.services import periods, publishing
from wimdesk.store import history, identity
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Values

_CODE_LENGTH = 6
_NOT_THE_CONTENT = frozenset({"reference", "made_on"})
SENT = frozenset({"sent", "received", "accepted", "returned"})
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
    made = [_kept(each, found) for each in found.values()]
    copies = {each.copy.id for each in made if each.copy is not None and each.copy is not each.own}
    # Ids made later sort later, also within one second.
    order = sorted(made, key=lambda each: (each.own.created_at, each.id), reverse=True)
    return [each for each in order if each.id not in copies]


def _kept(own: Submission, found: Mapping[str, Submission]) -> Kept:
    if not own.space.endswith("/private"):
        return Kept(own, own)
    return Kept(own, found.get(publishing.copy_id(own.id, "shared")))


def find(session: Session, submission: str) -> Kept:
    """Return a submission by its id or that of its copy; raises NotFound, also for what others have not sent."""
    for each in kept(session):
        if submission == each.id or (each.copy is not None and submission == each.copy.id):
            return each
    raise NotFound(_("There is no such record here. Nothing was changed. It may have been removed."))


def gather(session: Session, kind: str, period: str = "", document_language: str = "") -> Values:
    """Return the data of a document as it would be made now, with the reference that follows from it.

    Raises UserError for a kind, period or language that is not known.
    """
    from wimdesk.services import report_data  # loads the PDF writer, which only documents need

    wanted = periods.check(period or periods.default())
    data = report_data.gather(session, kind, wanted, _checked_language(document_language or language()))
    return data | {"reference": reference_of(data)}


def make_submission(session: Session, kind: str, period: str = "", document_language: str = "") -> str:
    """Gather the data of a document, keep it as a private draft, and return its id.

    A draft of the same kind, period and language is renewed, and one that came back becomes a draft again;
    what was sent otherwise stays as it is and the new one says which it follows. Where nothing has changed
    since, the id of that one is returned.
    """
    data = gather(session, kind, period, document_language)
    wanted, lang = period or periods.default(), document_language or language()
    latest = _latest(session, kind, wanted, lang)
    snapshot = {"digest": digest_of(data), "data": data, "reference": data["reference"]}
    if latest is not None and latest.may_stand and latest.shown.digest == snapshot["digest"]:
        return latest.id
    return write_draft(session, latest, {"kind": kind, "period": wanted, "language": lang, **snapshot})


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


def correct(session: Session, submission: str) -> str:
    """Make a draft of a document that came back, from what is recorded now; return its id."""
    found = find(session, submission)
    if found.state != "returned":
        raise UserError(_("This did not come back. Nothing was changed. Make a new version instead."))
    return make_submission(session, found.own.kind, found.own.period, found.own.language)


def send(session: Session, submission: str) -> None:
    """Approve a draft as it is: with the next sync a copy of it goes to the Secretariat."""
    found = find(session, submission)
    if found.state != "draft":
        raise UserError(_("This was sent already. Nothing was changed. Make a new version instead."))
    earlier = session.get(Submission, found.own.version_of_id)
    found.own.state, found.own.note = "sent", ""
    copy = fetch(session, publishing.publish(session, "submission", found.id, "shared"))
    if earlier is not None and earlier.space.endswith("/private"):
        # What others read names the earlier version as they know it.
        copy.version_of_id = publishing.copy_id(earlier.id, "shared")


def answer(session: Session, submission: str, state: str, note: str) -> None:
    """The Secretariat accepts ("accepted") or returns ("returned") a submission, with a note."""
    found = find(session, submission)
    if identity.read(session).role != "secretariat" or state not in {"accepted", "returned"}:
        raise UserError(_("Only the Secretariat can answer a submission. Nothing was changed."))
    if state == "returned" and not note.strip():
        raise UserError(_("Say in a sentence why it comes back. Nothing was changed."))
    if found.copy is None or found.state == "draft":
        raise UserError(_("This was not sent yet. Nothing was changed."))
    found.copy.state, found.copy.note = state, note.strip()


def fetch(session: Session, submission: str) -> Submission:
    """Return one record; raises NotFound."""
    found = history.fetch(session, "submission", submission)
    if not isinstance(found, Submission):
        raise TypeError(submission)
    return found


def digest_of(data: Mapping[str, object]) -> str:
    """Return the SHA-256 (hexadecimal) of the content as sorted JSON, without its reference and day."""
    content = {name: value for name, value in data.items() if name not in _NOT_THE_CONTENT}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def reference_of(data: Mapping[str, object]) -> str:
    """Return a short name to speak of the document by, such as WIM-2026-7K3F9Q: the same data, the same name."""
    number = int(digest_of(data), 16)
    code = ""
    for _place in range(_CODE_LENGTH):
        number, rest = divmod(number, len(CODE_ALPHABET))
        code += CODE_ALPHABET[rest]
    return f"WIM-{str(data['made_on'])[:4]}-{code}"


def render(kind: str, data: Values, document_language: str) -> bytes:
    """Return the PDF of a snapshot; the same snapshot gives the same bytes."""
    from wimdesk.services import report_data  # loads the PDF writer, which only documents need

    return report_data.build(kind, data, _checked_language(document_language))


def values_of(session: Session, submission: str) -> Values:
    """Return a submission as plain values."""
    found = find(session, submission)
    names = ("kind", "period", "language", "reference", "digest", "data", "updated_at")
    values = {name: getattr(found.shown, name) for name in names}
    return {"id": found.id, "state": found.state, "note": found.note, **values}


def _latest(session: Session, kind: str, period: str, lang: str) -> Kept | None:
    same = (Submission.kind == kind, Submission.period == period, Submission.language == lang)
    mine = Submission.owner == identity.read(session).organisation
    return next(iter(kept(session, mine, *same)), None)


def _checked_language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise UserError(_("Documents are made in these languages: {known}.").format(known=", ".join(LANGUAGES)))
    return lang
