"""The first three steps on the start page: other ones for each role that a person starts in."""

from __future__ import annotations

from dataclasses import dataclass

from wimdesk.i18n import _
from wimdesk.services.home import Begun

EVENT = "event"
"""In place of a record's id: where an event is written down."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: whether it is done, its words, and where its button leads."""

    done: bool
    title: str
    sentence: str
    page: str
    record: str = ""


def first_steps(role: str, begun: Begun) -> tuple[Step, ...]:
    """Return the three steps of a role (wimdesk.settings, "start_as"), in the current language."""
    every = {
        "event": Step(
            begun.event,
            _("Write down your first event"),
            _("What was done, in one line. It is saved here."),
            "home",
            EVENT,
        ),
        "profile": Step(
            begun.profile, _("Tell who you are"), _("Fill in the profile of your organisation."), "organisation"
        ),
        "people": Step(begun.people, _("Add your people"), _("Names and how to reach them."), "organisation"),
        "initiative": Step(
            begun.initiative, _("Join an initiative"), _("See what the Alliance does together."), "initiatives"
        ),
        "join": Step(
            begun.joined,
            _("Connect with a code"),
            _("With it, this computer exchanges what is new with the others."),
            "sync",
        ),
    }
    return tuple(every[name] for name in _ORDERS.get(role, _ORDERS[""]))


_ORDERS = {
    "": ("profile", "people", "initiative"),
    "member": ("event", "initiative", "join"),
    "committee": ("join", "initiative", "event"),
    "secretariat": ("join", "profile", "people"),
}
