"""File steps that outlive a power cut: content reaches the disk before its name, and the name is settled too."""

from __future__ import annotations

import os
from pathlib import Path


def settle(path: Path) -> None:
    """Have the content of a file, or the names in a folder, on the disk when this returns."""
    if path.is_dir() and os.name == "nt":
        return  # Windows writes names by its own means and opens no folder
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, content: bytes) -> None:
    """Put the content there as a whole, or leave what was there. Raises OSError; then no half file stays."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_bytes(content)
        settle(fresh)
    except OSError:
        if fresh.is_file():
            fresh.unlink()
        raise
    move(fresh, path)


def move(source: Path, target: Path) -> None:
    """Give the file its name within one disk, in one step, and settle that."""
    source.replace(target)
    settle(target.parent)
    if source.parent != target.parent:
        settle(source.parent)
