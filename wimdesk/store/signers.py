"""Whose keys this computer believes, and with them the orders to erase that come from elsewhere (sync.signers).

Once a key is believed it stays: an endpoint that names another one later is not.
"""

from __future__ import annotations

import uuid

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from sync import rights, signers
from sync.erasures import ERASE
from sync.protocol import ALLIANCE, ROLES, Op, Page, Placed, private_space
from sync.signers import SECRETARIAT, SIGNER, Card
from wimdesk.store import facts, journal, rows, seal_keys

KEY = "sign_key"
"""Under this name a session has the key with which this computer signs."""
_ORDERS = "orders"
"""The fact that this computer has ever ordered anything: only then its own organisation needs its key."""
_TOLD = "told "
"""Before the name of a space: the fact which role this profile told there last."""
_BELIEVED = 'SELECT device, "key", role FROM signer WHERE space=:space AND organisation=:organisation'
_KEY_OF = 'SELECT organisation, "key", role FROM signer WHERE space=:space AND device=:device'
_OTHER_SECRETARIAT = f"""SELECT 1 FROM signer
WHERE space='{ALLIANCE}' AND role='{SECRETARIAT}' AND organisation<>:organisation LIMIT 1"""
_PUT = """INSERT INTO signer(space, device, organisation, "key", role) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET role=excluded.role WHERE "key"=excluded."key" AND organisation=excluded.organisation"""


def sign(session: Session, space: str, record: str, owner: str, device: bytes) -> list[object]:
    """Return what an order of this computer carries: the values of its payload."""
    if not facts.get(session, _ORDERS):
        facts.put(session, **{_ORDERS: True})
    message = signers.order_message(space, _bytes(record), _bytes(owner), device)
    return signers.values_of(signers.Signed(device, _key(session).sign(message)))


def is_ordered(session: Session, op: Op) -> bool:
    """Say whether somebody who may has really signed this order, by the keys that are believed here."""
    if op.space == private_space(facts.text(session, "organisation")):
        return True  # whoever put it there has the organisation's key
    return any(
        signers.may_order(role, _bytes(organisation), op.space, op.owner)
        for organisation, role in _signers(session, op)
    )


def is_signed(session: Session, op: Op) -> bool:
    """Say whether somebody has really signed this order, whatever her role is by now."""
    return bool(_signers(session, op))


def _signers(session: Session, op: Op) -> list[tuple[str, str]]:
    """Return organisation and role of whoever has signed an order; nothing where nobody did who is believed here."""
    signed = signers.signed_of(op.payload)
    if signed is None:
        return []
    message = signers.order_message(op.space, op.record, op.owner, signed.device)
    return [
        (organisation, role)
        for organisation, key, role in _keys_of(session, signed.device)
        if rights.verified(key, signed.signature, message)
    ]


def _keys_of(session: Session, device: bytes) -> list[tuple[str, bytes, str]]:
    """Return of a computer its organisation, key and role, as far as they are believed."""
    own = facts.text(session, "organisation")
    if device == _bytes(facts.text(session, "device")):
        mine = _key(session).public_key().public_bytes_raw()
        return [(own, mine, facts.text(session, "role"))]
    found = rows.find(session, _KEY_OF, space=private_space(own), device=device)
    far = rows.find(session, _KEY_OF, space=ALLIANCE, device=device)
    # Of our own computers we believe only what the endpoint can't write.
    return found + [each for each in far if each[0] != own]


def learn(session: Session, page: Page) -> None:
    """Believe the cards of a page that can be believed."""
    own = journal.scribe_of(session).author.organisation
    for item in page.ops:
        if isinstance(item, Placed) and item.op.type == ERASE:
            _recall(session, item.op)
        if isinstance(item, Placed) and item.op.type == SIGNER:
            card, organisation = signers.card_of(item.op.payload), str(uuid.UUID(bytes=item.op.owner))
            if card is not None and _is_believed(session, page.space, organisation, card, own):
                _put(session, page.space, organisation, card)


