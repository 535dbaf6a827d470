"""The composition root: reads the command line and puts core, sync and screens together.

The window opens before anything heavy is loaded, so each way to start imports only its own needs.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

import wimdesk
from wimdesk.errors import WimdeskError
from wimdesk.i18n import LANGUAGES, set_language
from wimdesk.settings import default_profile, passphrase


def main(argv: list[str] | None = None) -> int:
    """Run one command, or open the window where none is given. Returns the exit code."""
    words = sys.argv[1:] if argv is None else argv
    if words == ["read-files"]:  # the program starts itself so (wimdesk.extract.parent), hence before anything heavy
        from wimdesk.extract import child

        return child.main()
    general, rest = _general().parse_known_args(words)
    if not rest:
        return _open_window(general)
    args = _parser().parse_args(words)
    level = logging.INFO if args.verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(levelname)s %(name)s %(message)s")
    set_language(args.language or "en")
    try:
        return int(args.handler(args) or 0)
    except WimdeskError as problem:
        sys.stderr.write(f"{problem}\n")
    except KeyboardInterrupt:
        sys.stderr.write("\n")
    return 1


def _general() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wimdesk", add_help=False)
    parser.add_argument("--profile", type=Path, default=default_profile(), help="folder of the profile")
    parser.add_argument("--language", default="", choices=["", *LANGUAGES], help="language of the sentences")
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")
    return parser


def _parser() -> argparse.ArgumentParser:
    from wimdesk import commands

    about = "Take part in the International WIM Alliance, offline first. Without a command the window opens."
    parser = argparse.ArgumentParser(prog="wimdesk", description=about, parents=[_general()])
    parser.add_argument("--version", action="version", version=f"%(prog)s {wimdesk.__version__}")
    kinds = parser.add_subparsers(metavar="COMMAND", required=True)
    commands.add_parsers(kinds)
    tour = kinds.add_parser("tour", help="two laptops and a Secretariat go through the main job, offscreen")
    tour.add_argument("--out", type=Path, required=True, help="folder for pictures, PDFs and the summary")
    tour.add_argument("--no-gallery", action="store_true", help="only the steps, without a picture of every page")
    tour.add_argument("--no-endpoint", action="store_true", help="leave the endpoint out: steps 1 to 6 still work")
    tour.set_defaults(handler=_tour)
    demo = kinds.add_parser("demo", help="an endpoint on this computer with sample content, and the app enrolled to it")
    demo.add_argument("--out", type=Path, default=None, help="keep the demo's data here")
    demo.set_defaults(handler=_demo)
    bench = kinds.add_parser("bench", help="measure speed as ratios against a floor of the same run")
    bench.add_argument("--quick", action="store_true", help="fewer rounds and fewer rows")
    bench.set_defaults(handler=_bench)
    return parser


def _open_window(args: argparse.Namespace) -> int:
    from ui import application

    return application.run(args.profile, passphrase())


def _tour(args: argparse.Namespace) -> int:
    from ui.tour import journey

    return journey.run(args.out, endpoint=not args.no_endpoint, gallery=not args.no_gallery)


def _demo(args: argparse.Namespace) -> int:
    from ui import demo

    return demo.run(args.out)


def _bench(args: argparse.Namespace) -> int:
    from ui.bench import report

    return report.run(quick=args.quick)


if __name__ == "__main__":
    sys.exit(main())
