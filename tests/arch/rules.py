"""The house's own rules that no ready-made tool checks: each takes a project's root and yields what breaks it.

A complaint is a line "path:line: sentence", so that a person finds the place and knows what to do.
"""

from __future__ import annotations

import ast
import hashlib
import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGES = ("wimdesk", "ui", "sync", "resources")
SKIPPED_FOLDERS = frozenset({"__pycache__", "build", "dist", "tour-output", "htmlcov"})
MOST_LINES = 500
MOST_LINES_OF_TESTS = 600
MOST_LINES_OF_A_FUNCTION = 60
REFUSED_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "common", "misc"})
REFUSED_ITEMS = frozenset({"itemAt", "itemAtPosition", "takeAt", "QLayoutItem"})
MAY_CATCH_EVERYTHING = frozenset({"ui/tasks.py", "sync/client/engine.py"})
MAY_NAME_COLOURS = frozenset({"ui/theme.py", "ui/tokens.py"})
HEX_COLOUR = re.compile(r"(?<![\w&])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b")
SILENCER = re.compile(r"#\s*(?:noqa: *[A-Z]+\d+(?:, *[A-Z]+\d+)*|type: *ignore\[[^]]+])(?P<reason>.*)")
REFUSED_HOSTS = frozenset(
    {
        "a4aa2ac280bb8d1a",
        "8b5bb5eb9d758455",
        "e680c440a2e92079",
        "0dc11026ac75c015",
        "fd0c6a9279196963",
    }
)
"""Package registries, by the beginning of the SHA-256 of their names: this file names none either."""
HOST = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# Put together from parts, so that this file does not break its own rule.
REFUSED_FOLDERS = ("/wo" + "rk/", "/tm" + "p/")


class Module(NamedTuple):
    """One Python file: its path from the root with forward slashes, its text and its tree."""

    path: str
    text: str
    tree: ast.Module


def project_files(root: Path) -> Iterator[Path]:
    """Yield the files that belong to the project, without what tools have left behind."""
    for path in sorted(root.iterdir()):
        if path.is_dir():
            if path.name == ".ci" or not (path.name.startswith(".") or path.name in SKIPPED_FOLDERS):
                yield from project_files(path)
        elif path.name != ".git":  # in a second working tree of git it is a file
            yield path


def modules(root: Path, *folders: str) -> Iterator[Module]:
    """Yield the Python files of the project, only those in the folders where some are named."""
    for path in project_files(root):
        name = path.relative_to(root).as_posix()
        if path.suffix == ".py" and (not folders or name.split("/")[0] in folders):
            text = path.read_text(encoding="utf-8")
            yield Module(name, text, ast.parse(text, filename=name))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def long_files(root: Path) -> Iterator[str]:
    """Files are short enough to be read in one go."""
    for module in modules(root):
        most = MOST_LINES_OF_TESTS if module.path.startswith("tests/") else MOST_LINES
        lines = module.text.count("\n")
        if lines > most:
            yield f"{module.path}:{most}: {lines} lines are more than {most}; split the file by subject."


def long_functions(root: Path) -> Iterator[str]:
    """Functions fit on a screen."""
    for module in modules(root):
        for node in functions(module):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_LINES_OF_A_FUNCTION:
                yield f"{module.path}:{node.lineno}: {node.name} has {lines} lines; name its parts."


def refused_names(root: Path) -> Iterator[str]:
    """Modules are named by what they hold."""
    for module in modules(root):
        parts = module.path.removesuffix(".py").split("/")
        yield from (f"{module.path}:1: the name {part} says nothing." for part in parts if part in REFUSED_NAMES)


def caught_everything(root: Path) -> Iterator[str]:
    """Only two places may catch whatever comes."""
    for module in modules(root, *PACKAGES, "dev.py"):
        if module.path in MAY_CATCH_EVERYTHING:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler) and _catches_everything(node.type):
                yield f"{module.path}:{node.lineno}: name the exceptions that can happen here."


def _catches_everything(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in names)


def unfinished_work(root: Path) -> Iterator[str]:
    """Nothing is promised that is not there."""
    for module in modules(root, *PACKAGES, "dev.py"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name) and node.id == "NotImplementedError":
                yield f"{module.path}:{node.lineno}: write it, or leave it out."


def colours_in_widgets(root: Path) -> Iterator[str]:
    """Colours come from the theme, so that contrast and the dark look are kept."""
    for module in modules(root, "ui", "wimdesk", "sync"):
        if module.path in MAY_NAME_COLOURS or module.path.startswith("wimdesk/pdf/"):
            continue  # paper has no theme
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and HEX_COLOUR.search(node.value):
                yield f"{module.path}:{node.lineno}: take the colour from ui/theme.py."


def layout_items(root: Path) -> Iterator[str]:
    """No screen holds a layout item: PySide's wrappers outlive the items and damage memory (6.11.3)."""
    for module in modules(root, "ui"):
        for node in ast.walk(module.tree):
            if {getattr(node, part, "") for part in ("attr", "name", "id")} & REFUSED_ITEMS:
                yield f"{module.path}:{getattr(node, 'lineno', 1)}: keep an own list of widgets (ui/widgets/column.py)."


