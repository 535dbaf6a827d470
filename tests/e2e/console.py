"""The command line at a laptop that is open already: without the passphrase, which is slow on purpose."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wimdesk.__main__ import main
from wimdesk.commands import frame, records, terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.support import Laptop
    from wimdesk.app import App


@dataclass
class Console:
    """Runs commands on one laptop's profile, within this process."""

    laptop: Laptop
    out: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    @contextlib.contextmanager
    def _sat_at(self) -> Iterator[None]:
        app = self.laptop.app
        with self.patch.context() as here:
            for place in (terminal, frame, records):  # each knows it by its own name
                here.setattr(place, "open_app", lambda _args: app)
            here.setattr(type(app), "close", _stay_open)
            yield

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run one command; return exit code, what it printed, and what it said."""
        with self._sat_at():
            code = main(list(words))
        said = self.out.readouterr()
        return code, said.out, said.err

    def does(self, *words: str) -> Any:  # noqa: ANN401 - whatever JSON the command prints
        code, out, err = self.run(*words)
        assert (code, err) == (0, ""), words
        return json.loads(out)

    def fails(self, *words: str) -> str:
        code, out, err = self.run(*words)
        assert (code, out) == (1, ""), words
        return err


def _stay_open(_app: App) -> None:
    """The laptop is closed at the end of the test."""
