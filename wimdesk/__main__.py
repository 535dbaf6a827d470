"""The composition root: reads the command line and puts core, sync and screens together."""

from __future__ import annotations

import argparse
import logging
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from wimdesk import commands
from wimdesk.errors import WimdeskError
from wimdesk.i18n import set_language


def main(argv: list[str] | None = None) -> int:
    """Run one command, or open the window where none is given. Returns the exit code."""
    args = _parser().parse_args(argv)
    logging.basicConfig(
        level=logging.INFO if args.verbose else logging.WARNING, format="%(levelname)s %(name)s %(message)s"
    )
    set_language(args.language or "en")
    try:
        result = args.handler(args)
    except WimdeskError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 1
    if isinstance(result, int):
        return result
    if result is not None:
        commands.emit(result)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wimdesk", description="Take part in the International WIM Alliance, offline first."
    )
    parser.add_argument("--profile", type=Path, default=commands.default_profile(), help="folder of the profile")
    parser.add_argument("--language", default="", choices=["", "en", "fr", "es"], help="language of the sentences")
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    parser.set_defaults(handler=_open_window)
    kinds = parser.add_subparsers(metavar="COMMAND")
    commands.add_parsers(kinds)
    commands.add_secretariat(kinds)
    tour = kinds.add_parser("tour", help="two laptops and a Secretariat go through the main job, offscreen")
    tour.add_argument("--out", type=Path, required=True, help="folder for pictures, PDFs and the summary")
    tour.add_argument("--no-endpoint", action="store_true", help="leave the endpoint out: steps 1 to 6 still work")
    tour.set_defaults(handler=_tour)
    demo = kinds.add_parser("demo", help="an endpoint on this computer with sample content, and the app enrolled to it")
    demo.add_argument("--out", type=Path, default=None, help="keep the demo's data here")
    demo.set_defaults(handler=_demo)
    return parser


def _version() -> str:
    try:
        return version("wimdesk")
    except PackageNotFoundError:
        return "0"


# Qt is loaded only for the commands that show something.
def _open_window(args: argparse.Namespace) -> int:
    from ui import application

    return application.run(args.profile, commands.passphrase())


def _tour(args: argparse.Namespace) -> int:
    from ui import tour

    return tour.run(args.out, endpoint=not args.no_endpoint)


def _demo(args: argparse.Namespace) -> int:
    from ui import demo

    return demo.run(args.out)


if __name__ == "__main__":
    sys.exit(main())
