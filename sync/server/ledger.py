"""The endpoint's ledger of what was erased, as a file beside its data and beside each backup.

A line says a space and the number of a record, and nothing of what it was. After a restore the file is heeded before
anything is served, so that an old backup brings nothing back. What is private the laptops see to.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path

FILE = "erased.ledger"
Line = tuple[str, bytes]
"""A space and a record (16 bytes)."""
log = logging.getLogger(__name__)


def read(*folders: Path) -> set[Line]:
    """Return what the ledgers in these folders name; a line that can't be read says nothing."""
    found: set[Line] = set()
    for folder in folders:
        try:
            lines = (folder / FILE).read_text("utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            record, _, space = line.partition(" ")
            if len(record) == 32 and space and set(record) <= set("0123456789abcdef"):
                found.add((space, bytes.fromhex(record)))
    return found


def add(folder: Path, lines: Iterable[Line]) -> None:
    """Write these into the ledger in a folder, on the disk when this returns. What can't be written is said."""
    fresh = sorted(set(lines) - read(folder))
    if not fresh:
        return
    text = "".join(f"{record.hex()} {space}\n" for space, record in fresh).encode()
    try:
        with open(folder / FILE, "a+b", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                # A line that was cut in the middle would take the next one with it.
                text = text if file.read() == b"\n" else b"\n" + text
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        log.exception("the ledger of what was erased can't be written")
