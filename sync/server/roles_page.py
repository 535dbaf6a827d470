"""Writes docs/roles.md from the role table and the list of routes, so that the page can't say anything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sync.protocol import ROLES, Role
from sync.server.routes import ROUTES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"
KINDS = {
    "private": "own organisation's private space",
    "shared": "own organisation's shared space",
    "committee": "committee",
    "alliance": "alliance",
    "every_shared": "other organisations' shared spaces",
}
"""Kinds of spaces as the role table names them, and as people do."""
_HEAD = """# Who may do what

This page is made from the role table (`sync/protocol.py`) and the list of routes (`sync/server/routes.py`) by
`python -m sync.server.roles_page`. Do not change it by hand.

## Roles and spaces

"Own" are records that the computer's own organisation owns, "any" are also records of others. Nobody reads or writes
another organisation's private space. What ships with the program is owned by nobody's organisation: it changes only
where a role writes any record of the alliance. A computer that was removed may do nothing.

What is private is sealed with the organisation's key, which the server does not have: there it tells by the role alone
who may write, not by whose record it is. Any computer that may write there makes the organisation's first key; who
hands the key on also makes the next one, and puts it into envelopes for other computers of the organisation.
"""
_ROUTES = """
## Routes

There is no route for the operator, who uses commands on the server ([operations](operations.md)).
"""


def rights(role: Role, kind: str) -> str:
    """Return what the role may do in spaces of this kind, in words."""
    words = ["read"] if kind in role.reads else []
    if kind in role.writes_any:
        words.append("write any")
    elif kind in role.writes_own:
        words.append("write own")
    return ", ".join(words) or "nothing"


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *_roles(), _ROUTES, *_routes(), ""])


def _roles() -> Iterator[str]:
    yield from _table("Role", *KINDS.values(), "hands on the organisation's key", "erases")
    for name, role in ROLES.items():
        yield _line(
            name, *(rights(role, kind) for kind in KINDS), *(_word(each) for each in (role.hands_keys, role.erases))
        )


def _word(may: bool) -> str:
    return "yes" if may else "no"


def _routes() -> Iterator[str]:
    yield from _table("Route", "Who", "Most bytes of a body", "Failures count against the address", "What for")
    for row in ROUTES:
        counted = "yes" if row.counts_failures else "no"
        yield _line(f"`{row.method} {row.path}`", row.caller.value, f"{row.most_bytes:,}", counted, row.purpose)


def _table(*titles: str) -> Iterator[str]:
    yield _line(*titles)
    yield _line(*("---" for _ in titles))


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
