"""Members and what they pay: who is one today, who is due, and the verbs that screens and the command line share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import _, ngettext, pick
from wimdesk.records import Membership, MembershipType, Organization, Payment, Person, Receipt
from wimdesk.search import fold
from wimdesk.services import editing, money, numbering, people
from wimdesk.services import standing as standings
from wimdesk.services.dates import day_text
from wimdesk.services.standing import STATUSES, Member, Paid, Standing, Status, Terms, standing
from wimdesk.store import history, identity, journal
from wimdesk.store.record import Record

SOON = timedelta(days=30)
"""Who has so long left is named among those who are due."""
GRACE = 30
_OPEN = date.max
PlainRow = Row[Any]
"""Columns of a record, by their names."""


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment with its receipt; `counts` is false where the type does not take it, as with another currency."""

    id: str
    amount: str
    currency: str
    in_kind: bool
    date: str
    counts: bool
    receipt: str
    receipt_number: str


@dataclass(frozen=True, slots=True)
class Held:
    """One membership as its card shows it; `until` is empty where nothing was paid or where it is `open_ended`."""

    id: str
    type_id: str
    type: str
    number: str
    status: Status
    since: str
    until: str
    open_ended: bool
    credit: str
    due: str
    fee: str
    payments: tuple[PaymentRow, ...]


