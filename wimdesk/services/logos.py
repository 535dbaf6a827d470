"""The logo of an organisation: an attachment of its profile, which the profile names."""

from __future__ import annotations

from sqlalchemy.orm import Session

from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.records import Attachment, Organization
from wimdesk.services import attaching, editing
from wimdesk.store import history, journal
from wimdesk.store.contents import Contents
from wimdesk.store.engine import Store

TYPE = "organization"


def choose(store: Store, contents: Contents, organisation: str, name: str, content: bytes) -> str:
    """Attach a picture to the profile and make it the logo; return the attachment's id.

    Raises UserError where it is no picture, or where nothing may be attached here.
    """
    if attaching.media_type(name) not in attaching.PICTURES:
        raise UserError(_("This is no picture. The logo was not changed. Choose a PNG or JPEG file."))
    made = attaching.attach(store, contents, (TYPE, organisation), name, content)
    store.run(_name, organisation, made)
    return made


def _name(session: Session, organisation: str, attachment: str) -> None:
    before = _logo_of(session, organisation)
    editing.change(session, TYPE, organisation, {"logo_id": attachment})
    _bin(session, before)


def remove(session: Session, organisation: str) -> int:
    """Have no logo; the picture goes to the trash. Return the act, to undo it."""
    before = _logo_of(session, organisation)
    editing.change(session, TYPE, organisation, {"logo_id": ""})
    _bin(session, before)
    session.flush()
    return journal.scribe_of(session).act


def content(store: Store, contents: Contents, attachment: str) -> bytes:
    """Return the picture. Raises an expected problem where it is not on this computer."""
    return contents.read(store.read(attaching.fetch, attachment).identifier)


def _logo_of(session: Session, organisation: str) -> str:
    found = history.fetch(session, TYPE, organisation)
    return found.logo_id if isinstance(found, Organization) else ""


def _bin(session: Session, attachment: str) -> None:
    found = session.get(Attachment, attachment) if attachment else None
    if found is not None:
        found.deleted = True
