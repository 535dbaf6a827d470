"""What the Sync centre shows, in words: what needs a decision, what waits, what was refused, what was done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy.orm import Session

from sync.merge import DELETED
from sync.protocol import Problem, private_space
from wimdesk.errors import UserError
from wimdesk.i18n import N_, _, ngettext
from wimdesk.services import computers, dates, naming, removals, timeline
from wimdesk.services.removals import Removal
from wimdesk.services.sizes import size_text
from wimdesk.store import history, identity, outbox
from wimdesk.store.history import TwoPlaces, Version
from wimdesk.store.record import Record, fields, fits, types

_FULL_TEXT = 20_000
_MOST_SAME = 12

REFUSALS: dict[int, str] = {
    Problem.SPACE_FORBIDDEN: N_("Your role may not send to this place. It stays here. Ask the Secretariat."),
    Problem.OWNER_FORBIDDEN: N_("This belongs to another organisation. Your change stays here. Ask the Secretariat."),
    Problem.TOO_LARGE: N_("This is too large to send. It stays here. Shorten it and save it again."),
    Problem.MALFORMED: N_("The Secretariat could not read this. It stays here. Update WIMDesk and change it again."),
}
SEEN_BY: dict[str, str] = {
    "own": N_("Only our organisation"),
    "secretariat": N_("Our organisation and the Secretariat"),
    "committee": N_("The Steering Committee and the Secretariat"),
    "alliance": N_("All members of the Alliance"),
}
"""Who reads what is in a space."""
REFUSED = N_("The Secretariat did not take this. It stays here. Ask the Secretariat what to do.")


@dataclass(frozen=True, slots=True)
class Option:
    """One value to choose. `seq` names it; `who` says who set it and when; `left` is the side it stands on."""

    seq: int
    text: str
    who: str
    mine: bool
    shown: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One field with two values or more. `before` is what all started from, empty where that is not known."""

    field: str
    label: str
    before: str
    options: tuple[Option, ...]
    suggested: int = 0
    """The seq to begin with, 0 where nothing speaks for one of them."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One record that was changed in two places."""

    record: str
    type: str
    type_label: str
    caption: str
    summary: str
    sentence: str
    left: tuple[str, str]
    right: tuple[str, str]
    """Title of a column, and who and when."""
    questions: tuple[Question, ...]
    same: tuple[tuple[str, str], ...]
    is_deletion: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """What waits to be sent for one record, or was refused: fields with bytes, and why not."""

    record: str
    type: str
    type_label: str
    caption: str
    fields: tuple[str, ...]
    changes: int
    size: int
    at: str
    sentence: str = ""
    held: bool = False
    """Whether it is private and this computer was not let in yet."""
    seen_by: str = ""
    """Who will read it: "own" (sealed, only our organisation), "secretariat", "committee", "alliance"."""


@dataclass(frozen=True, slots=True)
class Done:
    """One sync of the past; `lines` are (label, value) pairs."""

    at: str
    ok: bool
    title: str
    summary: str
    sentence: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The whole Sync centre at one moment. `waiting_size` counts bytes, `last_success` is UTC (RFC 3339)."""

    decisions: tuple[Decision, ...] = ()
    removals: tuple[Removal, ...] = ()
    waiting: tuple[Parcel, ...] = ()
    refused: tuple[Parcel, ...] = ()
    done: tuple[Done, ...] = ()
    waiting_size: int = 0
    last_success: str = ""
    enrolled: bool = False
    sample: bool = False
    locked: bool = False
    """Whether this computer waits to be let in."""
    asking: int = 0
    """How many computers wait for somebody here to let them in."""


def load(session: Session) -> Review:
    """Return everything the Sync centre shows, in the reader's language."""
    who = identity.read(session)
    waiting = _parcels(session, outbox.waiting(session))
    refused = _parcels(session, outbox.refused(session))
    return Review(
        decisions=tuple(_decisions(session)),
        removals=tuple(removals.questions(session)),
        waiting=tuple(waiting),
        refused=tuple(refused),
        done=tuple(_done(run) for run in outbox.runs(session)),
        waiting_size=sum(parcel.size for parcel in waiting),
        last_success=outbox.last_success(session),
        enrolled=who.enrolled,
        sample=who.sample,
        locked=computers.waits(session),
        asking=computers.asking(session),
    )


