"""Erasing at the endpoint: what an order names leaves stubs, and each proof still proves what is left.

What is readable here is erased with the order itself, also what comes later from a computer that did not know of it.
Into the boxes of a private space the endpoint can't look: computers of the organisation bring others for them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from sync import digests
from sync.erasures import (
    ERASE,
    MOST_PLACES,
    MOST_RECORDS,
    EraseRequest,
    EraseResponse,
    Head,
    Receipt,
    Resealed,
    may_go,
    receipt_message,
    resealed_message,
    sealed_of,
    stub,
)
from sync.protocol import MAX_OPS, Author, Batch, Op, Problem, root_over, salt
from sync.rights import verified
from sync.server import audit, ledger, sealed, tables
from sync.server.pages import op_of
from sync.server.refusals import Refused
from sync.server.roles import Device, kind_of, may_erase, may_read, text_id

_CHUNK = 500
_SALT = 16
_op, _batch, _erased = tables.op.c, tables.batch.c, tables.erased.c
_KNOWN = select(_erased.record).where(
    _erased.space == bindparam("space"), _erased.record.in_(bindparam("records", expanding=True))
)
_WHOLE = (
    select(tables.op)
    .where(_op.space == bindparam("space"), _op.record == bindparam("record"), _op.payload != b"")
    .order_by(_op.seq)
)
_EMPTY = update(tables.op).where(_op.space == bindparam("of"), _op.seq == bindparam("at")).values(payload=b"")
_PROOFS = select(tables.batch, _batch["count"].label("size"))
_COVERING = _PROOFS.where(
    _batch.space == bindparam("space"), _batch.device == bindparam("device"), _batch.epoch == bindparam("epoch"),
    _batch.first <= bindparam("n"), _batch.first + _batch["count"] > bindparam("n"),
    # By the key: else each operation that goes would be looked for in all that its author ever sent.
    _batch.fresh.between(bindparam("low"), bindparam("high")),
)  # fmt: skip
_encode = msgspec.msgpack.Encoder().encode
Sign = Callable[[bytes], bytes]
"""Gives the endpoint's signature."""
_salts = msgspec.msgpack.Decoder(list[bytes]).decode
_batch_of = msgspec.msgpack.Decoder(Batch).decode


def known(connection: Connection, space: str, records: Collection[bytes]) -> set[bytes]:
    """Return which of these records are in the ledger of the space."""
    asked, found = sorted(records), set()
    for at in range(0, len(asked), _CHUNK):
        found |= set(connection.scalars(_KNOWN, {"space": space, "records": asked[at : at + _CHUNK]}))
    return found


def is_gone(op: Op, gone: Collection[bytes]) -> bool:
    """Say whether an operation must leave only its stub."""
    return op.record in gone and may_go(op)


def ordered(ops: Iterable[Op]) -> list[bytes]:
    """Return the records that the orders among these name."""
    return list(dict.fromkeys(op.record for op in ops if op.type == ERASE))


def salts_of(batch: Batch, gone: Collection[bytes]) -> bytes:
    """Return what takes the place of the seed of a batch that arrives, nothing where no operation of it is gone."""
    if not any(is_gone(op, gone) and op.payload for op in batch.ops):
        return b""
    salts = [salt(batch.seed, index) for index in range(len(batch.ops))]
    return _encode(
        [
            _hidden(one, op.payload) if is_gone(op, gone) and op.payload else one
            for one, op in zip(salts, batch.ops, strict=True)
        ]
    )


