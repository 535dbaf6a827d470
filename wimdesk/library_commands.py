"""The commands for the library: write, list, read, check, submit, publish."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from wimdesk.app import App
from wimdesk.commands import printing, with_app
from wimdesk.records.library_item import TEMPLATES
from wimdesk.services import editing, library

_GROUPS = ("theme", "language", "template", "collection", "subject", "ours")


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "practices, tools and stories: write, find, share"
    kinds = commands.add_parser("library", help=about, description=about).add_subparsers(dest="library", required=True)
    one = kinds.add_parser("new", help="begin a practice of our own with a template")
    one.add_argument("template", choices=TEMPLATES)
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(new_item))
    one = kinds.add_parser("list", help="show the library, or what a question and filters leave of it")
    one.add_argument("question", nargs="?", default="")
    for group in _GROUPS:
        one.add_argument(f"--{group}", action="append", default=[], metavar="CODE")
    one.add_argument("--order", choices=["match", "newest", "title"], default="match")
    one.set_defaults(handler=printing(list_items))
    for name, work, text in (
        ("read", read_item, "show a practice to be read"),
        ("missing", list_missing, "say what its template still asks for"),
        ("submit", submit_item, "hand it to the Secretariat"),
        ("publish", publish_item, "give it to the whole Alliance, as the Secretariat"),
    ):
        one = kinds.add_parser(name, help=text, description=text)
        one.add_argument("id")
        one.set_defaults(handler=printing(work))


@with_app
def new_item(app: App, args: argparse.Namespace) -> object:
    """Begin a practice."""
    cls = editing.type_of(library.TYPE)
    pairs = [pair.partition("=")[::2] for pair in args.values]
    values = {name: editing.parse(cls, name, text) for name, text in pairs}
    made = app.run(library.draft, args.template)
    if values:
        app.run(editing.change, library.TYPE, made, values)
    return app.read(editing.values, library.TYPE, made)


@with_app
def list_items(app: App, args: argparse.Namespace) -> object:
    """Show what there is."""
    chosen = {group: frozenset(getattr(args, group)) for group in _GROUPS}
    found = app.read(library.find, app.searcher(), app.read(library.load), args.question, chosen, args.order)
    return [asdict(entry) for entry in found.entries] if found else []


@with_app
def read_item(app: App, args: argparse.Namespace) -> object:
    """Show one practice."""
    article = app.read(library.article, args.id)
    return {**asdict(article), "can": sorted(article.can)}


@with_app
def list_missing(app: App, args: argparse.Namespace) -> object:
    """Say what is missing."""
    return [{"field": name, "sentence": sentence} for name, sentence in app.read(library.missing, args.id)]


@with_app
def submit_item(app: App, args: argparse.Namespace) -> object:
    """Hand a practice in."""
    return app.read(editing.values, library.TYPE, app.run(library.submit, args.id))


@with_app
def publish_item(app: App, args: argparse.Namespace) -> object:
    """Give a practice to everybody."""
    return app.read(editing.values, library.TYPE, app.run(library.publish, args.id))
