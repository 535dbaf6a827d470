"""Where the files that travel with the program (icons, fonts, style sheet, catalogues) are found on disk."""

from __future__ import annotations

import pathlib

ROOT = pathlib.Path(__file__).resolve().parent


def path(*parts: str) -> pathlib.Path:
    """Return the path of a bundled file, for example ``path("icons", "house.svg")``; it need not exist."""
    return ROOT.joinpath(*parts)