def _recall(session: Session, op: Op) -> None:
    """Know of an order of this computer that it gave before it was restored: others may still need its key."""
    signed = signers.signed_of(op.payload)
    mine = signed is not None and signed.device == _bytes(facts.text(session, "device"))
    if mine and not facts.get(session, _ORDERS) and _signers(session, op):
        facts.put(session, **{_ORDERS: True})


def _is_believed(session: Session, space: str, organisation: str, card: Card, own: str) -> bool:
    if space == private_space(own):
        return organisation == own
    if space != ALLIANCE:
        return False
    if card.role == SECRETARIAT and rows.find(session, _OTHER_SECRETARIAT, organisation=organisation):
        return False
    keys = {device: key for device, key, _role in _believed(session, ALLIANCE, organisation)}
    if not keys and card.voucher == card.device:
        keys = {card.device: card.key}
    key = keys.get(card.voucher)
    return key is not None and rights.verified(key, card.signature, signers.card_message(_bytes(organisation), card))


def _believed(session: Session, space: str, organisation: str) -> list[tuple[bytes, bytes, str]]:
    return rows.find(session, _BELIEVED, space=space, organisation=organisation)


# ----------------------------------------------------------------- telling


def is_needed(session: Session) -> bool:
    """Say whether this computer has to tell its key, or to vouch for another one of its organisation."""
    return bool(_untold(session))


def tell(session: Session) -> bool:
    """Tell what has to be told; say whether anything was."""
    untold = _untold(session)
    for space, card in untold:
        _write(session, space, card)
    return bool(untold)


def _untold(session: Session) -> list[tuple[str, Card]]:
    """Return the cards that this computer has to write, by their space; not signed yet, and our own without the key."""
    name, organisation = facts.text(session, "role"), facts.text(session, "organisation")
    role = ROLES.get(name)
    if role is None or not role.erases or not facts.text(session, "server_url"):
        return []
    if facts.get(session, "returning") or not seal_keys.opens(session):
        return []
    private, me = private_space(organisation), _bytes(facts.text(session, "device"))
    near = {device: (key, role) for device, key, role in _believed(session, private, organisation)}
    far = {device: role for device, _key, role in _believed(session, ALLIANCE, organisation)}
    found, mine = [], Card(me, b"", name, me, b"")
    if facts.get(session, _ORDERS) and (me not in near or (near[me][1] != name and _is_news(session, private, name))):
        found.append((private, mine))
    if not far or (far.get(me, name) != name and _is_news(session, ALLIANCE, name)):
        found.append((ALLIANCE, mine))
    if me in far:
        # Of a new role its own computer tells.
        others = [device for device in near if device != me and device not in far]
        found += [(ALLIANCE, Card(device, *near[device], me, b"")) for device in others]
    return found


def _is_news(session: Session, space: str, role: str) -> bool:
    """Say whether this profile told another role of itself last, or none. What stands there now does not count: two
    copies of a profile that hear of a new role one after the other would correct each other for ever."""
    return facts.text(session, _TOLD + space) != role


def _write(session: Session, space: str, card: Card) -> None:
    author, key = journal.scribe_of(session).author, _key(session)
    mine = key.public_key().public_bytes_raw()
    named = Card(card.device, mine if card.device == author.device else card.key, card.role, card.voucher, b"")
    signature = key.sign(signers.card_message(_bytes(author.organisation), named))
    signed = msgspec.structs.replace(named, signature=signature)
    record = str(uuid.UUID(bytes=signers.record_of(card.device)))
    # In the name of the computer: a card stays when everything else of its organisation is erased.
    me = str(uuid.UUID(bytes=author.device))
    journal.write_mark(session, SIGNER, space, record, author.organisation, signers.values_of(signed), by=me)
    if card.device == author.device:
        facts.put(session, **{_TOLD + space: card.role})
    _put(session, space, author.organisation, signed)


def _put(session: Session, space: str, organisation: str, card: Card) -> None:
    rows.driver(session).execute(_PUT, (space, card.device, organisation, card.key, card.role))


def _key(session: Session) -> Ed25519PrivateKey:
    key: Ed25519PrivateKey = session.info[KEY]
    return key


def _bytes(id: str) -> bytes:
    return uuid.UUID(id).bytes
