"""The commands for tasks: add, list, done, open again."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from wimdesk.app import App
from wimdesk.commands.terminal import printing, with_app
from wimdesk.services import editing, todo


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "what is to be done until when, by whom, about which record"
    kinds = commands.add_parser("task", help=about, description=about).add_subparsers(dest="task", required=True)
    one = kinds.add_parser("add", help="write down a task")
    one.add_argument("title", help="what is to be done")
    one.add_argument("--due", default="", metavar="DAY", help="for example 2026-12-31")
    one.add_argument("--who", default="", metavar="NAME", help="who does it; else whoever writes it down")
    one.add_argument("--about", default="", metavar="ID", help="the id of a record")
    one.add_argument("--remind", type=int, default=None, metavar="DAYS", help="show it so many days before")
    one.add_argument("--note", default="")
    one.set_defaults(handler=printing(add_task))
    one = kinds.add_parser("list", help="show what is to be done, the most urgent first")
    which = one.add_mutually_exclusive_group()
    which.add_argument("--due", action="store_true", help="only what is due, overdue, or to be reminded of")
    which.add_argument("--done", action="store_true", help="what was done")
    one.add_argument("--about", default="", metavar="ID", help="only about this record")
    one.set_defaults(handler=printing(list_tasks))
    for name, work, text in (("done", finish_task, "mark as done"), ("reopen", reopen_task, "is to be done again")):
        one = kinds.add_parser(name, help=text)
        one.add_argument("id")
        one.set_defaults(handler=printing(work))


@with_app
def add_task(app: App, args: argparse.Namespace) -> object:
    """Write down a task."""
    made = app.run(
        todo.add, args.title, args.due, assignee=args.who, about=args.about, remind_days=args.remind, note=args.note
    )
    return app.read(editing.values, todo.TYPE, made)


@with_app
def list_tasks(app: App, args: argparse.Namespace) -> object:
    """Show tasks."""
    found = app.read(todo.done_tasks) if args.done else app.read(todo.open_tasks, args.about)
    return [asdict(each) for each in found if each.is_due or not args.due]


@with_app
def finish_task(app: App, args: argparse.Namespace) -> object:
    """Mark a task as done today."""
    app.run(todo.finish, args.id)
    return app.read(editing.values, todo.TYPE, args.id)


@with_app
def reopen_task(app: App, args: argparse.Namespace) -> object:
    """Say that it is to be done again."""
    app.run(todo.finish, args.id, done=False)
    return app.read(editing.values, todo.TYPE, args.id)
