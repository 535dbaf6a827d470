"""Who may read and write which space: the role table of the protocol, asked about one device."""

from __future__ import annotations

from dataclasses import dataclass

from sync import rights
from sync.protocol import ALLIANCE, COMMITTEE, ROLES, Role, private_space, shared_space
from sync.rights import bytes_id as bytes_id
from sync.rights import organisation_of_shared as organisation_of_shared
from sync.rights import text_id as text_id

_NOBODY = Role(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled device as the endpoint knows it at this moment. Ids are 16 bytes."""

    id: bytes
    organisation: bytes
    organisation_name: str
    role: str
    sign_key: bytes
    revoked: bool
    key_changes: int = 0
    """Changes with each computer and key of the organisation."""
    generation: int = 0
    """The endpoint's, at that moment: changes when it was restored from a backup."""


def kind_of(device: Device, space: str) -> str | None:
    """Return the kind of the space as seen from the device, or None where nobody of its role could name it."""
    return rights.kind_of(device.organisation, space)


def _role(device: Device) -> Role:
    return _NOBODY if device.revoked else ROLES.get(device.role, _NOBODY)


def may_read(device: Device, space: str) -> bool:
    """Say whether the device may hold what is in the space."""
    return kind_of(device, space) in _role(device).reads


def may_enter(device: Device, space: str) -> bool:
    """Say whether the device may write anything at all in the space."""
    role = _role(device)
    return kind_of(device, space) in role.writes_own | role.writes_any


def may_write(device: Device, space: str, owner: bytes) -> bool:
    """Say whether the device may write a record of this owner in the space."""
    return rights.may_write(_role(device), device.organisation, space, owner)


def own_spaces(device: Device) -> list[str]:
    """Return the spaces with a fixed name that the device may read, the nearest first."""
    own = text_id(device.organisation)
    named = [private_space(own), shared_space(own), COMMITTEE, ALLIANCE]
    return [space for space in named if may_read(device, space)]


def reads_every_shared(device: Device) -> bool:
    """Say whether the device also reads the shared spaces of all other organisations."""
    return rights.EVERY_SHARED in _role(device).reads


def may_hand_keys(device: Device) -> bool:
    """Say whether the device may hand the organisation's key to another of its computers."""
    return _role(device).hands_keys


def may_erase(device: Device) -> bool:
    """Say whether the device may order that a record which it may write be erased everywhere."""
    return _role(device).erases
