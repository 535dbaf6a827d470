"""Where a simulation begins: an endpoint and enrolled laptops, made once and copied for each world."""

from __future__ import annotations

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sync.client import enrolment
from sync.client.engine import SyncEngine
from sync.client.transport import Transport
from tests.sim.endpoint import URL, Secretariat, copy_database
from tests.sim.fate import Clock, seeded
from tests.sim.laptop import Seat
from tests.sim.wire import Wire
from tests.support import Template, introduce
from wimdesk import clock as clocks
from wimdesk.app import DATABASE, App
from wimdesk.services import computers
from wimdesk.store import facts, identity, keys

_ROLES = ("coordinator", "volunteer", "committee")


@dataclass(frozen=True)
class Scene:
    """Files to begin from: `folder`/endpoint and `folder`/NAME of each seat."""

    folder: Path
    template: Template
    seats: tuple[Seat, ...]
    roles: dict[str, str]

    @classmethod
    def make(cls, folder: Path, devices: int) -> Scene:
        """Enrol this many laptops: one of the Secretariat, the others of two or three organisations."""
        clock = Clock()
        with seeded(devices), clocks.driven_by(clock.now):
            template = Template.make(folder / "template")
            endpoint = Secretariat(folder / "starting", clock)
            seats, roles = [], {}
            for number in range(devices):
                name, role = f"l{number}", "secretariat" if number == 0 else _ROLES[number % 3]
                organisation = "Secretariat" if number == 0 else f"WIM {number % (2 if devices < 7 else 3)}"
                seat = _enrol(template, endpoint, folder, name, organisation, role)
                seats.append(seat)
                roles[seat.device] = role
            _confirm(template, endpoint, folder, seats)
            endpoint.copy_to(folder / "endpoint")
            endpoint.close()
        return cls(folder, template, tuple(seats), roles)


def _confirm(template: Template, endpoint: Secretariat, folder: Path, seats: list[Seat]) -> None:
    """Let the first computer of each organisation know the words of the others, and tell them."""
    words: dict[str, dict[str, str]] = defaultdict(dict)
    for seat in seats:
        with _opened(template, folder, seat) as app:
            words[seat.organisation][seat.device] = app.read(facts.text, "words")
    firsts = {seat.organisation: seat for seat in reversed(seats)}
    for organisation, seat in firsts.items():
        with _opened(template, folder, seat) as app:
            for device, told in words[organisation].items():
                app.run(computers.put, device, "", told)
            SyncEngine(app, _connect(endpoint)).run_once()


@contextmanager
def _opened(template: Template, folder: Path, seat: Seat) -> Iterator[App]:
    source = folder / f"{seat.name}.again"
    shutil.copytree(template.folder, source)
    copy_database(folder / seat.name / DATABASE, source / DATABASE)
    app = template.reopen(source, seat.device_keys)
    try:
        yield app
        copy_database(source / DATABASE, folder / seat.name / DATABASE)
    finally:
        app.close()
        shutil.rmtree(source)


def _connect(endpoint: Secretariat) -> Callable[[str], Transport]:
    wire = Wire(endpoint.line, lambda letter: None, lambda: None)
    return lambda url: Transport(url, wire)


def _enrol(template: Template, endpoint: Secretariat, folder: Path, name: str, organisation: str, role: str) -> Seat:
    device_keys = keys.DeviceKeys(
        Ed25519PrivateKey.from_private_bytes(os.urandom(32)), X25519PrivateKey.from_private_bytes(os.urandom(32))
    )
    source = folder / f"{name}.first"
    shutil.copytree(template.folder, source)
    app = template.reopen(source, device_keys)
    try:
        app.run(identity.create)
        connect = _connect(endpoint)
        answer = enrolment.enrol(app, endpoint.code(organisation, role), URL, connect)
        app.run(lambda session: facts.put(session, person_name=f"Person {name}"))
        introduce(app, organisation)
        SyncEngine(app, connect).run_once()
        copy_database(source / DATABASE, folder / name / DATABASE)
    finally:
        app.close()
        shutil.rmtree(source)
    return Seat(name, answer.organisation, role == "secretariat", answer.device, device_keys)
