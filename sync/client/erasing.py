"""What the endpoint still has of what was erased: boxes are packed anew, files removed, receipts kept."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.orm import Session

from sync import sealing
from sync.client.transport import Transport
from sync.erasures import (
    MOST_PLACES,
    MOST_RECORDS,
    EraseRequest,
    EraseResponse,
    Head,
    Resealed,
    receipt_message,
    resealed_message,
)
from sync.protocol import PATH_ERASE, Op, Problem, file_path, private_space
from wimdesk.app import App
from wimdesk.errors import Refused
from wimdesk.services import erasing
from wimdesk.store import erasures, facts, outbox, rows, seal_keys

_AT_ONCE = 8
"""Boxes that are sent in one request."""
_LEFT = frozenset({Problem.SPACE_FORBIDDEN, Problem.ERASE_FORBIDDEN, Problem.MALFORMED, Problem.TOO_LARGE})
"""Refusals that are about what is asked here, as of a computer whose role has changed: the pass goes on."""
_FILES = "SELECT files FROM erasure WHERE space=:space AND record=:record"
log = logging.getLogger(__name__)


def tend(app: App, transport: Transport, token: str) -> bool:
    """Have the endpoint erase what it can't see itself, and keep its receipts.

    Say whether this computer has swept something meanwhile, and has to tell the others.

    Raises NoConnection and the like: the next pass goes on. What is refused is left to a computer that may.
    """
    if not app.read(erasures.is_any_left):
        return False
    swept = app.sweep_quietly()
    for space, records in app.read(erasures.pending).items():
        for at in range(0, len(records), MOST_RECORDS):
            try:
                _Errand(app, transport, token, space).run(records[at : at + MOST_RECORDS])
            except Refused as refused:
                if refused.number not in _LEFT:
                    raise
                log.info("the endpoint did not take what an order asks for: %s", refused.number)
    return swept


class _Errand:
    """What is to be asked and brought for one space."""

    def __init__(self, app: App, transport: Transport, token: str, space: str) -> None:
        self._app, self._transport, self._token, self._space = app, transport, token, space

    def run(self, records: Sequence[str]) -> int:
        """Return for how many of the records the endpoint has given a receipt."""
        who = self._app.identity()
        may, named = self._app.read(erasing.may_erase), [uuid.UUID(record).bytes for record in records]
        request = EraseRequest(self._space, named)
        if self._space == private_space(who.organisation) and may:
            if not self._app.read(seal_keys.opens):
                return 0
            if not self._pack_anew(records):
                return 0
            request = EraseRequest(self._space, named, done=named)
        if may:
            self._remove_files(records)
        return self._keep(self._ask(request))

    def _ask(self, request: EraseRequest) -> EraseResponse:
        return self._transport.post(PATH_ERASE, request, EraseResponse, self._token)

    def _pack_anew(self, records: Sequence[str]) -> bool:
        """Bring new boxes for those that may hold something of the records; say whether all of them are clean now."""
        places = self._app.read(erasures.places, self._space, records)
        heads: list[Head] = []
        for at in range(0, len(places), MOST_PLACES):
            heads += self._ask(EraseRequest(self._space, [], places=places[at : at + MOST_PLACES])).heads
        new = self._app.read(self._changed, heads)
        if new is None:
            return False
        for at in range(0, len(new), _AT_ONCE):
            self._ask(EraseRequest(self._space, [], resealed=new[at : at + _AT_ONCE]))
        return True

    def _changed(self, session: Session, heads: Sequence[Head]) -> list[Resealed] | None:
        """Return the boxes that differ from what is here; None where one of them is not here whole, or its key.

        They are packed with the key of today, whichever the endpoint names: a removed computer has the earlier ones.
        """
        keys, organisation = seal_keys.by_id(session), uuid.UUID(self._app.identity().organisation).bytes
        found, today = [], seal_keys.current(session)
        for head in heads:
            ops, key = outbox.between(session, self._space, head.seq - head.count + 1, head.seq), keys.get(head.key)
            if len(ops) != head.count or key is None or today is None:
                return None
            if sealing.root_of(key, self._space, head.author, head.n, ops) != head.root:
                found.append(self._resealed(today, head, ops, organisation))
        return found

    def _resealed(self, key: seal_keys.SealKey, head: Head, ops: list[Op], organisation: bytes) -> Resealed:
        root, box = sealing.seal(key.key, self._space, head.author, head.n, ops, organisation)
        mine = Head(head.seq, head.author, head.n, head.count, key.id, root)
        message = resealed_message(self._app.store.author.device, self._space, mine, box)
        return Resealed(mine, box, self._app.device_keys.sign.sign(message))

    def _remove_files(self, records: Sequence[str]) -> None:
        for record in records:
            for carried in self._app.read(_carried, self._space, record):
                try:
                    self._transport.remove_file(file_path(self._space, bytes.fromhex(carried)), self._token)
                except Refused as refused:
                    log.info("a file was not removed: %s", refused.number)

    def _keep(self, answer: EraseResponse) -> int:
        return self._app.run(_keep, self._space, answer)


def _carried(session: Session, space: str, record: str) -> list[str]:
    """Return the files that no other attachment of the space needs."""
    found = [
        each for (files,) in rows.find(session, _FILES, space=space, record=record) for each in json.loads(files)[1]
    ]
    used = "SELECT carried FROM attachment WHERE space=:space AND NOT deleted"
    return sorted(set(found) - {carried for (carried,) in rows.find(session, used, space=space)})


def _keep(session: Session, space: str, answer: EraseResponse) -> int:
    """Keep the receipts that the endpoint really signed."""
    key, count = Ed25519PublicKey.from_public_bytes(bytes.fromhex(facts.text(session, "server_key"))), 0
    for receipt in answer.receipts:
        try:
            key.verify(receipt.signature, receipt_message(space, receipt.record, receipt.at))
            record, at = str(uuid.UUID(bytes=receipt.record)), erasing.confirmed_at(receipt.at)
        except (InvalidSignature, OverflowError, ValueError, OSError):
            log.warning("a receipt that the endpoint did not sign, or that says nothing")
            continue
        erasures.confirm(session, space, record, at, receipt.signature)
        count += 1
    return count
