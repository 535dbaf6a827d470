"""The project keeps its own rules, and each rule goes red when it is broken."""

from __future__ import annotations

import importlib.metadata
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.arch import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).parents[2]

undeclared_imports = partial(rules.undeclared_imports, provided_by=dict(importlib.metadata.packages_distributions()))
undeclared_imports.__doc__ = rules.undeclared_imports.__doc__

ADDRESS = "https://" + "pypi" + ".org/simple"
LONG_FUNCTION = "def long() -> None:\n" + "    pass\n" * 61

# Each rule with ways to break it: a file and what is written into it.
PLANTED: tuple[tuple[Callable[[Path], Iterable[str]], str, str], ...] = (
    (rules.long_files, "wimdesk/planted.py", "x = 1\n" * 501),
    (rules.long_files, "tests/test_planted.py", "x = 1\n" * 601),
    (rules.long_functions, "ui/planted.py", LONG_FUNCTION),
    (rules.long_functions, "ui/planted.py", "class A:\n    async " + LONG_FUNCTION.replace("\n", "\n    ")),
    (rules.refused_names, "wimdesk/utils.py", ""),
    (rules.refused_names, "sync/common/__init__.py", ""),
    (rules.caught_everything, "sync/planted.py", "try:\n    x = 1\nexcept Exception:\n    raise\n"),
    (rules.caught_everything, "sync/planted.py", "try:\n    x = 1\nexcept (OSError, BaseException):\n    raise\n"),
    (rules.caught_everything, "ui/planted.py", "try:\n    x = 1\nexcept:\n    raise\n"),
    (rules.unfinished_work, "wimdesk/planted.py", "def f() -> None:\n    raise NotImplementedError\n"),
    (rules.colours_in_widgets, "ui/widgets/planted.py", "COLOUR = '#ff8800'\n"),
    (rules.colours_in_widgets, "ui/widgets/planted.py", "COLOUR = 'color: #F80;'\n"),
    (rules.layout_items, "ui/planted.py", "def f(x):\n    x.takeAt(0)\n"),
    (rules.layout_items, "ui/widgets/planted.py", "class A:\n    def itemAt(self, n): ...\n"),
    (rules.layout_items, "ui/planted.py", "from PySide6.QtWidgets import QLayoutItem\n"),
    (rules.dressed_tips, "ui/planted.py", "def f(x):\n    x.setToolTip(x.title)\n"),
    (rules.dressed_tips, "ui/planted.py", "def f(x):\n    x.setToolTip(_('Name: ') + x.title)\n"),
    (rules.loose_types, "wimdesk/planted.py", "def f(x: dict[str, Any]) -> None: ...\n"),
    (rules.loose_types, "sync/planted.py", "class A:\n    def f(self) -> list[Any]: ...\n"),
    (rules.silent_exceptions_to_rules, "ui/planted.py", "x = 1  # noqa" + ": E501\n"),
    (rules.silent_exceptions_to_rules, "ui/planted.py", "x = 1  # type" + ": ignore[misc]\n"),
    (rules.addresses, "requirements.lock", f"--index-url {ADDRESS}\n"),
    (rules.addresses, ".ci/run", "cd /wo" + "rk/somewhere\n"),
    (undeclared_imports, "ui/planted.py", "import pytest\n"),
    (undeclared_imports, "wimdesk/planted.py", "def f() -> None:\n    from hypothesis import given\n"),
    (rules.homeless_modules, "wimdesk/planted.py", ""),
    (rules.homeless_modules, "wimdesk/planted/__init__.py", ""),
    (rules.homeless_modules, "sync/planted.py", ""),
    (rules.versions, "CHANGELOG.md", "# Changelog\n\n## [99.0.0] - 2026-01-01\n\n## [0.1.0] - 2025-01-01\n"),
    (rules.versions, "CHANGELOG.md", "# Changelog\n"),
)
RULES = list(dict.fromkeys(rule for rule, _path, _text in PLANTED))


def name_of(rule: Callable[[Path], Iterable[str]]) -> str:
    return str(rule.func.__name__) if isinstance(rule, partial) else rule.__name__


@pytest.fixture
def clean_copy(tmp_path: Path) -> Path:
    """A small project that keeps every rule."""
    for package in rules.PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text('"""Here for a test."""\n', encoding="utf-8")
    shutil.copy(ROOT / "wimdesk/__init__.py", tmp_path / "wimdesk/__init__.py")
    for name in ("pyproject.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_the_project_keeps_the_rule(rule: Callable[[Path], Iterable[str]]) -> None:
    complaints = list(rule(ROOT))
    assert not complaints, f"{rule.__doc__}\n" + "\n".join(complaints)


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED, ids=lambda value: name_of(value) if callable(value) else "")
def test_the_rule_sees_what_breaks_it(
    clean_copy: Path, rule: Callable[[Path], Iterable[str]], path: str, text: str
) -> None:
    assert list(rule(clean_copy)) == []
    planted = clean_copy / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(text, encoding="utf-8")
    assert list(rule(clean_copy)) != []


def test_no_rule_is_left_untried() -> None:
    public = {
        name
        for name, value in vars(rules).items()
        if callable(value) and getattr(value, "__module__", "") == rules.__name__ and not name.startswith("_")
    }
    tools = {"Module", "project_files", "modules", "functions"}
    assert public - tools == {name_of(rule) for rule in RULES}


def test_an_exception_in_a_contract_is_seen(clean_copy: Path) -> None:
    config = clean_copy / "pyproject.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('id = "qt"', 'id = "qt"\nignore_imports = ["wimdesk.app -> ui"]'), encoding="utf-8")
    assert list(rules.homeless_modules(clean_copy))
