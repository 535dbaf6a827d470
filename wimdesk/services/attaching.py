"""Attaching files to records, and what is known of each: where its content is and what may be done with it.

The content is on the disk before the record names it, so that a record never promises what was not kept.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.orm import Session

from sync import filebox
from sync.protocol import ALLIANCE, MAX_FILE, ROLES
from wimdesk import clock
from wimdesk.errors import NotFound, UserError
from wimdesk.i18n import _
from wimdesk.records import Attachment
from wimdesk.services import exchange, file_words
from wimdesk.services.sizes import size_text
from wimdesk.store import facts, file_texts, history, identity, journal, tables
from wimdesk.store.contents import UNKNOWN_FOR, Contents
from wimdesk.store.engine import Store
from wimdesk.store.journal import SAMPLE
from wimdesk.store.record import Scope, types

TYPE = "attachment"
PARENTS = frozenset(
    {
        "organization",
        "site",
        "visit",
        "miner_group",
        "person",
        "initiative",
        "activity",
        "library_item",
        "submission",
        "commitment",
        "event",
        "minutes",
        "working_group",
    }
)
"""Record types that files may be attached to."""
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"})
GONE = -2
"""In place of the generation in which a content was sent: it was removed there again."""
_LONGEST = 120
_KEPT = ("title", "format", "extent", "created", "identifier")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10))}
"""Names that Windows keeps for itself, with any ending."""


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment of a record as it is shown."""

    id: str
    title: str
    format: str
    size: int
    digest: str
    here: bool
    sent: bool
    travels: bool
    """Whether it goes to the endpoint at all: neither a sample does, nor anything before this computer has joined."""
    wanted: bool
    mine: bool
    note: str
    words: str = ""
    """What to tell where the search does not find all that is in it (services.file_words)."""

    @property
    def is_picture(self) -> bool:
        """Say whether it can be shown in the window."""
        return self.format in PICTURES

    @property
    def state(self) -> str:
        """Where the content is, in words."""
        if self.here and (self.sent or not self.travels or not self.mine):
            return _("On this computer")
        if self.here:
            return _("Waiting to go")
        return _("Comes with the next sync") if self.wanted else _("At the Secretariat")


