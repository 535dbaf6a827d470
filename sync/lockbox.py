"""What only its reader can open, and the words that prove to two people that they talk of the same computer.

What `lock` makes is a file of the age format (age-encryption.org/v1): other programs can open it too, with the key.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
from collections.abc import Collection

import pyrage
from argon2.low_level import Type, hash_secret_raw
from bech32 import bech32_encode, convertbits
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from mnemonic import Mnemonic

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_NONCE_BYTES = 12
_WORDS = 6
"""Of the 2,048 of BIP 39."""


class NotForUs(ValueError):
    """The box was made for somebody else, or is not whole."""


class NotWords(ValueError):
    """Not six words of the list; its text is the first that is none, empty where there are more or fewer than six."""


def lock(plain: bytes, receive_keys: Collection[bytes]) -> bytes:
    """Return a box that only the holders of these X25519 keys (32 bytes each) can open.

    Raises ValueError where there is none, or one that is no key.
    """
    try:
        return pyrage.encrypt(plain, [_recipient(key) for key in receive_keys])
    except (pyrage.RecipientError, pyrage.EncryptError) as error:
        raise ValueError("no key to lock with") from error


def unlock(box: bytes, key: X25519PrivateKey) -> bytes:
    """Return what is in the box. Raises NotForUs."""
    try:
        return pyrage.decrypt(box, [_identity(key)])
    except pyrage.DecryptError as error:
        raise NotForUs("made for somebody else, or damaged") from error


def lock_with_words(plain: bytes, passphrase: str) -> bytes:
    """Return a box that opens with a passphrase (scrypt, by age's rules)."""
    return pyrage.passphrase.encrypt(plain, passphrase)


def unlock_with_words(box: bytes, passphrase: str) -> bytes:
    """Return what is in the box. Raises NotForUs."""
    try:
        return pyrage.passphrase.decrypt(box, passphrase)
    except pyrage.DecryptError as error:
        raise NotForUs("another passphrase, or damaged") from error


def new_words() -> str:
    """Return six random English words: 66 bits that people can tell one another over the telephone."""
    return " ".join(secrets.choice(_list()) for _ in range(_WORDS))


def words_of(typed: str) -> str:
    """Return six words as `new_words` writes them: the first four letters of each are enough (BIP 39).

    Raises NotWords, which says the first word that is none.
    """
    known = {word[:4]: word for word in _list()}
    given = "".join(letter if letter.isalpha() else " " for letter in typed.casefold()).split()
    for word in given:
        if not known.get(word[:4], "").startswith(word):
            raise NotWords(word)
    if len(given) != _WORDS:
        raise NotWords("")
    return " ".join(known[word[:4]] for word in given)


def lock_for(plain: bytes, receive_key: bytes, words: str, context: bytes) -> bytes:
    """Return a box for one computer that has told its words (HPKE, RFC 9180).

    Whoever hands on a wrong key of it still opens nothing. Raises ValueError for a key that is none.
    """
    nonce = os.urandom(_NONCE_BYTES)
    inner = nonce + AESGCM(_stretched(words, context)).encrypt(nonce, plain, context)
    return _SUITE.encrypt(inner, X25519PublicKey.from_public_bytes(receive_key), info=context)


def unlock_for(box: bytes, key: X25519PrivateKey, words: str, context: bytes) -> bytes:
    """Return what is in the box. Raises NotForUs, also where it was locked with other words."""
    try:
        inner = _SUITE.decrypt(box, key, info=context)
        return AESGCM(_stretched(words, context)).decrypt(inner[:_NONCE_BYTES], inner[_NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise NotForUs("other words or another key, or damaged") from error


def _stretched(words: str, context: bytes) -> bytes:
    salt = hashlib.sha256(b"wimdesk words v1\0" + context).digest()[:16]
    return hash_secret_raw(
        words.encode(), salt, time_cost=2, memory_cost=16 * 1024, parallelism=1, hash_len=32, type=Type.ID
    )


@functools.cache
def _list() -> list[str]:
    return Mnemonic("english").wordlist


def _recipient(key: bytes) -> pyrage.x25519.Recipient:
    if len(key) != 32:
        raise ValueError("an X25519 key has 32 bytes")
    return pyrage.x25519.Recipient.from_str(_spelled("age", key))


def _identity(key: X25519PrivateKey) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(_spelled("age-secret-key-", key.private_bytes_raw()).upper())


def _spelled(kind: str, key: bytes) -> str:
    """Return the key as age writes it (BIP 173)."""
    return bech32_encode(kind, convertbits(key, 8, 5) or [])
