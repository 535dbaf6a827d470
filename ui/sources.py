"""Keeps PySide from reading the source of everything that is imported after it.

It looks there for its own name, to switch features on that this program never uses (snake_case, true_property); what it
read stays in memory. That is 30 MB and a tenth of the start. A built program, which carries no source, does without.
"""

from __future__ import annotations

import contextlib
import importlib


def leave_unread() -> None:
    """From now on import without that. Where another version of PySide goes about it in another way, it may."""
    with contextlib.suppress(ImportError):
        importlib.import_module("shiboken6")  # it carries the other one inside
        features = importlib.import_module("shibokensupport.feature")
        if hasattr(features, "_mod_uses_pyside"):
            vars(features)["_mod_uses_pyside"] = _never


def _never(_module: object) -> bool:
    return False
