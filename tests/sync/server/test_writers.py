"""Many who write to one file at the same moment share a commit: each hears only what became of its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlcipher3 import dbapi2

from sync.server.writers import Writers

MANY = 12
Work = Callable[[Connection], int]


class File:
    """A small database, and how often something was committed in it."""

    def __init__(self, path: Path) -> None:
        self.engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(path)),
            module=dbapi2, connect_args={"check_same_thread": False, "isolation_level": None},
        )  # fmt: skip
        self.writers = Writers(self.writing)
        self.commits = 0
        event.listen(self.engine, "commit", self._count)
        self.writers.write(
            lambda connection: connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, x BLOB)"))
        )

    def _count(self, _connection: Connection) -> None:
        self.commits += 1

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def numbers(self) -> set[int]:
        with self.engine.connect() as connection:
            return set(connection.scalars(text("SELECT n FROM t")))

    def at_once(self, works: list[Work]) -> list[Future[int]]:
        """Let all of these wait until somebody is done, then go."""
        self.commits = 0
        with ThreadPoolExecutor(len(works)) as threads, self.writers.turn:
            waiting = [threads.submit(self.writers.write, work) for work in works]
            while len(self.writers) < len(works):
                time.sleep(0.01)
        return waiting


@pytest.fixture
def file(tmp_path: Path) -> Iterator[File]:
    made = File(tmp_path / "file.db")
    yield made
    made.engine.dispose()


def add(n: int, size: int = 1) -> Work:
    def work(connection: Connection) -> int:
        connection.execute(text("INSERT INTO t VALUES (:n, zeroblob(:size))"), {"n": n, "size": size})
        return n

    return work


def refusing(n: int) -> Work:
    def work(connection: Connection) -> int:
        add(n)(connection)
        raise ValueError(n)

    return work


def test_those_that_wait_share_a_commit(file: File) -> None:
    found = file.at_once([add(n) for n in range(MANY)])
    assert [each.result() for each in found] == list(range(MANY))
    assert file.numbers() == set(range(MANY))
    assert file.commits == 1


def test_very_many_take_more_than_one(file: File) -> None:
    found = file.at_once([add(n) for n in range(40)])
    assert [each.result() for each in found] == list(range(40))
    assert file.commits == 3


def test_what_one_refuses_touches_nobody_else(file: File) -> None:
    found = file.at_once([refusing(n) if n % 3 == 0 else add(n) for n in range(MANY)])
    for n, each in enumerate(found):
        if n % 3:
            assert each.result() == n
        else:
            with pytest.raises(ValueError, match=str(n)):
                each.result()
    assert file.numbers() == {n for n in range(MANY) if n % 3}
    assert file.commits == 1


def test_what_the_database_does_not_take_of_one_touches_nobody_else(file: File) -> None:
    file.writers.write(add(5))
    found = file.at_once([add(n) for n in range(MANY)])
    with pytest.raises(IntegrityError):
        found[5].result()
    assert [each.result() for each in found[:5] + found[6:]] == [n for n in range(MANY) if n != 5]
    assert file.numbers() == set(range(MANY))


def test_on_a_full_disk_nobody_hears_that_something_is_stored_which_is_not(file: File) -> None:
    def room(connection: Connection) -> int:
        return int(connection.scalar(text("PRAGMA page_count")) or 0)

    pages = file.writers.write(room)
    event.listen(file.engine, "begin", lambda each: each.exec_driver_sql(f"PRAGMA max_page_count={pages + 80}"))
    found = file.at_once([add(n, 30_000) for n in range(MANY)])
    stored = {each.result() for each in found if each.exception() is None}
    assert {type(each.exception()) for each in found} == {type(None), OperationalError}
    assert file.numbers() == stored
    assert 0 < len(stored) < MANY


def test_a_commit_that_fails_is_tried_by_each_alone(file: File) -> None:
    fails = [True]

    def fail(_connection: Connection) -> None:
        if fails.pop() if fails else False:
            raise OperationalError("COMMIT", {}, dbapi2.OperationalError("disk I/O error"))

    event.listen(file.engine, "commit", fail)
    found = file.at_once([add(n) for n in range(MANY)])
    assert [each.result() for each in found] == list(range(MANY))
    assert file.numbers() == set(range(MANY))
