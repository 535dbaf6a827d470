"""The commands that find things in the library: what practices say and what is in their files."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.services import library, library_duplicates, question, reading_lists

_MOST = 20
_FACETS = {group: group for group in library.GROUPS}


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
    _add_kept(kinds)


def _add_kept(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = kinds.add_parser("save-search", help="keep a question; what fits later is among the answers")
    one.add_argument("text", nargs="?", default="")
    one.add_argument("--only", action="append", default=[], metavar="FACET=CODE,CODE", help=", ".join(_FACETS))
    one.add_argument("--name", default="")
    one.set_defaults(handler=printing(save_search))
    one = kinds.add_parser("saved", help="show saved searches and reading lists, or what one of them has now")
    one.add_argument("id", nargs="?", default="")
    one.set_defaults(handler=printing(show_saved))
    one = kinds.add_parser("related", help="show what is related to a practice, or perhaps the same")
    one.add_argument("id")
    one.set_defaults(handler=printing(show_related))
    one = kinds.add_parser("duplicates", help="show any two practices that are perhaps one")
    one.set_defaults(handler=printing(show_duplicates))
    one = kinds.add_parser("link", help="note that two practices belong together")
    one.add_argument("id")
    one.add_argument("other")
    one.set_defaults(handler=printing(link_two))
    one = kinds.add_parser("reading-list", help="make a reading list")
    one.add_argument("title")
    one.add_argument("items", nargs="*", metavar="ID")
    one.set_defaults(handler=printing(begin_list))
    one = kinds.add_parser("put", help="put a practice on a reading list, or take it off")
    one.add_argument("list")
    one.add_argument("id")
    one.add_argument("--off", action="store_true", help="take it off")
    one.set_defaults(handler=printing(put_on_list))
    one = kinds.add_parser("send-list", help="send a reading list to others")
    one.add_argument("list")
    one.add_argument("--to", default="shared", help="shared (the Secretariat), alliance, or the id of a working group")
    one.set_defaults(handler=printing(send_list))


@with_app
def search_library(app: App, args: argparse.Namespace) -> object:
    """Read what was attached and not read yet, and answer."""
    app.read_files()
    result = app.read(library.find, app.searcher(), app.read(library.load), args.text, {}, summarised=args.limit)
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
                "passage": result.passages.get(entry.id) or result.summary(entry),
            }
        )  # fmt: skip
    return told


@with_app
def read_files(app: App, _args: argparse.Namespace) -> object:
    """Read what was attached and not read yet."""
    return {"read": app.read_files()}


@with_app
def save_search(app: App, args: argparse.Namespace) -> object:
    """Keep a question."""
    asked = question.parse(args.only, _FACETS, args.text)
    made = app.run(reading_lists.save_search, asked, args.name)
    return {"id": made, "practices": app.read(reading_lists.answer, app.searcher(), made)}


@with_app
def show_saved(app: App, args: argparse.Namespace) -> object:
    """Show what is kept, or the practices of one."""
    if not args.id:
        found = app.read(reading_lists.every)
        return [{"kind": each.kind, "id": each.id, "name": each.name, "mine": each.mine} for each in found]
    shelf = app.read(library.load)
    ids = app.read(reading_lists.answer, app.searcher(), args.id)
    return [{"id": each, "title": shelf.by_id[each].title} for each in ids if each in shelf.by_id]


@with_app
def show_related(app: App, args: argparse.Namespace) -> object:
    """Show what stands beside a practice."""
    return [asdict(each) for each in app.read(reading_lists.related, app.searcher(), args.id)]


@with_app
def show_duplicates(app: App, _args: argparse.Namespace) -> object:
    """Show pairs, with why."""
    app.read_files()
    found = app.read(library_duplicates.pairs)
    return [
        {"ids": [one.id, two.id], "titles": [one.caption(), two.caption()], "reason": reason}
        for one, two, reason in found
    ]


@with_app
def link_two(app: App, args: argparse.Namespace) -> object:
    """Link two practices."""
    app.run(library_duplicates.link, args.id, args.other)
    return [asdict(each) for each in app.read(reading_lists.related, app.searcher(), args.id)]


@with_app
def begin_list(app: App, args: argparse.Namespace) -> object:
    """Make a list."""
    return {"id": app.run(reading_lists.begin, args.title, args.items)}


@with_app
def put_on_list(app: App, args: argparse.Namespace) -> object:
    """Change a list."""
    app.run(reading_lists.put, args.list, args.id, not args.off)
    return app.read(reading_lists.answer, app.searcher(), args.list)


@with_app
def send_list(app: App, args: argparse.Namespace) -> object:
    """Send a list; say how many practices only we have."""
    copy, behind = app.run(reading_lists.send, args.list, args.to)
    return {"id": copy, "not_shared": behind}