@dataclass(frozen=True, slots=True)
class Dues:
    """What somebody holds, and which types there are to begin a new one with."""

    name: str
    held: tuple[Held, ...]
    types: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A membership as a row of the list; `person` is empty for an organisation or a group."""

    id: str
    person: str
    name: str
    type_id: str
    type: str
    number: str
    status: Status
    since: str
    until: str
    due_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Members:
    """All members as of one day: rows by name, how many by status, what came in this year, and who is due."""

    day: str
    rows: tuple[MemberRow, ...]
    counts: tuple[tuple[Status, int], ...]
    received: tuple[tuple[int, str], ...]
    in_kind: int
    due: tuple[MemberRow, ...]
    types: tuple[tuple[str, str], ...]


# ----------------------------------------------------------------- reading


def members(session: Session, day: str = "") -> Members:
    """Return every membership as of an ISO day, today where none is given."""
    today = date.fromisoformat(day) if day else clock.today()
    types = {each.id: each for each in session.scalars(people.ours(session, MembershipType))}
    # As plain rows: to make an object of each of 100,000 takes longer than all the rest.
    payments: dict[str, list[Paid]] = {}
    year: list[Paid] = []
    for row in _rows(session, Payment, Payment.membership_id, *_PAID):
        paid = Paid(*row[1:])
        payments.setdefault(row.membership_id, []).append(paid)
        if paid.date[:4] == str(today.year):
            year.append(paid)
    names, terms = Names(session), {id: terms_of(kind) for id, kind in types.items()}
    rows = []
    for each in _rows(session, Membership, *_MEMBER):
        if not names.is_there(each):
            continue
        kind = types.get(each.type_id)
        found = standing(terms.get(each.type_id) or terms_of(None), _dates(each), payments.get(each.id, ()), today)
        rows.append(
            MemberRow(
                each.id, each.person_id, names.of(each), each.type_id, _type_name(kind), each.number, found.status,
                _iso(found.since), _iso(found.until), found.due, kind.currency if kind else "",
            )
        )  # fmt: skip
    rows.sort(key=lambda row: (fold(row.name), row.number, row.id))
    return Members(
        today.isoformat(),
        tuple(rows),
        tuple((status, sum(row.status == status for row in rows)) for status in STATUSES),
        money.total((paid.amount, paid.currency) for paid in year if paid.method not in {"in_kind", "waived"}),
        sum(paid.method == "in_kind" for paid in year),
        tuple(_due(rows, today)),
        _choices(types.values()),
    )


def _rows(
    session: Session, cls: type[Record], *columns: InstrumentedAttribute[Any] | ColumnElement[Any],
    where: Iterable[ColumnElement[bool]] = (),
) -> Iterable[PlainRow]:  # fmt: skip
    """Return these columns of our records of a type."""
    return session.execute(people.ours(session, cls).with_only_columns(*columns).where(*where))


def _due(rows: list[MemberRow], today: date) -> list[MemberRow]:
    limit = (today + SOON).isoformat()
    found = [
        row
        for row in rows
        if row.status == "grace" or (row.status in {"new", "current"} and row.until and row.until <= limit)
    ]
    return sorted(found, key=lambda row: row.until)


def of_person(session: Session, person: str) -> Dues:
    """Return the memberships of a person, the latest first; raises NotFound."""
    found = history.fetch(session, "person", person)
    held = people.ours(session, Membership).where(Membership.person_id == person)
    return _dues(session, found.caption(), held_ids=[each.id for each in session.scalars(held)], kind="person")


def of_group(session: Session, membership: str) -> Dues:
    """Return one membership of an organisation or a group; raises NotFound."""
    found = fetch(session, membership)
    return _dues(session, Names(session, [found]).of(found), held_ids=[found.id], kind="group")


def _dues(session: Session, name: str, *, held_ids: list[str], kind: str) -> Dues:
    types = {each.id: each for each in session.scalars(people.ours(session, MembershipType))}
    found = [session.get_one(Membership, each) for each in held_ids]
    found.sort(key=lambda each: (each.start_date, each.created_at, each.id), reverse=True)
    payments = payments_by_membership(session, held_ids)
    offered = _choices(each for each in types.values() if each.members in {"", kind})
    return Dues(name, tuple(_held(session, types, each, payments.get(each.id, [])) for each in found), offered)


def _held(session: Session, types: Mapping[str, MembershipType], found: Membership, payments: list[Payment]) -> Held:
    kind = types.get(found.type_id)
    stood = stands(kind, found, payments, clock.today())
    currency = kind.currency if kind else ""
    receipts = _receipts(session, payments)
    rows = tuple(
        PaymentRow(
            paid.id, money.text(paid.amount_minor, paid.currency), paid.currency, paid.method == "in_kind", paid.date,
            paid.id not in stood.uncounted, receipts[paid.id].id if paid.id in receipts else "",
            receipts[paid.id].number if paid.id in receipts else "",
        )
        for paid in payments
    )  # fmt: skip
    return Held(
        found.id, found.type_id, _type_name(kind), found.number, stood.status, _iso(stood.since), _iso(stood.until),
        stood.until == _OPEN, money.text(stood.credit, currency) if stood.credit else "",
        money.text(stood.due, currency) if stood.due and stood.status != "cancelled" else "",
        money.text(kind.fee_minor, currency) if kind and kind.fee_minor else "", rows,
    )  # fmt: skip


def _receipts(session: Session, payments: list[Payment]) -> dict[str, Receipt]:
    """The receipt that stands for each payment, where there is one."""
    query = select(Receipt).where(
        Receipt.payment_id.in_([paid.id for paid in payments]), Receipt.deleted.is_(False), Receipt.cancelled_on == ""
    )
    return {receipt.payment_id: receipt for receipt in session.scalars(query.order_by(Receipt.number))}


def payments_by_membership(session: Session, wanted: Iterable[str] | None = None) -> dict[str, list[Payment]]:
    """Return our payments by membership, the latest first; of some memberships, or of all."""
    query = people.ours(session, Payment).options(_PAYMENT)
    ids = _few(wanted)
    if ids is not None:
        query = query.where(Payment.membership_id.in_(ids))
    found: dict[str, list[Payment]] = {}
    for paid in session.scalars(query.order_by(Payment.date.desc(), Payment.created_at.desc(), Payment.id.desc())):
        found.setdefault(paid.membership_id, []).append(paid)
    return found


def stands(kind: MembershipType | None, member: Membership, payments: Iterable[Payment], today: date) -> Standing:
    """Hand what is recorded to the one function that says where a membership stands."""
    return standing(terms_of(kind), _dates(member), _paid(payments), today)


def time_paid(
    kind: MembershipType | None, member: Membership, payments: Iterable[Payment], payment: str
) -> tuple[date, date] | None:
    """Return the first and the last day that one payment pays, or None."""
    found = standings.time_paid(terms_of(kind), _dates(member), _paid(payments), payment)
    return None if found is None or found[0] == date.min else found


def _dates(member: Membership | PlainRow) -> Member:
    return Member(member.start_date, member.end_date, member.cancelled_on)


def _paid(payments: Iterable[Payment]) -> list[Paid]:
    return [
        Paid(each.id, each.date, each.amount_minor or 0, each.currency, each.method, each.period_start, each.period_end)
        for each in payments
    ]


def terms_of(kind: MembershipType | None) -> Terms:
    """Return what a type asks for; where it is not here, only what says its own time counts."""
    if kind is None:
        return Terms(dues="")
    return Terms(
        kind.dues or "money", kind.fee_minor or 0, kind.currency, kind.period or "months",
        kind.period_months or 12, kind.grace_days or 0,
    )  # fmt: skip


_FEW = 5000
_PERSON = (Person.id, Person.given_name, Person.family_name)
_PAID = (
    Payment.id, Payment.date, func.coalesce(Payment.amount_minor, 0), Payment.currency, Payment.method,
    Payment.period_start, Payment.period_end,
)  # fmt: skip
"""In the order of `Paid`."""
_PAYMENT = load_only(
    Payment.membership_id, Payment.amount_minor, Payment.currency, Payment.method, Payment.date, Payment.period_start,
    Payment.period_end, Payment.created_at,
)  # fmt: skip
_MEMBER = (
    Membership.id, Membership.person_id, Membership.organization_id, Membership.group_name, Membership.type_id,
    Membership.number, Membership.start_date, Membership.end_date, Membership.cancelled_on,
)  # fmt: skip
"""What the list of thousands needs of each; all else is read where it is asked for."""


def _few(wanted: Iterable[str] | None) -> list[str] | None:
    """Return the ids to ask for, or None where reading everything at once is quicker."""
    ids = list(wanted) if wanted is not None else None
    return ids if ids is not None and len(ids) <= _FEW else None


class Names:
    """What members are called, read once for some of them or for all who hold a membership."""

    def __init__(self, session: Session, wanted: Iterable[Membership] | None = None) -> None:
        members = list(wanted) if wanted is not None else None
        ids = _few(each.person_id for each in members) if members is not None else None
        only = [Person.id.in_(select(Membership.person_id) if ids is None else ids)]
        self._people = {each.id: each for each in _rows(session, Person, *_PERSON, where=only)}
        known = select(Membership.organization_id).where(Membership.organization_id != "")
        self._organisations = {
            each.id: each for each in session.scalars(select(Organization).where(Organization.id.in_(known)))
        }

    def is_there(self, member: Membership | PlainRow) -> bool:
        """Say whether it is the membership of somebody who is not in the trash."""
        return not member.person_id or member.person_id in self._people

    def person(self, member: Membership | PlainRow) -> PlainRow | None:
        """Return id and names of the person, where it is one."""
        return self._people.get(member.person_id)

    def of(self, member: Membership | PlainRow, lang: str | None = None) -> str:
        """Return what a member is called."""
        person = self.person(member)
        if person is not None:
            return people.full_name(person.given_name, person.family_name)
        organisation = self._organisations.get(member.organization_id)
        known = pick(organisation.name, lang) or organisation.acronym if organisation is not None else ""
        return member.group_name or known or _("Without a name")


def type_rows(session: Session) -> tuple[tuple[str, str], ...]:
    """Return (id, name) of our membership types."""
    return _choices(session.scalars(people.ours(session, MembershipType)))


def _choices(types: Iterable[MembershipType]) -> tuple[tuple[str, str], ...]:
    pairs = ((each.id, _type_name(each)) for each in types)
    return tuple(sorted(pairs, key=lambda pair: (fold(pair[1]), pair[0])))


def _type_name(kind: MembershipType | None) -> str:
    return (pick(kind.name) or _("Without a name")) if kind is not None else _("Without a type")


def fetch(session: Session, membership: str) -> Membership:
    """Return one membership; raises NotFound."""
    found = history.fetch(session, "membership", membership)
    assert isinstance(found, Membership)
    return found


def _iso(day: date | None) -> str:
    return "" if day in (None, date.min, _OPEN) else str(day)


# ----------------------------------------------------------------- verbs


def begin_type(session: Session) -> str:
    """Make a membership type with what is usual, in the money of the organisation's country; return its id."""
    own = session.get(Organization, identity.read(session).organisation)
    values = {
        "members": "person", "dues": "money", "currency": money.currency_of(own.country_code) if own else "",
        "period": "months", "period_months": 12, "grace_days": GRACE,
    }  # fmt: skip
    return editing.add(session, "membership_type", values)


