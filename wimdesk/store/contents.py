"""The contents of attachments: encrypted files beside the database, each named by what it holds.

Name and key of a file follow from the profile's key and the SHA-256 of the content. So nothing has to be remembered
of it: a database that was restored finds every file again, and without the profile's key all of them are noise.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
from collections.abc import Collection, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sync import filebox
from wimdesk import clock
from wimdesk.errors import EnvironmentProblem
from wimdesk.i18n import _
from wimdesk.store import durable, keys
from wimdesk.store.engine import unwritable

FOLDER = "attachments"
UNKNOWN_FOR = 30 * 24 * 3600
"""Seconds for which a file is kept that no record names: the record may come back with the next sync."""
_PART, _FRESH = ".part", ".new"
_NONCE = 16
log = logging.getLogger(__name__)


class Contents:
    """The files of one profile. A content is named by the SHA-256 of its bytes in hexadecimal."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._aside = folder.parent / keys.QUARANTINE
        self._key = hmac.digest(key, b"wimdesk attachments v1", "sha256")

    def is_used(self) -> bool:
        """Say whether there ever was a content."""
        return self._folder.is_dir()

    def has(self, digest: str) -> bool:
        """Say whether the content is on this computer."""
        return self._path(digest).is_file()

    def keep(self, content: bytes) -> str:
        """Have the content on the disk when this returns, and return its name. Raises DiskFull and the like."""
        digest = hashlib.sha256(content).hexdigest()
        if not self.has(digest):
            box = b"".join(filebox.lock(self._box_key(digest), filebox.split(content), len(content)))
            try:
                if not self._folder.is_dir():
                    self._folder.mkdir(mode=0o700, parents=True)
                    durable.settle(self._folder.parent)
                durable.write(self._path(digest), box)
            except OSError as error:
                raise unwritable(error) from error
        return digest

    def pieces(self, digest: str, first: int = 0) -> Iterator[bytes]:
        """Yield the content from a piece on, each piece proved. Raises EnvironmentProblem where it is damaged."""
        path = self._path(digest)
        try:
            with path.open("rb") as file:
                size = filebox.content_size(os.fstat(file.fileno()).st_size)
                step = filebox.PIECE + filebox.boxed_size(0)
                file.seek(first * step)
                count = filebox.pieces_of(size) - first
                boxed = (file.read(step) for _each in range(count))
                yield from filebox.unlock(self._box_key(digest), boxed, size, first)
        except FileNotFoundError as error:
            raise EnvironmentProblem(
                _("This file is not on this computer. Nothing was changed. Download it first.")
            ) from error
        except OSError as error:
            raise unwritable(error) from error
        except ValueError as error:
            self._put_aside(path)
            raise _damaged() from error

    def read(self, digest: str) -> bytes:
        """Return the whole content, proved by its hash. Raises EnvironmentProblem where it is damaged or not here."""
        content = b"".join(self.pieces(digest))
        if hashlib.sha256(content).hexdigest() != digest:
            self._put_aside(self._path(digest))
            raise _damaged()
        return content

    def forget(self, digest: str) -> None:
        """Remove the content from this computer, also one that was damaged and put aside."""
        path = self._path(digest)
        for each in (path, self._aside / path.name):
            with contextlib.suppress(OSError):
                each.unlink(missing_ok=True)

    def part(self, digest: str) -> Part:
        """Return what has arrived so far of what travels under this name."""
        return Part(self._folder / (self._name("part", digest) + _PART), self._name("part key", digest))

    def used(self) -> int:
        """Return the bytes that contents take here, those that are arriving too. It looks at each file."""
        with contextlib.suppress(OSError), os.scandir(self._folder) as found:
            return sum(each.stat().st_size for each in found)
        return 0

    def sweep(self, named: Collection[str], arriving: Collection[str]) -> int:
        """Remove what no record has named for long, and what was left half; return how many files went.

        `named` are contents, `arriving` names under which something may still come. Only while nobody writes.
        """
        kept = {self._path(digest).name for digest in named} | {self.part(digest).path.name for digest in arriving}
        count = 0
        with contextlib.suppress(OSError):
            for path in list(self._folder.iterdir()) if self._folder.is_dir() else []:
                age = clock.seconds() - path.stat().st_mtime
                if path.suffix == _FRESH or (path.name not in kept and age > UNKNOWN_FOR):
                    path.unlink()
                    count += 1
        return count

    def destroy(self) -> None:
        """Remove everything."""
        for path in self._folder.glob("*"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _path(self, digest: str) -> Path:
        return self._folder / self._name("name", digest)

    def _name(self, use: str, digest: str) -> str:
        return hmac.digest(self._key, f"{use} {digest}".encode(), "sha256").hex()

    def _box_key(self, digest: str) -> bytes:
        return bytes.fromhex(self._name("key", digest))

    def _put_aside(self, path: Path) -> None:
        """What is damaged is kept, as other damaged files are; the content may come anew from the endpoint."""
        log.error("the content of an attachment is damaged")
        with contextlib.suppress(OSError):
            self._aside.mkdir(exist_ok=True)
            path.replace(self._aside / path.name)


class Part:
    """What has arrived of a file, scrambled under a random nonce; it is proved only when it is whole."""

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self._key = bytes.fromhex(key)

    def size(self) -> int:
        """Return how many bytes have arrived."""
        return max(0, self.takes() - _NONCE)

    def takes(self) -> int:
        """Return how many bytes it takes on the disk."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    def append(self, arriving: Iterator[bytes]) -> None:
        """Add bytes as they come; what came before the line was cut stays. Raises DiskFull and the like."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.size():
                self.path.write_bytes(os.urandom(_NONCE))
            at = self.size()
            with self.path.open("r+b") as file:
                cipher = self._cipher(file.read(_NONCE), at)
                file.seek(_NONCE + at)
                for piece in arriving:
                    file.write(cipher(piece))
        except OSError as error:
            raise unwritable(error) from error

    def read(self) -> bytes:
        """Return what has arrived."""
        try:
            held = self.path.read_bytes()
        except OSError as error:
            raise unwritable(error) from error
        return self._cipher(held[:_NONCE], 0)(held[_NONCE:])

    def drop(self) -> None:
        """Begin anew."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _cipher(self, nonce: bytes, at: int) -> _Scramble:
        return _Scramble(self._key, nonce, at)


class _Scramble:
    """AES-256 in counter mode from any byte on (NIST SP 800-38A): both ways are the same."""

    def __init__(self, key: bytes, nonce: bytes, at: int) -> None:
        counter = (int.from_bytes(nonce) + at // 16) % (1 << 128)
        self._update = Cipher(algorithms.AES256(key), modes.CTR(counter.to_bytes(16))).encryptor().update
        self._update(bytes(at % 16))

    def __call__(self, piece: bytes) -> bytes:
        return self._update(piece)


def _damaged() -> EnvironmentProblem:
    return EnvironmentProblem(
        _("This file is damaged on this disk and was put aside. The rest is safe. Download or add it again.")
    )
