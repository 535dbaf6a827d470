"""What our people bring to their list: how a row looks, and which fields can be set for many at once."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from ui.lists.id_rows import Shown
from ui.lists.list_pane import Kind
from ui.widgets.combo import ChoiceField
from ui.widgets.rows import Row
from ui.widgets.tags import TagsField
from wimdesk.i18n import _, ngettext
from wimdesk.services import groups, people, people_files, people_roster
from wimdesk.services.people import PersonRow
from wimdesk.store.record import fields, types


def kind() -> Kind:
    """Return it in the current language."""
    described = fields(types()[people_roster.TYPE])
    return Kind(
        type_name=people_roster.TYPE,
        name=_("People"),
        listed=groups.LISTED[people_roster.TYPE],
        renew=people_roster.renew,
        rows=people_roster.rows,
        show=_shown,
        counted=_counted,
        touched_by=people_roster.TOUCHED_BY,
        fields=(
            ("role", described["role"], QLineEdit),
            ("country_code", described["country_code"], _countries),
            ("languages", described["languages"], _languages),
        ),
        files=people_files.ENDINGS,
        write=people_files.write,
    )


def _countries() -> QWidget:
    return ChoiceField([("", "–"), *people.countries()])


def _languages() -> QWidget:
    return TagsField(people.languages())


def _counted(count: int) -> str:
    return ngettext("{count} person", "{count} people", count).format(count=count)


def _shown(found: object) -> Shown:
    if not isinstance(found, PersonRow):
        raise TypeError(type(found).__name__)
    meta = " · ".join(part for part in (", ".join(found.posts) or found.role, found.reach, *found.own) if part)
    parts = dict.fromkeys((found.name, *found.posts, found.role, found.reach, *found.own))
    row = Row(found.name, meta=meta or _("No role yet"), initials=found.initials or "?")
    return Shown(row, ". ".join(part for part in parts if part))
