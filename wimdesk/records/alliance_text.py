"""A text that the Alliance stands for, in one version: its Declaration, a common position, the internal regulation.

The program ships none of these sentences: they arrive from the Secretariat. A version is never rewritten; a new one is
published beside it, so that it stays known who agreed to what.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, pick
from wimdesk.store.record import Record, field

KINDS = {
    "declaration": N_("Declaration"),
    "position": N_("Common position"),
    "regulation": N_("Internal regulation"),
}
STATES = {
    "draft": N_("Draft"),
    "proposed": N_("Proposed"),
    "published": N_("In force"),
    "withdrawn": N_("Withdrawn"),
}


class AllianceText(Record):
    """One version of a text. A draft is private; proposing and publishing make copies that everybody reads.

    Only what the Alliance itself owns is in force (services.texts): the endpoint lets nobody but the Secretariat
    write that.
    """

    type_label = N_("Text of the Alliance")
    type_label_many = N_("Texts of the Alliance")

    kind: Mapped[str] = field("choice", N_("Kind"), choices=KINDS, listed=True)
    work: Mapped[str] = field("text", N_("Versions that belong together"))
    version: Mapped[str] = field("text", N_("Version"), listed=True)
    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True, required=True)
    body: Mapped[dict[str, str]] = field(
        "long_texts", N_("Text"), search="body", help=N_("A line that begins with # is the heading of a section.")
    )
    issued: Mapped[str] = field("day", N_("Adopted on"), listed=True)
    decision: Mapped[str] = field("text", N_("Decision"), help=N_("Where it was decided, for example a meeting."))
    theme_id: Mapped[str] = field("link", N_("Theme"), link="theme")
    state: Mapped[str] = field("choice", N_("State"), choices=STATES, listed=True)

    def caption(self) -> str:
        """Return the title in the current language, with the version."""
        title = pick(self.title)
        return f"{title} ({self.version})" if title and self.version else title or self.id
