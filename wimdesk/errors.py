"""Everything that may go wrong and is not a bug, as one tree.

WimdeskError                    shown as a sentence; never a traceback
├── UserError                   what was typed or chosen can't be used
│   ├── NotFound                no such record, type or field
│   └── RuleBroken              a rule of a record type; carries (field, sentence) pairs
├── EnvironmentProblem          the computer: disk, folder, file, lock
│   ├── DiskFull
│   ├── ProfileBusy             another WIMDesk has this profile open
│   ├── NotAProfile             the file is no profile, or is damaged
│   │   └── Damaged             the keys fit, the data does not: a backup can take its place
│   ├── ProfileTooNew           made by a later version
│   └── WrongKey                passphrase wrong, or keyring without the key
├── SyncProblem                 the network or the endpoint; `number` as in sync.protocol
│   ├── NoConnection
│   ├── ClockWrong
│   ├── NotAnAnswer             what answered is no endpoint, or its answer was damaged
│   └── Refused                 the endpoint said no, with its number
└── Cancelled                   the person stopped it; never shown

Each message has three parts in one or two sentences: what happened, what it means for the
data, what to do. Anything else that is raised is a bug and stays loud.
"""

from __future__ import annotations


class WimdeskError(Exception):
    """An expected problem; `str()` is a translated sentence for the person."""


class UserError(WimdeskError):
    """What was typed or chosen can't be used."""


class NotFound(UserError):
    """There is no such record, type or field."""


class RuleBroken(UserError):
    """A rule of a record type is broken; `problems` holds (field, sentence) pairs."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        self.problems = problems
        super().__init__(" ".join(sentence for _field, sentence in problems))


class EnvironmentProblem(WimdeskError):
    """The computer stands in the way: disk, folder, file or lock."""


class DiskFull(EnvironmentProblem):
    """No room to save."""


class ProfileBusy(EnvironmentProblem):
    """Another WIMDesk has this profile open."""


class NotAProfile(EnvironmentProblem):
    """The file is not a profile of WIMDesk, or it is damaged."""


class Damaged(NotAProfile):
    """The keys of the profile open, but its database is not whole: a backup can take its place."""


class ProfileTooNew(EnvironmentProblem):
    """The profile was made by a later version of WIMDesk."""


class WrongKey(EnvironmentProblem):
    """The passphrase is wrong, or the keyring does not hold this profile's key."""


class SyncProblem(WimdeskError):
    """The network or the endpoint stands in the way; nothing local is touched."""

    number = 0


class NoConnection(SyncProblem):
    """The endpoint can't be reached."""


class ClockWrong(SyncProblem):
    """The secure connection failed and the two clocks are far apart."""


class NotAnAnswer(SyncProblem):
    """What came is no answer of an endpoint: it was damaged, or something else answered."""


class Refused(SyncProblem):
    """The endpoint refused; `number` says why (see sync.protocol.Problem)."""

    def __init__(self, number: int, sentence: str, *, wipe: bool = False, order: bytes = b"") -> None:
        self.number = number
        self.wipe = wipe
        self.order = order
        """The endpoint's signature under what a revoked device is told."""
        super().__init__(sentence)


class Cancelled(WimdeskError):
    """The person stopped the work."""
