"""The import contracts, ruff and mypy hold here, and each of them goes red when its rule is broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.arch.rules import PACKAGES

ROOT = Path(__file__).parents[2]
TYPED: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["packages"]
SCRIPTS = Path(sys.executable).parent
LINT_IMPORTS = [str(SCRIPTS / f"lint-imports{Path(sys.executable).suffix}"), "--no-cache"]

# The sentence of a contract, and an import that breaks it.
BAD_IMPORTS = (
    ("Imports only go down the tower", "wimdesk/clock.py", "import wimdesk.store"),
    ("Imports only go down the tower", "wimdesk/pdf/__init__.py", "import wimdesk.store"),
    ("Imports only go down the tower", "sync/client/__init__.py", "import sync.server"),
    ("Imports only go down the tower", "wimdesk/app.py", "def later() -> None:\n    import sync.client"),
    ("Only ui knows Qt", "wimdesk/services/__init__.py", "from PySide6.QtCore import QObject"),
    ("Only ui knows Qt", "sync/merge.py", "def later() -> None:\n    import shiboken6"),
    ("Only ui knows Qt", "resources/__init__.py", "import ui"),
    ("The composition root reaches Qt only through ui", "wimdesk/__main__.py", "from PySide6 import QtWidgets"),
    ("The endpoint stands alone", "sync/server/__init__.py", "import wimdesk.clock"),
    ("The endpoint stands alone", "sync/protocol.py", "import wimdesk.errors"),
    ("Widgets never speak SQL or HTTP", "ui/__init__.py", "import sqlalchemy"),
    ("Widgets never speak SQL or HTTP", "ui/__init__.py", "def later() -> None:\n    import sqlcipher3"),
    ("Widgets never speak SQL or HTTP", "ui/__init__.py", "import urllib.request"),
    ("No cycles among siblings", "wimdesk/clock.py", "import wimdesk.errors\n"),
)

# What ruff must refuse in the core, with the name of its rule.
BAD_CODE = (
    ("ANN001", "def f(x) -> None: ...\n"),
    ("ANN201", "def f(): ...\n"),
    ("ANN401", "from typing import Any\ndef f(x: Any) -> None: ...\n"),
    ("BLE001", "try:\n    x = 1\nexcept Exception:\n    x = 2\n"),
    ("C901", "def f(x: int) -> None:\n" + "    if x:\n        x += 1\n" * 10),
    ("D100", "x = 1\n"),
    ("D101", '"""A."""\nclass A: ...\n'),
    ("D103", '"""A."""\ndef f() -> None: ...\n'),
    ("DTZ005", "import datetime\nx = datetime.datetime.now()\n"),
    ("FIX002", "x = 1  # TO" + "DO: later\n"),
    ("INT001", "def _(x: str) -> str: ...\ny = 1\nprint(_(f'{y}'))\n"),
    ("PGH003", "x = 1  # type:" + " ignore\n"),
    ("PGH004", "x = 1  # no" + "qa\n"),
    ("PLR0917", "def f(a: int, b: int, c: int, d: int, e: int, g: int, h: int) -> None: ...\n"),
    ("PLW0603", "x = 1\ndef f() -> None:\n    global x\n    x = 2\n"),
    ("SLF001", "import os\nos.path._get_sep('x')\n"),
    ("T201", "print(1)\n"),
)


def run(command: list[str], folder: Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a tool in a folder; the wide terminal keeps each verdict on its line."""
    wide = dict(os.environ, COLUMNS="200")
    return subprocess.run(
        command, cwd=folder, env=wide, input=text, capture_output=True, text=True, timeout=300, check=False
    )


def lint_imports(folder: Path) -> str:
    """Return what lint-imports says of a project."""
    return run(LINT_IMPORTS, folder).stdout


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The whole tower with nothing in it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    folders = ["wimdesk/services", "wimdesk/records", "wimdesk/store", "wimdesk/pdf", "wimdesk/search"]
    folders += ["wimdesk/extract", "wimdesk/commands", "sync/client", "sync/server", *PACKAGES]
    folders += [name.replace(".", "/") for name in TYPED if name.startswith("tests.")]
    files = [
        "wimdesk/__main__.py",
        "wimdesk/app.py",
    ]
    leaves = ["protocol", "merge", "columns", "digests", "erasures", "frames", "wire", "bundles", "sealing", "filebox"]
    leaves += ["rights", "signers"]
    files += [f"sync/{name}.py" for name in (*leaves, "lockbox")]
    lowest = ("settings", "events", "clock", "errors", "i18n", "identifiers", "memory", "stems", "words")
    files += [f"wimdesk/{name}.py" for name in lowest]
    for name in [*(f"{folder}/__init__.py" for folder in folders), *files]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('"""Here for a test."""\n', encoding="utf-8")
    return tmp_path


def test_the_contracts_are_kept() -> None:
    done = run(LINT_IMPORTS, ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 kept, 0 broken" in done.stdout


def test_the_empty_tower_keeps_the_contracts(skeleton: Path) -> None:
    assert "6 kept, 0 broken" in lint_imports(skeleton)


@pytest.mark.parametrize(("sentence", "path", "code"), BAD_IMPORTS)
def test_a_bad_import_breaks_its_contract(skeleton: Path, sentence: str, path: str, code: str) -> None:
    planted = skeleton / path
    planted.write_text(f"{planted.read_text(encoding='utf-8')}{code}\n", encoding="utf-8")
    if sentence.startswith("No cycles"):
        (skeleton / "wimdesk/errors.py").write_text("import wimdesk.clock\n", encoding="utf-8")
    assert f"{sentence} BROKEN" in lint_imports(skeleton)


def test_a_bad_import_in_the_real_tree_is_seen(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "wimdesk/clock.py").open("a", encoding="utf-8") as file:
        file.write("\nimport PySide6\n")
    assert "Only ui knows Qt BROKEN" in lint_imports(tmp_path)


def ruff(text: str) -> subprocess.CompletedProcess[str]:
    """Let ruff read a text as if it were a module of the core."""
    options = ["--no-cache", "--output-format", "json", "--stdin-filename", "wimdesk/planted.py"]
    return run([sys.executable, "-m", "ruff", "check", *options, "-"], ROOT, text)


@pytest.mark.parametrize(("rule", "text"), BAD_CODE, ids=[rule for rule, _text in BAD_CODE])
def test_ruff_refuses(rule: str, text: str) -> None:
    done = ruff(text)
    assert done.returncode == 1
    assert f'"{rule}"' in done.stdout


def test_ruff_accepts_good_code() -> None:
    done = ruff('"""Why it is."""\n\n\ndef half(x: int) -> float:\n    """Return the half."""\n    return x / 2\n')
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_is_strict(skeleton: Path) -> None:
    mypy = [sys.executable, "-m", "mypy", "--cache-dir", str(skeleton / "cache")]
    done = run(mypy, skeleton)
    assert done.returncode == 0, done.stdout + done.stderr
    (skeleton / "sync/merge.py").write_text("def f(x: dict) -> int:\n    return x['a']\n", encoding="utf-8")
    done = run(mypy, skeleton)
    assert done.returncode == 1
    assert "merge.py:1" in done.stdout
