"""Receipts, cards and letters: the organisation's own words or ours, filled in for each member, as one PDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from resources import content
from wimdesk import clock
from wimdesk.errors import UserError
from wimdesk.i18n import LANGUAGES, _, language, pick, speaking, translator
from wimdesk.records import ContactDetail, LetterTemplate, Membership, MembershipType, Organization, Payment, Receipt
from wimdesk.records.letter_template import KINDS, faults, fill
from wimdesk.records.payment import METHODS
from wimdesk.services import dues, editing, money, numbering, people, standing
from wimdesk.services.dates import day_text, span_text
from wimdesk.store import erasures, history, identity
from wimdesk.store.journal import scribe_of

LETTERS = ("welcome", "reminder")


@dataclass(frozen=True, slots=True)
class Batch:
    """What will be printed, as plain data: one text for each member or receipt, and the marks above some of them."""

    kind: str
    language: str
    organisation: str
    contact: str
    made_on: str
    texts: tuple[str, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt in the list; `state` is "valid", "cancelled" or "removed"."""

    id: str
    number: str
    issued_on: str
    name: str
    state: str
    reason: str


# ----------------------------------------------------------------- words


def template_id(session: Session, kind: str) -> str:
    """Return the id of the organisation's own words for a kind: the same on each of its computers."""
    organisation = identity.read(session).organisation
    return erasures.own_id(session, organisation, "letter_template", organisation, kind)


def words(session: Session, kind: str, lang: str) -> str:
    """Return the template of a kind in a language: the organisation's, else the one that comes with the program."""
    _check(kind, lang)
    own = session.get(LetterTemplate, template_id(session, kind))
    mine = own.text.get(lang, "") if own is not None and not own.deleted else ""
    return mine.strip() or content.letters()[kind][lang]


def shown_words(session: Session, kind: str) -> tuple[str, str]:
    """Return the id of the organisation's own template, or an empty text, and the words in the reader's language."""
    own = session.get(LetterTemplate, template_id(session, kind))
    return own.id if own is not None and not own.deleted else "", words(session, kind, language())


def receipt_book(session: Session) -> tuple[tuple[ReceiptRow, ...], tuple[str, ...]]:
    """Return every receipt, and the numbers that are missing or stand twice."""
    return receipts(session), gaps(session)


def begin_template(session: Session, kind: str) -> str:
    """Make our words the organisation's own, to change them; return the record's id."""
    _check(kind, "en")
    found = session.get(LetterTemplate, template_id(session, kind))
    if found is None:
        return editing.add(session, "letter_template", _shipped(kind), template_id(session, kind))
    if found.deleted:
        found.deleted = False
    return found.id


def reset_template(session: Session, kind: str) -> int:
    """Go back to our words; return the act, to undo it."""
    found = session.get(LetterTemplate, template_id(session, kind))
    if found is not None:
        found.text = dict(content.letters()[kind])
    return scribe_of(session).act


def _shipped(kind: str) -> dict[str, object]:
    return {"kind": kind, "text": dict(content.letters()[kind])}


def _check(kind: str, lang: str) -> None:
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise UserError(_("There is no template “{kind}”. Known: {known}.").format(kind=kind, known=known))
    if lang not in LANGUAGES:
        raise UserError(_("Documents are made in these languages: {known}.").format(known=", ".join(LANGUAGES)))


def _sound(session: Session, kind: str, lang: str) -> str:
    """Return a template that can be filled in; raises UserError with the sentence on what is wrong with it."""
    found = words(session, kind, lang)
    wrong = faults(kind, found, lang)
    if wrong:
        raise UserError(_("The template can't be used. Nothing was made. {reason}").format(reason=wrong))
    return found


# ----------------------------------------------------------------- what stands in the place of the braces


