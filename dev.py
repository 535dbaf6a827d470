"""One command for everything a developer does, with nothing but Python installed.

python3 dev.py run      set up, then open the program with sample content (or take a picture tour without a display)
python3 dev.py test     set up, then everything the build server checks
python3 dev.py setup    only set up: .venv in this folder, exact versions from requirements.lock
python3 dev.py lock     choose the newest allowed versions again and write requirements.lock
python3 dev.py build    make the program for people who have no Python, in dist/
python3 dev.py bench    measure speed
python3 dev.py words    gather the visible words, renew the catalogues of each language and compile them

Only the standard library is used here, because this file runs before anything else exists.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
CATALOGUES = ROOT / "resources" / "translations"
TRANSLATED = {
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}
STAMP = VENV / "set-up-for"
IS_WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")

# What Qt loads from the system, and the Debian package that brings it.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
LIBRARIES_FOR_A_DISPLAY = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff (style)", (str(PYTHON), "-m", "ruff", "check", ".")),
    ("mypy (types)", (str(PYTHON), "-m", "mypy", "--strict")),
    ("lint-imports (architecture)", (str(PYTHON.with_name("lint-imports" + PYTHON.suffix)),)),
)


class SetupError(Exception):
    """Something is missing that only the person can bring; the text says what to do."""


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def has_display() -> bool:
    """Tell whether a window can be shown here."""
    if IS_WINDOWS or sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def command_environment(*, offscreen: bool) -> dict[str, str]:
    """Return the environment for a child; without a display Qt draws into memory."""
    environment = dict(os.environ, PYTHONUTF8="1")
    environment.pop("PYTHONPATH", None)
    environment.pop("PYTHONHOME", None)
    if offscreen:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return environment


# ---------------------------------------------------------------- the system's packages


def is_debian_root() -> bool:
    """Tell whether system packages may be installed here without asking."""
    return not IS_WINDOWS and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(packages: list[str], reason: str) -> None:
    """Install Debian packages as root; otherwise raise SetupError with the exact line to type."""
    line = f"sudo apt-get install -y {' '.join(packages)}"
    if not is_debian_root():
        raise SetupError(f"{reason}\nInstall it and start again. On Debian or Ubuntu:\n\n    {line}\n")
    say(f"{reason} Installing: {' '.join(packages)}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    quiet = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for command in (
        [*quiet, "update"],
        [*quiet, "install", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.stderr.write(done.stderr[-4000:])
            raise SetupError(f"{reason}\nInstalling it did not work. Please try:\n\n    {line}\n")


def can_load(library: str) -> bool:
    """Tell whether the system's loader finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages() -> list[str]:
    """Return the Debian packages whose libraries Qt needs here and does not find."""
    if not sys.platform.startswith("linux"):
        return []
    needed = dict(LIBRARIES)
    if os.environ.get("DISPLAY"):
        needed.update(LIBRARIES_FOR_A_DISPLAY)
    return [package for library, package in needed.items() if not can_load(library)]


def ensure_libraries() -> None:
    """Install the shared libraries of Qt, or raise SetupError with the line that does."""
    missing = missing_packages()
    if not missing:
        return
    apt_install(missing, "The window toolkit needs system libraries that are not here.")
    if missing_packages():
        raise SetupError(f"These libraries are still not found: {' '.join(missing_packages())}")


# ---------------------------------------------------------------- the virtual environment


def run_quietly(command: list[str]) -> bool:
    """Run a command, show its output only when it fails, and tell whether it worked."""
    done = subprocess.run(
        command, cwd=ROOT, env=command_environment(offscreen=False), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-4000:])
    return done.returncode == 0


def has_pip() -> bool:
    """Tell whether the Python that runs this file has pip."""
    return importlib.util.find_spec("pip") is not None


def make_environment(uv: str | None) -> None:
    """Make an empty .venv; Debian's bare Python can do it only without pip inside."""
    say("Making .venv ...")
    by_uv = ["venv", "--quiet", "--clear", "--no-python-downloads", "--python", sys.executable, str(VENV)]
    if uv and run_quietly([uv, *by_uv]):
        return
    venv = [sys.executable, "-m", "venv", "--clear"]
    if importlib.util.find_spec("ensurepip") and run_quietly([*venv, str(VENV)]):
        return
    if has_pip() and run_quietly([*venv, "--without-pip", str(VENV)]):
        return
    apt_install(["python3-venv"], "Python's own tool for environments is not here.")
    if not run_quietly([*venv, str(VENV)]):
        raise SetupError("The folder .venv could not be made. Is the disk full or the folder read-only?")


