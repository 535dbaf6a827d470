"""Where what is here and what the endpoint's log says are not the same: read it again, and say so in one sentence."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy.orm import Session

from sync.client.tally import Tally
from wimdesk.app import App
from wimdesk.i18n import N_, _
from wimdesk.store import erasures, facts, proof

IN_ORDER = N_("Something here was not as it should be. It was read again and is in order.")
STILL_DIFFERS = N_("Something here is not what the Secretariat has. Nothing is lost. Please tell the Secretariat.")
PUT_ASIDE = N_(
    "An order came to erase something, and nobody who may has signed it. It was put aside, and nothing was erased. "
    "The page Data protection shows it. Please tell the Secretariat."
)

log = logging.getLogger(__name__)


def heal(app: App, tally: Tally, exchange: Callable[[], None]) -> str:
    """Read again what the endpoint says differs, by one more `exchange`; return the sentence about it, if any."""
    spaces = app.read(proof.may_read_again, tally.differs) if tally.differs else []
    if spaces:
        log.info("%d spaces differ from the log and are read again", len(spaces))
        app.run(proof.read_again, spaces)
        tally.acked = {}
        exchange()
    if app.read(facts.get, "mended"):
        app.run(lambda session: facts.put(session, mended=False))
        return _(STILL_DIFFERS) if tally.differs else _(IN_ORDER)
    return put_aside(app) or (_(STILL_DIFFERS) if tally.differs else "")


def put_aside(app: App) -> str:
    """Return the sentence about orders to erase that nobody who may has signed; empty where there is none."""
    return _(PUT_ASIDE) if app.read(erasures.doubted) else ""


def prove(app: App) -> bool:
    """Look whether what shows is what the log says; say whether something has to be read again at the next pass."""
    spaces = app.read(lambda session: proof.may_read_again(session, proof.differing(session)))
    app.run(proof.note_proved)
    if spaces:
        log.info("%d spaces are not what their log says and are read again", len(spaces))
        app.run(proof.read_again, spaces)
    return bool(spaces)


def endpoint_forgot(session: Session) -> bool:
    """Say whether an endpoint that has numbers of ours, but gave none of their places, went back in time.

    Once for each generation: a role that may no longer read a space looks the same.
    """
    generation = facts.number(session, "generation")
    if facts.number(session, "forgot") == generation:
        return False
    facts.put(session, forgot=generation)
    return True