class _Filling:
    """The values of many members, read once."""

    def __init__(self, session: Session, lang: str, members: Sequence[Membership] = ()) -> None:
        self.lang = lang
        self.names = dues.Names(session, members)
        self.types = {each.id: each for each in session.scalars(people.ours(session, MembershipType))}
        self.payments = dues.payments_by_membership(session, [each.id for each in members])
        who = identity.read(session)
        own = session.get(Organization, who.organisation)
        self.organisation = (pick(own.name, lang) if own else "") or who.organisation_name
        self.short = (own.acronym if own else "") or self.organisation
        self.contact = _contact(session, own)

    def member(self, found: Membership) -> dict[str, str]:
        """Return what can be said of a member."""
        kind, person, today = self.types.get(found.type_id), self.names.person(found), clock.today()
        stood = dues.stands(kind, found, self.payments.get(found.id, []), today)
        until = stood.until.isoformat() if stood.until and stood.until.year < 9999 else ""
        return {
            "name": self.names.of(found, self.lang),
            "given_name": person.given_name if person else "",
            "family_name": person.family_name if person else "",
            "organisation": self.organisation,
            "organisation_short": self.short,
            "type": pick(kind.name, self.lang) if kind else "",
            "number": found.number,
            "status": _(standing.STATUSES[stood.status]),
            "since": day_text(stood.since.isoformat()) if stood.since else "",
            "until": day_text(until),
            "fee": money.text(kind.fee_minor, kind.currency, self.lang) if kind and kind.fee_minor else "",
            "today": day_text(today.isoformat()),
        }

    def payment(self, found: Membership, paid: Payment) -> dict[str, str]:
        """Return what can be said of a payment."""
        kind = self.types.get(found.type_id)
        time = dues.time_paid(kind, found, self.payments.get(found.id, []), paid.id)
        return {
            "amount": money.text(paid.amount_minor, paid.currency, self.lang) if paid.amount_minor else "",
            "method": _(METHODS.get(paid.method, "")),
            "paid_on": day_text(paid.date),
            "reference": paid.reference,
            "in_kind": paid.in_kind,
            "period": span_text(time[0].isoformat(), time[1].isoformat()) if time else "",
        }


def _contact(session: Session, own: Organization | None) -> str:
    if own is None:
        return ""
    details = session.scalars(people.ours(session, ContactDetail).where(ContactDetail.organization_id == own.id))
    return " · ".join(part for part in (own.website, *(each.value for each in details)) if part)


# ----------------------------------------------------------------- cards and letters


def gather(session: Session, kind: str, memberships: Sequence[str], lang: str) -> Batch:
    """Return cards or letters of these members in this order. Raises UserError, NotFound."""
    template = _sound(session, kind, lang)
    with speaking(lang):
        found = [dues.fetch(session, each) for each in memberships]
        filling = _Filling(session, lang, found)
        texts = tuple(fill(template, filling.member(each)) for each in found)
    return _batch(filling, kind, texts, ())


def _batch(filling: _Filling, kind: str, texts: tuple[str, ...], marks: tuple[str, ...]) -> Batch:
    if not texts:
        raise UserError(_("There is nobody to print for. Nothing was made. Choose another group."))
    today = clock.today().isoformat()
    return Batch(kind, filling.lang, filling.organisation or "WIM", filling.contact, today, texts, marks)


def render(batch: Batch, *, one_on_a_page: bool = False) -> bytes:
    """Return the PDF of a batch: cards ten to an A4 page or one to a page, each letter on a page of its own."""
    from wimdesk.pdf import cards  # loads the PDF writer, which only documents need
    from wimdesk.pdf import letters as papers

    translated = translator(batch.language)
    title = f"{translated.gettext(KINDS[batch.kind])} – {batch.organisation}"
    if batch.kind == "card":
        lines = tuple(tuple(text.splitlines()) for text in batch.texts)
        made = cards.Cards(title, batch.organisation, batch.language, batch.made_on, lines)
        return cards.build(made, translated, one_on_a_page=one_on_a_page)
    marks = batch.marks or ("",) * len(batch.texts)
    pages = tuple(papers.Letter(text, mark) for text, mark in zip(batch.texts, marks, strict=True))
    data = papers.Letters(title, batch.organisation, batch.contact, batch.language, batch.made_on, pages)
    return papers.build(data, translated)


# ----------------------------------------------------------------- receipts


def issue(session: Session, payment: str, lang: str) -> str:
    """Give a payment its receipt and return the receipt's id; the one that it has already stays the one.

    Raises UserError for a payment of nothing, and for a template that can't be used.
    """
    return issue_all(session, [payment], lang)[0]


def issue_all(session: Session, payments: Iterable[str], lang: str) -> list[str]:
    """Give each of these payments its receipt, numbered one after the other."""
    template = _sound(session, "receipt", lang)
    with speaking(lang):
        paid = {each: _payment(session, each) for each in payments}
        filling = _Filling(session, lang, [dues.fetch(session, each.membership_id) for each in paid.values()])
        return [_valid(session, each.id) or _issue(session, each, template, filling) for each in paid.values()]


def _payment(session: Session, payment: str) -> Payment:
    found = history.fetch(session, "payment", payment)
    assert isinstance(found, Payment)
    return found


