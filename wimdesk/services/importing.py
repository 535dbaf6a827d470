"""Tables of others become records: each row makes one, or brings one up to date, and all of it is one act.

A row is known again by the fields that the plan names, so the same file twice makes nothing new; a person also by the
same name and e-mail address. An empty cell leaves what is here. A row that can't be used is named by line and reason.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import _, language
from wimdesk.identifiers import derived_id, is_id
from wimdesk.records import ContactDetail, CustomValue, Person, rules
from wimdesk.records.contact_detail import TYPES as WAYS
from wimdesk.search import fold
from wimdesk.services import (
    cells,
    contact_cards,
    custom_fields,
    editing,
    exchange,
    import_fields,
    people,
    sheets,
    undoing,
)
from wimdesk.services.import_fields import FULL_NAME, ID, WAY, Plan
from wimdesk.services.sheets import Row, Table
from wimdesk.store import erasures, identity, journal
from wimdesk.store.engine import Store
from wimdesk.store.record import Record, Values, default, fields, types

_CHUNK = 200
_SHOWN = 50
_SAMPLE = 2000
"""Cells of a column that are looked at to see how days are written in it."""
Read = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that can't be used, and why."""

    line: int
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What an import did or would do; `trashed` rows have their record in the trash, `act` takes all of it back."""

    new: int = 0
    changed: int = 0
    same: int = 0
    trashed: int = 0
    bad: list[Bad] = field(default_factory=list)
    act: int = 0


@dataclass(slots=True)
class _Taken:
    """A row in our words."""

    line: int
    cells: tuple[str, ...]
    values: Values
    ways: list[Values]
    own: dict[str, str]
    record: str = ""


def bring_in(
    session: Session, table: Table, plan: Plan, *, leave_bad: bool = False, from_trash: bool = False
) -> Outcome:
    """Bring the rows in. Raises UserError that names each bad line, and nothing was imported; else those are left out.

    `from_trash` takes records that are known again out of the trash; otherwise they stay there as they are.
    In a session that only reads it says what would happen.
    """
    if not any(plan.columns.values()):
        raise UserError(_("No column goes anywhere yet. Nothing was imported. Say what at least one column holds."))
    work = _Import(session, table, plan, from_trash)
    for part in _parts(table):
        work.take(part)
    found = work.outcome
    if found.bad and not leave_bad:
        lines = [_("Line {line}: {reason}").format(line=bad.line, reason=bad.reason) for bad in found.bad[:_SHOWN]]
        raise UserError("\n".join([_("Nothing was imported. Please mend these lines:"), *lines]))
    if journal.is_writing(session):
        import_fields.remember(session, table, plan)
        found.act = journal.scribe_of(session).act
    return found


def bring_in_parts(
    store: Store, table: Table, plan: Plan, *, leave_bad: bool = False, from_trash: bool = False
) -> Outcome:
    """As `bring_in`, some rows at a time: whoever saves meanwhile waits for a part only. All of it is one act.

    What is here already when it is stopped in between stays, can be taken back, and is known again next time.
    """
    if not leave_bad:
        store.read(bring_in, table, plan, from_trash=from_trash)  # says which lines are bad before anything is written
    act = undoing.new_act()
    work = store.read(_Import, table, plan, from_trash)
    for part in _parts(table):
        store.run(work.take_as, part, act)
    store.run(_remember_as, table, plan, act)
    work.outcome.act = act
    return work.outcome


def _remember_as(session: Session, table: Table, plan: Plan, act: int) -> None:
    journal.scribe_of(session).act = act
    import_fields.remember(session, table, plan)


def _parts(table: Table) -> Iterator[list[Row]]:
    """Yield the rows, some at a time. Raises UserError where there is none."""
    part: list[Row] = []
    count = 0
    for row in table.rows():
        count += 1
        part.append(row)
        if len(part) == _CHUNK:
            yield part
            part = []
    if not count:
        raise UserError(_(sheets.NO_ROWS))
    yield part


def bring_in_good(session: Session, table: Table, plan: Plan, from_trash: bool = False) -> Outcome:
    """As `bring_in`, without the rows that can't be used."""
    return bring_in(session, table, plan, leave_bad=True, from_trash=from_trash)


