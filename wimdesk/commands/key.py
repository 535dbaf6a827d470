"""The commands for the organisation's computers and its key."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.i18n import _
from wimdesk.services import computers, spare_key


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "the organisation's computers: who can read what is private"
    group = commands.add_parser("computers", help=about, description=about).add_subparsers(required=True)
    text = "list them; this one's six words too, while it waits to be let in"
    group.add_parser("list", help=text, description=text).set_defaults(handler=printing(list_computers))
    text = "let one in by the six words on its screen; both sync afterwards"
    one = group.add_parser("let-in", help=text, description=text)
    one.add_argument("id", help="as “computers list” shows it")
    one.add_argument("words", nargs="+", help="the six words that its screen shows")
    one.add_argument("--name", default="", help="so that you know it again; only your organisation sees it")
    one.set_defaults(handler=printing(let_in))
    about = "the organisation's key in a file, for the day when every computer is lost"
    group = commands.add_parser("key", help=about, description=about).add_subparsers(required=True)
    text = "write the file, and print the six words that open it"
    one = group.add_parser("save", help=text, description=text)
    one.add_argument("--out", type=Path, required=True, help="where the file is written")
    one.set_defaults(handler=printing(save_key))
    text = "take the key out of a file"
    one = group.add_parser("load", help=text, description=text)
    one.add_argument("file", type=Path, help="the spare key")
    one.add_argument("words", nargs="*", help="asked for on standard input where they are left out")
    one.set_defaults(handler=printing(load_key))


@with_app
def list_computers(app: App, _args: argparse.Namespace) -> object:
    """Show the organisation's computers."""
    return asdict(app.read(computers.look))


@with_app
def let_in(app: App, args: argparse.Namespace) -> object:
    """Let a computer read what is private."""
    app.run(computers.confirm, args.id, " ".join(args.words), args.name)
    return asdict(next(each for each in app.read(computers.every) if each.id == args.id))


@with_app
def save_key(app: App, args: argparse.Namespace) -> object:
    """Save a spare key."""
    words = spare_key.save(app.identity().organisation, app.read(spare_key.keys_here), args.out)
    sentence = _("Write the six words on paper, and keep them apart from the file.")
    return {"file": str(args.out), "words": words, "sentence": sentence}


@with_app
def load_key(app: App, args: argparse.Namespace) -> object:
    """Load a spare key."""
    words = " ".join(args.words) or sys.stdin.readline()
    return {"new_keys": app.run(spare_key.take, spare_key.unlock(args.file, words))}
