"""The key of a profile and the slots that open it.

One random 256-bit key encrypts the database. It is wrapped in slots: the keyring of the operating
system, or a passphrase (Argon2id with the second recommended option of RFC 9106: t=3, 64 MiB, p=4).
The device's own keys are sealed under the same key in the same file, so no backup of the database
carries them. Opening with a wrong passphrase changes no file.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

import keyring
import keyring.errors
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wimdesk.errors import NotAProfile, WrongKey
from wimdesk.i18n import _
from wimdesk.store.engine import unwritable

FILE = "keys.json"
SERVICE = "wimdesk"


@dataclass(frozen=True)
class DeviceKeys:
    """The two private keys of this device: one signs operations, one opens what is sealed to it."""

    sign: Ed25519PrivateKey
    receive: X25519PrivateKey


@dataclass(frozen=True)
class Unlocked:
    """What opening the slots gives: the database key and the device's keys."""

    database: bytes
    device: DeviceKeys


def create(folder: Path, passphrase: str | None) -> Unlocked:
    """Make the keys of a new profile. Without a passphrase the system's keyring must take the key.

    Raises WrongKey where there is neither; nothing is ever kept unprotected. Raises DiskFull and the like.
    """
    database = os.urandom(32)
    profile = str(uuid.uuid4())
    slots: dict[str, object] = {}
    if passphrase:
        slots["passphrase"] = _wrap(database, passphrase)
    elif _keyring_put(profile, database):
        slots["keyring"] = True
    else:
        raise WrongKey(
            _("This computer has no keyring to keep your data locked. Choose a passphrase (WIMDESK_PASSPHRASE).")
        )
    device = DeviceKeys(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())
    sealed = _seal(database, device.sign.private_bytes_raw() + device.receive.private_bytes_raw(), b"device")
    _write(folder / FILE, {"format": 1, "profile": profile, "slots": slots, "device": sealed})
    return Unlocked(database, device)


def unlock(folder: Path, passphrase: str | None) -> Unlocked:
    """Open the slots of an existing profile. Raises WrongKey or NotAProfile; writes nothing."""
    try:
        held = json.loads((folder / FILE).read_text("utf-8"))
        profile, slots, sealed = str(held["profile"]), dict(held["slots"]), str(held["device"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAProfile(
            _("This folder holds no complete WIMDesk profile. Nothing was changed. Choose another folder or a backup.")
        ) from error
    database = _open_slots(profile, slots, passphrase)
    both = _unseal(database, sealed, b"device")
    return Unlocked(
        database,
        DeviceKeys(Ed25519PrivateKey.from_private_bytes(both[:32]), X25519PrivateKey.from_private_bytes(both[32:])),
    )


def needs_passphrase(folder: Path) -> bool:
    """Say whether only a passphrase can open this profile on this computer."""
    try:
        held = json.loads((folder / FILE).read_text("utf-8"))
        return "keyring" not in held["slots"] or _keyring_get(held["profile"]) is None
    except (OSError, ValueError, KeyError, TypeError):
        return _keyring_missing()


def _open_slots(profile: str, slots: dict[str, object], passphrase: str | None) -> bytes:
    if passphrase and "passphrase" in slots:
        key = _unwrap(slots["passphrase"], passphrase)
        if key is not None:
            return key
        raise WrongKey(_("The passphrase is not right. Nothing was changed. Please try again."))
    if "keyring" in slots and (found := _keyring_get(profile)) is not None:
        return found
    raise WrongKey(_("This profile is locked. Nothing was changed. Please give its passphrase (WIMDESK_PASSPHRASE)."))


def _derive(passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, time_cost=3, memory_cost=65536, parallelism=4, hash_len=32, type=Type.ID
    )


def _wrap(key: bytes, passphrase: str) -> dict[str, str]:
    salt = os.urandom(16)
    return {"salt": base64.b64encode(salt).decode(), "key": _seal(_derive(passphrase, salt), key, b"slot")}


def _unwrap(slot: object, passphrase: str) -> bytes | None:
    if not isinstance(slot, dict):
        return None
    try:
        return _unseal(_derive(passphrase, base64.b64decode(slot["salt"])), slot["key"], b"slot")
    except (NotAProfile, KeyError, ValueError):
        return None


def _seal(key: bytes, plain: bytes, purpose: bytes) -> str:
    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, purpose)).decode()


def _unseal(key: bytes, sealed: str, purpose: bytes) -> bytes:
    try:
        raw = base64.b64decode(sealed)
        return AESGCM(key).decrypt(raw[:12], raw[12:], purpose)
    except (InvalidTag, ValueError) as error:
        raise NotAProfile(
            _("The keys of this profile are damaged. Your data is still there, locked. Restore keys.json from a copy.")
        ) from error


def _keyring_put(profile: str, key: bytes) -> bool:
    try:
        keyring.set_password(SERVICE, profile, key.hex())
    except keyring.errors.KeyringError:
        return False
    return _keyring_get(profile) == key


def _keyring_get(profile: str) -> bytes | None:
    try:
        found = keyring.get_password(SERVICE, profile)
        return bytes.fromhex(found) if found else None
    except (keyring.errors.KeyringError, ValueError):
        return None


def _keyring_missing() -> bool:
    return float(keyring.get_keyring().priority) <= 0


def _write(path: Path, content: dict[str, object]) -> None:
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except OSError as error:
        raise unwritable(error) from error