class _Import:
    """What one import knows while it goes through the rows."""

    def __init__(self, session: Session, table: Table, plan: Plan, from_trash: bool) -> None:
        self.outcome = Outcome()
        self._session = session
        self._plan = plan
        self._from_trash = from_trash
        self._cls = editing.type_of(plan.type_name)
        self._mine = identity.read(session).organisation
        self._at = {name: at for at, name in enumerate(table.columns)}
        self._readers = _readers(session, table, plan, self._cls)
        self._own = {each.key: each for each in plan.own}
        self._seen: dict[str, tuple[int, Values]] = {}

    def take_as(self, session: Session, rows: Sequence[Row], act: int) -> None:
        """Bring some rows in, in a transaction of their own that is a part of this act."""
        self._session = session
        journal.scribe_of(session).act = act
        self.take(rows)

    def take(self, rows: Sequence[Row]) -> None:
        """Bring some rows in, and let go of what was read for them."""
        good = [each for each in map(self._understood, rows) if each is not None]
        self._name(good)
        fresh = [each for each in good if self._is_first(each)]
        ids = [each.record for each in fresh]
        known = {each.id: each for each in self._session.scalars(select(self._cls).where(self._cls.id.in_(ids)))}
        details: dict[str, list[ContactDetail]] = {}
        if self._cls is Person:
            query = select(ContactDetail).where(ContactDetail.person_id.in_(ids))
            for detail in self._session.scalars(query):
                details.setdefault(detail.person_id, []).append(detail)
        own = custom_fields.kept(self._session, self._plan.type_name, ids) if any(each.own for each in fresh) else {}
        with self._session.no_autoflush:
            for each in fresh:
                self._keep(each, known.get(each.record), details.get(each.record, []), own.get(each.record, {}))
        if journal.is_writing(self._session):
            self._session.flush()
        self._session.expunge_all()

    def _bad(self, line: int, said: Sequence[str], reason: str) -> None:
        self.outcome.bad.append(Bad(line, reason, tuple(said)))

    # ------------------------------------------------------------- one row

    def _understood(self, row: Row) -> _Taken | None:
        line, said = row
        values: Values = {}
        ways: list[Values] = []
        own: dict[str, str] = {}
        broken: list[str] = []
        for column, target in self._plan.columns.items():
            text = exchange.plain(said[self._at[column]]) if column in self._at else ""
            if not target or not text:
                continue
            try:
                if target.startswith(WAY):
                    ways += _ways(column, target, text)
                elif target in self._own:
                    own[self._own[target].id] = custom_fields.parse(self._own[target], text)
                else:
                    values |= self._value(target, text)
            except RuleBroken as problem:
                broken.append(str(problem))
        known = {name: value for name, value in values.items() if name != ID}
        broken += [sentence for _name, sentence in rules.check_values(self._cls, known) + self._cls.problems(known)]
        if len(said) > len(self._at) and any(said[len(self._at) :]):
            broken.append(_("there are more cells than columns."))
        if not (known or ways or own):
            broken.append(_("nothing in this row can be used."))
        if broken:
            self._bad(line, said, " ".join(dict.fromkeys(broken)))
            return None
        return _Taken(line, tuple(said), values, ways, own)

    def _value(self, target: str, text: str) -> Values:
        if target == FULL_NAME:
            return _names(text)
        if target == ID:
            if not is_id(text.lower()):
                raise RuleBroken([(ID, _("“{text}” is no id of WIMDesk.").format(text=text[:40]))])
            return {ID: text.lower()}
        return {target: self._readers[target](text)}

    # ------------------------------------------------------------- which record

    def _name(self, part: Sequence[_Taken]) -> None:
        """Say for each row which record it is."""
        by_mail = self._by_mail(part)
        for each in part:
            each.record = str(each.values.pop(ID, "")) or derived_id("import", self._mine, *self._key(each))
        made = [each.record for each in part]
        here = set(self._session.scalars(select(self._cls.id).where(self._cls.id.in_(made))))
        for each in part:
            if each.record not in here and (found := by_mail.get(each.line, "")):
                each.record = found

    def _key(self, each: _Taken) -> list[str]:
        said = {column: each.cells[at] for column, at in self._at.items()}
        used = self._plan.used()
        keys = [fold(" ".join(said[used[name][0]].split())) if name in used else "" for name in self._plan.known_by]
        if keys and all(keys):
            return [self._cls.__tablename__, *(f"{k}={v}" for k, v in zip(self._plan.known_by, keys, strict=True))]
        named = sorted((target, column) for column, target in self._plan.columns.items() if target and column in said)
        return [self._cls.__tablename__, *(f"{target}={said[column]}" for target, column in named)]

    def _by_mail(self, part: Sequence[_Taken]) -> dict[int, str]:
        """Return by line who is here with the same name and e-mail address, where that is one person only."""
        if self._cls is not Person:
            return {}
        asked: dict[str, list[_Taken]] = {}
        for each in part:
            for way in each.ways:
                if way["type"] == "email":
                    asked.setdefault(str(way["value"]).lower(), []).append(each)  # a family may share an address
        mail = func.lower(ContactDetail.value)
        query = select(Person.id, Person.family_name, Person.given_name, mail).join(
            ContactDetail, ContactDetail.person_id == Person.id
        )
        query = query.where(ContactDetail.deleted.is_(False), Person.deleted.is_(False), mail.in_(list(asked)))
        found: dict[int, set[str]] = {}
        for record, family, given, address in self._session.execute(query):
            for each in asked[address]:
                said = f"{each.values.get('given_name', '')} {each.values.get('family_name', '')}"
                if sorted(fold(said).split()) == sorted(fold(f"{given} {family}").split()):
                    found.setdefault(each.line, set()).add(record)
        return {line: next(iter(ids)) for line, ids in found.items() if len(ids) == 1}

    def _is_first(self, each: _Taken) -> bool:
        said = {**each.values, "ways": each.ways, "own": each.own}
        line, before = self._seen.setdefault(each.record, (each.line, said))
        if line == each.line:
            return True
        if before == said:
            self.outcome.same += 1
        else:
            self._bad(
                each.line, each.cells, _("line {line} is the same one and says something else.").format(line=line)
            )
        return False

    # ------------------------------------------------------------- keeping it

    def _keep(
        self, each: _Taken, found: Record | None, known: Sequence[ContactDetail], own: Mapping[str, CustomValue]
    ) -> None:
        if found is None and each.record in erasures.every(self._session):
            self._bad(each.line, each.cells, _(editing.ERASED))
        elif found is None:
            missing = [
                (name, _("{label} is still empty.").format(label=_(info["label"])))
                for name, info in fields(self._cls).items()
                if info.get("required") and not each.values.get(name)
            ]
            if missing:
                self._bad(each.line, each.cells, " ".join(sentence for _name, sentence in missing))
                return
            start: Values = {"organization_id": self._mine} if self._cls is Person else {}
            editing.prepare(self._session, self._cls, start | each.values, each.record)
            contact_cards.add_ways(self._session, each.record, each.ways, [])
            custom_fields.write(self._session, self._plan.type_name, each.record, each.own, own)
            self.outcome.new += 1
        elif found.deleted and not self._from_trash:
            self.outcome.trashed += 1
        else:
            self._renew(each, found, known, own)

    def _renew(
        self, each: _Taken, found: Record, known: Sequence[ContactDetail], own: Mapping[str, CustomValue]
    ) -> None:
        back = found.deleted
        if back:
            found.deleted = False
            for detail in known:
                detail.deleted = False
        values = {name: _joined(getattr(found, name), value) for name, value in each.values.items()}
        changed = editing.update(self._session, found, values)
        if isinstance(found, Person):
            changed |= contact_cards.add_ways(self._session, found.id, each.ways, known)
        if each.own:
            changed |= custom_fields.write(self._session, self._plan.type_name, found.id, each.own, own)
        self.outcome.new += back
        self.outcome.changed += changed and not back
        self.outcome.same += not changed and not back


