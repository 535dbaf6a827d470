"""The route for the organisation's keys: numbers, ids and locked envelopes, from who may to whom they are for."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import msgspec
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sync.protocol import PATH_KEYS, ROLES, UNOPENED, Envelope, KeysRequest, Problem
from sync.server import service, tables
from sync.server.store import Store
from tests.sync.server.laptop import RECEIVE_KEY, Answered, Laptop, post

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint

FIRST, SECOND, OTHER = b"first key", b"second key", b"another key"
HANDS = [name for name, role in ROLES.items() if role.hands_keys]
LEAVES = [name for name, role in ROLES.items() if not role.hands_keys]
many = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


def refused(laptop: Laptop, *made: tuple[int, bytes], envelopes: list[Envelope] | None = None) -> Problem:
    """Why the endpoint did not take it; and it told nobody."""
    before = laptop.keys()
    with pytest.raises(Answered) as found:
        laptop.keys(KeysRequest(list(made), envelopes or []))
    assert laptop.keys() == before, "nothing of what was refused is stored"
    return found.value.problem


def handed(laptop: Laptop, to: Laptop, number: int = 1, box: bytes = b"locked") -> list[Envelope]:
    return laptop.keys(KeysRequest([], [Envelope(number, to.id, box)])).envelopes


def test_in_the_beginning_there_is_no_key(corner: Endpoint) -> None:
    one = corner.laptop()
    found = one.keys()
    assert (found.made, found.envelopes, found.stale) == ([], [], False)
    (me,) = found.computers
    assert (me.id, me.name, me.role, me.receive_key, me.has, me.failed) == (
        one.id, "laptop", "coordinator", RECEIVE_KEY, [], [],
    )  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_the_first_key_is_of_who_may_write(corner: Endpoint, role: str) -> None:
    one, two = corner.laptop(role=role), corner.laptop(role="reader")
    if "private" not in ROLES[role].writes_own:
        assert refused(one, (1, FIRST)) is Problem.KEY_FORBIDDEN
        return
    assert one.keys(KeysRequest([(1, FIRST)])).made == [(1, FIRST)]
    assert one.keys(KeysRequest([(1, FIRST)])).made == [(1, FIRST)], "once more, after a lost answer"
    assert two.keys().made == [(1, FIRST)]


def test_numbers_follow_one_another(corner: Endpoint) -> None:
    one = corner.laptop()
    for wrong in ([(2, FIRST)], [(1, FIRST), (3, OTHER)], [(2, FIRST), (3, SECOND)], [(1, FIRST), (1, OTHER)]):
        assert refused(one, *wrong) is Problem.KEY_OTHER
    assert one.keys(KeysRequest([(2, SECOND), (1, FIRST)])).made == [(1, FIRST), (2, SECOND)]
    assert refused(one, (4, OTHER)) is Problem.KEY_OTHER
    assert one.keys(KeysRequest([(2, SECOND), (3, OTHER)])).made == [(1, FIRST), (2, SECOND), (3, OTHER)]


def test_a_number_stands_for_one_key(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop()
    one.keys(KeysRequest([(1, FIRST)]))
    for wrong in ([(1, OTHER)], [(1, OTHER), (2, SECOND)], [(2, SECOND), (1, OTHER)]):
        assert refused(two, *wrong) is Problem.KEY_OTHER


@pytest.mark.parametrize("role", LEAVES)
def test_only_who_hands_keys_on_makes_the_next_one(corner: Endpoint, role: str) -> None:
    one, two = corner.laptop(), corner.laptop(role=role)
    one.keys(KeysRequest([(1, FIRST)]))
    assert refused(two, (2, SECOND)) is Problem.KEY_FORBIDDEN
    assert one.keys(KeysRequest([(2, SECOND)])).made == [(1, FIRST), (2, SECOND)]


@pytest.mark.parametrize("role", HANDS)
def test_an_envelope_reaches_its_computer_and_no_other(corner: Endpoint, role: str) -> None:
    one, two, three = corner.laptop(role=role), corner.laptop(role="volunteer"), corner.laptop(role="reader")
    assert one.keys(KeysRequest([(1, FIRST)], [Envelope(1, one.id, b"to myself")])).envelopes == [
        Envelope(1, one.id, b"to myself")
    ]
    assert handed(one, two) == [Envelope(1, one.id, b"to myself")]
    assert two.keys().envelopes == [Envelope(1, two.id, b"locked")]
    assert three.keys().envelopes == []
    assert {each.id: each.has for each in three.keys().computers} == {one.id: [1], two.id: [1], three.id: []}
    handed(one, two, box=b"locked with the right words")
    assert two.keys().envelopes == [Envelope(1, two.id, b"locked with the right words")]


@pytest.mark.parametrize("role", LEAVES)
def test_who_may_not_hand_keys_on_may_keep_one_for_itself(corner: Endpoint, role: str) -> None:
    one, two = corner.laptop(), corner.laptop(role=role)
    one.keys(KeysRequest([(1, FIRST)]))
    assert handed(two, two, box=b"mine") == [Envelope(1, two.id, b"mine")]
    for envelopes in ([Envelope(1, one.id, b"x")], [Envelope(1, two.id, b"x"), Envelope(1, one.id, b"x")]):
        assert refused(two, envelopes=envelopes) is Problem.KEY_FORBIDDEN
    assert one.keys().envelopes == []


def test_a_computer_says_that_it_could_not_open_its_envelope(corner: Endpoint) -> None:
    one, two = corner.laptop(), corner.laptop(role="reader")
    one.keys(KeysRequest([(1, FIRST)]))
    handed(one, two)
    before = one.keys().version
    assert handed(two, two, box=b"") == []
    found = {each.id: each for each in one.keys().computers}[two.id]
    assert (found.has, found.failed) == ([], [1])
    assert one.keys().version > before, "the others hear that there is something to do"
    handed(one, two, box=UNOPENED)
    found = {each.id: each for each in one.keys().computers}[two.id]
    assert (found.has, found.failed) == ([], [])
    assert two.keys().envelopes == []
    handed(one, two, box=b"again")
    assert two.keys().envelopes == [Envelope(1, two.id, b"again")]


def test_only_computers_of_the_own_organisation_get_envelopes(endpoint: Endpoint) -> None:
    one, stranger = endpoint.laptop(), endpoint.laptop("Women in Mining Chile", "secretariat")
    gone = endpoint.laptop(role="volunteer")
    one.keys(KeysRequest([(1, FIRST)]))
    service.revoke(endpoint.data, gone.me.device, database=endpoint.database)
    for computer in (stranger.id, gone.id, bytes(16)):
        envelopes = [Envelope(1, one.id, b"good"), Envelope(1, computer, b"x")]
        assert refused(one, (2, SECOND), envelopes=envelopes) is Problem.KEY_FORBIDDEN
    assert one.keys().made == [(1, FIRST)]


def test_there_are_envelopes_only_for_keys_that_were_made(corner: Endpoint) -> None:
    one = corner.laptop()
    assert refused(one, envelopes=[Envelope(1, one.id, b"x")]) is Problem.KEY_OTHER
    one.keys(KeysRequest([(1, FIRST)]))
    assert refused(one, envelopes=[Envelope(2, one.id, b"x")]) is Problem.KEY_OTHER
    both = KeysRequest([(2, SECOND)], [Envelope(2, one.id, b"x")])
    assert one.keys(both).envelopes == [Envelope(2, one.id, b"x")]


def test_another_organisation_sees_and_changes_nothing(endpoint: Endpoint) -> None:
    one, stranger = endpoint.laptop(), endpoint.laptop("Women in Mining Chile", "secretariat")
    one.keys(KeysRequest([(1, FIRST)], [Envelope(1, one.id, b"locked")]))
    before = one.keys()
    found = stranger.keys(KeysRequest([(1, OTHER)], [Envelope(1, stranger.id, b"own")]))
    assert (found.made, found.envelopes) == ([(1, OTHER)], [Envelope(1, stranger.id, b"own")])
    assert [each.id for each in found.computers] == [stranger.id]
    assert one.keys() == before, "not even its version"


def test_after_a_removal_the_newest_key_is_stale_until_there_is_another(endpoint: Endpoint) -> None:
    one, two, never = endpoint.laptop(), endpoint.laptop(role="volunteer"), endpoint.laptop(role="reader")
    one.keys(KeysRequest([(1, FIRST)], [Envelope(1, each.id, b"locked") for each in (one, two)]))
    before = one.keys()
    assert not before.stale
    service.revoke(endpoint.data, never.me.device, database=endpoint.database)
    after = one.keys()
    assert (after.stale, after.version > before.version) == (False, True), "it never had the key"
    service.revoke(endpoint.data, two.me.device, database=endpoint.database)
    after = one.keys()
    assert (after.stale, [each.id for each in after.computers]) == (True, [one.id])
    assert one.keys(KeysRequest([], [Envelope(1, one.id, b"anew")])).stale
    assert not one.keys(KeysRequest([(2, SECOND)])).stale
    three = endpoint.laptop()
    handed(one, three)
    handed(one, three, 2)
    assert [each.number for each in three.keys().envelopes] == [1, 2]
    service.revoke(endpoint.data, three.me.device, database=endpoint.database)
    assert one.keys().stale


def test_a_removed_computer_is_told_so(endpoint: Endpoint) -> None:
    one, two = endpoint.laptop(), endpoint.laptop()
    service.revoke(endpoint.data, one.me.device, database=endpoint.database)
    for request in (KeysRequest(), KeysRequest([(1, FIRST)])):
        with pytest.raises(Answered) as found:
            one.keys(request)
        assert (found.value.problem, found.value.status) == (Problem.DEVICE_REVOKED, 403)
    assert two.keys().made == []


def test_each_sync_says_whether_to_look_again(endpoint: Endpoint) -> None:
    one, two, stranger = endpoint.laptop(), endpoint.laptop(), endpoint.laptop("Women in Mining Chile")

    def version() -> int:
        said = two.send(two.request()).keys
        assert said == two.keys().version
        return said

    seen = [version()]
    one.keys(KeysRequest([(1, FIRST)]))
    seen.append(version())
    handed(one, two)
    seen.append(version())
    three = endpoint.laptop()
    seen.append(version())
    service.revoke(endpoint.data, three.me.device, database=endpoint.database)
    seen.append(version())
    assert seen == sorted(set(seen))
    one.keys()
    one.keys(KeysRequest([(1, FIRST)]))
    stranger.keys(KeysRequest([(1, OTHER)]))
    endpoint.laptop("Women in Mining Chile")
    assert version() == seen[-1], "nothing happened here"


def test_what_was_done_is_written_down_without_what_it_said(endpoint: Endpoint) -> None:
    one = endpoint.laptop()
    one.keys(KeysRequest([(1, FIRST)], [Envelope(1, one.id, b"a secret")]))
    one.keys()
    store = Store(endpoint.data, database=endpoint.owner)
    with store.reading() as connection:
        kept = connection.execute(select(tables.audit).where(tables.audit.c.what == "keys")).all()
    store.close()
    assert [(row.who, row.result) for row in kept] == [(one.me.device, "1 keys, 1 envelopes")]


SIZES = {
    "number nought": (0, FIRST), "below": (-1, FIRST), "large": (2**31, FIRST), "no id": (1, b""),
    "short id": (1, bytes(7)), "long id": (1, bytes(33)),
}  # fmt: skip


@pytest.mark.parametrize("made", SIZES.values(), ids=SIZES)
def test_numbers_and_ids_have_a_size(corner: Endpoint, made: tuple[int, bytes]) -> None:
    assert refused(corner.laptop(), made) is Problem.MALFORMED


def test_envelopes_have_a_size(corner: Endpoint) -> None:
    one = corner.laptop()
    one.keys(KeysRequest([(1, FIRST)]))
    good = Envelope(1, one.id, bytes(4096))
    assert one.keys(KeysRequest([], [good])).envelopes == [good]
    for change in (
        {"number": 0}, {"number": -1}, {"number": 2**31}, {"number": 2**63}, {"computer": b""},
        {"computer": bytes(15)}, {"computer": bytes(17)}, {"box": bytes(4097)},
    ):  # fmt: skip
        assert refused(one, envelopes=[msgspec.structs.replace(good, **change)]) is Problem.MALFORMED
    assert refused(one, envelopes=[Envelope(1, one.id, b"")] * 1001) is Problem.TOO_LARGE
    assert refused(one, *[(1, FIRST)] * 1001) is Problem.TOO_LARGE
    assert one.keys(KeysRequest([(1, FIRST)] * 1000, [good] * 100)).envelopes == [good]


def test_a_thousand_keys_are_a_thousand_keys(corner: Endpoint) -> None:
    one = corner.laptop()
    made = [(n, os.urandom(8)) for n in range(1, 1001)]
    envelopes = [Envelope(n, one.id, b"locked") for n in range(1, 1001)]
    found = one.keys(KeysRequest(made, envelopes))
    assert (found.made, found.envelopes) == (made, envelopes)
    assert found.computers[0].has == list(range(1, 1001))


def test_of_eight_that_make_the_first_key_one_does(endpoint: Endpoint) -> None:
    laptops = [endpoint.laptop(role="volunteer") for _ in range(8)]

    def make(number: int) -> Problem | None:
        try:
            laptops[number].keys(KeysRequest([(1, bytes([number]) * 8)], [Envelope(1, laptops[number].id, b"x")]))
        except Answered as refusal:
            return refusal.problem
        return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(make, range(8)))
    assert Counter(outcomes) == {None: 1, Problem.KEY_OTHER: 7}
    winner = outcomes.index(None)
    found = laptops[0].keys()
    assert found.made == [(1, bytes([winner]) * 8)]
    assert [each.id for each in found.computers if each.has] == [laptops[winner].id]


def test_the_same_envelope_from_many_at_once(endpoint: Endpoint) -> None:
    laptops = [endpoint.laptop() for _ in range(6)]
    laptops[0].keys(KeysRequest([(1, FIRST)]))
    before = laptops[0].keys().version
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda laptop: handed(laptop, laptops[0], box=laptop.id), laptops))
    (found,) = laptops[0].keys().envelopes
    assert found.box in {laptop.id for laptop in laptops}
    assert laptops[0].keys().version == before + 6


def sent(laptop: Laptop, body: bytes) -> requests.Response:
    answer = post(laptop.url + PATH_KEYS, body, Authorization=laptop.authorization)
    assert answer.status_code < 500, answer.text
    assert answer.status_code == 200 or answer.json()["message"].endswith(".")
    return answer


numbers = st.integers(-(2**63), 2**64 - 1) | st.sampled_from([1, 2, 3])
short = st.binary(max_size=40) | st.just(FIRST)
simple = st.none() | st.booleans() | numbers | st.floats() | st.text(max_size=20) | short
anything = st.recursive(
    simple, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3)
)


@many
@given(message=anything)
def test_any_message_is_answered(shared_endpoint: Endpoint, message: object) -> None:
    laptop = _one(shared_endpoint)
    assert sent(laptop, msgspec.msgpack.encode(message)).status_code in {200, 400}
    for part in ([message], [[message], []], [[], [message]], [[[1, FIRST]], [[1, laptop.id, message]]]):
        sent(laptop, msgspec.msgpack.encode(part))


@many
@given(
    made=st.lists(st.tuples(numbers, short), max_size=4),
    envelopes=st.lists(st.tuples(numbers, st.just(b"") | short, short), max_size=4),
    mine=st.booleans(),
)
def test_any_keys_and_envelopes_are_answered(
    shared_endpoint: Endpoint,
    made: list[tuple[int, bytes]],
    envelopes: list[tuple[int, bytes, bytes]],
    mine: bool,
) -> None:
    laptop = _one(shared_endpoint)
    wanted = [[number, laptop.id if mine else computer, box] for number, computer, box in envelopes]
    sent(laptop, msgspec.msgpack.encode([made, wanted]))


@pytest.mark.parametrize("body", [b"", b"\0", b"\xff" * 100, b"\x91" * 100_000, b"\x92\xdd\xff\xff\xff\xff"])
def test_bytes_that_are_no_message(shared_endpoint: Endpoint, body: bytes) -> None:
    assert sent(_one(shared_endpoint), body).status_code == 400


_made: dict[str, Laptop] = {}


def _one(endpoint: Endpoint) -> Laptop:
    if endpoint.url not in _made:
        _made[endpoint.url] = endpoint.laptop()
    return _made[endpoint.url]
