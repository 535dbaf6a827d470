"""I14: a submission is what somebody approved, and the Secretariat has it once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from sync.protocol import shared_space
from tests.sim.laptop import Laptop
from wimdesk.services import handover, publishing
from wimdesk.store import identity

if TYPE_CHECKING:
    from tests.sim.world import World

TYPE = "submission"
_FORM = {"kind": "organisation_profile", "period": "2026", "language": "en"}


def came_back(session: Session) -> list[str]:
    """Return what this organisation sent and got back."""
    who = identity.read(session).organisation
    return sorted(each.id for each in handover.kept(session) if each.state == "returned" and each.own.owner == who)


def unanswered(session: Session) -> list[str]:
    """Return what others sent and nobody has answered yet."""
    who = identity.read(session).organisation
    return sorted(each.id for each in handover.kept(session) if each.state == "sent" and each.own.owner != who)


def approve(session: Session, returned: str, data: dict[str, object]) -> str:
    """Approve data, anew where something came back; return the id under which the Secretariat gets them."""
    latest = handover.find(session, returned) if returned else None
    draft = handover.write_draft(session, latest, _FORM | {"data": data})
    handover.send(session, draft)
    return publishing.copy_id(session, draft, "shared")


def arrived(world: World, laptops: list[Laptop]) -> None:
    """What has a place is what was approved, word for word, and each who may read it shows it, once."""
    for (organisation, copy), approved in world.approved.items():
        space = shared_space(organisation)
        told = world.model.after_log(space, copy, len(world.model.logs[space]))
        if not told:
            continue  # gone with a laptop or an endpoint that went back in time before anybody else had it
        data, state = (told[name][0] for name in ("data", "state"))
        if data not in approved:
            raise world.broken("I14", f"{copy} says {data}, and what was approved is {approved}")
        for laptop in laptops:
            if space in world.readable(laptop.seat) and copy not in laptop.life.tainted:
                is_shown(world, laptop, copy, data, state)
                _is_listed_once(world, laptop, copy)
        world.tally.checks["approved"] += 1


def is_shown(world: World, laptop: Laptop, copy: str, data: object, state: object) -> None:
    """Whoever may read it has it as it was approved."""
    rows = laptop.eye.execute(f"SELECT id, data, state FROM {TYPE} WHERE id = ? AND NOT deleted", (copy,)).fetchall()
    if [(id, json.loads(said), stands) for id, said, stands in rows] != [(copy, data, state)]:
        raise world.broken("I14", f"{laptop.seat.name} shows {rows} of {copy}, which is {state} with {data}")


def _is_listed_once(world: World, laptop: Laptop, copy: str) -> None:
    named = laptop.app.read(lambda session: [each.shown.id for each in handover.kept(session)])
    if named.count(copy) > 1 or (laptop.seat.secretariat and named.count(copy) != 1):
        raise world.broken("I14", f"{laptop.seat.name} lists {copy} {named.count(copy)} times")
