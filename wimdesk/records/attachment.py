"""A file that is a part of another record: its name, and what proves its content, which lies elsewhere."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_
from wimdesk.store.record import Record, field


class Attachment(Record):
    """Named as in Dublin Core. It lives in the space of the record that it is a part of.

    `identifier` is the SHA-256 of the content, `carried` that of what travels: in a private space a box (sync.filebox)
    that `secret` opens. All three never change.
    """

    type_label = N_("Attachment")
    type_label_many = N_("Attachments")
    use = "file"

    title: Mapped[str] = field("text", N_("Name"), listed=True, required=True, personal=True)
    part_of_type: Mapped[str] = field("text", N_("Belongs to a"))
    part_of: Mapped[str] = field("text", N_("Belongs to"), sought=True)
    format: Mapped[str] = field("text", N_("Kind of file"), listed=True)
    extent: Mapped[int | None] = field("integer", N_("Bytes"), minimum=0, listed=True)
    created: Mapped[str] = field("day", N_("Day"), listed=True)
    identifier: Mapped[str] = field("text", N_("Proof of the content"), sought=True)
    carried: Mapped[str] = field("text", N_("Proof of what travels"))
    carried_extent: Mapped[int | None] = field("integer", N_("Bytes that travel"), minimum=0)
    secret: Mapped[str] = field("text", N_("Key of the file"), secret=True)

    def caption(self) -> str:
        """Return the name of the file."""
        return self.title or self.id
