"""Refusals as people and programs read them: a number that never changes and a sentence."""

from __future__ import annotations

from sync.protocol import Problem

STATUS: dict[Problem, int] = {
    Problem.MALFORMED: 400,
    Problem.TOO_LARGE: 413,
    Problem.NO_SUCH_PATH: 404,
    Problem.WRONG_METHOD: 405,
    Problem.VERSION_UNSUPPORTED: 426,
    Problem.TOO_MANY_OPS: 413,
    Problem.CODE_UNKNOWN: 404,
    Problem.CODE_USED: 409,
    Problem.CODE_EXPIRED: 410,
    Problem.CODE_LOCKED: 403,
    Problem.TOKEN_NEEDED: 401,
    Problem.DEVICE_REVOKED: 403,
    Problem.SIGNATURE_WRONG: 400,
    Problem.SPACE_FORBIDDEN: 403,
    Problem.OWNER_FORBIDDEN: 403,
    Problem.NUMBERS_NOT_IN_ORDER: 409,
    Problem.GENERATION_CHANGED: 409,
    Problem.NUMBERS_USED: 409,
    Problem.FOLLOWS_REFUSED: 409,
    Problem.READ_FIRST: 409,
    Problem.PREFIX_UNKNOWN: 409,
    Problem.MUST_BE_SEALED: 400,
    Problem.KEY_FORBIDDEN: 403,
    Problem.KEY_OTHER: 409,
    Problem.ERASE_FORBIDDEN: 403,
    Problem.TOO_OFTEN: 429,
    Problem.BUSY: 503,
    Problem.TOO_SLOW: 408,
    Problem.NOT_FOR_US: 400,
    Problem.FILE_UNKNOWN: 404,
    Problem.FILE_ELSEWHERE: 409,
    Problem.FILE_WRONG: 422,
    Problem.NO_ROOM: 413,
    Problem.FILES_TOO_OFTEN: 429,
    Problem.RANGE_OUTSIDE: 416,
}

SENTENCES: dict[Problem, str] = {
    Problem.MALFORMED: "The request can't be read. Nothing was stored. Update the program, then try again.",
    Problem.TOO_LARGE: "The request is too large. Nothing was stored. Send less at a time.",
    Problem.NO_SUCH_PATH: "There is nothing at this address. Check the address of the Secretariat's server.",
    Problem.WRONG_METHOD: "This address expects another kind of request.",
    Problem.VERSION_UNSUPPORTED: "Program and server speak different versions. Nothing was stored. Update the program.",
    Problem.TOO_MANY_OPS: "Too many changes at once. Nothing was stored. Send fewer at a time.",
    Problem.CODE_UNKNOWN: "This code is not known. Check it, or ask the Secretariat for a new one.",
    Problem.CODE_USED: "This code was used on another computer. Ask the Secretariat for a new one.",
    Problem.CODE_EXPIRED: "This code is too old. Ask the Secretariat for a new one.",
    Problem.CODE_LOCKED: "This code was tried too often. Ask the Secretariat for a new one.",
    Problem.TOKEN_NEEDED: "The computer must sign in again. Nothing was stored.",
    Problem.DEVICE_REVOKED: "This computer was removed by the Secretariat. Nothing was stored.",
    Problem.SIGNATURE_WRONG: "The signature does not fit. Nothing was stored. Try again.",
    Problem.SPACE_FORBIDDEN: "This computer may not write here.",
    Problem.OWNER_FORBIDDEN: "This record belongs to another organisation.",
    Problem.NUMBERS_NOT_IN_ORDER: "Earlier changes are missing. Nothing was stored. Send from the expected number.",
    Problem.GENERATION_CHANGED: "The server was restored. Nothing was stored. Read all again, then send.",
    Problem.NUMBERS_USED: "Another copy of this computer used these numbers. Nothing was stored. Number them anew.",
    Problem.FOLLOWS_REFUSED: "A change before this one was refused. Nothing was stored. Send both as one.",
    Problem.READ_FIRST: "Others were faster. Nothing was stored. Read what is new, then send.",
    Problem.PREFIX_UNKNOWN: "The server holds something else before this. Nothing was stored. Send it by itself.",
    Problem.MUST_BE_SEALED: "Private data must come sealed. Nothing was stored. Update the program, then try again.",
    Problem.KEY_FORBIDDEN: "This computer may not hand on the organisation's key. Nothing was stored.",
    Problem.KEY_OTHER: "The organisation has another key by now. Nothing was stored. Ask for it first.",
    Problem.ERASE_FORBIDDEN: "This computer may not erase records. Nothing was erased. Ask a coordinator.",
    Problem.TOO_SLOW: "The request came too slowly. What arrived whole is stored. Send the rest again.",
    Problem.NOT_FOR_US: "This file is not for this server, or not whole. Nothing was stored. Bring it again.",
    Problem.TOO_OFTEN: "Too many attempts from this address. Wait an hour, then try again.",
    Problem.FILE_UNKNOWN: "There is no such file here. Nothing was stored.",
    Problem.FILE_ELSEWHERE: "The file goes on at another place. Nothing was stored. Ask where, then send the rest.",
    Problem.FILE_WRONG: "The file is not what its name says. It was dropped. Send it again from its beginning.",
    Problem.NO_ROOM: "There is no room for this file. Nothing was stored. Remove files, or ask the Secretariat.",
    Problem.FILES_TOO_OFTEN: "Too many new files within an hour. Nothing was stored. Send the others later.",
    Problem.RANGE_OUTSIDE: "The file is shorter than that. Ask for a part that is in it.",
    Problem.BUSY: "The server's database is busy. Nothing was stored. Try again in a minute.",
}

_WAIT = {Problem.TOO_OFTEN: "3600", Problem.FILES_TOO_OFTEN: "3600", Problem.BUSY: "60"}
"""Seconds to wait, as HTTP says it (RFC 9110 section 10.2.3)."""


class Refused(Exception):
    """The endpoint says no. `details` is what the answer carries beside the sentence."""

    def __init__(self, problem: Problem, **details: int | str) -> None:
        super().__init__(problem.name)
        self.problem = problem
        self.details = details

    @property
    def status(self) -> int:
        """The HTTP status."""
        return STATUS[self.problem]

    @property
    def answer(self) -> dict[str, int | str]:
        """What the body of the answer says, as JSON."""
        return {"error": int(self.problem), "message": SENTENCES[self.problem], **self.details}

    @property
    def headers(self) -> dict[str, str]:
        """Headers that HTTP asks for with this status (RFC 9110 section 11.6.1, RFC 6585 section 4)."""
        if self.problem is Problem.TOKEN_NEEDED:
            return {"WWW-Authenticate": "Bearer"}
        return {"Retry-After": _WAIT[self.problem]} if self.problem in _WAIT else {}
