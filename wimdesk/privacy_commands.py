"""The commands of data protection: erasing, and who has confirmed."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from wimdesk.app import App
from wimdesk.commands import printing, with_app
from wimdesk.services import erasing


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "erase a person or another record on every computer; without --yes only say what would go"
    parser = commands.add_parser("erase", help=about, description=about)
    parser.add_argument("type", help="a type of record, such as person")
    parser.add_argument("id", help="the id of the record, as list shows it")
    parser.add_argument("--yes", action="store_true", help="really erase; it can't be undone")
    parser.add_argument("--everything", action="store_true", help="also what the law asks to keep, such as receipts")
    parser.set_defaults(handler=printing(erase))

    about = "show what was erased, and which computers have confirmed"
    parser = commands.add_parser("erasures", help=about, description=about)
    parser.set_defaults(handler=printing(show_erasures))


@with_app
def erase(app: App, args: argparse.Namespace) -> object:
    """Erase a record with what goes along, or say what that would be."""
    if not args.yes:
        parts = app.read(erasing.scope, args.type, args.id, everything=args.everything)
        return {
            "would_erase": [asdict(part) for part in parts if not part.kept],
            "kept_by_law": [asdict(part) for part in parts if part.kept],
        }
    done = app.run(erasing.erase, args.type, args.id, everything=args.everything)
    app.sweep()
    return {"erased": [{"type": part.type, "id": part.id, "space": part.space} for part in done]}


@with_app
def show_erasures(app: App, _args: argparse.Namespace) -> object:
    """Show the ledger: nothing in it says who it was."""
    return [asdict(each) | {"done": each.is_done} for each in app.read(erasing.standings)]
