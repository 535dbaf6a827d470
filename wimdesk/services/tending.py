"""What is put in order behind a sync, because what arrived asks for it: our own profile, and links to merged people."""

from __future__ import annotations

from sqlalchemy.orm import Session

from wimdesk.services import merging, setting_up


def is_needed(session: Session) -> bool:
    """Say whether there is anything to put in order."""
    return setting_up.lacks_profile(session) or merging.has_strays(session)


def tend(session: Session) -> bool:
    """Put it in order; say whether anything was written, so that there is more to send."""
    made = setting_up.ensure_profile(session)
    return (merging.has_strays(session) and merging.settle(session)) or made
