"""Everything below the window runs where there is no window toolkit: on the Secretariat's machine, and in a worker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Started as its own Python, so that nothing of the tests is loaded. The one module left out opens the window.
IMPORT_ALL = """
import importlib, pkgutil, sys
names = []
for package in sys.argv[1:]:
    module = importlib.import_module(package)
    names.append(package)
    names += [found.name for found in pkgutil.walk_packages(module.__path__, package + ".")]
for name in names:
    if name != "wimdesk.__main__":
        importlib.import_module(name)
toolkit = sorted(name for name in sys.modules if name.split(".")[0] in {"PySide6", "shiboken6", "ui"})
sys.stdout.write(f"{len(names)} modules; toolkit: {toolkit}")
"""


def import_all(folder: Path, *packages: str) -> str:
    """Import every module of some packages in a fresh Python and return what it says."""
    command = [sys.executable, "-W", "error", "-c", IMPORT_ALL, *packages]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_core_never_loads_the_toolkit() -> None:
    said = import_all(ROOT, "wimdesk", "sync", "resources")
    assert said.endswith("toolkit: []")
    assert int(said.split()[0]) > len(list((ROOT / "wimdesk").glob("*.py")))


def test_a_hidden_import_is_seen(tmp_path: Path) -> None:
    package = tmp_path / "planted"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "inner.py").write_text("__import__('PySide6.QtCore')\n", encoding="utf-8")
    assert "'PySide6.QtCore'" in import_all(tmp_path, "planted")
