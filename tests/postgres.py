"""A private PostgreSQL for tests: a cluster of its own in a temporary folder, reached by a Unix socket only."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from sync.server.store import prepare

if sys.platform != "win32":
    import pwd

OWNER, ROLE = "wimdesk_owner", "wimdesk_endpoint"
SUPERUSER = "postgres"
_SOFT = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""What a test that is not about power cuts does without."""


def binaries() -> Path | None:
    """The folder of the newest server's programs, or None where there is no server."""
    beside = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return Path(beside).parent if beside else found[-1].parent if found else None


NO_SERVER = "PostgreSQL's server is not installed here (Debian: apt-get install postgresql)"
needs_server = pytest.mark.skipif(binaries() is None, reason=NO_SERVER)
PLACES = ["sqlite", pytest.param("postgresql", marks=needs_server)]
"""Where an endpoint can keep its log."""


@dataclass(frozen=True)
class Database:
    """One database of the cluster, by the address of its owner, of the endpoint's role and of the superuser."""

    owner: str
    role: str
    superuser: str


@dataclass(frozen=True)
class Cluster:
    """A running server."""

    folder: Path
    programs: Path
    user: str | None
    options: tuple[str, ...]
    ready: list[Database] = field(default_factory=list)
    """A prepared database, of which the others are copies."""

    def _run(self, program: str, *words: str) -> None:
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *words]
        subprocess.run(command, cwd=self.folder, user=self.user, check=True, stdout=subprocess.DEVNULL)

    def make(self) -> None:
        """Make the data folder."""
        self._run("initdb", "-A", "trust", "-U", SUPERUSER, "--no-sync", "-E", "UTF8", "--locale=C")

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = ["listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=120", *self.options]
        words = " ".join(f"-c {option}" for option in options)
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", words, "start")

    def stop(self) -> None:
        """Stop as in a crash."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    @property
    def process(self) -> int:
        """The number of the server's first process."""
        return int((self.folder / "data" / "postmaster.pid").read_text("ascii").splitlines()[0])

    def address(self, role: str, name: str) -> str:
        return f"postgresql://{role}@/{name}?host={self.folder}"

    def empty(self, template: str = "template1") -> Database:
        """A database in which nothing is prepared, or a copy of another one."""
        name = f"t{uuid.uuid4().hex}"
        with psycopg.connect(self.address(SUPERUSER, "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    *(sql.Identifier(each) for each in (name, template, OWNER))
                )
            )
        return Database(*(self.address(role, name) for role in (OWNER, ROLE, SUPERUSER)))

    def database(self) -> Database:
        """A database that is ready for an endpoint."""
        if not self.ready:
            self.ready.append(self.empty())
            prepare(self.ready[0].owner, ROLE)
        return self.empty(self.ready[0].superuser.partition("?")[0].rpartition("/")[2])


def _unprivileged() -> str | None:
    """Root may not run the server: somebody who may do nothing else does."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """Run a server for as long as the block lasts."""
    programs = binaries()
    assert programs is not None, NO_SERVER
    user = _unprivileged()
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        running = Cluster(Path(folder), programs, user, () if durable else _SOFT)
        running.make()
        running.start()
        try:
            with psycopg.connect(running.address(SUPERUSER, "postgres"), autocommit=True) as connection:
                for role in (OWNER, ROLE):
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            yield running
        finally:
            running.stop()
