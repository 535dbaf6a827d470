"""One-time codes, devices, tokens, and the record of who did what."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update
from starlette.requests import Request
from starlette.responses import Response

from sync.protocol import (
    ALLIANCE,
    CODE_SECONDS,
    CODE_TRIES,
    PATH_ENROL,
    PATH_NONCE,
    PATH_TOKEN,
    TOKEN_SECONDS,
    EnrolRequest,
    EnrolResponse,
    NonceRequest,
    NonceResponse,
    Problem,
    TokenRequest,
    TokenResponse,
    token_message,
)
from sync.server import audit, tables
from sync.server.app import Endpoint as Application
from sync.server.attempts import Attempts
from sync.server.files import USUAL
from sync.server.refusals import Refused
from sync.server.service import issue_code, revoke
from sync.server.store import FILE, Store
from tests.sync.server.laptop import Answered, Laptop, ask, enrol_request
from wimdesk.identifiers import new_id

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sync.server.conftest import Endpoint

KEY = Ed25519PrivateKey.generate()
NOBODY = "00000000-0000-4000-8000-000000000000"


def refusal_of(endpoint: Endpoint, request: EnrolRequest) -> Problem:
    with pytest.raises(Answered) as refusal:
        ask(endpoint.url + PATH_ENROL, request, EnrolResponse)
    return refusal.value.problem


def test_a_code_becomes_a_device(corner: Endpoint) -> None:
    issued = issue_code(corner.data, "  Women in   Mining Peru ", "coordinator", corner.database)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", issued["code"])
    me = ask(corner.url + PATH_ENROL, enrol_request(issued["code"], KEY), EnrolResponse)
    assert (me.organisation, me.organisation_name) == (issued["organisation"], "Women in Mining Peru")
    assert (me.role, len(me.server_key)) == ("coordinator", 32)
    assert me.generation > 0


def test_a_code_may_be_typed_by_hand(corner: Endpoint) -> None:
    typed = corner.code().lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert Laptop(corner.url, typed).me.role == "coordinator"


def test_an_organisation_is_made_once(corner: Endpoint) -> None:
    first, second, other = (
        issue_code(corner.data, name, "reader", corner.database) for name in ("One", "One", "Other")
    )
    assert first["organisation"] == second["organisation"] != other["organisation"]
    assert first["code"] != second["code"]


def test_the_first_computer_can_let_the_others_in(corner: Endpoint) -> None:
    """Where nobody names a role, the first code makes a coordinator, and each later one a volunteer."""
    name = f"WIM {new_id()}"
    roles = [issue_code(corner.data, name, role, corner.database)["role"] for role in ("", "", "reader", "")]
    assert roles == ["coordinator", "volunteer", "reader", "volunteer"]


@pytest.mark.parametrize(("name", "role"), [("One", "queen"), ("", "reader"), (" ", "reader"), ("x" * 201, "reader")])
def test_a_code_for_nothing_is_not_made(tmp_path: Path, name: str, role: str) -> None:
    with pytest.raises(ValueError, match="No code was made"):
        issue_code(tmp_path, name, role)


def test_asking_again_after_a_lost_answer_gives_the_same(endpoint: Endpoint) -> None:
    request = enrol_request(endpoint.code(), KEY)
    first = ask(endpoint.url + PATH_ENROL, request, EnrolResponse)
    endpoint.later = CODE_SECONDS + 1
    assert ask(endpoint.url + PATH_ENROL, request, EnrolResponse) == first


def test_a_used_code_is_of_no_use_to_another(corner: Endpoint) -> None:
    code = corner.code()
    ask(corner.url + PATH_ENROL, enrol_request(code, KEY), EnrolResponse)
    assert refusal_of(corner, enrol_request(code, Ed25519PrivateKey.generate())) is Problem.CODE_USED
    unproven = msgspec.structs.replace(enrol_request(code, KEY), proof=bytes(64))
    assert refusal_of(corner, unproven) is Problem.CODE_USED


def test_a_wrong_code_is_not_known(corner: Endpoint) -> None:
    for code in ("0000-0000-0000-0000", "", "é", "0" * 5000):
        assert refusal_of(corner, enrol_request(code, KEY)) is Problem.CODE_UNKNOWN


def test_a_code_ends_after_three_days(endpoint: Endpoint) -> None:
    request = enrol_request(endpoint.code(), KEY)
    endpoint.later = CODE_SECONDS + 1
    assert refusal_of(endpoint, request) is Problem.CODE_EXPIRED


def test_a_code_is_void_after_five_wrong_proofs(corner: Endpoint) -> None:
    good = enrol_request(corner.code(), KEY)
    stolen_key = msgspec.structs.replace(good, sign_key=Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    for _ in range(CODE_TRIES):
        assert refusal_of(corner, stolen_key) is Problem.SIGNATURE_WRONG
    assert refusal_of(corner, good) is Problem.CODE_LOCKED


@pytest.mark.parametrize(
    "change",
    [{"receive_key": bytes(31)}, {"receive_key": bytes(32)}, {"sign_key": b""}, {"name": "a\0b"}, {"name": "x" * 201}],
)
def test_keys_and_names_have_a_size(corner: Endpoint, change: dict[str, bytes | str]) -> None:
    request = msgspec.structs.replace(enrol_request(corner.code(), KEY), **change)
    assert refusal_of(corner, request) is Problem.MALFORMED


def test_guessing_is_stopped_for_an_hour(endpoint: Endpoint) -> None:
    good, wrong = enrol_request(endpoint.code(), KEY), enrol_request("0" * 16, KEY)
    for _ in range(20):
        assert refusal_of(endpoint, wrong) is Problem.CODE_UNKNOWN
    assert refusal_of(endpoint, good) is Problem.TOO_OFTEN
    endpoint.later = 3601
    assert ask(endpoint.url + PATH_ENROL, good, EnrolResponse).device


def test_a_busy_database_and_a_removed_laptop_shut_nobody_out(endpoint: Endpoint) -> None:
    laptop = endpoint.laptop()
    revoke(endpoint.data, laptop.me.device, database=endpoint.database)
    for _ in range(21):
        with pytest.raises(Answered) as answer:
            laptop.sign_in()
        assert answer.value.problem is Problem.DEVICE_REVOKED
    store = Store(endpoint.data, database=endpoint.database)
    application = Application(store, Attempts(store, 20), USUAL)
    request = Request({"type": "http", "client": ("127.0.0.1", 1)})

    async def busy() -> Response:
        raise Refused(Problem.BUSY)

    for _ in range(21):
        with pytest.raises(Refused, match="BUSY"):
            asyncio.run(application._counted(request, busy))  # noqa: SLF001 - no database is slow for a test's sake
    store.close()
    assert ask(endpoint.url + PATH_ENROL, enrol_request(endpoint.code(), KEY), EnrolResponse).device


def test_a_class_of_thirty_enrols_behind_one_router(endpoint: Endpoint) -> None:
    for _ in range(30):
        ask(endpoint.url + PATH_ENROL, enrol_request(endpoint.code(), KEY), EnrolResponse)


def nonce_for(endpoint: Endpoint, device: str) -> bytes:
    return ask(endpoint.url + PATH_NONCE, NonceRequest(device), NonceResponse).nonce


def test_a_token_says_role_and_organisation_as_they_are_now(corner: Endpoint) -> None:
    laptop = corner.laptop(role="reader")
    first, second = laptop.sign_in(), laptop.sign_in()
    assert (first.role, first.organisation_name, first.seconds) == ("reader", corner.here, TOKEN_SECONDS)
    assert first.token != second.token


def test_a_nonce_is_good_once_for_one_device_and_two_minutes(endpoint: Endpoint) -> None:
    one, two = endpoint.laptop(), endpoint.laptop()

    def answer(laptop: Laptop, nonce: bytes) -> TokenResponse:
        request = TokenRequest(laptop.me.device, nonce, laptop.key.sign(token_message(nonce)))
        return ask(endpoint.url + PATH_TOKEN, request, TokenResponse)

    nonce = nonce_for(endpoint, one.me.device)
    assert len(nonce) == 32
    assert answer(one, nonce).token
    late = nonce_for(endpoint, one.me.device)
    for laptop, bad in [(one, nonce), (two, late), (one, late[:-1] + bytes([late[-1] ^ 1])), (one, b"")]:
        with pytest.raises(Answered) as refusal:
            answer(laptop, bad)
        assert refusal.value.problem is Problem.SIGNATURE_WRONG
    endpoint.later = 121
    with pytest.raises(Answered):
        answer(one, late)
    assert one.sign_in().token


def test_an_unknown_device_looks_like_a_wrong_signature(corner: Endpoint) -> None:
    laptop = corner.laptop()
    for device in (NOBODY, laptop.me.device, laptop.me.device.upper(), "", "ünknown"):
        nonce = nonce_for(corner, device)
        with pytest.raises(Answered) as refusal:
            ask(corner.url + PATH_TOKEN, TokenRequest(device, nonce, KEY.sign(nonce)), TokenResponse)
        assert refusal.value.problem is Problem.SIGNATURE_WRONG


def test_without_a_good_token_nothing_is_told(endpoint: Endpoint) -> None:
    laptop = endpoint.laptop()
    good = laptop.authorization
    for header in ("", "Bearer", "Bearer x", good.replace("Bearer", "Basic"), good[:-1], "Bearer \xff\xfe"):
        laptop.authorization = header
        with pytest.raises(Answered) as refusal:
            laptop.send(laptop.request())
        assert (refusal.value.problem, refusal.value.status) == (Problem.TOKEN_NEEDED, 401)
    laptop.authorization = good
    assert laptop.known(laptop.shared) == 0
    endpoint.later = TOKEN_SECONDS + 1
    with pytest.raises(Answered) as refusal:
        laptop.send(laptop.request())
    assert refusal.value.problem is Problem.TOKEN_NEEDED


def test_a_revoked_device_is_shut_out_at_once(endpoint: Endpoint) -> None:
    code = endpoint.code()
    laptop = Laptop(endpoint.url, code)
    revoke(endpoint.data, laptop.me.device, database=endpoint.database)
    revoke(endpoint.data, laptop.me.device, database=endpoint.database)
    for attempt in (lambda: laptop.send(laptop.request()), laptop.sign_in):
        with pytest.raises(Answered) as refusal:
            attempt()
        assert (refusal.value.problem, refusal.value.status) == (Problem.DEVICE_REVOKED, 403)
    assert refusal_of(endpoint, enrol_request(code, laptop.key)) is Problem.DEVICE_REVOKED
    assert endpoint.laptop().known(ALLIANCE) == 0


@pytest.mark.parametrize("device", [NOBODY, "", "no number"])
def test_only_what_exists_can_be_revoked(tmp_path: Path, device: str) -> None:
    with pytest.raises(ValueError, match="Nothing was changed"):
        revoke(tmp_path, device)


@pytest.mark.parametrize("endpoint", ["sqlite"], indirect=True)
def test_the_file_holds_no_code_and_no_token(endpoint: Endpoint) -> None:
    code = endpoint.code()
    token = Laptop(endpoint.url, code).authorization.removeprefix("Bearer ")
    files = list(endpoint.data.glob(FILE + "*"))
    content = b"".join(file.read_bytes() for file in files)
    assert token.encode() not in content
    assert code.replace("-", "").encode() not in content
    assert [file for file in files if file.stat().st_mode & 0o077] == []


def test_the_audit_names_no_names_and_notices_a_change(endpoint: Endpoint) -> None:
    laptop = endpoint.laptop()
    refusal_of(endpoint, enrol_request("0" * 16, KEY))
    laptop.push(1, laptop.op("elsewhere", b"a value"))
    revoke(endpoint.data, laptop.me.device, database=endpoint.database)
    store = Store(endpoint.data, database=endpoint.owner)
    with store.reading() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
        assert [(row.who, row.what, row.result) for row in rows] == [
            (audit.OPERATOR, "issue code", "coordinator"),
            (laptop.me.device, "enrol", "coordinator"),
            (laptop.me.device, "sign in", "done"),
            (audit.NOBODY, "enrol", "CODE_UNKNOWN"),
            (laptop.me.device, "push", "1 refused: SPACE_FORBIDDEN"),
            (audit.OPERATOR, "revoke", laptop.me.device),
        ]
        assert audit.first_broken(connection) is None
    with store.writing() as connection:
        connection.execute(update(tables.audit).where(tables.audit.c.id == 4).values(result="done"))
        assert audit.first_broken(connection) == 4
        connection.execute(tables.audit.delete().where(tables.audit.c.id == 2))
        assert audit.first_broken(connection) == 2
    store.close()
