"""The commands for the organisation itself: its profile, its branches and its logo; and for terms of office
and the directory.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from wimdesk.app import App
from wimdesk.commands.terminal import pairs, printing, with_app
from wimdesk.records.organization import country_name
from wimdesk.services import attaching, branches, directory, editing, logos, people, terms
from wimdesk.services.people import Term

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
    _add_terms(commands)
    _add_directory(commands)


def _add_terms(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "terms of office: which end soon, who held what, what is handed over"
    group = commands.add_parser("term", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("ending", help="show the terms that end soon, the first to end first")
    one.add_argument("--within", type=int, default=0, metavar="DAYS", help="else the time that is chosen in the window")
    one.set_defaults(handler=printing(show_ending))
    one = group.add_parser("on", help="show who held which post")
    one.add_argument("day", nargs="?", default="", help="a day, a month or a year, such as 2019; else today")
    one.set_defaults(handler=printing(show_held))
    one = group.add_parser("appoint", help="begin a term")
    one.add_argument("post", help="id of the post")
    one.add_argument("person", help="id of the person")
    one.add_argument("--from", dest="start", default="", metavar="DAY")
    one.add_argument("--until", default="", metavar="DAY")
    one.set_defaults(handler=printing(appoint))
    one = group.add_parser("hand-over", help="show what is handed over at the end of a term, or tick it off")
    one.add_argument("id", help="id of the term, as term ending shows it")
    one.add_argument("--done", nargs="+", default=[], metavar="STEP")
    one.add_argument("--open", nargs="+", default=[], metavar="STEP")
    one.set_defaults(handler=printing(hand_over))


def _add_directory(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "the directory of the Alliance: search it, and choose what it shows of us"
    group = commands.add_parser("directory", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("search", help="show the organisations that have these words")
    one.add_argument("text", nargs="?", default="", help="words; “offers: blasting training” asks in the offers alone")
    one.set_defaults(handler=printing(search_directory))
    one = group.add_parser("set", help="change our entry, and what of it the Alliance sees")
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    one.add_argument("--show", nargs="+", default=[], metavar="FIELD")
    one.add_argument("--hide", nargs="+", default=[], metavar="FIELD")
    one.set_defaults(handler=printing(set_entry))


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


def _term(term: Term) -> dict[str, object]:
    return {**asdict(term), "days_left": terms.days_left(term) if term.end else None}


@with_app
def show_ending(app: App, args: argparse.Namespace) -> object:
    """Show the terms that end soon."""
    within = args.within or app.settings.number("terms_within")
    return [_term(term) for term in app.read(terms.ending, within)]


@with_app
def show_held(app: App, args: argparse.Namespace) -> object:
    """Show who held which post at a time."""
    return [asdict(row) for row in app.read(terms.held, args.day)]


@with_app
def appoint(app: App, args: argparse.Namespace) -> object:
    """Begin a term; other terms of the post stay as they are."""
    made = app.run(people.appoint, args.post, args.person, args.start, args.until)
    return app.read(editing.values, terms.TYPE, made)


@with_app
def hand_over(app: App, args: argparse.Namespace) -> object:
    """Show the steps of a hand-over, after ticking some off."""
    for code, done in [*((code, True) for code in args.done), *((code, False) for code in args.open)]:
        app.run(terms.tick, args.id, code, done)
    found = app.read(terms.hand_over, args.id)
    return {"term": _term(found.term), "done": found.done, "steps": [asdict(step) for step in found.steps]}


@with_app
def search_directory(app: App, args: argparse.Namespace) -> object:
    """Search the directory."""
    return [asdict(each) for each in app.read(directory.find, args.text)]


def _set_entry(session: Session, values: dict[str, object], show: list[str], hide: list[str]) -> str:
    record = directory.begin(session)
    directory.show(session, show, True)
    directory.show(session, hide, False)
    editing.change(session, directory.TYPE, record, values)
    return record


@with_app
def set_entry(app: App, args: argparse.Namespace) -> object:
    """Change our entry in one transaction: what is to be hidden is never shown in between."""
    record = app.run(_set_entry, pairs(directory.TYPE, args.values), args.show, args.hide)
    return app.read(editing.values, directory.TYPE, record)
