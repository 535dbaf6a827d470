"""The commands for a sync by file: export, inspect, import, carry."""

from __future__ import annotations

import argparse
import uuid
from dataclasses import asdict
from pathlib import Path

from sync.client import bundles
from sync.client.engine import SyncEngine
from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "sync by a file that anybody may carry"
    group = commands.add_parser("bundle", help=about, description=about).add_subparsers(dest="bundle", required=True)
    for name, work, text in (
        ("export", export_bundle, "save what waits as a file that only the Secretariat's endpoint can open"),
        ("inspect", inspect_bundle, "say what a file is; nothing is changed"),
        ("import", import_bundle, "load the answer"),
        ("carry", carry_bundle, "pass on anybody's file over the network, and write the answer"),
    ):
        parser = group.add_parser(name, help=text, description=text)
        if name != "export":
            parser.add_argument("file", type=Path, help="a file of a sync")
        if name in {"export", "carry"}:
            parser.add_argument("--out", type=Path, required=True, help="where the file is written")
        parser.set_defaults(handler=printing(work))


@with_app
def export_bundle(app: App, args: argparse.Namespace) -> object:
    """Save a file."""
    saved = bundles.save(SyncEngine(app), args.out)
    return {"file": str(args.out), **asdict(saved), "sentences": saved.sentences()}


@with_app
def inspect_bundle(app: App, args: argparse.Namespace) -> object:
    """Say what a file is."""
    return _described(bundles.look(app, args.file))


@with_app
def import_bundle(app: App, args: argparse.Namespace) -> object:
    """Load an answer."""
    loaded = bundles.load(SyncEngine(app), args.file)
    return {**asdict(loaded), "sentences": loaded.sentences()}


@with_app
def carry_bundle(app: App, args: argparse.Namespace) -> object:
    """Pass a file on."""
    return {"file": str(args.out), **_described(bundles.carry(SyncEngine(app), args.file, args.out))}


def _described(look: bundles.Look) -> dict[str, object]:
    found = asdict(look) | {"author": str(uuid.UUID(look.author)) if look.author else ""}
    known = found if look.mine else {name: found[name] for name in ("kind", "size", "mine")}
    return {**known, "sentence": look.sentence()}
