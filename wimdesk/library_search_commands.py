"""The commands that find things in the library: what practices say and what is in their files."""

from __future__ import annotations

import argparse

from wimdesk.app import App
from wimdesk.commands import printing, with_app
from wimdesk.services import library

_MOST = 20


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "practices and what is in their files"
    kinds = commands.add_parser("library", help=about, description=about).add_subparsers(dest="library", required=True)
    add_kinds(kinds)


def add_kinds(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands within `library`."""
    about = "search in practices and in the files attached to them, in any form of the words"
    one = kinds.add_parser("search", help=about, description=about)
    one.add_argument("text", help="one or more words; all of them must occur")
    one.add_argument("--limit", type=int, default=_MOST, metavar="COUNT", help=f"how many to show; {_MOST} else")
    one.set_defaults(handler=printing(search_library))
    about = "read the words of attached files, so that the search finds them"
    one = kinds.add_parser("read-files", help=about, description=about)
    one.set_defaults(handler=printing(read_files))


@with_app
def search_library(app: App, args: argparse.Namespace) -> object:
    """Read what was attached and not read yet, and answer."""
    app.read_files()
    result = app.read(library.find, app.searcher(), app.read(library.load), args.text, {})
    if result is None:
        return []
    exact = result.found - result.near
    told = []
    for at, entry in enumerate(result.entries[: args.limit]):
        place = result.places.get(entry.id)
        told.append(
            {
                "id": entry.id, "title": entry.title, "all_words": at < exact,
                "file": place.title if place else "", "page": place.page if place else 0,
                "passage": result.passages.get(entry.id) or entry.summary,
            }
        )  # fmt: skip
    return told


@with_app
def read_files(app: App, _args: argparse.Namespace) -> object:
    """Read what was attached and not read yet."""
    return {"read": app.read_files()}