def _hidden(one: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(one + payload).digest()


def erase(connection: Connection, space: str, records: Sequence[bytes], digest: bytes, now: int) -> bytes:
    """Erase what the readable log of a space says of records, and put them into its ledger; return its new digest."""
    there = known(connection, space, records)
    fresh = [{"space": space, "record": record, "at": now} for record in records if record not in there]
    if fresh:
        connection.execute(insert(tables.erased), fresh)
    for record in records:
        rows = [row for row in connection.execute(_WHOLE, {"space": space, "record": record}) if may_go(op_of(row))]
        for row in rows:
            _keep_proofs(connection, row)
        if rows:
            connection.execute(_EMPTY, [{"of": space, "at": row.seq} for row in rows])
        entries = [digests.Entry(row.seq, Author(row.device, row.epoch), row.n, op_of(row)) for row in rows]
        digest = digests.erased(digest, entries)
    _empty_quarantine(connection, space, set(records))
    return digest


def _keep_proofs(connection: Connection, row: Row[tuple[object, ...]]) -> None:
    """Have each proof that covers the operation say its hash in the place of what it says."""
    mine = {"space": row.space, "device": row.device, "epoch": row.epoch, "n": row.n}
    mine |= {"low": row.n - MAX_OPS, "high": row.n + MAX_OPS}
    for proof in connection.execute(_COVERING, mine).all():
        salts = _salts_in(proof)
        at = row.n - proof.first
        if len(salts[at]) == _SALT:
            salts[at] = _hidden(salts[at], row.payload)
        here = (_batch.space == row.space, _batch.device == row.device, _batch.epoch == row.epoch)
        changed = update(tables.batch).where(*here, _batch.fresh == proof.fresh)
        connection.execute(changed.values(seed=b"", salts=_encode(salts)))


def _salts_in(proof: Row[tuple[object, ...]]) -> list[bytes]:
    return _salts(proof.salts) if proof.salts else [salt(proof.seed, index) for index in range(proof.size)]


def _empty_quarantine(connection: Connection, space: str, gone: set[bytes]) -> None:
    """Erase it from what removed computers still sent, too; nobody has let that in, so it needs no proof."""
    table = tables.quarantine
    for row in connection.execute(select(table).where(table.c.space == space, table.c.sealed.is_(False))).all():
        batch = _batch_of(row.content)
        if any(is_gone(op, gone) for op in batch.ops):
            ops = [stub(op) if is_gone(op, gone) else op for op in batch.ops]
            content = _encode(msgspec.structs.replace(batch, ops=ops))
            mine = (table.c[name] == getattr(row, name) for name in ("space", "device", "epoch", "n", "ops"))
            connection.execute(update(table).where(*mine).values(content=content))


def proofs(connection: Connection) -> dict[str, int]:
    """Return how many batches of the readable logs are signed as they stand here, how many not, and of how many a
    part was refused, so that nobody can say."""
    keys = {row.id: row.sign_key for row in connection.execute(select(tables.device.c.id, tables.device.c.sign_key))}
    counts = {"signed": 0, "wrong": 0, "in_part": 0}
    for row in connection.execute(_PROOFS).all():
        here = (_op.space == row.space, _op.device == row.device, _op.epoch == row.epoch)
        numbers = _op.n.between(row.first, row.first + row.size - 1)
        ops = [op_of(each) for each in connection.execute(select(tables.op).where(*here, numbers).order_by(_op.n))]
        if len(ops) != row.size:
            counts["in_part"] += 1
            continue
        salts = _salts_in(row)
        hidden = [one if len(one) > _SALT else _hidden(one, op.payload) for one, op in zip(salts, ops, strict=True)]
        root = root_over(row.space, row.device, row.epoch, row.first, ops, hidden)
        counts["signed" if verified(keys.get(row.device, b""), row.signature, root) else "wrong"] += 1
    return counts


def everything(connection: Connection) -> set[ledger.Line]:
    """Return what the database names. On PostgreSQL only its owner sees all of it."""
    return {(row.space, row.record) for row in connection.execute(select(tables.erased))}


def heed(connection: Connection, lines: Iterable[ledger.Line], now: int) -> int:
    """Erase what these lines name and the database, put there from elsewhere, still has; return how many were new."""
    by_space: dict[str, list[bytes]] = defaultdict(list)
    for space, record in sorted(set(lines) - everything(connection)):
        if not space.endswith("/private"):
            by_space[space].append(record)
    table = tables.space
    for space, records in by_space.items():
        digest = connection.scalar(select(table.c.digest).where(table.c.name == space)) or b""
        digest = erase(connection, space, records, digest, now)
        connection.execute(update(table).where(table.c.name == space).values(digest=digest))
    return sum(map(len, by_space.values()))


# ----------------------------------------------------------------- what computers ask for


def tend(connection: Connection, sign: Sign, device: Device, request: EraseRequest, now: int) -> EraseResponse:
    """Put boxes into the place of others, and return what is asked about. Raises Refused; then nothing is changed."""
    if max(len(request.records), len(request.done)) > MOST_RECORDS or len(request.places) > MOST_PLACES:
        raise Refused(Problem.TOO_LARGE)
    if not may_read(device, request.space):
        raise Refused(Problem.SPACE_FORBIDDEN)
    if any(len(record) != 16 for record in (*request.records, *request.done)):
        raise Refused(Problem.MALFORMED)
    is_private = kind_of(device, request.space) == "private"
    if (request.resealed or request.done) and not (is_private and may_erase(device)):
        raise Refused(Problem.ERASE_FORBIDDEN)
    for new in request.resealed:
        _replace(connection, device, request.space, new)
    if request.done:
        _note_done(connection, device, request, now)
    heads = _heads(connection, request.space, request.places) if is_private and request.places else []
    return EraseResponse(heads, _receipts(connection, sign, request))


def _replace(connection: Connection, device: Device, space: str, new: Resealed) -> None:
    """Put a box into the place of the one there, if both are about the same operations."""
    sealed.check_shape(device, sealed_of(space, new))
    if not verified(device.sign_key, new.signature, resealed_message(device.id, space, new.head, new.box)):
        raise Refused(Problem.SIGNATURE_WRONG)
    head, log = new.head, tables.sealed.c
    there = (
        log.space == space, log.seq == head.seq, log.ops == head.count, log.device == head.author.device,
        log.epoch == head.author.epoch, log.n == head.n,
    )  # fmt: skip
    row = {"key": head.key, "root": head.root, "signature": new.signature, "box": new.box, "resealed": device.id}
    if not connection.execute(update(tables.sealed).where(*there).values(row)).rowcount:
        raise Refused(Problem.MALFORMED)


def _note_done(connection: Connection, device: Device, request: EraseRequest, now: int) -> None:
    there = known(connection, request.space, request.done)
    fresh = [{"space": request.space, "record": record, "at": now} for record in set(request.done) - there]
    if fresh:
        connection.execute(insert(tables.erased), fresh)
    # The beginning of a box that is on its way may hold what is erased: it comes once more from its beginning.
    begun = tables.begun
    connection.execute(delete(begun).where(begun.c.space == request.space, begun.c.device == device.id))
    done = f"{len(fresh)} records, {len(request.resealed)} boxes"
    audit.note(connection, now, text_id(device.id), "erase", done)


def _heads(connection: Connection, space: str, places: Collection[int]) -> list[Head]:
    log, wanted = tables.sealed.c, sorted(set(places))
    columns = (log.seq, log.ops, log.device, log.epoch, log.n, log.key, log.root)
    found: dict[int, Head] = {}
    for place in wanted:
        if any(head.seq - head.count < place <= head.seq for head in list(found.values())[-1:]):
            continue
        query = select(*columns).where(log.space == space, log.seq >= place).order_by(log.seq).limit(1)
        if (row := connection.execute(query).first()) is not None:
            author = Author(row.device, row.epoch)
            found[row.seq] = Head(row.seq, author, row.n, row.ops, row.key, row.root)
    return list(found.values())


def _receipts(connection: Connection, sign: Sign, request: EraseRequest) -> list[Receipt]:
    asked, found = sorted({*request.records, *request.done}), []
    for at in range(0, len(asked), _CHUNK):
        mine = (_erased.space == request.space, _erased.record.in_(asked[at : at + _CHUNK]))
        for row in connection.execute(select(_erased.record, _erased.at).where(*mine)):
            signature = sign(receipt_message(request.space, row.record, row.at))
            found.append(Receipt(row.record, row.at, signature))
    return found