@dataclass(frozen=True, slots=True)
class Listed:
    """The attachments of one record, whether one may be added, and whether the whole Alliance gets it then."""

    files: tuple[Attached, ...]
    may_add: bool
    for_all: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A content that was kept here, and as what it travels."""

    identifier: str
    extent: int
    carried: str
    carried_extent: int
    secret: str


def attach(store: Store, contents: Contents, parent: tuple[str, str], name: str, content: bytes) -> str:
    """Keep a content and attach it to a record (type, id); return the attachment's id.

    Raises UserError where it is empty, too large, or not for this record; EnvironmentProblem where it can't be kept.
    """
    space = store.read(space_for, *parent)
    if not content:
        raise UserError(_("This file is empty. Nothing was attached. Choose another one."))
    check_size(len(content))
    taken = take(contents, content, private=space.endswith("/private"))
    return store.run(_add, parent, safe_name(name), taken, space)


def check_size(size: int) -> None:
    """Raise UserError where a file of this many bytes could never be sent."""
    if filebox.boxed_size(size) > MAX_FILE:
        raise UserError(
            _("This file is larger than {size}. Nothing was attached. Make it smaller first.").format(
                size=size_text(MAX_FILE)
            )
        )


def read_file(path: Path) -> bytes:
    """Return the content of a file somebody chose. Raises UserError where it is too large or can't be read."""
    try:
        check_size(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise UserError(_("This file can't be read. Nothing was attached. Choose another one.")) from error


def take(contents: Contents, content: bytes, *, private: bool) -> Taken:
    """Keep a content, and give it a key of its own where it will travel as a box. Raises EnvironmentProblem."""
    digest, size = contents.keep(content), len(content)
    if not private:
        return Taken(digest, size, digest, size, "")
    secret = secrets.token_bytes(filebox.KEY_BYTES)
    proof = hashlib.sha256()
    for piece in filebox.lock(secret, filebox.split(content), size):
        proof.update(piece)
    return Taken(digest, size, proof.hexdigest(), filebox.boxed_size(size), secret.hex())


def parent_of(session: Session, record: str) -> tuple[str, str]:
    """Return (type, id) of a record that files may be attached to, by its id. Raises NotFound."""
    for name in sorted(PARENTS):
        if session.get(types()[name], record) is not None:
            return name, record
    raise NotFound(_("There is no such record here. Nothing was changed. It may have been removed."))


def space_for(session: Session, type_name: str, record: str) -> str:
    """Return the space in which an attachment of this record lives. Raises UserError where we may not add one."""
    if type_name not in PARENTS:
        raise UserError(_("Nothing can be attached to this. Nothing was changed."))
    parent = history.fetch(session, type_name, record)
    who = identity.read(session)
    role = ROLES.get(who.role)
    if parent.owner != who.organisation or role is None or not role.writes_own:
        raise UserError(_("This belongs to others. Nothing was attached. Attach it to something of your own."))
    return parent.space


def _add(session: Session, parent: tuple[str, str], title: str, taken: Taken, space: str) -> str:
    if space_for(session, *parent) != space:
        raise UserError(_("This record has just moved. Nothing was attached. Please try again."))
    same = (Attachment.space == space, Attachment.identifier == taken.identifier, Attachment.secret != "")
    known = session.scalars(select(Attachment).where(*same).limit(1)).first() if taken.secret else None
    made = Attachment(
        space=space, part_of_type=parent[0], part_of=parent[1], title=title, format=media_type(title),
        extent=taken.extent, created=clock.now()[:10], identifier=taken.identifier,
        # The same content in the same space travels once.
        carried=known.carried if known else taken.carried,
        carried_extent=known.carried_extent if known else taken.carried_extent,
        secret=known.secret if known else taken.secret,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def media_type(name: str) -> str:
    """Return the media type (RFC 6838) that the name's ending stands for."""
    return mimetypes.guess_type(name, strict=True)[0] or "application/octet-stream"


def safe_name(title: str) -> str:
    """Return the title as a name that names a file in the folder where it is put, on any system, and nothing else."""
    name = PureWindowsPath(unicodedata.normalize("NFC", title)).name
    # No control characters, none that turn the direction of writing, half a surrogate pair, or a separator.
    name = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    name = re.sub(r'[<>:"/\\|?*]', "_", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem and len(ending) < 12 else (name, "")
    if stem.split(".")[0].strip().casefold() in _DEVICES:
        stem = f"_{stem}"
    return f"{_cut(stem)}{ending}" if stem else _("file") + ending


def _cut(stem: str) -> str:
    """File systems count bytes."""
    return stem.encode()[:_LONGEST].decode(errors="ignore").rstrip(" .")


# ------------------------------------------------------------- what is shown


def listed(session: Session, contents: Contents, type_name: str, record: str) -> Listed:
    """Return the attachments of a record, the oldest first."""
    mine = (Attachment.part_of == record, Attachment.part_of_type == type_name, Attachment.deleted.is_(False))
    query = select(Attachment).where(*mine).order_by(Attachment.created_at, Attachment.id)
    try:
        space = space_for(session, type_name, record)
    except UserError:
        space = ""
    return Listed(tuple(_shown(session, contents, session.scalars(query))), bool(space), space == ALLIANCE)


def every(session: Session, contents: Contents) -> list[Attached]:
    """Return all attachments, the oldest first."""
    query = select(Attachment).where(Attachment.deleted.is_(False)).order_by(Attachment.created_at, Attachment.id)
    return _shown(session, contents, session.scalars(query))


def one(session: Session, contents: Contents, attachment: str) -> Attached:
    """Return one attachment; raises NotFound."""
    return _shown(session, contents, [fetch(session, attachment)])[0]


def fetch(session: Session, attachment: str) -> Attachment:
    """Return one record; raises NotFound."""
    found = history.fetch(session, TYPE, attachment)
    if not isinstance(found, Attachment):
        raise NotFound(attachment)
    return found


def _shown(session: Session, contents: Contents, found: Iterable[Attachment]) -> list[Attached]:
    known = {row.record: row for row in session.execute(select(tables.carriage))}
    who, generation = identity.read(session), facts.number(session, "generation")
    read = file_texts.states(session)
    shown = []
    for each in found:
        row = known.get(each.id)
        done = read.get(each.identifier)
        shown.append(
            Attached(
                each.id, each.title, each.format, each.extent or 0, each.identifier, contents.has(each.identifier),
                bool(row and row.sent == generation), who.enrolled and each.space != SAMPLE,
                bool(row and row.wanted), each.owner == who.organisation, row.note if row else "",
                file_words.sentence(done.state) if done else "",
            )
        )  # fmt: skip
    return shown


# ------------------------------------------------------------- what is done


def save(contents: Contents, shown: Attached, folder_or_file: Path) -> Path:
    """Write a copy where somebody wants it; into a folder, under a safe name. Return where it is."""
    content = contents.read(shown.digest)
    target = folder_or_file / safe_name(shown.title) if folder_or_file.is_dir() else folder_or_file
    exchange.write_file(target, content)
    return target


def want(session: Session, attachment: str) -> None:
    """Have the content come with the next sync, whatever the budget says."""
    note(session, fetch(session, attachment).id, wanted=True, dropped=False, note="")


def drop(session: Session, attachment: str) -> str:
    """Note that the content shall be at the endpoint only; return what may be forgotten here, or nothing.

    Raises UserError where the endpoint does not have it.
    """
    record = fetch(session, attachment)
    row = session.execute(select(tables.carriage).where(tables.carriage.c.record == attachment)).first()
    if row is None or row.sent != facts.number(session, "generation"):
        raise UserError(_("This file is not at the Secretariat yet. It stays on this computer. Sync first."))
    note(session, attachment, wanted=False, dropped=True)
    same = select(Attachment.id).where(Attachment.identifier == record.identifier, Attachment.id != record.id)
    dropped = select(tables.carriage.c.record).where(tables.carriage.c.dropped)
    others = session.scalars(same.where(Attachment.id.not_in(dropped))).first()
    return "" if others else record.identifier


def remove(session: Session, attachment: str) -> int:
    """Move an attachment to the trash; return the act, to undo it."""
    fetch(session, attachment).deleted = True
    session.flush()
    return journal.scribe_of(session).act


def note(session: Session, /, attachment: str, **known: object) -> None:
    """Remember something of the content (store.tables.carriage), and tell the screens."""
    put = upsert(tables.carriage).values(record=attachment, **known)
    session.execute(put.on_conflict_do_update(["record"], set_=known))
    journal.scribe_of(session).note(TYPE, [attachment], ())


def share(session: Session, record: str, copy: str, scope: Scope) -> None:
    """Give the copy of a record in a wider space what is attached to the record now, and nothing else."""
    if record == copy:
        return  # it is there already, with all that is attached to it
    space = journal.scribe_of(session).author.spaces[scope]
    made = {each.identifier: each for each in session.scalars(select(Attachment).where(Attachment.part_of == copy))}
    live = select(Attachment).where(Attachment.part_of == record, Attachment.deleted.is_(False))
    sources = {each.identifier: each for each in session.scalars(live)}
    for digest, source in sources.items():
        if digest in made:
            made[digest].title, made[digest].deleted = source.title, False
            continue
        values = {name: getattr(source, name) for name in _KEPT}
        note(session, source.id, wanted=True)  # whoever shares it must be able to send it
        session.add(
            Attachment(
                space=space, part_of_type=source.part_of_type, part_of=copy, carried=digest,
                carried_extent=source.extent, **values,
            )
        )  # fmt: skip
    for digest, each in made.items():
        if digest not in sources:
            each.deleted = True
    session.flush()


def retract(session: Session, copies: Iterable[str]) -> None:
    """Take back what was attached to copies that were taken back."""
    for each in session.scalars(select(Attachment).where(Attachment.part_of.in_([*copies]))):
        each.deleted = True
    session.flush()


def kept(session: Session) -> tuple[set[str], set[str]]:
    """Return the contents that some record still names, and the names under which one may arrive.

    What is in the trash counts for as long as an unknown file would be kept.
    """
    oldest = clock.ago(UNKNOWN_FOR)
    dropped = select(tables.carriage.c.record).where(tables.carriage.c.dropped)
    named = select(Attachment).where(Attachment.deleted.is_(False) | (Attachment.updated_at > oldest))
    found = session.scalars(named.where(Attachment.id.not_in(dropped))).all()
    return {each.identifier for each in found}, {each.carried for each in found}
