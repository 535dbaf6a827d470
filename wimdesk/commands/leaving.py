"""The commands about leaving the Alliance: say it, take it back, work on alone; and what the Secretariat does then."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.errors import UserError
from wimdesk.i18n import _
from wimdesk.services import departures, full_export, leaving


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "leave the Alliance from a day on; without an option only say how things stand"
    parser = commands.add_parser("leave", help=about, description=about)
    act = parser.add_mutually_exclusive_group()
    act.add_argument("--on", metavar="DAY", default="", help="the day, such as 2026-12-31: today or later")
    act.add_argument("--take-back", action="store_true", help="stay, or come back before the term is over")
    act.add_argument("--alone", action="store_true", help="the day has come: work on alone without a last sync")
    parser.add_argument("--out", type=Path, metavar="FILE", help="first write everything into one ZIP file")
    parser.set_defaults(handler=printing(leave))

    about = "for the Secretariat: who has left, and what is still here of what they shared; or remove it"
    parser = commands.add_parser("departures", help=about, description=about)
    parser.add_argument("--remove", metavar="ORGANISATION", default="", help="its id: erase what it shared, everywhere")
    parser.add_argument("--yes", action="store_true", help="really remove; it can't be undone")
    parser.set_defaults(handler=printing(list_departures))


@with_app
def leave(app: App, args: argparse.Namespace) -> object:
    """Say a day, take it back, part, or say how things stand."""
    told: dict[str, object] = {}
    if args.out:
        saved = full_export.export(app.store, app.contents, args.out)
        told = {"saved": str(args.out), "elsewhere": saved.elsewhere}
    if args.on:
        app.run(leaving.announce, args.on)
    elif args.take_back:
        app.run(leaving.take_back)
    elif args.alone:
        app.run(leaving.work_alone)
    found = app.read(leaving.standing)
    return {"state": found.state, "left_on": found.day, "removed_from": found.until} | told


@with_app
def list_departures(app: App, args: argparse.Namespace) -> object:
    """Show who has left, or remove what one of them shared."""
    if args.remove and args.yes:
        count = departures.remove_all(app.store, args.remove)
        app.sweep()
        return {"erased": count}
    found = app.read(departures.every)
    if args.remove:
        named = [each for each in found if each.organisation == args.remove]
        if not named:
            raise UserError(_("No such organisation has left. Nothing was removed. Look at the list again."))
        return {"would_erase": named[0].records, "from": named[0].until}
    command = departures.COMMAND.format
    return [asdict(each) | {"at_the_endpoint": command(id=each.organisation)} for each in found]
