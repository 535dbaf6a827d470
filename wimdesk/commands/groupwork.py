"""The commands for working groups and events."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from wimdesk.app import App
from wimdesk.commands.terminal import a_day, pairs, printing, with_app
from wimdesk.services import (
    attendance,
    calendar_files,
    champions,
    editing,
    events,
    owed,
    progress,
    recurrence,
    themes,
    working_groups,
    zones,
)
from wimdesk.services.attendance import Answer
from wimdesk.services.events import EventCard

_FROM = "from this moment on, such as 2021-09-01 (UTC); else from now"
_ZONE = "the time zone in which you want to read, such as America/Lima; else this computer's"


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands."""
    about = "the working groups of the Alliance and when they meet"
    kinds = commands.add_parser("group", help=about, description=about).add_subparsers(required=True)
    one = kinds.add_parser("list", help="show the working groups")
    one.set_defaults(handler=printing(list_groups))
    one = kinds.add_parser("show", help="show a group, its time slots and its next dates, in your zone and in theirs")
    one.add_argument("id")
    one.add_argument("--from", dest="start", default="", metavar="MOMENT", help=_FROM)
    one.add_argument("--zone", default="", help=_ZONE)
    one.set_defaults(handler=printing(show_group))
    one = kinds.add_parser("add", help="begin a group")
    one.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(add_group))
    for name, there, text in (("join", True, "take part in a group"), ("leave", False, "no longer take part in one")):
        one = kinds.add_parser(name, help=text)
        one.add_argument("id")
        one.set_defaults(handler=printing(join_group), there=there)
    one = kinds.add_parser("slot", help="give a group a time slot")
    one.add_argument("id")
    _add_when(one)
    one.set_defaults(handler=printing(add_slot))
    _add_minutes(kinds)
    _add_events(commands)
    _add_progress(commands)
    _add_champions(commands)