def decide(session: Session, type_name: str, record: str, choice: Mapping[str, int]) -> None:
    """Keep these values (field to the seq of the version) as an ordinary edit of one act.

    Raises UserError where somebody has decided meanwhile; nothing is changed then.
    """
    known = fields(type(history.fetch(session, type_name, record)))
    values: dict[str, object] = {}
    for field, group in groupby(sorted(history.open_clashes(session, record), key=_field), key=_field):
        version = _versions(group).get(choice.get(field, 0))
        if version is None:
            continue
        if field == DELETED:
            values[DELETED] = version.value is True
        elif field in known and fits(known[field], version.value):
            values[field] = version.value
    if values.keys() != choice.keys():
        raise UserError(_("This was decided in the meantime. Nothing was changed. Look at it again."))
    history.decide(session, type_name, record, values)


def send_again(session: Session, type_name: str, record: str) -> bool:
    """Put what was refused of a record into the outbox once more; say whether there was any."""
    return outbox.send_again(session, type_name, record)


# ----------------------------------------------------------------- what needs a decision


def _field(clash: TwoPlaces) -> str:
    return clash.field


def _decisions(session: Session) -> Iterable[Decision]:
    by_record: dict[str, list[TwoPlaces]] = {}
    for clash in history.open_clashes(session):
        by_record.setdefault(clash.record, []).append(clash)
    for record_id, found in by_record.items():
        cls = types().get(found[0].type)
        record = session.get(cls, record_id) if cls else None
        if record is not None:
            made = _decision(session, record, found)
            if made.questions:
                yield made


def _versions(clashes: Iterable[TwoPlaces]) -> dict[int, Version]:
    """Return every version that stands to choose, by its place; of equal values only one."""
    found: dict[int, Version] = {}
    for clash in clashes:
        for version in (clash.shown, clash.other):
            if not any(_alike(version, other, clash.field) for other in found.values()):
                found[version.seq] = version
    return found


def _alike(one: Version, other: Version, field: str) -> bool:
    if field == DELETED:
        return (one.value is True) == (other.value is True)
    return one.value == other.value and type(one.value) is type(other.value)


def _decision(session: Session, record: Record, found: list[TwoPlaces]) -> Decision:
    known = fields(type(record))
    order = {name: place for place, name in enumerate((DELETED, *known))}
    asked = sorted((clash for clash in found if clash.field in order), key=lambda clash: order[clash.field])
    every = [version for clash in asked for version in (clash.shown, clash.other)]
    left_by = _left_side(every)
    questions = tuple(
        _question(session, record, field, list(group), left_by) for field, group in groupby(asked, key=_field)
    )
    fields_asked = {question.field for question in questions}
    is_deletion = fields_asked == {DELETED}
    here = any(version.mine for version in every)
    others = list(dict.fromkeys(_name(version) for version in every if not _is_left(version, left_by)))
    return Decision(
        record=record.id,
        type=record.__tablename__,
        type_label=_(type(record).type_label),
        caption=naming.called(session, record),
        summary=_deletion(every) if is_deletion else _summary(here, left_by, others),
        sentence=_sentence(fields_asked),
        left=(_("This computer") if here else left_by, _latest([v for v in every if _is_left(v, left_by)])),
        right=(
            _("Shared copy") if here else _joined(others),
            _latest([version for version in every if not _is_left(version, left_by)]),
        ),
        questions=questions,
        same=_same(session, record, fields_asked | _edited_fields(every)),
        is_deletion=is_deletion,
    )


