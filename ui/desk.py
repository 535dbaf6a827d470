"""What every page gets: the open profile, the sync, and the ways to read, write, tell and go elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync.client.engine import SyncEngine
    from ui.bridge import Bridge
    from ui.notices import Notices
    from ui.tasks import Tasks
    from wimdesk.app import App


def _nowhere(page_key: str, record_id: str) -> None:
    """Go nowhere, as long as there is no window."""


@dataclass
class Desk:
    """Passed down by argument. `engine` is None where nothing can sync, as in most tests."""

    app: App
    engine: SyncEngine | None
    tasks: Tasks
    bridge: Bridge
    notices: Notices
    go: Callable[[str, str], None] = field(default=_nowhere)

    def navigate(self, page_key: str, record_id: str = "") -> None:
        """Show a page by its key of ui.navigation and, if given, one record on it."""
        self.go(page_key, record_id)
