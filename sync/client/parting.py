"""The end of the sync for an organisation that leaves: by the endpoint's clock, not by that of one computer."""

from __future__ import annotations

from sync.client import tokens
from sync.client.tally import Tally, put_token
from sync.client.transport import Transport
from wimdesk.app import App
from wimdesk.services import leaving


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
    return app.read(leaving.has_come) and app.run(leaving.part)
