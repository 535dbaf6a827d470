"""The endpoint's tables, in words that SQLite and PostgreSQL both understand."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

_SIGN = 1 << 63


class Unsigned(TypeDecorator[int]):
    """An unsigned number of 64 bits in a column that only knows signed ones."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Fold the upper half into the negative numbers."""
        return value if value is None or value < _SIGN else value - 2 * _SIGN

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        """Unfold."""
        return value if value is None or value >= 0 else value + 2 * _SIGN


metadata = MetaData()

server_state = Table(
    "server_state",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1"), primary_key=True, autoincrement=False),
    Column("sign_key", LargeBinary, nullable=False),
    Column("receive_key", LargeBinary, nullable=False),
    Column("pepper", LargeBinary, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("schema", Integer, nullable=False),
)
"""`schema`: the number of these tables, see `schema.py`."""

organisation = Table(
    "organisation",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("key_changes", Integer, nullable=False, default=0),
)
"""`key_changes` goes up with each computer that comes or goes and with each key or envelope."""

code = Table(
    "code",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("organisation", ForeignKey("organisation.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("used_by", ForeignKey("device.id")),
)

device = Table(
    "device",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("organisation", ForeignKey("organisation.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sign_key", LargeBinary(32), nullable=False),
    Column("receive_key", LargeBinary(32), nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("device", ForeignKey("device.id"), nullable=False),
    Column("expires", BigInteger, nullable=False, index=True),
)

nonce = Table(
    "nonce",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("expires", BigInteger, nullable=False, index=True),
)
"""Nonces that were used; a fresh one proves itself and needs no row."""

failed_attempt = Table(
    "failed_attempt",
    metadata,
    Column("network", LargeBinary(32), primary_key=True),
    Column("id", LargeBinary(16), primary_key=True),
    Column("at", BigInteger, nullable=False, index=True),
)
"""Wrong codes and signatures of the last hour. The network is a keyed hash: no address of anybody is kept."""

space = Table(
    "space",
    metadata,
    Column("name", Text, primary_key=True),
    Column("head", BigInteger, CheckConstraint("head > 0"), nullable=False),
    Column("trail", LargeBinary(8), nullable=False, default=b""),
    Column("digest", LargeBinary(16), nullable=False, default=b""),
)
"""The counter row of each space: seq 1 to head are given; `trail` and `digest` (sync.digests; empty where only sealed
blocks are here) are those of the log at its head."""

op = Table(
    "op",
    metadata,
    Column("space", Text, primary_key=True),
    Column("seq", BigInteger, CheckConstraint("seq > 0"), primary_key=True, autoincrement=False),
    Column("device", LargeBinary(16), nullable=False),
    Column("epoch", Unsigned, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("record", LargeBinary(16), nullable=False),
    Column("owner", LargeBinary(16), nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("base", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("trail", LargeBinary(8), nullable=False),
    UniqueConstraint("space", "device", "epoch", "n"),
)

sealed = Table(
    "sealed",
    metadata,
    Column("space", Text, primary_key=True),
    Column("seq", BigInteger, CheckConstraint("seq >= ops"), primary_key=True, autoincrement=False),
    Column("ops", Integer, CheckConstraint("ops > 0"), nullable=False),
    Column("device", LargeBinary(16), nullable=False),
    Column("epoch", Unsigned, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("box", LargeBinary, nullable=False),
    Column("trail", LargeBinary(8), nullable=False),
    Column("resealed", LargeBinary, nullable=False, default=b""),
    UniqueConstraint("space", "device", "epoch", "n"),
)
"""The log of a private space, block by block: `seq` is the place of a block's last operation, `n` its first number.
`resealed` is the device that packed it anew and signed it, because something in it was erased."""

space_key = Table(
    "space_key",
    metadata,
    Column("space", Text, primary_key=True),
    Column("number", Integer, CheckConstraint("number > 0"), primary_key=True, autoincrement=False),
    Column("id", LargeBinary, nullable=False),
    Column("device", LargeBinary(16), nullable=False),
)
"""The keys that an organisation has given itself; the endpoint knows no more of them than this."""

envelope = Table(
    "envelope",
    metadata,
    Column("space", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("computer", LargeBinary(16), primary_key=True),
    Column("device", LargeBinary(16), nullable=False),
    Column("box", LargeBinary, nullable=False),
)
"""Keys on their way: `box` is locked for the computer by `device`."""

begun = Table(
    "begun",
    metadata,
    Column("space", Text, primary_key=True),
    Column("device", LargeBinary(16), primary_key=True),
    Column("root", LargeBinary(32), nullable=False),
    Column("box", LargeBinary, nullable=False),
)
"""The beginning of the one box that a device was sending when the line was cut."""

author = Table(
    "author",
    metadata,
    Column("space", Text, primary_key=True),
    Column("device", LargeBinary(16), primary_key=True),
    Column("epoch", Unsigned, primary_key=True, autoincrement=False),
    Column("known", BigInteger, nullable=False),
)
"""The highest n that is known of a device and epoch in a space, placed or refused; there is no hole below it."""

batch = Table(
    "batch",
    metadata,
    Column("space", Text, primary_key=True),
    Column("device", LargeBinary(16), primary_key=True),
    Column("epoch", Unsigned, primary_key=True, autoincrement=False),
    Column("fresh", BigInteger, primary_key=True, autoincrement=False),
    Column("first", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("seed", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("salts", LargeBinary, nullable=False, default=b""),
)
"""The proofs: each covers first to first + count - 1, and was kept for the numbers from `fresh` on.

Where something of it was erased, `salts` takes the place of the seed, from which each salt followed: of each operation
the salt (16 bytes), or H(salt || payload) of an erased one (32 bytes)."""

erased = Table(
    "erased",
    metadata,
    Column("space", Text, primary_key=True),
    Column("record", LargeBinary(16), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
"""The ledger: records of which nothing may be here any more, whatever still comes."""

refused = Table(
    "refused",
    metadata,
    Column("space", Text, primary_key=True),
    Column("device", LargeBinary(16), primary_key=True),
    Column("epoch", Unsigned, primary_key=True, autoincrement=False),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
)

wipe = Table("wipe", metadata, Column("device", ForeignKey("device.id"), primary_key=True))
"""Revoked devices that are to wipe themselves."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("space", Text, primary_key=True),
    Column("device", LargeBinary(16), primary_key=True),
    Column("epoch", Unsigned, primary_key=True, autoincrement=False),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("ops", Integer, primary_key=True, autoincrement=False),
    Column("sealed", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""What revoked devices still sent, as they signed it (MessagePack): `ops` operations from `n` on."""

record_owner = Table(
    "record_owner",
    metadata,
    Column("space", Text, primary_key=True),
    Column("record", LargeBinary(16), primary_key=True),
    Column("owner", LargeBinary(16), nullable=False),
)

file = Table(
    "file",
    metadata,
    Column("space", Text, primary_key=True),
    Column("owner", LargeBinary(16), primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("size", BigInteger, CheckConstraint("size >= 0"), nullable=False),
    Column("received", BigInteger, CheckConstraint("received BETWEEN 0 AND size"), nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("begun", BigInteger, nullable=False),
)
"""Files, named by the SHA-256 of what travels. Each organisation keeps its own copy: it may remove that at any time."""

file_piece = Table(
    "file_piece",
    metadata,
    Column("space", Text, primary_key=True),
    Column("owner", LargeBinary(16), primary_key=True),
    Column("digest", LargeBinary(32), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
"""The bytes of files in the pieces in which they came, without a hole from 0 to `file.received`."""

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
)