def _left_side(versions: list[Version]) -> str:
    """Return the name of whoever stands at the left; empty where that is this computer."""
    if any(version.mine for version in versions) or not versions:
        return ""
    return _name(min(versions, key=lambda version: version.seq))


def _is_left(version: Version, left_by: str) -> bool:
    return version.mine if not left_by else _name(version) == left_by


def _name(version: Version) -> str:
    return version.by or _("Somebody")


def _who(version: Version) -> str:
    name = _("You") if version.mine else _name(version)
    return f"{name} · {dates.moment_text(version.at)}" if version.at else name


def _latest(versions: list[Version]) -> str:
    if not versions:
        return ""
    last = _who(max(versions, key=lambda version: (version.at, version.seq)))
    more = len({_name(version) for version in versions if not version.mine}) - 1
    if more <= 0:
        return last
    others = ngettext("{count} more", "{count} more", more).format(count=more)
    return f"{last} · {others}"


def _joined(names: list[str]) -> str:
    return ", ".join(names) or _("Shared copy")


def _summary(here: bool, left_by: str, others: list[str]) -> str:
    if here:
        return _("changed here and by {name}").format(name=_joined(others))
    if not others:
        return _("changed by {name} on two computers").format(name=left_by)
    return _("changed by {first} and {second}").format(first=left_by, second=_joined(others))


def _deletion(versions: list[Version]) -> str:
    """Say who deleted it and who changed it."""
    sides = []
    for gone in (True, False):
        found = [version for version in versions if (version.value is True) == gone]
        names = [_name(version) for version in found if not version.mine]
        sides.append((any(version.mine for version in found), _joined(list(dict.fromkeys(names)))))
    (here_gone, gone_by), (here_kept, kept_by) = sides
    if here_gone and not here_kept:
        return _("deleted here, changed by {name}").format(name=kept_by)
    if here_kept and not here_gone:
        return _("changed here, deleted by {name}").format(name=gone_by)
    return _("deleted by {first}, changed by {second}").format(first=gone_by, second=kept_by)


def _edited_fields(versions: list[Version]) -> set[str]:
    """Return the fields that the edit of a deleted record set: in these the two are not the same."""
    return {name for version in versions if isinstance(version.value, dict) for name in version.value}


def _sentence(asked: set[str]) -> str:
    last = _("Both versions stay in the history.")
    if asked == {DELETED}:
        first = _("This was deleted in one place and changed in another.")
        return " ".join((first, _("Choose whether it stays deleted."), last))
    return " ".join((_("This was changed in two places. Choose what to keep, field by field."), last))


def _question(session: Session, record: Record, field: str, found: list[TwoPlaces], left_by: str) -> Question:
    versions = _versions(found)
    shown = found[-1].shown
    sides = {seq: _is_left(version, left_by) for seq, version in versions.items()}
    # One of them always stands at the left, or there would be nothing to compare the others with.
    if versions and not any(sides.values()):
        sides[min(sides)] = True
    options = tuple(
        Option(
            seq, _text(session, record, field, version.value), _who(version), version.mine,
            _alike(version, shown, field), sides[seq],
        )
        for seq, version in sorted(versions.items(), key=lambda pair: (not sides[pair[0]], pair[0]))
    )  # fmt: skip
    if field == DELETED:
        return Question(field, _("Deleted"), "", options)
    base = found[0].base
    before = _text(session, record, field, base.value) if base else ""
    label = _(fields(type(record))[field]["label"])
    return Question(field, label, before, options, _suggested(versions, base))


def _suggested(versions: dict[int, Version], base: Version | None) -> int:
    """A value that stands as it was before gives way to the one that is new; else nobody can know."""
    if base is None:
        return 0
    new = [seq for seq, version in versions.items() if version.value != base.value]
    return new[0] if len(new) == 1 < len(versions) else 0


