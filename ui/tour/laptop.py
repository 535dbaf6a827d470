"""One profile with its engine, as it would be on a computer of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sync.client import enrolment
from sync.client.engine import Report, SyncEngine
from ui.tour.endpoint import Endpoint
from wimdesk.app import App
from wimdesk.services import computers


@dataclass
class Laptop:
    """An open profile and what syncs it."""

    name: str
    app: App
    engine: SyncEngine

    @classmethod
    def make(cls, name: str, folder: Path, passphrase: str = "") -> Laptop:
        """Make a new profile; without a passphrase it is locked with one that is forgotten at the end."""
        app = App.open(folder, passphrase or os.urandom(16).hex())
        app.settings.put("sync_automatically", False)
        return cls(name, app, SyncEngine(app))

    def enrol(self, endpoint: Endpoint, organisation: str, role: str) -> None:
        """Trade a fresh code for a place at the endpoint."""
        enrolment.enrol(self.app, endpoint.code(organisation, role), endpoint.url)

    def sync(self) -> Report:
        """Send and fetch, and wait for it."""
        return self.engine.run_once()

    def let_in(self, other: Laptop) -> Report:
        """Let another computer of the organisation read what is private: the person there reads six words aloud."""
        other.sync()
        self.sync()
        words = other.app.read(computers.look).words
        self.app.run(computers.confirm, other.app.identity().device, words)
        self.sync()
        return other.sync()

    def close(self) -> None:
        """Close the profile."""
        self.engine.stop()
        self.app.close()
