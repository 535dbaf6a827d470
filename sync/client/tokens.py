"""Signing in: the bearer token of this computer, and what the endpoint says with it."""

from __future__ import annotations

import re

from sync.client.tally import Tally, put_token
from sync.client.transport import Transport, damaged
from sync.protocol import (
    PATH_NONCE,
    PATH_TOKEN,
    NonceRequest,
    NonceResponse,
    TokenRequest,
    TokenResponse,
    token_message,
)
from wimdesk.app import App

_TOKEN = re.compile(r"[!-~]{1,1000}")


def token(app: App, transport: Transport, tally: Tally) -> str:
    """Return the bearer token; get a new one by signing the endpoint's nonce where there is none."""
    if tally.token:
        return tally.token
    device = tally.who.device
    nonce = transport.post(PATH_NONCE, NonceRequest(device), NonceResponse).nonce
    signature = app.device_keys.sign.sign(token_message(nonce))
    answer = transport.post(PATH_TOKEN, TokenRequest(device, nonce, signature), TokenResponse)
    if not _TOKEN.fullmatch(answer.token):
        raise damaged()  # before it is kept, and spoils each pass that follows
    app.run(put_token, answer.token, answer.role, answer.organisation_name, answer.now)
    tally.token = answer.token
    return tally.token
