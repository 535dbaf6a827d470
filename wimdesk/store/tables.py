"""The tables beside the records: journal, what the log says of each record, cursors, local facts."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, Table, Text, text

from wimdesk.store.record import Base

WAITING, PLACED, REFUSED, KEPT, REPLACED = "waiting", "placed", "refused", "kept", "replaced"
HELD, LOST = "held", "lost"
"""States of an operation; `kept` is an edit of sample data, which is never sent.

`replaced` was refused, and a later operation carries what it had set. `held` waits until all was read anew, `lost` had
a place in the log before the endpoint was restored (store.recovery)."""

op = Table(
    "op",
    Base.metadata,
    Column("pos", Integer, primary_key=True),
    Column("space", Text, nullable=False),
    Column("seq", Integer),
    Column("device", LargeBinary, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("n", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("record", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("base", JSON, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("before", LargeBinary),
    Column("act", Integer, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False),
    Column("problem", Integer, nullable=False, server_default=text("0")),
    Column("was", Integer),
    Index("op_place", "space", "seq", unique=True),
    Index("op_number", "space", "device", "epoch", "n", unique=True),
    Index("op_record", "record"),
    Index("op_act", "act", sqlite_where=text("act <> 0")),
    Index("op_waiting", "space", "n", "record", sqlite_where=text("state = 'waiting'")),
    Index("op_refused", "pos", sqlite_where=text("state = 'refused'")),
    Index("op_held", "record", sqlite_where=text("state = 'held'")),
    Index("op_lost", "record", sqlite_where=text("state = 'lost'")),
)
"""Every operation that this device made or received. `act` groups what one act of a person did;
`before` holds what an own operation replaced, for undo; it never leaves this computer. `was` ranks the
operations of a record that had a place when the endpoint was restored, by the order in which they had it."""

BY_PERSON = text("act <> 0")
"""What a person did on this computer; in these words, so that the index of acts is used."""

shadow = Table(
    "shadow",
    Base.metadata,
    Column("record", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("space", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("parked", Boolean, nullable=False),
    Index("shadow_parked", "parked", sqlite_where=text("parked")),
)
"""What the log alone says of a record (sync.merge.RecordState); own waiting edits are not in it."""

clash = Table(
    "clash",
    Base.metadata,
    Column("record", Text, primary_key=True),
    Column("field", Text, primary_key=True),
    Column("winner", Integer, primary_key=True),
    Column("loser", Integer, primary_key=True),
    Column("type", Text, nullable=False),
    Column("space", Text, nullable=False),
    Column("base", Integer, nullable=False),
    Column("open", Boolean, nullable=False),
    Index("clash_open", "record", sqlite_where=text("open")),
)

cursor = Table(
    "cursor",
    Base.metadata,
    Column("space", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("trail", LargeBinary, nullable=False, server_default=text("x''")),
    Column("digest", LargeBinary, nullable=False, server_default=text("x''")),
)
"""How far each space was read; `trail` and `digest` are those of its log there (sync.protocol.trail, sync.digests)."""

spared = Table(
    "spared",
    Base.metadata,
    Column("record", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("space", Text, nullable=False),
    Column("asked", Boolean, nullable=False),
)
"""What the log says is removed and still shows here (store.spared); `asked`: until somebody here has agreed."""

audit = Table(
    "audit",
    Base.metadata,
    Column("pos", Integer, primary_key=True),
    Column("upto", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("entries", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("void", Boolean, nullable=False, server_default=text("0")),
    Column("link", LargeBinary, nullable=False),
)
"""The chain over the journal (store.audit). `entries` are place, hash of what it is about and hash of what it says of
each row; `content` is their hash; `void` once the chain was begun again behind this link."""

secret = Table(
    "secret",
    Base.metadata,
    Column("pos", Integer, primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
"""What the hash of a row of the journal takes besides what the row says (store.audit); it goes when that is erased."""

seal_key = Table(
    "seal_key",
    Base.metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
)
"""The organisation's keys (store.seal_keys)."""

carriage = Table(
    "carriage",
    Base.metadata,
    Column("record", Text, primary_key=True),
    Column("wanted", Boolean, nullable=False, server_default=text("0")),
    Column("dropped", Boolean, nullable=False, server_default=text("0")),
    Column("sent", Integer, nullable=False, server_default=text("-1")),
    Column("note", Text, nullable=False, server_default=text("''")),
)
"""What this computer knows of the content of an attachment: whether somebody asked for it or wants it elsewhere only,
in which generation the endpoint had it (-1: none; -2: it was removed there), and what went wrong last."""

local = Table("local", Base.metadata, Column("key", Text, primary_key=True), Column("value", JSON, nullable=False))

sync_run = Table(
    "sync_run",
    Base.metadata,
    Column("pos", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("sent", Integer, nullable=False),
    Column("received", Integer, nullable=False),
    Column("bytes_up", Integer, nullable=False),
    Column("bytes_down", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
)

erasure = Table(
    "erasure",
    Base.metadata,
    Column("space", Text, primary_key=True),
    Column("record", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("swept", Boolean, nullable=False, server_default=text("0")),
    Column("files", Text, nullable=False, server_default=text("'[[],[]]'")),
    Column("confirmed", Text, nullable=False, server_default=text("''")),
    Column("receipt", LargeBinary, nullable=False, server_default=text("x''")),
)
"""The ledger (store.erasures). `swept`: nothing is left in files of this computer; `files`: contents to remove here,
and at the endpoint; `confirmed`: when the endpoint said that it has nothing any more, and its signature."""

signer = Table(
    "signer",
    Base.metadata,
    Column("space", Text, primary_key=True),
    Column("device", LargeBinary, primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("role", Text, nullable=False),
)
"""The keys with which computers sign orders to erase, as far as they are believed here (store.signers), by the space
that told them."""

file_text = Table(
    "file_text",
    Base.metadata,
    Column("file", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False, server_default=text("''")),
    Column("pieces", Integer, nullable=False, server_default=text("0")),
)
"""How far the words of an attachment's content were read (store.file_texts)."""

page_text = Table(
    "page_text",
    Base.metadata,
    Column("doc", Integer, primary_key=True),
    Column("page", Integer, nullable=False),
    Column("words", LargeBinary, nullable=False),
)
"""The words themselves, a page or a part of one in each row, packed."""
