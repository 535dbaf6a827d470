"""Submissions: gather what is recorded into an approved snapshot, keep it, and make its PDF at any time.

The snapshot is plain data in the document's language. The PDF follows from it byte for byte, so the
Secretariat and the organisation always hold the same document without sending it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from sync.protocol import CODE_ALPHABET
from wimdesk.errors import DiskFull, EnvironmentProblem, UserError
from wimdesk.i18n import LANGUAGES, _, language
from wimdesk.records import Submission
from wimdesk.services import people, periods
from wimdesk.store import history, identity
from wimdesk.store.record import Values

_CODE_LENGTH = 6
_NOT_THE_CONTENT = frozenset({"reference", "made_on"})


def gather(session: Session, kind: str, period: str = "", document_language: str = "") -> Values:
    """Return the data of a document as it would be made now, with the reference that follows from it.

    Raises UserError for a kind, period or language that is not known.
    """
    from wimdesk.services import report_data  # loads the PDF writer, which only documents need

    wanted = periods.check(period or periods.default())
    data = report_data.gather(session, kind, wanted, _checked_language(document_language or language()))
    return data | {"reference": reference_of(data)}


def make_submission(session: Session, kind: str, period: str = "", document_language: str = "") -> str:
    """Gather the data of a document, keep it as a draft submission, and return its id.

    A draft of the same kind, period and language is renewed; what was sent already stays as it is and
    the new one says which it follows. Where nothing has changed since, the id of that one is returned.
    """
    data = gather(session, kind, period, document_language)
    wanted, lang = period or periods.default(), document_language or language()
    latest = _latest(session, kind, wanted, lang)
    values = {"digest": digest_of(data), "data": data, "reference": data["reference"]}
    if latest is not None and latest.state != "returned" and latest.digest == values["digest"]:
        return latest.id
    if latest is not None and latest.state == "draft":
        for name, value in values.items():
            setattr(latest, name, value)
        return latest.id
    made = Submission(
        kind=kind, period=wanted, language=lang, state="draft", version_of_id=latest.id if latest else "", **values
    )
    session.add(made)
    session.flush()
    return made.id


def refresh(session: Session, submission: str) -> bool:
    """Bring a draft up to what is recorded now; say whether anything in it changed."""
    found = fetch(session, submission)
    before = found.digest
    if found.state == "draft":
        make_submission(session, found.kind, found.period, found.language)
    return found.digest != before


def send(session: Session, submission: str) -> None:
    """Approve a draft: with the next sync it goes to the Secretariat, as it is now."""
    found = fetch(session, submission)
    if found.state != "draft":
        raise UserError(_("This was sent already. Nothing was changed. Make a new version instead."))
    found.state = "sent"


def answer(session: Session, submission: str, state: str, note: str) -> None:
    """The Secretariat accepts ("accepted") or returns ("returned") a submission, with a note."""
    found = fetch(session, submission)
    if identity.read(session).role != "secretariat" or state not in {"accepted", "returned"}:
        raise UserError(_("Only the Secretariat can answer a submission. Nothing was changed."))
    if state == "returned" and not note.strip():
        raise UserError(_("Say in a sentence why it comes back. Nothing was changed."))
    found.state, found.note = state, note.strip()


def fetch(session: Session, submission: str) -> Submission:
    """Return a submission; raises NotFound."""
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


def write_pdf(path: Path, content: bytes) -> None:
    """Write a document in one step: either whole or not at all.

    Raises DiskFull or EnvironmentProblem with a sentence; a file that was there before stays as it was.
    """
    fresh = path.with_name(f"{path.name}.part")
    try:
        try:
            with fresh.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(fresh).replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise DiskFull(
                _("The disk is full. No PDF was written, your data is safe. Free some space or choose another disk.")
            ) from problem
        raise EnvironmentProblem(
            _("The PDF can't be written there. Your data is safe. Choose another folder or close the open file.")
        ) from problem


def values_of(session: Session, submission: str) -> Values:
    """Return a submission as plain values."""
    found = fetch(session, submission)
    names = ("id", "kind", "period", "language", "state", "reference", "digest", "data", "note", "updated_at")
    return {name: getattr(found, name) for name in names}


def _latest(session: Session, kind: str, period: str, lang: str) -> Submission | None:
    same = (Submission.kind == kind, Submission.period == period, Submission.language == lang)
    # Ids made later sort later, also within one second.
    order = (Submission.created_at.desc(), Submission.id.desc())
    return session.scalars(people.ours(session, Submission).where(*same).order_by(*order)).first()


def _checked_language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise UserError(_("Documents are made in these languages: {known}.").format(known=", ".join(LANGUAGES)))
    return lang
