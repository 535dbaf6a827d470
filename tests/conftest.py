"""What every test gets: no display, no person's folders or keyring, and no log warning that nobody announced."""

from __future__ import annotations

import functools
import gc
import logging
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.offline import guard
from tests.postgres import Cluster, cluster
from tests.support import Template
from wimdesk.app import App
from wimdesk.i18n import set_content_language, set_language
from wimdesk.store import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Nothing but the sync itself needs a network, and that only to an endpoint on this computer.
guard.install()

# A shared build machine stalls now and then: how long an example takes proves nothing.
settings.register_profile("wimdesk", deadline=None, print_blob=True)
settings.load_profile("wimdesk")

OUR_LOGGERS = ("wimdesk", "ui", "sync", "resources")


def pytest_collection_finish() -> None:
    """Looking for garbage, which every window does when it closes, need not go through all tests and modules again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def known_passphrases() -> Iterator[None]:
    """What a passphrase gives is slow to compute on purpose, and always the same: within one run, once is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "hash_secret_raw", functools.cache(keys.hash_secret_raw))
        yield


@pytest.fixture(scope="session", autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep tests out of the person's own folders, language and keyring."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DATA", "CONFIG", "STATE", "CACHE"):
            patch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
        runtime = home / "runtime"
        runtime.mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))  # Qt warns without one
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
            patch.delenv(name, raising=False)
        patch.setenv("LANG", "C.UTF-8")
        yield


@pytest.fixture(autouse=True)
def nobodys_language() -> Iterator[None]:
    """A test that speaks another language, or reads in one, leaves English to the next."""
    yield
    set_language("en")
    set_content_language("")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One PostgreSQL server for all tests that ask for one."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "profile")


@pytest.fixture
def app(template: Template, tmp_path: Path) -> Iterator[App]:
    """A new encrypted profile."""
    found = template.new(tmp_path / "profile")
    yield found
    found.close()


class _Listener(logging.Handler):
    """Remembers what our own loggers said at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember one record of ours as a line."""
        if record.name.split(".")[0] in OUR_LOGGERS:
            self.heard.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_unannounced_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which the program logs a warning, unless it is marked with expects_log.

    A command that sets up a log of its own writes to what pytest closes after the test: it goes with the test.
    """
    root, listener = logging.getLogger(), _Listener()
    level, handlers = root.level, [*root.handlers]
    root.addHandler(listener)
    yield
    root.setLevel(level)
    for handler in {*root.handlers} - {*handlers}:
        root.removeHandler(handler)
    if listener.heard and request.node.get_closest_marker("expects_log") is None:
        pytest.fail("Logged without @pytest.mark.expects_log:\n" + "\n".join(listener.heard))
