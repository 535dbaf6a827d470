"""What is left at the endpoint of an organisation that has left: its computers are shut out, its boxes go.

What it had shared the Secretariat's computers erase by orders, which leave stubs. Into a private space nobody here can
look, and nobody reads it any more: there the log goes as a whole. Of the organisation stays a number.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, delete, func, or_, select, update

from sync.erasures import MARKS
from sync.protocol import private_space, shared_space
from sync.server import audit, tables
from sync.server.roles import Device, bytes_id, text_id
from sync.signers import SECRETARIAT

UNKNOWN = "There is no organisation of this name or number. Nothing was changed. “devices” lists them."
OUR_OWN = "This is the Secretariat itself. Nothing was changed."
_device, _op = tables.device.c, tables.op.c
_PRIVATE = (
    tables.sealed, tables.begun, tables.space_key, tables.envelope, tables.author, tables.batch, tables.refused,
    tables.record_owner, tables.erased,
)  # fmt: skip
"""Tables of which the rows of the private space go."""


def name_of(organisation: bytes) -> str:
    """Return what stands in the place of the name."""
    return f"removed {text_id(organisation)}"


def is_removed(device: Device) -> bool:
    """Say whether the organisation of a computer was removed: nothing that it still sends is kept."""
    return device.organisation_name == name_of(device.organisation)


def find(connection: Connection, named: str) -> bytes:
    """Return the organisation with this name or id. Raises ValueError with a sentence where there is none."""
    table, id = tables.organisation.c, bytes_id(named)
    wanted = table.name == " ".join(named.split())
    found: bytes | None = connection.scalar(select(table.id).where(wanted if id is None else table.id == id))
    if found is None:
        raise ValueError(UNKNOWN)
    if connection.execute(select(_device.id).where(_device.organisation == found, _device.role == SECRETARIAT)).first():
        raise ValueError(OUR_OWN)
    return found


def look(connection: Connection, organisation: bytes) -> dict[str, object]:
    """Return what is here of an organisation; `readable` are operations in readable spaces that say something yet."""
    own = _device.organisation == organisation
    ids = connection.scalars(select(_device.id).where(own).order_by(_device.enrolled_at, _device.id)).all()
    open_still = connection.scalars(select(_device.id).where(own, _device.revoked_at.is_(None))).all()
    boxes = _count(connection, tables.sealed, tables.sealed.c.space == private_space(text_id(organisation)))
    mine = or_(_op.owner == organisation, _op.space == shared_space(text_id(organisation)))
    return {
        "organisation": text_id(organisation),
        "computers": [text_id(id) for id in ids],
        "not_shut_out": len(open_still),
        "boxes": boxes,
        "files": _count(connection, tables.file, _files_of(organisation)),
        "kept_apart": _count(connection, tables.quarantine, tables.quarantine.c.device.in_(ids)),
        "readable": _count(connection, tables.op, mine & (_op.payload != b"") & _op.type.not_in(MARKS)),
    }


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(where)) or 0


def _files_of(organisation: bytes, table: Table = tables.file) -> ColumnElement[bool]:
    own = text_id(organisation)
    return or_(table.c.owner == organisation, table.c.space.in_([private_space(own), shared_space(own)]))


def remove(connection: Connection, organisation: bytes, now: int) -> dict[str, object]:
    """Shut out all computers of an organisation, and remove its private space, its files, what its computers still
    sent, its name and theirs; return what there was. Again does no harm."""
    found = look(connection, organisation)
    private = private_space(text_id(organisation))
    ids = select(_device.id).where(_device.organisation == organisation)
    shut = update(tables.device).where(_device.organisation == organisation, _device.revoked_at.is_(None))
    connection.execute(shut.values(revoked_at=now))
    connection.execute(update(tables.device).where(_device.organisation == organisation).values(name=""))
    for table in _PRIVATE:
        connection.execute(delete(table).where(table.c.space == private))
    connection.execute(delete(tables.space).where(tables.space.c.name == private))
    for table in (tables.file_piece, tables.file):
        connection.execute(delete(table).where(_files_of(organisation, table)))
    for table in (tables.token, tables.quarantine):
        connection.execute(delete(table).where(table.c.device.in_(ids)))
    connection.execute(delete(tables.code).where(tables.code.c.organisation == organisation))
    renamed = update(tables.organisation).where(tables.organisation.c.id == organisation)
    connection.execute(renamed.values(name=name_of(organisation), key_changes=tables.organisation.c.key_changes + 1))
    done = f"{found['not_shut_out']} computers, {found['boxes']} boxes, {found['files']} files"
    audit.note(connection, now, audit.OPERATOR, f"remove organisation {text_id(organisation)}", done)
    return found
