"""Joining: a one-time code of the Secretariat, typed or in a file, makes this profile a known device."""

from __future__ import annotations

import json
import platform
import unicodedata
import uuid
from collections.abc import Callable
from pathlib import Path

from sync.client.transport import SENTENCES, Transport, checked_url, damaged
from sync.protocol import PATH_ENROL, EnrolRequest, EnrolResponse, Problem, clean_code, enrol_message
from wimdesk.app import App
from wimdesk.errors import NoConnection, NotAnAnswer, Refused, SyncProblem, UserError, WimdeskError
from wimdesk.i18n import _
from wimdesk.services import leaving, samples, setting_up

CODE_LENGTH = 16
_KEY_BYTES, _LONGEST_NAME = 32, 200
_CODE_PROBLEMS = frozenset(
    {Problem.CODE_UNKNOWN, Problem.CODE_USED, Problem.CODE_EXPIRED, Problem.CODE_LOCKED, Problem.TOO_OFTEN}
)


def enrol(
    app: App, code: str, url: str, connect: Callable[[str], Transport] = Transport, *, key: str = ""
) -> EnrolResponse:
    """Trade the code for a place at the endpoint. What was entered before moves along; samples go.

    `key` is the one by which the endpoint signs (hex), where a file said it. Raises UserError or a SyncProblem, also
    where another endpoint answered; then nothing was changed.
    """
    if app.identity().enrolled:
        raise UserError(_("This profile is enrolled already. Nothing was changed. Make a new profile for another one."))
    if app.read(leaving.has_left):
        raise UserError(
            _("This profile has left an Alliance. Nothing was changed. {how}").format(how=leaving.join_again())
        )
    code = clean_code(code)
    if len(code) != CODE_LENGTH:
        raise UserError(_("A code has 16 letters and digits. Nothing was changed. Check it and type it again."))
    keys = app.device_keys
    sign_key = keys.sign.public_key().public_bytes_raw()
    receive_key = keys.receive.public_key().public_bytes_raw()
    proof = keys.sign.sign(enrol_message(code, sign_key, receive_key))
    transport = connect(url)
    try:
        name = platform.system() or "computer"
        request = EnrolRequest(code, sign_key, receive_key, name, proof)
        answer = _believed(_ask(transport, request))
        if key and answer.server_key.hex() != key:
            raise SyncProblem(
                _(
                    "This is not the Secretariat that made the file. Nothing was changed here. "
                    "Check the connection, and ask the Secretariat for a new file."
                )
            )
    finally:
        transport.close()
    if app.identity().sample:
        app.run(samples.forget)
    app.run(
        setting_up.become,
        device=answer.device,
        organisation=answer.organisation,
        name=answer.organisation_name,
        role=answer.role,
        server_url=transport.url,
        server_key=answer.server_key,
        receive_key=answer.receive_key,
    )
    return answer


def _believed(answer: EnrolResponse) -> EnrolResponse:
    """Raise SyncProblem where this can't be who we are: from then on it would stand everywhere."""
    ids, keys = (answer.device, answer.organisation), (answer.server_key, answer.receive_key)
    try:
        sound = all(str(uuid.UUID(id)) == id for id in ids) and all(len(key) == _KEY_BYTES for key in keys)
    except ValueError:
        sound = False
    name = answer.organisation_name
    if not sound or len(name) > _LONGEST_NAME or any(unicodedata.category(letter) == "Cc" for letter in name):
        raise damaged()
    return answer


def _ask(transport: Transport, request: EnrolRequest) -> EnrolResponse:
    """Ask for a place. Whoever joins has typed the address just now: where no endpoint answers it may be wrong."""
    address = transport.url
    try:
        return transport.post(PATH_ENROL, request, EnrolResponse)
    except NoConnection as problem:
        sentence = _("{address} does not answer. Nothing was changed. Check the address and the connection, then join.")
        raise NoConnection(sentence.format(address=address)) from problem
    except (NotAnAnswer, Refused) as problem:
        if isinstance(problem, Refused) and problem.number in SENTENCES:
            raise
        sentence = _("There is no Secretariat at {address}. Nothing was changed. Check the address.")
        raise NotAnAnswer(sentence.format(address=address)) from problem


def is_about_the_code(problem: WimdeskError) -> bool:
    """Say whether it is the code that has to be typed again, or the address."""
    return isinstance(problem, UserError) or (isinstance(problem, SyncProblem) and problem.number in _CODE_PROBLEMS)


def read_file(path: Path) -> tuple[str, str, str]:
    """Return (code, server address, the server's key) of an enrolment file. Raises UserError with a sentence."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return str(found["code"]), checked_url(str(found["server"])), str(found.get("key", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            _("This is not an enrolment file. Nothing was changed. Ask the Secretariat for the file again.")
        ) from error