def join(session: Session, type_id: str, start: str = "", who: Mapping[str, str] | None = None) -> str:
    """Begin a membership today, or on the day given; `who` has person_id, organization_id or group_name."""
    given = dict(who or {})
    if type_id:
        history.fetch(session, "membership_type", type_id)
    if given.get("person_id"):
        history.fetch(session, "person", given["person_id"])
    values = {
        "type_id": type_id, "start_date": start or clock.today().isoformat(), "number": numbering.next_member(session),
        **given,
    }  # fmt: skip
    return editing.add(session, "membership", values)


def begin_group(session: Session) -> str:
    """Begin the membership of an organisation or a group; its name is written afterwards."""
    first = session.scalars(people.ours(session, MembershipType).where(MembershipType.members == "group")).first()
    return join(session, first.id if first else "")


def pay(session: Session, membership: str, values: Mapping[str, object] | None = None) -> str:
    """Record a payment; what is not said is what is usual. Return its id."""
    given = dict(values or {})
    usual = usual_payment(session, membership)
    if given.get("currency", usual.get("currency")) != usual.get("currency") or given.get("in_kind"):
        usual.pop("amount_minor", None)
    if given.get("in_kind") and "method" not in given:
        usual["method"] = "in_kind"
    return editing.add(session, "payment", usual | given)


