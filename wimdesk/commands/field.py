"""The commands for the field: sites and visits, and groups of artisanal miners."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from sqlalchemy.orm import Session

from wimdesk.app import App
from wimdesk.commands.terminal import pairs, printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.identifiers import is_id
from wimdesk.services import attaching, editing, miner_groups, places, sites


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "sites: the list of known mines, and a place from a file"
    group = commands.add_parser("site", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("known", help="search the list of known mines; it needs no network")
    one.add_argument("text", nargs="?", default="", help="words of the name or the country")
    one.set_defaults(handler=printing(show_known))
    one = group.add_parser("take", help="make a known mine a site of ours")
    one.add_argument("key", help="as site known shows it")
    one.set_defaults(handler=printing(take))
    one = group.add_parser("place", help="put a site where a GPX, KML or CSV file says")
    one.add_argument("id", help="id of the site")
    one.add_argument("file")
    one.add_argument("--name", default="", help="which place, where there are several")
    one.set_defaults(handler=printing(put))
    _add_groups(commands)
    about = "visits to sites"
    group = commands.add_parser("visit", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("add", help="record a visit, with who was met and with photos")
    one.add_argument("site", help="id of the site")
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    one.add_argument("--met", nargs="+", default=[], metavar="WHO", help="names, or ids of people")
    one.add_argument("--photo", nargs="+", default=[], metavar="FILE")
    one.set_defaults(handler=printing(add_visit))
    one = group.add_parser("list", help="show the visits, the latest first")
    one.add_argument("site", nargs="?", default="", help="only those to this site")
    one.set_defaults(handler=printing(list_visits))


def _add_groups(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "groups of artisanal miners: numbers without names, licences, what is shared"
    group = commands.add_parser("miner-group", help=about, description=about).add_subparsers(required=True)
    one = group.add_parser("add", help="make a group")
    one.add_argument("name")
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(add_group))
    one = group.add_parser("show", help="show a group with its licences, sales and trainings")
    one.add_argument("id")
    one.set_defaults(handler=printing(show_group))
    one = group.add_parser("licence", help="note a licence of a group")
    one.add_argument("id", help="id of the group")
    one.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(add_licence))
    one = group.add_parser("licences", help="show the licences that end soon or have ended")
    one.add_argument("--within", type=int, default=miner_groups.SOON, metavar="DAYS")
    one.set_defaults(handler=printing(show_licences))
    for kind in ("sale", "training"):
        one = group.add_parser(kind, help=f"note a {kind}")
        one.add_argument("id", help="id of the group")
        one.add_argument("values", nargs="+", metavar="FIELD=VALUE")
        one.set_defaults(handler=printing(add_entry), kind=kind)
    for word, about, work in (
        ("share", "share a group with the Alliance, its place rounded, nobody named", share),
        ("take-back", "have nobody else see it any more", take_back),
    ):
        one = group.add_parser(word, help=about, description=about)
        one.add_argument("id")
        one.set_defaults(handler=printing(work))


def show_known(args: argparse.Namespace) -> object:
    """Search the list of known mines. No profile is opened."""
    return sites.known(args.text, most=1000)


@with_app
def take(app: App, args: argparse.Namespace) -> object:
    """Make a known mine a site of ours."""
    return app.read(editing.values, sites.TYPE, app.run(sites.take, args.key))


@with_app
def put(app: App, args: argparse.Namespace) -> object:
    """Put a site where a file says."""
    path = Path(args.file)
    found = places.read(path.name, attaching.read_file(path))
    wanted = [place for place in found if args.name in {"", place.name}]
    if len(wanted) != 1:
        names = ", ".join(place.name for place in found[:20])
        sentence = _("There are several places, or none of that name. Nothing was changed. Add --name, one of: {names}")
        raise UserError(sentence.format(names=names))
    app.run(sites.put, args.id, wanted[0], path.name)
    return app.read(editing.values, sites.TYPE, args.id)


def _record(session: Session, args: argparse.Namespace, values: dict[str, object]) -> str:
    visit = sites.begin_visit(session, args.site)
    if values:
        editing.change(session, sites.VISIT, visit, values)
    for who in args.met:
        if is_id(who):
            sites.meet(session, visit, person=who)
        else:
            sites.meet(session, visit, name=who)
    return visit


@with_app
def add_visit(app: App, args: argparse.Namespace) -> object:
    """Record a visit."""
    photos = [(Path(name).name, attaching.read_file(Path(name))) for name in args.photo]
    visit = app.run(_record, args, pairs(sites.VISIT, args.values))
    for name, content in photos:
        attaching.attach(app.store, app.contents, (sites.VISIT, visit), name, content)
    shown = app.read(attaching.listed, app.contents, sites.VISIT, visit)
    return asdict(app.read(sites.visit_card, visit)) | {"photos": [each.title for each in shown.files]}


@with_app
def list_visits(app: App, args: argparse.Namespace) -> object:
    """Show the visits."""
    return [asdict(row) for row in app.read(sites.visits, args.site)]


def _told(session: Session, group: str) -> dict[str, object]:
    found = miner_groups.card(session, group)
    kept = editing.values(session, miner_groups.TYPE, group)
    lines = {
        name: list(editing.several(session, type_name, ids).values())
        for name, type_name, ids in (
            ("licences", miner_groups.LICENCE, found.licences), ("sales", miner_groups.ENTRY, found.sales),
            ("trainings", miner_groups.ENTRY, found.trainings),
        )
    }  # fmt: skip
    ending = [asdict(each) for each in found.ending]
    return kept | lines | {"ending": ending, "shared": found.shared, "shared_place": found.shared_place}


@with_app
def add_group(app: App, args: argparse.Namespace) -> object:
    """Make a group."""
    values = {"name": args.name} | pairs(miner_groups.TYPE, args.values)
    made = app.run(miner_groups.begin)
    app.run(editing.change, miner_groups.TYPE, made, values)
    return app.read(_told, made)


@with_app
def show_group(app: App, args: argparse.Namespace) -> object:
    """Show a group."""
    return app.read(_told, args.id)


@with_app
def add_licence(app: App, args: argparse.Namespace) -> object:
    """Note a licence."""
    values = pairs(miner_groups.LICENCE, args.values)
    app.run(editing.change, miner_groups.LICENCE, app.run(miner_groups.begin_licence, args.id), values)
    return app.read(_told, args.id)


@with_app
def add_entry(app: App, args: argparse.Namespace) -> object:
    """Note a sale or a training."""
    values = pairs(miner_groups.ENTRY, args.values)
    app.run(editing.change, miner_groups.ENTRY, app.run(miner_groups.begin_entry, args.id, args.kind), values)
    return app.read(_told, args.id)


@with_app
def show_licences(app: App, args: argparse.Namespace) -> object:
    """Show the licences that end soon."""
    return [asdict(each) for each in app.read(miner_groups.ending, args.within)]


@with_app
def share(app: App, args: argparse.Namespace) -> object:
    """Share a group."""
    return app.read(editing.values, miner_groups.TYPE, app.run(miner_groups.share, args.id))


@with_app
def take_back(app: App, args: argparse.Namespace) -> object:
    """Take a shared group back."""
    app.run(miner_groups.take_back, args.id)
    return app.read(_told, args.id)
