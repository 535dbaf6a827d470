"""Figures for an operator and a log in lines: they say how it goes, and nothing of people."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
import requests

from sync.server import metrics
from sync.server.store import Store
from tests.sync.server.laptop import Answered, Laptop

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint


def figures(url: str) -> dict[str, float]:
    lines = requests.get(url, timeout=30).text.splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[:1] != "#")}


def test_what_is_done_is_counted_by_route_and_outcome(endpoint: Endpoint) -> None:
    store = Store(endpoint.data, database=endpoint.database)
    with metrics.offered("127.0.0.1", 0, store, shared=False) as url:
        before = figures(url)
        laptop = endpoint.laptop()
        laptop.push(1, laptop.op(laptop.shared), laptop.op(laptop.private), laptop.op("elsewhere", record=bytes(16)))
        with pytest.raises(Answered):
            Laptop(endpoint.url, "0000-0000-0000-0000")
        after = figures(url)
    store.close()

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert more('wimdesk_requests_total{route="sync",status="200"}') == 1
    assert more('wimdesk_requests_total{route="enrol",status="404"}') == 1
    assert more('wimdesk_request_seconds_count{route="sync"}') == 1
    assert more('wimdesk_operations_total{outcome="pushed"}') == 3
    assert more('wimdesk_operations_total{outcome="refused"}') == 1
    assert more('wimdesk_computers{state="enrolled"}') == 1
    with pytest.raises(requests.ConnectionError):
        figures(url)


@pytest.mark.expects_log
def test_a_line_of_the_log_is_json_and_names_nobody(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "sync.server"):
        laptop = endpoint.laptop("Women in Mining Canary")
        laptop.push(1, laptop.op(laptop.shared, b"canary"))
        laptop.send(msgspec.structs.replace(laptop.request(), reread=[laptop.shared]))
    written = [metrics.Lines().format(record) for record in caplog.records]
    said = [json.loads(line) for line in written]
    mine = [line for line in said if line.get("route") == "sync"]
    assert [(line["message"], line["status"], line["level"]) for line in mine] == [("request", 200, "info")] * 2
    assert any("reads again: shared" in line["message"] for line in said)
    assert mine[0]["ms"] > 0
    text = "\n".join(written).lower()
    for secret in (
        "canary",
        laptop.me.device,
        laptop.authorization.split()[1].lower(),
        laptop.code.lower(),
        "127.0.0.1",
    ):
        assert secret not in text
    try:
        raise ValueError("it broke")
    except ValueError:
        record = logging.LogRecord("sync", logging.ERROR, "", 1, "bad", None, sys.exc_info())
    assert "ValueError: it broke" in json.loads(metrics.Lines().format(record))["trace"]