def _text(session: Session, record: Record, field: str, value: object) -> str:
    if field == DELETED:
        if value is True:
            return _("Keep deleted")
        return _("Bring back") + _edited(session, record, value)
    info = fields(type(record))[field]
    if info["kind"] == "map" and isinstance(value, dict):
        return ngettext("{count} entry", "{count} entries", len(value)).format(count=len(value))
    return timeline.value_text(session, field, info, value, _FULL_TEXT)


def _edited(session: Session, record: Record, value: object) -> str:
    """Return what the edit of a deleted record said, as further lines."""
    known = fields(type(record))
    if not isinstance(value, dict):
        return ""
    lines = [
        f"\n{_(known[name]['label'])}: {timeline.value_text(session, name, known[name], new)}"
        for name, new in value.items()
        if name in known
    ]
    return "".join(lines[:_MOST_SAME])


def _same(session: Session, record: Record, asked: set[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for name, info in fields(type(record)).items():
        if name in asked or info["kind"] == "map":
            continue
        text = timeline.value_text(session, name, info, getattr(record, name))
        if text and not (info["kind"] == "flag" and not getattr(record, name)):
            found.append((_(info["label"]), text))
    return tuple(found[:_MOST_SAME])


# ----------------------------------------------------------------- what waits and what was done


def _parcels(session: Session, entries: list[outbox.Waiting]) -> list[Parcel]:
    by_record: dict[str, list[outbox.Waiting]] = {}
    for entry in entries:
        by_record.setdefault(entry.record, []).append(entry)
    held = private_space(identity.read(session).organisation) if computers.waits(session) else ""
    return [_parcel(session, record, found, held) for record, found in by_record.items()]


def _parcel(session: Session, record_id: str, found: list[outbox.Waiting], held: str) -> Parcel:
    cls = types().get(found[0].type)
    record = session.get(cls, record_id) if cls else None
    known = fields(cls) if cls else {}
    names = dict.fromkeys(name for entry in found for name in entry.fields)
    labels = [
        _("Deleted") if name == DELETED else _(known[name]["label"]) for name in names if name in {*known, DELETED}
    ]
    problem = max(entry.problem for entry in found)
    return Parcel(
        record=record_id,
        type=found[0].type,
        type_label=timeline.type_label(found[0].type),
        caption=naming.called(session, record) if record is not None else _("Something that is not here"),
        fields=tuple(labels),
        changes=len(found),
        size=sum(entry.size for entry in found),
        at=max(entry.at for entry in found),
        sentence=_(REFUSALS.get(problem, REFUSED)) if problem else "",
        held=found[-1].space == held,
        seen_by=_seen_by(found[0].space),
    )


def _seen_by(space: str) -> str:
    if space.endswith("/private"):
        return "own"
    return "secretariat" if space.endswith("/shared") else space


def outgoing(session: Session) -> list[Parcel]:
    """Return what others will read of what waits to be sent: the preview of what leaves the organisation."""
    return [parcel for parcel in _parcels(session, outbox.waiting(session)) if parcel.seen_by != "own"]


def _done(run: outbox.Run) -> Done:
    counts = []
    if run.received:
        counts.append(ngettext("{count} received", "{count} received", run.received).format(count=run.received))
    if run.sent:
        counts.append(ngettext("{count} sent", "{count} sent", run.sent).format(count=run.sent))
    title = ", ".join(counts) or _("Nothing new")
    moved = size_text(run.bytes_up + run.bytes_down)
    lines = (
        (_("Changes sent"), str(run.sent)),
        (_("Changes received"), str(run.received)),
        (_("Sent over the line"), size_text(run.bytes_up)),
        (_("Received over the line"), size_text(run.bytes_down)),
        (_("Requests"), str(run.requests)),
    )
    when = dates.moment_text(run.at)
    if not run.ok:
        return Done(run.at, False, _("Not finished"), when, run.sentence, ())
    return Done(run.at, True, title, f"{when} · {moved}", run.sentence, lines)
