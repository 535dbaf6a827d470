"""Boxes open for their reader alone; six words name two keys."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync import lockbox


def _public(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def test_each_reader_opens_a_box_and_nobody_else() -> None:
    one, two, other = (X25519PrivateKey.generate() for _ in range(3))
    box = lockbox.lock(b"ore", [_public(one), _public(two)])
    assert [lockbox.unlock(box, key) for key in (one, two)] == [b"ore", b"ore"]
    with pytest.raises(lockbox.NotForUs):
        lockbox.unlock(box, other)


@pytest.mark.parametrize("at", [0, 60, -1])
def test_a_box_that_was_touched_does_not_open(at: int) -> None:
    key = X25519PrivateKey.generate()
    box = bytearray(lockbox.lock(b"ore", [_public(key)]))
    box[at] ^= 1
    with pytest.raises(lockbox.NotForUs):
        lockbox.unlock(bytes(box), key)


@pytest.mark.parametrize("keys", [[], [b"short"]])
def test_nothing_is_locked_without_a_key(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="key"):
        lockbox.lock(b"ore", keys)


def test_a_passphrase_opens_what_it_locked() -> None:
    box = lockbox.lock_with_words(b"ore", "four dry drills")
    assert lockbox.unlock_with_words(box, "four dry drills") == b"ore"
    with pytest.raises(lockbox.NotForUs):
        lockbox.unlock_with_words(box, "four dry drill")


def test_six_words_name_two_keys() -> None:
    found = lockbox.words(bytes(32), bytes(32))
    assert found == lockbox.words(bytes(32), bytes(32))
    assert len(found.split()) == 6
    assert found != lockbox.words(bytes(32), bytes(31) + b"\1")
