"""The end of the sync: for an organisation that leaves, by the endpoint's clock and not by that of one computer; for a
computer that is revoked, by an order that the endpoint signed."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from sync.client import tokens
from sync.client.tally import Tally, put_token
from sync.client.transport import Transport
from sync.protocol import order_message
from wimdesk.app import App
from wimdesk.errors import Refused
from wimdesk.services import leaving
from wimdesk.store import facts, outbox


def is_too_late(app: App, transport: Transport, tally: Tally) -> bool:
    """Part without any exchange where the term after the day is over; say whether that was so.

    By then the Secretariat may have ordered that what the organisation shared be erased: this computer, which was
    switched off all the time, must not hear of it. Raises as `tokens.token` does.
    """
    stage = app.read(leaving.stage)
    if stage == "ask":
        app.run(put_token, "")
        tally.token = ""
        tokens.token(app, transport, tally)
        stage = app.read(leaving.stage)
    return stage == "past" and app.run(leaving.part)


def is_over(app: App) -> bool:
    """Part behind a whole pass, if our day has come by the endpoint's clock; say whether that was so."""
    return app.read(_is_over) and app.run(leaving.part)


def _is_over(session: Session) -> bool:
    """What was done while the pass ended goes out first: it may be the very word that we leave."""
    return leaving.has_come(session) and not outbox.is_waiting(session)


def is_genuine(app: App, refused: Refused) -> bool:
    """Say whether the endpoint that this computer knows signed that it is revoked, and to be wiped if that is said."""
    with app.store.reading() as session:
        key = bytes.fromhex(facts.text(session, "server_key"))
    message = order_message(app.store.author.device, wipe=refused.wipe)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(refused.order, message)
    except (InvalidSignature, ValueError):
        return False
    return True
