"""The commands for the organisation itself: its profile, its branches and its logo."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from wimdesk.app import App
from wimdesk.commands import pairs, printing, with_app
from wimdesk.records.organization import country_name
from wimdesk.services import attaching, branches, editing, logos, people

_ID = "id of an organisation; ours where it is left out"


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "the organisation's profile, its branches and its logo"
    group = commands.add_parser("organisation", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("show", help="show the profile, what is missing in it, and the branches")
    one.add_argument("id", nargs="?", default="", help=_ID)
    one.set_defaults(handler=printing(show))
    one = group.add_parser("set", help="change fields of the profile; it is begun where there is none")
    one.add_argument("--id", default="", help=_ID)
    one.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(set_fields))
    one = group.add_parser("branch", help="make a branch")
    one.add_argument("name")
    one.add_argument("--under", default="", metavar="ID", help=_ID)
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(add_branch))
    one = group.add_parser("move", help="make an organisation a part of another one, or of none")
    one.add_argument("id")
    one.add_argument("--under", default="", metavar="ID", help="left out, it is a part of none")
    one.set_defaults(handler=printing(move))
    one = group.add_parser("logo", help="make a picture the logo")
    one.add_argument("file")
    one.add_argument("--id", default="", help=_ID)
    one.set_defaults(handler=printing(set_logo))


def _shown(session: Session, organisation: str) -> dict[str, object]:
    tree = branches.tree(session, organisation)
    profile = people.profile(session, tree.top.id)
    kept = editing.several(session, branches.TYPE, [tree.top.id]).get(tree.top.id, {})
    return {
        "id": tree.top.id, "name": kept.get("name", {}), "country": country_name(str(kept.get("country_code", ""))),
        "region": profile.region, "filled": profile.filled, "asked": profile.asked,
        "missing": [{"field": name, "label": label} for name, label in profile.missing],
        "part_of": tree.above[0], "members": tree.top.total, "without_a_count": tree.top.uncounted,
        "in_a_circle": tree.top.in_circle, "branches": [asdict(unit) for unit in tree.units[1:]], "profile": kept,
    }  # fmt: skip


@with_app
def show(app: App, args: argparse.Namespace) -> object:
    """Show a profile with its branches."""
    return app.read(_shown, args.id)


@with_app
def set_fields(app: App, args: argparse.Namespace) -> object:
    """Change fields; what a rule finds odd is said, the change stays."""
    values = pairs(branches.TYPE, args.values)
    organisation = args.id or app.run(people.begin_profile)
    for _field, sentence in app.run(editing.change, branches.TYPE, organisation, values):
        sys.stderr.write(sentence + "\n")
    return app.read(_shown, organisation)


@with_app
def add_branch(app: App, args: argparse.Namespace) -> object:
    """Make a branch, with fields where they are given."""
    values = pairs(branches.TYPE, args.values)
    made = app.run(branches.begin, args.under or app.run(people.begin_profile), args.name)
    if values:
        app.run(editing.change, branches.TYPE, made, values)
    return app.read(_shown, made)


@with_app
def move(app: App, args: argparse.Namespace) -> object:
    """Put an organisation elsewhere in the tree."""
    app.run(branches.move, args.id, args.under)
    return app.read(_shown, args.id)


@with_app
def set_logo(app: App, args: argparse.Namespace) -> object:
    """Attach a picture and make it the logo."""
    path, organisation = Path(args.file), args.id or app.run(people.begin_profile)
    made = logos.choose(app.store, app.contents, organisation, path.name, attaching.read_file(path))
    return {"id": organisation, "logo": made}