def pip_command() -> list[str]:
    """Return the pip of .venv, or the system's pip pointed at .venv (Debian forbids its use on the system itself)."""
    inside = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)
    if inside.returncode == 0:
        return [str(PYTHON), "-m", "pip"]
    if has_pip():
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    apt_install(["python3-pip"], "pip, which fetches Python packages, is not here.")
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def install_with_uv(uv: str) -> bool:
    """Bring .venv to exactly the lock, then add this project; tell whether it worked."""
    pip = [uv, "pip"]
    target = ["--quiet", "--python", str(PYTHON)]
    return run_quietly([*pip, "sync", *target, "--require-hashes", str(LOCK)]) and run_quietly(
        [*pip, "install", *target, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    )


def install_with_pip() -> None:
    """Install the lock and this project by pip; raise SetupError where it does not work."""
    pip = [*pip_command(), "--quiet", "--disable-pip-version-check", "install", "--no-deps"]
    if not run_quietly([*pip, "--require-hashes", "--requirement", str(LOCK)]):
        raise SetupError("The packages could not be fetched. Is there a network? Then run the same command again.")
    if not run_quietly([*pip, "--no-build-isolation", "--editable", str(ROOT)]):
        raise SetupError("The project could not be installed into .venv. Delete the folder .venv and try again.")


def fingerprint() -> str:
    """Return what the environment depends on: a change of any of it means setting up again."""
    digest = hashlib.sha256()
    for part in (LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode(), sys.version.encode()):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def is_ready() -> bool:
    """Tell whether .venv is already what it should be."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint()


def works(python: Path) -> bool:
    """Tell whether an environment is whole and of the running Python's version."""
    if not python.exists():
        return False
    code = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0


def set_up() -> None:
    """Make the environment equal to the lock; quick when nothing has changed."""
    if sys.version_info < (3, 11):
        raise SetupError(f"WIMDesk needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    ensure_libraries()
    if is_ready():
        return
    started = time.monotonic()
    uv = shutil.which("uv")
    if not works(PYTHON):
        make_environment(uv)
    STAMP.unlink(missing_ok=True)
    say("Installing the packages of requirements.lock ...")
    if not (uv and install_with_uv(uv)):
        install_with_pip()
    STAMP.write_text(fingerprint(), encoding="utf-8")
    say(f"Set up in {time.monotonic() - started:.1f} s.")


# ---------------------------------------------------------------- the commands


def call(command: list[str], *, offscreen: bool) -> int:
    """Run a command in the current folder and return its exit code."""
    try:
        return subprocess.run(command, env=command_environment(offscreen=offscreen), check=False).returncode
    except KeyboardInterrupt:
        return 130


def call_module(*arguments: str, offscreen: bool = True) -> int:
    """Run a module with the Python of .venv and return its exit code."""
    return call([str(PYTHON), "-m", *arguments], offscreen=offscreen)


def run(out: str) -> int:
    """Open the program with sample content, or take pictures of it where no window can be shown."""
    set_up()
    if has_display():
        return call_module("wimdesk", "demo", offscreen=False)
    say(f"No display here: taking pictures of the program into {out} instead.")
    started = time.monotonic()
    code = call_module("wimdesk", "tour", "--out", out)
    say(f"Tour ended in {time.monotonic() - started:.1f} s.")
    return code


def test(pytest_arguments: list[str]) -> int:
    """Run every check in order and stop at the first that fails; pytest is last so that its closing line is."""
    set_up()
    os.chdir(ROOT)
    for name, command in CHECKS:
        say(f"== {name}")
        code = call(list(command), offscreen=True)
        if code != 0:
            say(f"Stopped: {name} failed.")
            return code
    say("== pytest")
    return call_module("pytest", "--numprocesses", "auto", "--dist", "worksteal", *pytest_arguments)


def lock() -> int:
    """Write requirements.lock anew: every platform, with hashes, without the address of any registry."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("This needs uv. Install it first:\n\n    pip install uv\n")
    command = [
        uv, "pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11", "--all-extras",
        "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links",
        "pyproject.toml", "--output-file", LOCK.name,
    ]  # fmt: skip
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code == 0 and "://" in LOCK.read_text(encoding="utf-8"):
        raise SetupError("requirements.lock names an address. Take the direct links out of pyproject.toml.")
    return code


def build() -> int:
    """Freeze the program into dist/wimdesk."""
    set_up()
    os.chdir(ROOT)
    return call_module("PyInstaller", "--noconfirm", "--log-level", "WARN", "build.spec")


def bench(arguments: list[str]) -> int:
    """Measure the program's speed on this machine."""
    set_up()
    return call_module("wimdesk", "bench", *arguments)


def write_header(catalogue: Path, language: str) -> None:
    """Give a catalogue its fixed first entry, so that renewing it changes no date and names no computer."""
    lines = (
        "Project-Id-Version: WIMDesk",
        "POT-Creation-Date: 2026-01-01 00:00+0000", "PO-Revision-Date: 2026-01-01 00:00+0000",
        "Last-Translator: WIMDesk", f"Language: {language}", "Language-Team: WIMDesk",
        f"Plural-Forms: {TRANSLATED[language]}", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit", "Generated-By: dev.py",
    )  # fmt: skip
    header = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines)
    entries = catalogue.read_text(encoding="utf-8") if catalogue.exists() else ""
    if 'msgid ""\nmsgstr ""\n"' in entries[:200]:
        entries = entries.partition("\n\n")[2]
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    catalogue.write_text(header + "\n" + entries.lstrip("\n"), encoding="utf-8", newline="\n")


def words() -> int:
    """Renew resources/translations: new words come in empty, gone ones go, the rest stays."""
    set_up()
    os.chdir(ROOT)
    gather = ["-k", "N_", "-k", "ngettext:1,2", "-k", "gettext", "--sort-output", "--no-location", "--omit-header"]
    quiet = ["--no-fuzzy-matching", "--ignore-obsolete", "--omit-header"]
    with tempfile.TemporaryDirectory() as folder:
        template = str(Path(folder) / "wimdesk.pot")
        code = call_module("babel.messages.frontend", "extract", *gather, "-o", template, "wimdesk", "ui", "sync")
        for language in TRANSLATED:
            catalogue = CATALOGUES / language / "LC_MESSAGES" / "wimdesk.po"
            write_header(catalogue, language)
            common = ["-D", "wimdesk", "-i", template, "-d", str(CATALOGUES), "-l", language]
            code = code or call_module("babel.messages.frontend", "update", *common, *quiet)
            write_header(catalogue, language)
    return code or call_module("babel.messages.frontend", "compile", "-D", "wimdesk", "-d", str(CATALOGUES))


def read_arguments(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what follows test or bench is handed on."""
    parser = argparse.ArgumentParser(prog="dev.py", description="Set up, run, test and build WIMDesk.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    run_parser = commands.add_parser("run", help="set up and open the program (this is the default)")
    run_parser.add_argument("--out", default="tour-output", help="folder for the pictures where there is no display")
    commands.add_parser("test", help="set up and run every check; more arguments go to pytest")
    commands.add_parser("setup", help="only set up .venv")
    commands.add_parser("lock", help="choose versions again and write requirements.lock")
    commands.add_parser("build", help="freeze the program into dist/")
    commands.add_parser("words", help="renew and compile the catalogues of each language")
    commands.add_parser("bench", help="measure speed; more arguments are handed on")
    known, rest = parser.parse_known_args(arguments or ["run"])
    if rest and known.command not in {"test", "bench"}:
        parser.error(f"not understood: {' '.join(rest)}")
    return known, rest


def main(arguments: list[str]) -> int:
    """Do one command and return its exit code; 1 with an explanation when something is missing."""
    known, rest = read_arguments(arguments)
    try:
        commands: dict[str, Callable[[], int]] = {
            "run": lambda: run(known.out),
            "test": lambda: test(rest),
            "bench": lambda: bench(rest),
            "lock": lock,
            "build": build,
            "words": words,
        }
        if known.command in commands:
            return commands[known.command]()
        set_up()
    except SetupError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
