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


def test_six_words_are_read_as_people_type_them() -> None:
    words = lockbox.new_words()
    assert len(words.split()) == 6
    assert words != lockbox.new_words()
    shortened = ", ".join(word[:4].upper() for word in words.split())
    assert lockbox.words_of(f" {shortened}\n") == words


@pytest.mark.parametrize(("typed", "wrong"), [("abandon abacus", "abacus"), ("abandon " * 5, ""), ("abandon " * 7, "")])
def test_what_is_no_six_words_is_said(typed: str, wrong: str) -> None:
    with pytest.raises(lockbox.NotWords, match=f"^{wrong}$"):
        lockbox.words_of(typed)


def test_a_box_with_words_needs_key_words_and_context() -> None:
    key, other, words = X25519PrivateKey.generate(), X25519PrivateKey.generate(), lockbox.new_words()
    box = lockbox.lock_for(b"ore", _public(key), words, b"one")
    assert lockbox.unlock_for(box, key, words, b"one") == b"ore"
    for wrong in ((other, words, b"one"), (key, lockbox.new_words(), b"one"), (key, words, b"two")):
        with pytest.raises(lockbox.NotForUs):
            lockbox.unlock_for(box, *wrong)
