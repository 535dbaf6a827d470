"""A post in an organisation, which one person after another holds (Popolo Post)."""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, pick
from wimdesk.store.record import Record, field


class Post(Record):
    """An office, for example president. It stays when its holder goes."""

    type_label = N_("Post")
    type_label_many = N_("Posts")

    label: Mapped[dict[str, str]] = field("texts", N_("Name of the post"), search="title", listed=True)
    role: Mapped[str] = field("text", N_("Duties"))
    handover: Mapped[list[str]] = field(
        "codes", N_("Also to hand over"), help=N_("What the next holder of this post needs, beside the usual list.")
    )
    organization_id: Mapped[str] = field("link", N_("Organisation"), link="organization")

    def caption(self) -> str:
        """Return the name of the post in the current language."""
        return pick(self.label) or self.id
