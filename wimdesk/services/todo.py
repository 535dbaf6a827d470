"""Tasks: what is due, what comes next, and what was done. Nothing here needs a network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from wimdesk import clock
from wimdesk.errors import NotFound, RuleBroken
from wimdesk.i18n import _
from wimdesk.records import Task, rules
from wimdesk.services import editing, people
from wimdesk.services.days import days_until
from wimdesk.store import facts, history, journal
from wimdesk.store.record import Record, types

TYPE = "task"


@dataclass(frozen=True, slots=True)
class Todo:
    """One task as it is shown. `days` is how long until it is due (below 0: overdue), None without a day."""

    id: str
    title: str
    due: str
    days: int | None
    is_due: bool
    """Whether it belongs on the start page: due, overdue, or within the days of its reminder."""
    assignee: str
    done_on: str
    about_type: str
    about: str
    about_caption: str


def add(
    session: Session, title: str, due: str = "", *, assignee: str = "", about: str = "", remind_days: int | None = None,
    note: str = "",
) -> str:  # fmt: skip
    """Write down a task and return its id; without a name it is the person's own.

    Raises RuleBroken, and NotFound where it is about a record that is not here.
    """
    values: dict[str, object] = {
        "title": title.strip(), "due": due.strip(), "assignee": assignee.strip() or facts.text(session, "person_name"),
        "remind_days": remind_days, "note": note,
    }  # fmt: skip
    if not values["title"]:
        raise RuleBroken([("title", _("Write what is to be done."))])
    broken = rules.check_values(Task, values)
    if broken:
        raise RuleBroken(broken)
    if about:
        found = _any_record(session, about)
        values |= {"about_type": found.__tablename__, "about": found.id}
    return editing.add(session, TYPE, values)


def finish(session: Session, task: str, done: bool = True) -> int:
    """Mark a task as done today, or as to be done again; return the act, to take it back. Raises NotFound."""
    editing.change(session, TYPE, task, {"done_on": clock.today().isoformat() if done else ""})
    return journal.scribe_of(session).act


def remove(session: Session, task: str) -> int:
    """Move a task to the trash; return the act, to take it back."""
    editing.remove(session, TYPE, task)
    return journal.scribe_of(session).act


def open_tasks(session: Session, about: str = "") -> list[Todo]:
    """Return what is to be done, what is due first on top; what has no day comes last."""
    query = people.ours(session, Task).where(Task.done_on == "")
    if about:
        query = query.where(Task.about == about)
    found = session.scalars(query.order_by(Task.due == "", Task.due, Task.created_at, Task.id))
    return _told(session, found)


def look(session: Session, about: str, opened: str) -> tuple[list[Todo], bool]:
    """Return what is to be done, and whether the task that is open is still there: it may be one that was done."""
    found = session.get(Task, opened) if opened else None
    return open_tasks(session, about), not opened or (found is not None and not found.deleted)


def done_tasks(session: Session, most: int = 50) -> list[Todo]:
    """Return what was done, the latest first."""
    query = people.ours(session, Task).where(Task.done_on != "")
    return _told(session, session.scalars(query.order_by(Task.done_on.desc(), Task.id).limit(most)))


def _told(session: Session, found: Iterable[Task]) -> list[Todo]:
    return [_todo(session, task) for task in found]


def _todo(session: Session, task: Task) -> Todo:
    days = days_until(task.due)
    about = session.get(types()[task.about_type], task.about) if task.about_type in types() else None
    return Todo(
        task.id, task.title, task.due, days, days is not None and days <= max(task.remind_days or 0, 0),
        task.assignee, task.done_on, task.about_type, task.about,
        about.caption() if about is not None and not about.deleted else "",
    )  # fmt: skip


def _any_record(session: Session, record: str) -> Record:
    for name in types():
        found = session.get(types()[name], record)
        if found is not None:
            return history.fetch(session, name, record)
    raise NotFound(_("There is no such record here. Nothing was changed. It may have been removed."))
