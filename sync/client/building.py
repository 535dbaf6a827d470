"""What compressions build on: operations that both sides have help to pack what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from sync import wire
from sync.client.pieces import Waiting
from wimdesk.store import outbox

PRIVATE = 0
"""The short name of the private space (wire.Names)."""
Prefix = tuple[bytes, tuple[str, bytes] | None]
"""The bytes, and what names them to the endpoint: the space and their digest."""
NOTHING: Prefix = (b"", None)


class Building:
    """Keeps what the last compression built on: nothing changes it until something more was read."""

    def __init__(self) -> None:
        self._place: object = None
        self._found: Prefix = NOTHING

    def on(
        self, session: Session, names: wire.Names, waiting: list[Waiting], cursors: Mapping[str, int],
        trails: Mapping[str, bytes],
    ) -> Prefix:  # fmt: skip
        """Return what helps with what waits, or with what was last written here; never what is private."""
        private = names.long(PRIVATE)
        space = next((space for space, _first, _ops in waiting if space != private), outbox.latest_space(session))
        if space == private or space not in cursors:
            return NOTHING
        place = (names.organisation, space, cursors[space], trails.get(space, b""))
        if self._place != place:
            known, digest = wire.prefix_of(outbox.last_placed(session, space, cursors[space]), names)
            self._place, self._found = place, (known, (space, digest)) if known else NOTHING
        return self._found

    def forget(self) -> None:
        """The endpoint has something else there."""
        self._place = None