def _joined(before: object, new: object) -> object:
    """A text in one language leaves those in others."""
    return {**before, **new} if isinstance(before, dict) and isinstance(new, dict) else new


def _names(text: str) -> Values:
    """Return a whole name in its parts: “Diop, Awa” or “Awa Diop”."""
    plain = cells.line(text)
    family, comma, given = plain.partition(",")
    if not comma:
        given, _space, family = plain.rpartition(" ")
    return {"family_name": family.strip(), "given_name": given.strip()}


def _ways(column: str, target: str, text: str) -> Iterator[Values]:
    """Yield the numbers or addresses in a cell; a column that says more than its kind gives the label."""
    kind = target.removeprefix(WAY)
    label = "" if import_fields.is_plain_name(column, target) or column == _(WAYS[kind]) else column
    several = kind in {"email", "phone"}
    for part in cells.split(text.replace(" / ", ";")) if several else [cells.line(text)]:
        values: Values = {"type": kind, "value": part, "label": label, "preferred": False}
        broken = ContactDetail.problems(values)
        if broken:
            raise RuleBroken([(name, f"“{part[:40]}”: {sentence}") for name, sentence in broken])
        yield values


def _readers(session: Session, table: Table, plan: Plan, cls: type[Record]) -> dict[str, Read]:
    """Return for each field that is filled what reads its cells."""
    samples: dict[str, list[str]] = {}
    days = {target for target in plan.columns.values() if target in fields(cls)}
    days = {target for target in days if fields(cls)[target]["kind"] in {"day", "month"}}
    where = {name: at for at, name in enumerate(table.columns)}
    if days:
        for number, (_line, said) in enumerate(table.rows()):
            if number >= _SAMPLE:
                break
            for column, target in plan.columns.items():
                if target in days and column in where:
                    samples.setdefault(target, []).append(said[where[column]])
    found: dict[str, Read] = {}
    for target in set(plan.columns.values()) & set(fields(cls)):
        info = fields(cls)[target]
        if info["kind"] in {"texts", "long_texts"}:
            found[target] = lambda text: {language(): text}
        elif info["kind"] == "link":
            found[target] = _linked(session, info["link"], _(info["label"]))
        elif info["kind"] == "map":
            found[target] = _refuse_map(cls, target)
        else:
            found[target] = cells.reader(target, info, samples.get(target, ()))
    return found


