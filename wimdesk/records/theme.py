"""A theme that the Alliance works on in a year: what is at stake and what it is asked to do."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped

from sync.protocol import SHIPPED_OWNER
from wimdesk.i18n import N_, pick
from wimdesk.store.record import Record, field


class Theme(Record):
    """One yearly theme. The four of 2021 ship with the program."""

    type_label = N_("Theme")
    type_label_many = N_("Themes")
    home = "alliance"

    key: Mapped[str] = field("text", N_("Key"))
    year: Mapped[int | None] = field("integer", N_("Year"), listed=True)
    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True)
    stake: Mapped[dict[str, str]] = field("long_texts", N_("What is at stake"), search="summary")
    mandate: Mapped[dict[str, str]] = field("long_texts", N_("What the Alliance does"), search="body")
    mission_goal: Mapped[list[str]] = field("codes", N_("Mission goals"))
    colour: Mapped[str] = field("text", N_("Colour"))

    def caption(self) -> str:
        """Return the title in the current language."""
        return pick(self.title) or self.key or self.id


def official() -> Select[Theme]:
    """Return the themes that the Alliance itself owns, which only the Secretariat writes, year by year."""
    own = (Theme.deleted.is_(False), Theme.owner == SHIPPED_OWNER)
    return select(Theme).where(*own).order_by(Theme.year, Theme.key, Theme.id)
