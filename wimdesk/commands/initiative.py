"""The commands for initiatives: what there is, where it stands, who takes part; join, leave, take it on."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from sqlalchemy.orm import Session

from wimdesk.app import App
from wimdesk.commands.terminal import a_day, printing, with_app
from wimdesk.i18n import content_language
from wimdesk.records.initiative import STATES
from wimdesk.records.milestone import KINDS
from wimdesk.records.participation import ROLES
from wimdesk.services import editing, lifecycle, sharing, taking_part, themes


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "joint initiatives and our own: their course, milestones, budget, and who takes part"
    group = commands.add_parser("initiative", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("list", help="show the initiatives, running ones first")
    one.set_defaults(handler=printing(show_list))
    one = group.add_parser("show", help="show one with its course, and who takes part on a day")
    one.add_argument("id")
    one.add_argument("--on", default="", type=a_day, metavar="DAY")
    one.set_defaults(handler=printing(show))
    one = group.add_parser("begin", help="begin one: a joint one as the Secretariat, else one of our own")
    one.add_argument("title")
    one.add_argument("--theme", default="", metavar="ID")
    one.set_defaults(handler=printing(begin))
    one = group.add_parser("advance", help="take one on in its course; adopting publishes it to the Alliance")
    one.add_argument("id")
    one.add_argument("state", choices=list(STATES))
    one.add_argument("--decision", default="", help="where it was adopted")
    one.add_argument("--on", default="", type=a_day, metavar="DAY")
    one.set_defaults(handler=printing(advance))
    one = group.add_parser("milestone", help="write down a milestone or a deliverable")
    one.add_argument("id")
    one.add_argument("title")
    one.add_argument("--due", default="", metavar="DAY")
    one.add_argument("--kind", default="milestone", choices=list(KINDS))
    one.set_defaults(handler=printing(add_milestone))
    one = group.add_parser("join", help="let our organisation take part")
    one.add_argument("id")
    one.add_argument("--role", default="participant", choices=list(ROLES))
    one.add_argument("--capacity", default="", help="what we can give, in words")
    one.add_argument("--people", type=int, default=None)
    one.add_argument("--hours", type=float, default=None, help="in a month")
    one.add_argument("--until", default="", type=a_day, metavar="DAY")
    one.set_defaults(handler=printing(join))
    one = group.add_parser("leave", help="stop taking part today; what was done stays")
    one.add_argument("id")
    one.set_defaults(handler=printing(leave))
    one = group.add_parser("share", help="hand one of our own to the Secretariat as a practice of the library")
    one.add_argument("id")
    one.set_defaults(handler=printing(share))
    _add_themes(commands)


def _add_themes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "the themes of a year, and everything that belongs to one"
    group = commands.add_parser("theme", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("list", help="show the themes, those of the latest year first")
    one.add_argument("--year", type=int, default=0)
    one.set_defaults(handler=printing(list_themes))
    one = group.add_parser("show", help="show a theme with the initiatives, practices, events and figures of it alone")
    one.add_argument("theme", help="id or key, such as global_data_deficit")
    one.set_defaults(handler=printing(show_theme))
    one = group.add_parser("begin", help="begin a theme of a year, as the Secretariat")
    one.add_argument("title")
    one.add_argument("--year", type=int, default=0)
    one.set_defaults(handler=printing(begin_theme))


def _shown(session: Session, initiative: str, day: str) -> dict[str, object]:
    found, course = taking_part.detail(session, initiative, day), lifecycle.course(session, initiative)
    return {**asdict(found), "course": {**asdict(course), "done": course.done}}


@with_app
def show_list(app: App, _args: argparse.Namespace) -> object:
    """Show the initiatives."""
    return [asdict(each) for each in app.read(taking_part.load).entries]


@with_app
def show(app: App, args: argparse.Namespace) -> object:
    """Show one initiative."""
    return app.read(_shown, args.id, args.on)


def _begin(session: Session, title: str, theme: str) -> str:
    made = taking_part.begin(session, theme)
    editing.change(session, "initiative", made, {"title": {content_language(): title}})
    return made


@with_app
def begin(app: App, args: argparse.Namespace) -> object:
    """Begin an initiative; it is private until somebody publishes or adopts it."""
    return app.read(_shown, app.run(_begin, args.title, args.theme), "")


@with_app
def advance(app: App, args: argparse.Namespace) -> object:
    """Take an initiative to another state."""
    return app.read(_shown, app.run(taking_part.advance, args.id, args.state, args.decision, args.on), "")


@with_app
def add_milestone(app: App, args: argparse.Namespace) -> object:
    """Write down a milestone; `wimdesk set milestone ID done_on=DAY` says that it is done."""
    app.run(lifecycle.add_milestone, args.id, args.title, args.due, args.kind)
    return app.read(_shown, args.id, "")


@with_app
def join(app: App, args: argparse.Namespace) -> object:
    """Take part."""
    app.run(
        taking_part.take_part, args.id, args.role, args.capacity, people=args.people, hours=args.hours,
        until=args.until,
    )  # fmt: skip
    return app.read(_shown, args.id, "")


@with_app
def leave(app: App, args: argparse.Namespace) -> object:
    """Leave."""
    app.run(taking_part.leave_now, args.id)
    return app.read(_shown, args.id, "")


@with_app
def share(app: App, args: argparse.Namespace) -> object:
    """Share an initiative of our own as a practice."""
    return app.read(editing.values, "library_item", app.run(sharing.as_practice, args.id))


@with_app
def list_themes(app: App, args: argparse.Namespace) -> object:
    """Show the themes."""
    return [asdict(each) for each in app.read(themes.listed, args.year)]


@with_app
def show_theme(app: App, args: argparse.Namespace) -> object:
    """Show what belongs to a theme."""
    found = app.read(themes.show, args.theme)
    return {
        **asdict(found.theme),
        "records": {name: [asdict(r) for r in records] for name, _l, records in found.groups},
    }


@with_app
def begin_theme(app: App, args: argparse.Namespace) -> object:
    """Begin a theme; `wimdesk set theme ID` writes the rest of it."""
    return asdict(app.read(themes.show, app.run(themes.begin, args.title, args.year)).theme)