def usual_payment(session: Session, membership: str) -> dict[str, object]:
    """Return what a payment for a membership usually says: what is missing of the fee, paid today. Raises NotFound."""
    member = fetch(session, membership)
    kind = session.get(MembershipType, member.type_id)
    usual: dict[str, object] = {"membership_id": membership, "date": clock.today().isoformat(), "method": "cash"}
    if kind is not None and kind.dues == "in_kind":
        return usual | {"method": "in_kind", "in_kind": kind.in_kind}
    if kind is not None:
        paid = payments_by_membership(session, [membership]).get(membership, [])
        due = stands(kind, member, paid, clock.today()).due
        usual |= {"currency": kind.currency, "amount_minor": due or None}
    return usual


def remove_payment(session: Session, payment: str) -> int:
    """Move a payment to the trash and cancel its receipt; return the act, to undo it."""
    found = history.fetch(session, "payment", payment)
    found.deleted = True
    assert isinstance(found, Payment)
    for receipt in _receipts(session, [found]).values():
        receipt.cancelled_on = clock.today().isoformat()
        receipt.cancel_reason = _("The payment was removed.")
    return journal.scribe_of(session).act


def cancel(session: Session, membership: str, reason: str, day: str = "") -> None:
    """End a membership on a day, today where none is given. Raises UserError without a reason."""
    if not reason.strip():
        raise UserError(_("Say in a few words why the membership ends. Nothing was changed."))
    editing.change(
        session, "membership", membership, {"cancelled_on": day or clock.today().isoformat(), "cancel_reason": reason}
    )


def number_all(session: Session, memberships: Iterable[str]) -> int:
    """Give a number to each of these members who has none, in this order; return how many."""
    count = 0
    for each in memberships:
        found = fetch(session, each)
        if not found.number:
            found.number = numbering.next_member(session)
            session.flush()
            count += 1
    return count


def due_now(session: Session) -> tuple[str, str]:
    """Return the quiet line on memberships that are due today; empty texts where none is."""
    return due_words(members(session))


def place_of(session: Session, record: str) -> tuple[str, str]:
    """Return where a membership is shown: ("person", id) or ("membership", id); ("", "") for anything else."""
    found = session.get(Membership, record)
    if found is None or found.deleted:
        return "", ""
    return ("person", found.person_id) if found.person_id else ("membership", found.id)


def due_words(found: Members) -> tuple[str, str]:
    """Return the title and the text of the quiet line on memberships that are due; empty where none is."""
    if not found.due:
        return "", ""
    count = len(found.due)
    title = ngettext("{count} membership is due", "{count} memberships are due", count).format(count=count)
    lines = [_("{member}, until {day}").format(member=row.name, day=day_text(row.until)) for row in found.due[:3]]
    return title, " · ".join(lines)