def _refuse_map(cls: type[Record], target: str) -> Read:
    def read(text: str) -> object:
        value = editing.parse(cls, target, text)
        if text and value == default(fields(cls)[target]):
            raise RuleBroken([(target, _("“{text}” can't be read.").format(text=text[:40]))])
        return value

    return read


def _linked(session: Session, type_name: str, label: str) -> Read:
    """Return what finds a record by its id or by what people call it."""
    names: dict[str, set[str]] = {}
    for record in session.scalars(people.ours(session, types()[type_name])):
        names.setdefault(fold(record.caption()), set()).add(record.id)

    def read(text: str) -> object:
        if is_id(text.lower()):
            return text.lower()
        found = names.get(fold(cells.line(text)), set())
        if len(found) != 1:
            reason = _("{label}: “{text}” is not known.") if not found else _("{label}: there are several “{text}”.")
            raise RuleBroken([("", reason.format(label=label, text=text[:40]))])
        return next(iter(found))

    return read


def report(table: Table, bad: Sequence[Bad]) -> str:
    """Return the bad rows as CSV with the line and the reason, to be mended and brought in again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*map(exchange.harmless, table.columns), _("Line"), _("Reason")])
    width = len(table.columns)
    for each in bad:
        said = [*each.cells[:width], *[""] * (width - len(each.cells))]
        writer.writerow([*map(exchange.harmless, said), each.line, exchange.harmless(each.reason)])
    return out.getvalue()


def described(plan: Plan) -> Mapping[str, str]:
    """Return where each column goes, in the reader's words."""
    known = plan.targets()
    return {column: known.get(target, "") for column, target in plan.columns.items()}
