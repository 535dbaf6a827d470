"""The key of a profile and the slots that open it.

One random 256-bit key encrypts the database. It is wrapped in slots: the keyring of the operating
system, or a passphrase (Argon2id with the second recommended option of RFC 9106: t=3, 64 MiB, p=4).
The device's own keys are sealed under the same key in the same file, so no backup of the database
carries them. Opening with a wrong passphrase changes no file.

The file carries a checksum and has a copy beside it; each backup holds one more. Where the file is damaged, the
first whole copy opens the profile.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import logging
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard, cast

import keyring
import keyring.errors
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wimdesk.errors import NotAProfile, WrongKey
from wimdesk.i18n import _
from wimdesk.store import durable
from wimdesk.store.engine import unwritable

FILE = "keys.json"
COPY = "keys.copy.json"
QUARANTINE = "quarantine"
"""The folder of a profile to which damaged files are moved; nothing in it is ever deleted, but by a wipe."""
SERVICE = "wimdesk"
log = logging.getLogger(__name__)


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
    mended: bool = False
    """Whether the file of keys was damaged and a copy took its place."""


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
    sealed = seal(database, device.sign.private_bytes_raw() + device.receive.private_bytes_raw(), b"device")
    _write(folder, {"format": 1, "profile": profile, "slots": slots, "device": sealed})
    return Unlocked(database, device)


def unlock(folder: Path, passphrase: str | None) -> Unlocked:
    """Open the slots of an existing profile. Raises WrongKey or NotAProfile; then nothing was written.

    Where it opens, a damaged or missing file of keys gets the content of the whole one.
    """
    held = read(folder)
    if held is None:
        raise NotAProfile(
            _("This folder holds no complete WIMDesk profile. Nothing was changed. Choose another folder or a backup.")
        )
    profile, slots, sealed = str(held["profile"]), dict(cast("dict[str, object]", held["slots"])), str(held["device"])
    database = _open_slots(profile, slots, passphrase)
    both = unseal(database, sealed, b"device")
    device = DeviceKeys(Ed25519PrivateKey.from_private_bytes(both[:32]), X25519PrivateKey.from_private_bytes(both[32:]))
    return Unlocked(database, device, _mend(folder, held))


def destroy(folder: Path) -> None:
    """Make this profile unreadable for ever, its backups too: without the key they are noise."""
    held = read(folder) or {}
    with contextlib.suppress(keyring.errors.KeyringError):
        keyring.delete_password(SERVICE, str(held.get("profile")))
    # What a program that died has left beside them, too: it may be a whole copy.
    copies = {*folder.rglob("keys*.json*"), *folder.glob("backups/*.json*")}
    try:
        for path in copies:
            if path.exists():
                with path.open("rb+") as file:
                    file.write(os.urandom(path.stat().st_size))
                    file.flush()
                    os.fsync(file.fileno())
                path.unlink()
    except OSError as error:
        raise unwritable(error) from error


def needs_passphrase(folder: Path) -> bool:
    """Say whether only a passphrase can open this profile on this computer."""
    held = read(folder)
    if held is None:
        return _keyring_missing()
    slots = cast("dict[str, object]", held["slots"])
    return "keyring" not in slots or _keyring_get(str(held["profile"])) is None


def exist(folder: Path) -> bool:
    """Say whether this folder holds keys, whole or not."""
    return any((folder / name).exists() for name in (FILE, COPY))


def read(folder: Path) -> dict[str, object] | None:
    """Return the first whole keys: of the file, of its copy, of the newest backup; None where there are none."""
    backups = sorted(folder.glob("backups/*.json"), reverse=True)
    for path in (folder / FILE, folder / COPY, *backups):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            held = json.loads(path.read_text("utf-8"))
            held = held.get("keys") if path in backups else held
            if _is_whole(held):
                return held
    return None


def _is_whole(held: object) -> TypeGuard[dict[str, object]]:
    """Say whether nothing is missing or turned. The first version wrote no checksum."""
    if not isinstance(held, dict) or not {"profile", "slots", "device"} <= held.keys():
        return False
    return isinstance(held["slots"], dict) and ("sum" not in held or held["sum"] == _sum(held))


def _sum(held: dict[str, object]) -> str:
    rest = {name: value for name, value in held.items() if name != "sum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _mend(folder: Path, held: dict[str, object]) -> bool:
    """Write what opened the profile wherever it does not stand; say whether the file itself was damaged.

    A disk that can't take it is no reason not to open. What was damaged is kept.
    """
    wanted, was_whole = _bytes(held), _is_whole(_json(folder / FILE))
    for name in (FILE, COPY):
        path = folder / name
        with contextlib.suppress(OSError):
            if path.exists() and path.read_bytes() == wanted:
                continue
            if name == FILE and path.exists() and not was_whole:
                (folder / QUARANTINE).mkdir(exist_ok=True)
                path.replace(folder / QUARANTINE / FILE)
            durable.write(path, wanted)
    return not was_whole


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _bytes(held: dict[str, object]) -> bytes:
    return json.dumps(held | {"sum": _sum(held)}).encode()


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
    return {"salt": base64.b64encode(salt).decode(), "key": seal(_derive(passphrase, salt), key, b"slot")}


def _unwrap(slot: object, passphrase: str) -> bytes | None:
    if not isinstance(slot, dict):
        return None
    try:
        return unseal(_derive(passphrase, base64.b64decode(slot["salt"])), slot["key"], b"slot")
    except (NotAProfile, KeyError, ValueError):
        return None


def seal(key: bytes, plain: bytes, purpose: bytes) -> str:
    """Return the text locked with the key; whoever changes a sign of it or its purpose can't open it."""
    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, purpose)).decode()


def unseal(key: bytes, sealed: str, purpose: bytes) -> bytes:
    """Return what was sealed. Raises NotAProfile where a sign of it is not as it was."""
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


def _write(folder: Path, content: dict[str, object]) -> None:
    try:
        for name in (COPY, FILE):
            durable.write(folder / name, _bytes(content))
    except OSError as error:
        raise unwritable(error) from error
