"""What is put in order behind a sync, because what arrived asks for it: our own profile, links to merged people, and
which keys sign for our organisation."""

from __future__ import annotations

from sqlalchemy.orm import Session

from wimdesk.services import merging, setting_up
from wimdesk.store import signers


def is_needed(session: Session) -> bool:
    """Say whether there is anything to put in order."""
    return setting_up.lacks_profile(session) or merging.has_strays(session) or signers.is_needed(session)


def tend(session: Session) -> bool:
    """Put it in order; say whether anything was written, so that there is more to send."""
    made = setting_up.ensure_profile(session)
    settled = merging.has_strays(session) and merging.settle(session)
    return signers.tell(session) or settled or made
