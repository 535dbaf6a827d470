"""Submissions: gather what is recorded into an approved snapshot, keep it, and make its PDF at any time.

The snapshot is plain data in the document's language. The PDF follows from it byte for byte, so the
Secretariat and the organisation always hold the same document without sending it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy.orm import Session

from sync.protocol import CODE_ALPHABET
from wimdesk.errors import UserError
from wimdesk.i18n import LANGUAGES, _, language
from wimdesk.records import Submission
from wimdesk.services import handover, periods
from wimdesk.store import identity
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
    return handover.write_draft(session, latest, {"kind": kind, "period": wanted, "language": lang, **snapshot})


def correct(session: Session, submission: str) -> str:
    """Make a draft of a document that came back, from what is recorded now; return its id."""
    found = handover.find(session, submission)
    if found.state != "returned":
        raise UserError(_("This did not come back. Nothing was changed. Make a new version instead."))
    return make_submission(session, found.own.kind, found.own.period, found.own.language)


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
    found = handover.find(session, submission)
    names = ("kind", "period", "language", "reference", "digest", "data", "updated_at")
    values = {name: getattr(found.shown, name) for name in names}
    return {"id": found.id, "state": found.state, "note": found.note, **values}


def _latest(session: Session, kind: str, period: str, lang: str) -> handover.Kept | None:
    same = (Submission.kind == kind, Submission.period == period, Submission.language == lang)
    mine = Submission.owner == identity.read(session).organisation
    return next(iter(handover.kept(session, mine, *same)), None)


def _checked_language(lang: str) -> str:
    if lang not in LANGUAGES:
        raise UserError(_("Documents are made in these languages: {known}.").format(known=", ".join(LANGUAGES)))
    return lang
