"""Every route has its row in the list, keeps to it, and is on the page that is made from it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from starlette.routing import Route

from sync import protocol
from sync.protocol import ROLES
from sync.server import roles_page, routes
from sync.server.app import Endpoint as Application
from sync.server.app import create_app
from sync.server.routes import ROUTES, Caller, Row

if TYPE_CHECKING:
    from tests.sync.server.conftest import Endpoint


def test_the_application_has_the_routes_of_the_list_and_no_other(tmp_path: Path) -> None:
    app = create_app(tmp_path)
    made = {
        (route.path, method)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert len(app.routes) == len(ROUTES), "something else than a route"
    assert made == {(row.path, row.method) for row in ROUTES}


def test_each_path_of_the_protocol_and_each_answer_of_the_endpoint_has_a_row() -> None:
    paths = {getattr(protocol, name) for name in dir(protocol) if name.startswith("PATH_")}
    assert paths == routes.PATHS
    answers = {name for name, work in vars(Application).items() if inspect.iscoroutinefunction(work) and name[0] != "_"}
    assert answers == {row.work for row in ROUTES}


@pytest.mark.parametrize("row", ROUTES, ids=lambda row: row.path)
def test_only_who_is_named_may_call(shared_endpoint: Endpoint, row: Row) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic eDp5"}):
        answer = requests.request(row.method, shared_endpoint.url + row.path, headers=headers, data=b"\0", timeout=30)
        assert (answer.status_code == 401) == (row.caller is Caller.ENROLLED)


@pytest.mark.parametrize("row", [row for row in ROUTES if row.method == "POST"], ids=lambda row: row.path)
def test_a_body_over_the_limit_is_refused(shared_endpoint: Endpoint, row: Row) -> None:
    headers = {"Authorization": shared_endpoint.laptop().authorization}
    for size, refused in ((row.most_bytes, False), (row.most_bytes + 1, True)):
        answer = requests.post(shared_endpoint.url + row.path, bytes(size), headers=headers, timeout=60)
        assert (answer.status_code == 413) == refused


def test_the_page_is_up_to_date_and_linked() -> None:
    assert roles_page.PAGE.read_text(encoding="utf-8") == roles_page.page(), "run: python -m sync.server.roles_page"
    assert "(roles.md)" in (roles_page.PAGE.parent / "operations.md").read_text(encoding="utf-8")
    kinds = {kind for role in ROLES.values() for kind in role.reads | role.writes_own | role.writes_any}
    assert kinds == set(roles_page.KINDS)


def test_the_proxy_that_the_page_shows_lets_every_body_through() -> None:
    page = (roles_page.PAGE.parent / "operations.md").read_text(encoding="utf-8")
    (most,) = re.findall(r"client_max_body_size (\d+)m;", page)
    assert int(most) * 1024**2 >= max(row.most_bytes for row in ROUTES)
