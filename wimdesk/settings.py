"""Every setting, declared once. They live beside the profile, belong to this computer, never sync."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wimdesk.errors import EnvironmentProblem
from wimdesk.events import Signal
from wimdesk.i18n import LANGUAGES, N_, _

Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One choice: its name, its default (which gives the type) and the words of its row."""

    name: str
    default: Value
    label: str
    group: str = ""
    choices: tuple[tuple[Value, str], ...] = ()


DECLARED = (
    Setting("language", "en", N_("Language"), "region", tuple(LANGUAGES.items())),
    Setting(
        "content_language",
        "",
        N_("Language of the content"),
        "region",
        (("", N_("As the program")), *LANGUAGES.items()),
    ),
    Setting(
        "document_language",
        "",
        N_("Language of documents"),
        "region",
        (("", N_("As the program")), *LANGUAGES.items()),
    ),
    Setting(
        "scheme",
        "system",
        N_("Colours"),
        "look",
        (
            ("system", N_("As the computer")),
            ("light", N_("Light")),
            ("dark", N_("Dark")),
            ("contrast", N_("High contrast")),
        ),
    ),
    Setting(
        "density",
        "comfortable",
        N_("Spacing of lists"),
        "look",
        (("comfortable", N_("Comfortable")), ("compact", N_("Compact"))),
    ),
    Setting(
        "text_percent",
        100,
        N_("Text size"),
        "look",
        ((90, "90 %"), (100, "100 %"), (110, "110 %"), (125, "125 %"), (150, "150 %")),
    ),
    Setting("sync_automatically", True, N_("Sync by itself when there is a connection"), "sync"),
    Setting(
        "file_megabytes",
        5,
        N_("Fetch attachments by itself"),
        "sync",
        (
            (0, N_("Only when I ask")),
            (1, N_("Up to 1 MB each")),
            (5, N_("Up to 5 MB each")),
            (20, N_("Up to 20 MB each")),
            (50, N_("All of them")),
        ),
    ),
    Setting(
        "files_megabytes",
        200,
        N_("Room for attachments"),
        "sync",
        ((50, "50 MB"), (200, "200 MB"), (1000, "1000 MB"), (5000, "5000 MB")),
    ),
    Setting("metered", False, N_("Every byte costs: leave attachments for later"), "sync"),
    Setting(
        "metered_megabytes",
        5,
        N_("Where every byte costs, use in a day"),
        "sync",
        ((1, "1 MB"), (2, "2 MB"), (5, "5 MB"), (20, "20 MB"), (100, "100 MB")),
    ),
    Setting(
        "start_as",
        "",
        N_("You are here as"),
        "organisation",
        (
            ("", N_("Leader of an organisation")),
            ("member", N_("Member or volunteer")),
            ("committee", N_("Steering Committee")),
            ("secretariat", N_("Secretariat")),
        ),
    ),
    Setting("first_run_done", False, ""),
    Setting("last_page", "home", ""),
    Setting("last_state", "", ""),
    Setting("site_id", "", N_("Your site"), "organisation"),
    Setting(
        "terms_within",
        90,
        N_("Terms of office that end within"),
        "organisation",
        (
            (30, N_("30 days")),
            (60, N_("60 days")),
            (90, N_("90 days")),
            (180, N_("Half a year")),
            (365, N_("A year")),
        ),
    ),
    Setting("zone", "", ""),
    Setting("window", "", ""),
)
_BY_NAME = {setting.name: setting for setting in DECLARED}


class Settings:
    """The settings of one profile, kept in a small JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.changed: Signal[str] = Signal()
        try:
            stored = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            stored = {}
        self._values: dict[str, Value] = {
            name: value
            for name, value in (stored.items() if isinstance(stored, dict) else ())
            if name in _BY_NAME and type(value) is type(_BY_NAME[name].default)
        }

    def get(self, name: str) -> Value:
        """Return the value, or the default; an undeclared name raises KeyError."""
        return self._values.get(name, _BY_NAME[name].default)

    def text(self, name: str) -> str:
        """Return a setting of text."""
        return str(self.get(name))

    def flag(self, name: str) -> bool:
        """Return a setting of yes or no."""
        return bool(self.get(name))

    def number(self, name: str) -> int:
        """Return a setting of a whole number."""
        return int(self.get(name))

    def put(self, name: str, value: Value) -> None:
        """Store a value at once; the file is replaced in one step. Raises EnvironmentProblem where it can't be."""
        setting = _BY_NAME[name]
        if type(value) is not type(setting.default):
            raise TypeError(name)
        if self.get(name) == value:
            return
        self._values[name] = value
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._values, ensure_ascii=False, sort_keys=True), "utf-8")
            Path(fresh).replace(self._path)
        except OSError as error:
            raise EnvironmentProblem(
                _("The setting could not be kept. Your data is safe. Check the disk and its rights.")
            ) from error
        self.changed.send(name)

    def begin_in(self, language: str) -> None:
        """Speak this language until somebody chooses one; who has started or chosen before keeps what there was."""
        if not self.flag("first_run_done") and "language" not in self._values:
            self._values["language"] = language  # on disk with the first setting that is put

    def on(self, listener: Callable[[str], object]) -> Callable[[], None]:
        """Call the listener with the name of each setting that changes."""
        return self.changed.connect(listener)


def default_profile() -> Path:
    """Return the folder of the profile that opens when none is named."""
    import platformdirs  # loaded late: a window on a named folder need not wait for it

    return Path(platformdirs.user_data_dir("WIMDesk", appauthor=False)) / "profile"


def passphrase() -> str | None:
    """Return the passphrase from WIMDESK_PASSPHRASE, or None."""
    return os.environ.get("WIMDESK_PASSPHRASE") or None