def _valid(session: Session, payment: str) -> str:
    query = select(Receipt.id).where(
        Receipt.payment_id == payment, Receipt.deleted.is_(False), Receipt.cancelled_on == ""
    )
    return session.scalars(query.order_by(Receipt.number)).first() or ""


def _issue(session: Session, paid: Payment, template: str, filling: _Filling) -> str:
    if not paid.amount_minor and not paid.in_kind:
        raise UserError(_("This payment has no amount yet. No receipt was made. Write the amount, or what was given."))
    member = dues.fetch(session, paid.membership_id)
    today = clock.today()
    series, serial = numbering.next_receipt(session, today.year)
    number = f"{today.year}-{series.name}-{serial:04}"
    values = filling.member(member) | filling.payment(member, paid) | {"receipt_number": number}
    return editing.add(
        session,
        "receipt",
        {
            "number": number, "year": today.year, "series": series.name, "series_key": series.key, "serial": serial,
            "payment_id": paid.id, "issued_on": today.isoformat(), "language": filling.lang,
            "text": fill(template, values),
        },
    )  # fmt: skip


def cancel_receipt(session: Session, receipt: str, reason: str) -> None:
    """Cancel a receipt: it keeps its number and its words and gets a mark. Raises UserError without a reason."""
    found = _receipt(session, receipt)
    if found.cancelled_on:
        raise UserError(_("This receipt is cancelled already. Nothing was changed."))
    if not reason.strip():
        raise UserError(_("Say in a few words why the receipt is cancelled. Nothing was changed."))
    found.cancelled_on, found.cancel_reason = clock.today().isoformat(), reason.strip()


def gather_receipts(session: Session, receipts: Sequence[str]) -> Batch:
    """Return receipts as they were given out, each with its mark if it was cancelled; the first says the language."""
    found = [_receipt(session, each) for each in receipts]
    lang = found[0].language if found and found[0].language in LANGUAGES else "en"
    with speaking(lang):
        filling = _Filling(session, lang)
        marks = tuple(_mark(each) for each in found)
    return _batch(filling, "receipt", tuple(each.text for each in found), marks)


def _mark(receipt: Receipt) -> str:
    if receipt.deleted:
        return _("CANCELLED")
    if not receipt.cancelled_on:
        return ""
    return _("CANCELLED on {day}: {reason}").format(day=day_text(receipt.cancelled_on), reason=receipt.cancel_reason)


def _receipt(session: Session, receipt: str) -> Receipt:
    found = history.fetch(session, "receipt", receipt)
    assert isinstance(found, Receipt)
    return found


def receipts(session: Session) -> tuple[ReceiptRow, ...]:
    """Return every receipt, the latest number first, also what was cancelled or removed: no number is missing."""
    names, members = dues.Names(session), {each.id: each for each in session.scalars(select(Membership))}
    payer = {row.id: row.membership_id for row in session.execute(select(Payment.id, Payment.membership_id))}
    rows = []
    for each in session.scalars(_every(session)):
        member = members.get(payer.get(each.payment_id, ""))
        state = "removed" if each.deleted else "cancelled" if each.cancelled_on else "valid"
        name = names.of(member) if member is not None else ""
        rows.append(ReceiptRow(each.id, each.number, each.issued_on, name, state, each.cancel_reason))
    return tuple(rows)


def _every(session: Session) -> Select[Receipt]:
    who = identity.read(session)
    return (
        select(Receipt)
        .where(Receipt.owner == who.organisation)
        .order_by(Receipt.year.desc(), Receipt.series, Receipt.serial.desc(), Receipt.id)
    )


def gaps(session: Session) -> tuple[str, ...]:
    """Return the numbers that are missing or that stand twice, to be looked into; empty when all is well."""
    given: dict[tuple[int, str], list[int]] = {}
    for each in session.scalars(_every(session)):
        given.setdefault((each.year or 0, each.series), []).append(each.serial or 0)
    wrong = []
    for (year, series), serials in sorted(given.items()):
        wanted = range(1, max(serials) + 1)
        wrong += [f"{year}-{series}-{serial:04}" for serial in wanted if serials.count(serial) != 1]
    return tuple(wrong)


def unreceipted(session: Session, memberships: Iterable[str]) -> list[str]:
    """Return the payments of these members that have an amount and no receipt yet, the oldest first."""
    found = []
    for group in dues.payments_by_membership(session, memberships).values():
        found += [paid for paid in group if (paid.amount_minor or paid.in_kind) and not _valid(session, paid.id)]
    return [paid.id for paid in sorted(found, key=lambda paid: (paid.date, paid.created_at, paid.id))]