def dressed_tips(root: Path) -> Iterator[str]:
    """A tool tip shows words as they are: Qt takes for markup what looks like it, and opens the files that it names."""
    for module in modules(root, "ui"):
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "setToolTip":
                continue
            if not all(map(_is_of_the_program, node.args)):
                yield f"{module.path}:{node.lineno}: say tool_tip(...) of what is no text of the program."


def _is_of_the_program(given: ast.expr) -> bool:
    if isinstance(given, ast.BinOp):
        return _is_of_the_program(given.left) and _is_of_the_program(given.right)
    names = {"_", "tool_tip"}
    return isinstance(given, ast.Constant) or (isinstance(given, ast.Call) and getattr(given.func, "id", "") in names)


def loose_types(root: Path) -> Iterator[str]:
    """The core says what it takes and gives: no Any in a public signature."""
    for module in modules(root, "wimdesk", "sync"):
        for node in functions(module):
            if not node.name.startswith("_") and any(_mentions_any(part) for part in _annotations(node)):
                yield f"{module.path}:{node.lineno}: {node.name} takes or gives Any; say what it is."


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    given = node.args
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
        if argument is not None and argument.annotation is not None:
            yield argument.annotation
    if node.returns is not None:
        yield node.returns


def _mentions_any(annotation: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "Any" for part in ast.walk(annotation))


def silent_exceptions_to_rules(root: Path) -> Iterator[str]:
    """Whoever silences a tool says why beside it."""
    for module in modules(root):
        for number, line in enumerate(module.text.splitlines(), start=1):
            silencer = SILENCER.search(line)
            if silencer and not re.search(r"\w{2}", silencer["reason"]):
                yield f"{module.path}:{number}: say in the same comment why this is silenced."


def addresses(root: Path) -> Iterator[str]:
    """No file names the registry or the machine that it was made on."""
    for path in project_files(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a font or a picture
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(text.splitlines(), start=1):
            found = [*(word for word in REFUSED_FOLDERS if word in line), *filter(_is_registry, HOST.findall(line))]
            yield from (f"{name}:{number}: leave {word} out." for word in found)


@cache
def _is_registry(host: str) -> bool:
    labels = host.lower().split(".")
    ends = (".".join(labels[at:]) for at in range(len(labels) - 1))
    return any(hashlib.sha256(end.encode()).hexdigest()[:16] in REFUSED_HOSTS for end in ends)


def undeclared_imports(root: Path, provided_by: dict[str, list[str]]) -> Iterator[str]:
    """Each foreign package that is imported is declared in pyproject.toml.

    provided_by: import name -> distributions, as importlib.metadata.packages_distributions() gives it.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project.get("optional-dependencies", {}).get("secretariat", [])]
    declared = {_plain_name(line) for line in wanted}
    for module in modules(root, *PACKAGES):
        for line, name in _imports(module.tree):
            distributions = {_plain_name(each) for each in provided_by.get(name, [])} - {"wimdesk"}
            if distributions and not distributions & declared:
                yield f"{module.path}:{line}: declare {name} in pyproject.toml, or do without it."


def _plain_name(requirement: str) -> str:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[._-]+", "-", name.group() if name else requirement).lower()


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]


def homeless_modules(root: Path) -> Iterator[str]:
    """Each part of wimdesk and sync has its floor in the tower and may not reach Qt; no contract has exceptions."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    contracts = {each["id"]: each for each in tomllib.loads(text)["tool"]["importlinter"]["contracts"]}
    tower = set(re.findall(r"[\w.]+", " ".join(contracts["tower"]["layers"])))
    without_qt = {*contracts["qt"]["source_modules"], *contracts["main"]["source_modules"]}
    for name in (name for name, contract in contracts.items() if "ignore_imports" in contract):
        yield f"pyproject.toml:1: the contract {name} has exceptions."
    for package in ("wimdesk", "sync"):
        for path in sorted((root / package).iterdir()):
            name = f"{package}.{path.stem}"
            if path.name == "__init__.py" or not (path.suffix == ".py" or (path / "__init__.py").exists()):
                continue
            if name not in tower:
                yield f"pyproject.toml:1: {name} has no floor in the tower."
            if not {name, package} & without_qt:
                yield f"pyproject.toml:1: {name} is not kept away from Qt."


def versions(root: Path) -> Iterator[str]:
    """The changelog's newest entry is the version that is built."""
    said = re.search(r'^__version__ = "(.+)"', (root / "wimdesk/__init__.py").read_text(encoding="utf-8"), re.MULTILINE)
    built = said[1] if said else "nothing"
    told = re.search(r"^## \[(\d+\.\d+\.\d+)]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    if told is None or told[1] != built:
        yield f"CHANGELOG.md:1: the newest entry is {told[1] if told else 'missing'}, but {built} is built."