def _add_minutes(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = kinds.add_parser(
        "minutes", help="write the minutes of a meeting; they stay private until they are circulated"
    )
    one.add_argument("id", help="id of the group")
    one.add_argument("text", help="what was said")
    one.add_argument("--day", default="", type=a_day, help="such as 2021-09-08; else today")
    one.set_defaults(handler=printing(write_minutes))
    one = kinds.add_parser("ask", help="add an action or a decision to minutes")
    one.add_argument("id", help="id of the minutes")
    one.add_argument("text", help="what is to be done, or was decided")
    one.add_argument("--who", default="", metavar="ID", help="the organisation that owes it")
    one.add_argument("--due", default="", type=a_day, metavar="DAY")
    one.add_argument("--decision", action="store_true", help="a decision: nobody owes it")
    one.set_defaults(handler=printing(ask))
    one = kinds.add_parser("circulate", help="give minutes to the Alliance, and each organisation what it owes")
    one.add_argument("id", help="id of the minutes")
    one.set_defaults(handler=printing(circulate))
    one = kinds.add_parser("owed", help="show what our organisation owes, out of the minutes of every group")
    one.add_argument("--all", action="store_true", help="what everybody owes, what is done, and decisions")
    one.set_defaults(handler=printing(show_owed))
    one = kinds.add_parser("answer", help="say how far an action is that our organisation owes")
    one.add_argument("id", help="id of the action")
    one.add_argument("state", choices=("doing", "done", "declined"))
    one.add_argument("text", nargs="?", default="", help="a few words about it")
    one.set_defaults(handler=printing(answer))


def _add_progress(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "progress reports of those who take part in an initiative, and their roll-up"
    kinds = commands.add_parser("progress", help=about, description=about).add_subparsers(required=True)
    one = kinds.add_parser("call", help="call for reports")
    one.add_argument("id", help="id of the initiative")
    one.add_argument("due", help="until which day, such as 2026-12-31")
    one.add_argument("--period", default="", help="such as 2026-Q4")
    one.set_defaults(handler=printing(call_for_reports))
    one = kinds.add_parser("list", help="show the calls, and what is asked of us")
    one.set_defaults(handler=printing(list_rounds))
    one = kinds.add_parser("show", help="show a call, what came in by region, and who is missing")
    one.add_argument("id")
    one.set_defaults(handler=printing(show_round))
    one = kinds.add_parser("write", help="write our report; it stays private until it is sent")
    one.add_argument("id", help="id of the call")
    one.add_argument("values", nargs="+", metavar="FIELD=VALUE")
    one.set_defaults(handler=printing(write_report))
    for name, work, text in (
        ("send", send_report, "send our report to the Secretariat"),
        ("close", close_round, "close a call: everybody sees how many reports came"),
    ):
        one = kinds.add_parser(name, help=text)
        one.add_argument("id", help="id of the call")
        one.set_defaults(handler=printing(work))


def _add_champions(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "thematic champions: nominate, accept or decline, report at the end of the term"
    kinds = commands.add_parser("champion", help=about, description=about).add_subparsers(required=True)
    one = kinds.add_parser("board", help="show every champion with how it stands")
    one.set_defaults(handler=printing(show_board))
    one = kinds.add_parser("nominate", help="nominate an organisation for a year")
    one.add_argument("theme", help="id or key of the theme")
    one.add_argument("organisation", help="id of the organisation")
    one.add_argument("--year", type=int, default=None, help="else this year")
    one.set_defaults(handler=printing(nominate))
    for name, accepted in (("accept", True), ("decline", False)):
        one = kinds.add_parser(name, help=f"{name} the nomination of our organisation")
        one.add_argument("id")
        one.set_defaults(handler=printing(answer_nomination), accepted=accepted)
    one = kinds.add_parser("report", help="hand in the report of our term")
    one.add_argument("id")
    one.add_argument("text")
    one.set_defaults(handler=printing(report_term))


def _add_when(one: argparse.ArgumentParser) -> None:
    one.add_argument("starts", help="by the clock of its zone, such as “2021-08-11 07:30”")
    one.add_argument("--zone", default="", help="such as Australia/Brisbane")
    one.add_argument("--repeat", default="", metavar="RULE", help="such as FREQ=MONTHLY;BYDAY=2WE")
    one.add_argument("values", nargs="*", metavar="FIELD=VALUE")


def _add_events(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "events: when they are, in your time zone and in theirs"
    kinds = commands.add_parser("event", help=about, description=about).add_subparsers(required=True)
    one = kinds.add_parser("list", help="show the events, what comes next on top")
    one.add_argument("--zone", default="", help=_ZONE)
    one.set_defaults(handler=printing(list_events))
    one = kinds.add_parser("show", help="show an event and its next dates")
    one.add_argument("id")
    one.add_argument("--from", dest="start", default="", metavar="MOMENT", help=_FROM)
    one.add_argument("--zone", default="", help=_ZONE)
    one.set_defaults(handler=printing(show_event))
    one = kinds.add_parser("add", help="write down an event")
    one.add_argument("title")
    _add_when(one)
    one.set_defaults(handler=printing(add_event))
    one = kinds.add_parser("share", help="give an event to the whole Alliance")
    one.add_argument("id")
    one.set_defaults(handler=printing(share_event))
    one = kinds.add_parser("export", help="write events into a calendar file (.ics) for Thunderbird, Google or Outlook")
    one.add_argument("file")
    one.add_argument("ids", nargs="*", metavar="ID", help="which; else all of them")
    one.set_defaults(handler=printing(export_events))
    one = kinds.add_parser("import", help="take the events of a calendar file (.ics); a second time changes nothing")
    one.add_argument("file")
    one.set_defaults(handler=printing(import_events))
    _add_attendance(kinds)


def _add_attendance(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for name, work, text in (
        ("register", register, "register people for an event: names, or ids of people of the list"),
        ("check-in", check_in, "mark people as present now: names, or ids of people of the list"),
    ):
        one = kinds.add_parser(name, help=text)
        one.add_argument("id", help="id of the event")
        one.add_argument("names", nargs="*", metavar="NAME", help="without any, one name on each line of the input")
        one.add_argument("--day", default=None, help="such as 2021-09-08, where the event repeats; else the latest")
        one.set_defaults(handler=printing(work))
    one = kinds.add_parser("attendance", help="show who registered and who came")
    one.add_argument("id", help="id of the event")
    one.add_argument("--day", default=None, help="such as 2021-09-08, where the event repeats; else the latest")
    one.set_defaults(handler=printing(show_attendance))


def _mine(app: App, chosen: str) -> str:
    return zones.of(chosen).key if chosen else zones.mine(app.settings.text("zone"))


def _date(moment: datetime, zone: str, mine: str) -> dict[str, str]:
    return {
        "yours": moment.astimezone(ZoneInfo(mine)).isoformat(),
        "theirs": moment.astimezone(ZoneInfo(zone)).isoformat(),
        "utc": moment.astimezone(UTC).isoformat(),
    }


def _event(card: EventCard, mine: str) -> dict[str, Any]:
    shown = asdict(card) | {"can": sorted(card.can), "repeats": recurrence.words(card.rule), "your_zone": mine}
    return shown | {"dates": [_date(moment, card.zone, mine) for moment in card.dates]}


@with_app
def list_groups(app: App, args: argparse.Namespace) -> object:
    """Show the groups."""
    return [asdict(row) for row in app.read(working_groups.load)]


@with_app
def show_group(app: App, args: argparse.Namespace) -> object:
    """Show a group with its slots."""
    mine = _mine(app, args.zone)
    card = app.read(working_groups.card, args.id, args.start)
    slots = {slot.id: slot for slot in card.slots}
    return asdict(card) | {
        "can": sorted(card.can),
        "your_zone": mine,
        "slots": [
            asdict(slot)
            | {"repeats": recurrence.words(slot.rule), "dates": [_date(at, slot.zone, mine) for at in slot.dates]}
            for slot in card.slots
        ],
        "dates": [_date(moment, slots[slot].zone, mine) | {"slot": slot} for moment, slot in card.dates],
    }


@with_app
def add_group(app: App, args: argparse.Namespace) -> object:
    """Begin a group; what a rule finds odd is said, the group stays."""
    made = app.run(working_groups.begin)
    for _field, sentence in app.run(editing.change, working_groups.TYPE, made, pairs(working_groups.TYPE, args.values)):
        sys.stderr.write(sentence + "\n")
    return app.read(editing.values, working_groups.TYPE, made)


@with_app
def join_group(app: App, args: argparse.Namespace) -> object:
    """Take part in a group, or no longer."""
    app.run(working_groups.join, args.id, args.there)
    card = app.read(working_groups.card, args.id)
    return {"id": card.id, "title": card.title, "members": card.members}


def _scheduled(app: App, group: str, args: argparse.Namespace, more: dict[str, object]) -> str:
    values = {
        "starts": events.written(args.starts),
        "recurrence": args.repeat,
        **pairs(events.TYPE, args.values),
        **more,
    }
    if args.zone:
        values["zone"] = args.zone
    return app.run(events.add, group, values)


@with_app
def add_slot(app: App, args: argparse.Namespace) -> object:
    """Give a group a time slot."""
    made = _scheduled(app, args.id, args, {})
    return _event(app.read(events.card, made), _mine(app, ""))


@with_app
def list_events(app: App, args: argparse.Namespace) -> object:
    """Show the events."""
    mine = _mine(app, args.zone)
    return [asdict(row) | {"at": _date(row.at, row.zone, mine) if row.at else None} for row in app.read(events.load)]


@with_app
def show_event(app: App, args: argparse.Namespace) -> object:
    """Show an event."""
    return _event(app.read(events.card, args.id, args.start), _mine(app, args.zone))


@with_app
def add_event(app: App, args: argparse.Namespace) -> object:
    """Write down an event."""
    made = _scheduled(app, "", args, pairs(events.TYPE, [f"title={args.title}"]))
    return _event(app.read(events.card, made), _mine(app, ""))


@with_app
def share_event(app: App, args: argparse.Namespace) -> object:
    """Give an event to the Alliance."""
    made = app.run(events.share, args.id)
    return _event(app.read(events.card, made), _mine(app, ""))


@with_app
def export_events(app: App, args: argparse.Namespace) -> object:
    """Write a calendar file."""
    app.read(calendar_files.save, Path(args.file), args.ids)
    return {"file": args.file, "events": len(args.ids or app.read(events.load))}


@with_app
def import_events(app: App, args: argparse.Namespace) -> object:
    """Take what a calendar file holds; what could not be taken is said."""
    taken = app.run(calendar_files.take, calendar_files.read_file(Path(args.file), _mine(app, "")))
    for sentence in taken.remarks:
        sys.stderr.write(sentence + "\n")
    return {"new": taken.new, "changed": taken.changed, "same": taken.same, "left": taken.left}


def _noted(app: App, args: argparse.Namespace, verb: Callable[..., Answer]) -> object:
    """Note each name in a transaction of its own: what is noted stays, whatever comes after it."""
    day = app.read(attendance.day_of, args.id, args.day)
    names = args.names or [line.strip() for line in sys.stdin if line.strip()]
    done, open_names = 0, []
    for name in names:
        answer = app.run(verb, args.id, day, name)
        if answer.choices:
            open_names.append({"name": name, "may_be": answer.choices})
        else:
            done += not answer.again
    return {"noted": done, "not_clear": open_names, **_sheet(app, args.id, day)}


def _sheet(app: App, event: str, day: str | None) -> dict[str, object]:
    found = app.read(attendance.sheet, event, day)
    return {"day": found.day, "present": found.present, "registered": found.registered, "walk_ins": found.walk_ins}


@with_app
def register(app: App, args: argparse.Namespace) -> object:
    """Register people."""
    return _noted(app, args, attendance.register_text)


@with_app
def check_in(app: App, args: argparse.Namespace) -> object:
    """Mark people as present."""
    return _noted(app, args, attendance.check_in_text)


@with_app
def show_attendance(app: App, args: argparse.Namespace) -> object:
    """Show the sheet."""
    found = app.read(attendance.sheet, args.id, app.read(attendance.day_of, args.id, args.day))
    return _sheet(app, args.id, found.day) | {"attendees": [asdict(each) for each in found.attendees]}


def _owed(each: owed.Owed) -> dict[str, object]:
    return asdict(each) | {"can": sorted(each.can), "overdue": each.is_overdue}


def _shown_minutes(app: App, minutes: str) -> object:
    card = app.read(owed.minutes_card, minutes)
    return asdict(card) | {"can": sorted(card.can), "actions": [_owed(each) for each in card.actions]}


@with_app
def write_minutes(app: App, args: argparse.Namespace) -> object:
    """Write minutes."""
    made = app.run(owed.begin_minutes, args.id, "", args.day)
    app.run(editing.change, owed.MINUTES, made, {"text": args.text})
    return _shown_minutes(app, made)


@with_app
def ask(app: App, args: argparse.Namespace) -> object:
    """Add an action or a decision."""
    values = {"text": args.text, "organization_id": args.who, "due": args.due}
    app.run(lambda session: owed.begin_action(session, args.id, "decision" if args.decision else "action", **values))
    return _shown_minutes(app, args.id)


@with_app
def circulate(app: App, args: argparse.Namespace) -> object:
    """Circulate minutes."""
    return _shown_minutes(app, app.run(owed.circulate, args.id))


@with_app
def show_owed(app: App, args: argparse.Namespace) -> object:
    """Show what is owed."""
    return [_owed(each) for each in app.read(owed.owed, not args.all, not args.all)]


@with_app
def answer(app: App, args: argparse.Namespace) -> object:
    """Answer an action."""
    app.run(owed.answer, args.id, args.state, args.text)
    return [_owed(each) for each in app.read(owed.owed, True, False) if each.id == args.id]


def _round(app: App, call: str) -> object:
    card = app.read(progress.card, call)
    return asdict(card) | {"can": sorted(card.can)}


@with_app
def call_for_reports(app: App, args: argparse.Namespace) -> object:
    """Call for reports."""
    return _round(app, app.run(progress.call, args.id, args.due, args.period))


@with_app
def list_rounds(app: App, args: argparse.Namespace) -> object:
    """Show the calls."""
    return [asdict(row) for row in app.read(progress.rounds)]


@with_app
def show_round(app: App, args: argparse.Namespace) -> object:
    """Show a call."""
    return _round(app, args.id)


@with_app
def write_report(app: App, args: argparse.Namespace) -> object:
    """Write our report."""
    values = pairs(progress.REPORT, args.values)
    report = app.run(progress.begin_report, args.id)
    app.run(editing.change, progress.REPORT, report, values)
    return app.read(editing.values, progress.REPORT, report)


@with_app
def send_report(app: App, args: argparse.Namespace) -> object:
    """Send our report."""
    app.run(progress.send, args.id)
    return _round(app, args.id)


@with_app
def close_round(app: App, args: argparse.Namespace) -> object:
    """Close a call."""
    app.run(progress.close, args.id)
    return _round(app, args.id)


def _seat(app: App, champion: str) -> object:
    seat = app.read(champions.seat, champion)
    return asdict(seat) | {"can": sorted(seat.can)}


@with_app
def show_board(app: App, args: argparse.Namespace) -> object:
    """Show the board."""
    return [asdict(seat) | {"can": sorted(seat.can)} for seat in app.read(champions.board)]


@with_app
def nominate(app: App, args: argparse.Namespace) -> object:
    """Nominate an organisation."""
    theme = {row.key: row.id for row in app.read(themes.listed)}.get(args.theme, args.theme)
    return _seat(app, app.run(champions.nominate, theme, args.organisation, args.year))


@with_app
def answer_nomination(app: App, args: argparse.Namespace) -> object:
    """Accept or decline."""
    app.run(champions.answer, args.id, args.accepted)
    return _seat(app, args.id)


@with_app
def report_term(app: App, args: argparse.Namespace) -> object:
    """Hand in a report."""
    app.run(champions.report, args.id, args.text)
    return _seat(app, args.id)
