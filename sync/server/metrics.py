"""What an operator watches: counts and times by route, for Prometheus, and a log in JSON lines; nothing of people."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from sync.server import tables
from sync.server.refusals import Refused
from sync.server.store import Store

REQUESTS = Counter("wimdesk_requests", "Requests answered.", ["route", "status"])
SECONDS = Histogram("wimdesk_request_seconds", "Seconds from the head of a request to its answer.", ["route"])
PLACED = Counter("wimdesk_operations", "Operations pushed.", ["outcome"])
REREAD = Counter("wimdesk_spaces_reread", "Spaces that a laptop read again, because something differed.")
CUT = 499
"""The status of a request whose line was cut; nobody hears it."""
_SHARED = "PROMETHEUS_MULTIPROC_DIR"

T = TypeVar("T", bound=Response)
_json = json.JSONEncoder(ensure_ascii=False).encode
log = logging.getLogger(__name__)


async def watched(route: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do the work of one request; count and time it, and write one line of the log."""
    began, status = time.perf_counter(), 500
    try:
        answer = await work()
        status = answer.status_code
        return answer
    except Refused as refusal:
        status = refusal.status
        raise
    except ClientDisconnect:
        status = CUT
        raise
    finally:
        seconds = time.perf_counter() - began
        REQUESTS.labels(route, str(status)).inc()
        SECONDS.labels(route).observe(seconds)
        facts = {"route": route, "status": status, "ms": round(seconds * 1000, 1)}
        log.info("request", extra={"facts": facts})


class Lines(logging.Formatter):
    """One JSON object a line: at (UTC), level, logger, message, and what the caller gave as `facts`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat("T", "milliseconds")
        said: dict[str, object] = {
            "at": at, "level": record.levelname.lower(),
            "logger": record.name, "message": record.getMessage(), **record.__dict__.get("facts", {}),
        }  # fmt: skip
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return _json(said)


def log_in_lines() -> None:
    """Write the program's log to standard error as lines of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class Computers(Collector):
    """How many computers are enrolled, asked of the database at each look."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the figure."""
        revoked = tables.device.c.revoked_at.is_not(None)
        query = select(revoked, func.count()).group_by(revoked)
        counts = dict(self._store.read(lambda connection: [(bool(a), b) for a, b in connection.execute(query)]))
        family = GaugeMetricFamily("wimdesk_computers", "Computers.", labels=["state"])
        for state, is_revoked in (("enrolled", False), ("removed", True)):
            family.add_metric([state], counts.get(is_revoked, 0))
        yield family


@contextlib.contextmanager
def offered(host: str, port: int, store: Store, *, shared: bool) -> Iterator[str]:
    """Answer `GET /metrics` there, apart from the port of laptops, for as long as the block lasts; yields the URL.

    `shared`: several processes count together; they must be started inside the block. Raises OSError.
    """
    with contextlib.ExitStack() as stack:
        registry = REGISTRY
        if shared:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wimdesk-metrics-"))
            os.environ[_SHARED] = folder
            stack.callback(os.environ.pop, _SHARED)
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the package leaves it open
        computers = Computers(store)
        registry.register(computers)
        stack.callback(registry.unregister, computers)
        server, thread = start_http_server(port, host, registry)
        stack.callback(thread.join)
        stack.callback(server.server_close)
        stack.callback(server.shutdown)
        yield f"http://{host}:{server.server_port}/metrics"
