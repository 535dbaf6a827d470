"""What only its reader can open, and the words by which two people compare keys over the telephone.

A locked box is a file of the age format (age-encryption.org/v1): other programs can open it too, with the key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import pyrage
from bech32 import bech32_encode, convertbits
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from mnemonic import Mnemonic

_WORDS = 6
_BITS = 11
"""Bits that one word stands for: the list of BIP 39 has 2,048."""


class NotForUs(ValueError):
    """The box was made for somebody else, or is not whole."""


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


def words(sign_key: bytes, receive_key: bytes) -> str:
    """Return six English words that stand for a computer's two public keys: 66 bits of their SHA-256."""
    number = int.from_bytes(hashlib.sha256(b"wimdesk words v1\0" + sign_key + receive_key).digest()) >> (256 - 66)
    names = Mnemonic("english").wordlist
    return " ".join(names[number >> _BITS * at & (1 << _BITS) - 1] for at in reversed(range(_WORDS)))


def _recipient(key: bytes) -> pyrage.x25519.Recipient:
    if len(key) != 32:
        raise ValueError("an X25519 key has 32 bytes")
    return pyrage.x25519.Recipient.from_str(_spelled("age", key))


def _identity(key: X25519PrivateKey) -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.from_str(_spelled("age-secret-key-", key.private_bytes_raw()).upper())


def _spelled(kind: str, key: bytes) -> str:
    """Return the key as age writes it (BIP 173)."""
    return bech32_encode(kind, convertbits(key, 8, 5) or [])
