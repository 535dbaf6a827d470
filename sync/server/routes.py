"""The routes of the endpoint as a list: who may call each, and its limits. What is not here does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sync.bundles import MAX_CHANGES
from sync.protocol import (
    MAX_BODY,
    MAX_FILE,
    PATH_BUNDLES,
    PATH_ENROL,
    PATH_ERASE,
    PATH_FILES,
    PATH_HEALTH,
    PATH_KEYS,
    PATH_NONCE,
    PATH_SYNC,
    PATH_TOKEN,
)

_SMALL = 16 * 1024
"""Bytes of a request by somebody who has not signed in yet."""
_KEYS = 1024 * 1024


class Caller(Enum):
    """Who may call a route. The operator is not here: operators use commands on the server, never HTTP."""

    ANYBODY = "anybody"
    ENROLLED = "an enrolled computer, by its token"


@dataclass(frozen=True, slots=True)
class Row:
    """One route: `work` is the method of the endpoint that answers, `most_bytes` the limit of a body as sent.

    `counts_failures`: failed attempts count against the address, which is then shut out for a while.
    """

    path: str
    method: str
    caller: Caller
    work: str
    most_bytes: int
    counts_failures: bool
    purpose: str


ROUTES = (
    Row(PATH_ENROL, "POST", Caller.ANYBODY, "enrol", _SMALL, True, "A one-time code becomes a computer."),
    Row(PATH_NONCE, "POST", Caller.ANYBODY, "nonce", _SMALL, False, "Something fresh to sign."),
    Row(PATH_TOKEN, "POST", Caller.ANYBODY, "token", _SMALL, True, "A signature becomes a token."),
    Row(PATH_SYNC, "POST", Caller.ENROLLED, "sync", MAX_BODY, False, "Send and receive changes."),
    Row(
        PATH_BUNDLES, "POST", Caller.ANYBODY, "bundle", MAX_CHANGES, True,
        "A file of changes, signed by its author; the answer is for its author only.",
    ),
    Row(PATH_FILES, "GET", Caller.ENROLLED, "file", 0, False, "Read a file, or how much of it arrived (HEAD)."),
    Row(PATH_FILES, "PATCH", Caller.ENROLLED, "file_part", MAX_FILE, False, "Send a file or the rest of it."),
    Row(PATH_FILES, "DELETE", Caller.ENROLLED, "file_removed", 0, False, "Remove a file that nothing refers to."),
    Row(PATH_KEYS, "POST", Caller.ENROLLED, "keys", _KEYS, False, "Hand on the organisation's keys, in envelopes."),
    Row(PATH_ERASE, "POST", Caller.ENROLLED, "erase", MAX_BODY, False, "Have erased what is private, and proof of it."),
    Row(PATH_HEALTH, "GET", Caller.ANYBODY, "health", 0, False, "Whether endpoint and database answer."),
)  # fmt: skip
PATHS = frozenset(row.path for row in ROUTES)
