"""Where a column of a foreign table can go, and where it probably goes: its name is compared in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from wimdesk.i18n import LANGUAGES, _, translator
from wimdesk.identifiers import derived_id
from wimdesk.records import ImportMapping, Person
from wimdesk.records.contact_detail import TYPES as WAYS
from wimdesk.search import fold
from wimdesk.services import custom_fields, editing
from wimdesk.services.custom_fields import Definition
from wimdesk.services.sheets import Table
from wimdesk.store import identity
from wimdesk.store.record import fields

ID = "id"
FULL_NAME = "full_name"
WAY = "way:"
"""Before the kind of a number or address."""
_SYNONYMS: Mapping[str, str] = {
    "family_name": "surname, last name, lastname, apellido, apellidos, nom de famille, nom, sobrenome, apelido",
    "given_name": "first name, firstname, forename, prénom, prenom, nombre, nombres, nome próprio, primeiro nome",
    FULL_NAME: "name, full name, contact, person, member, nom complet, nombre completo, nome, nome completo, nombre y "
    "apellido, nombres y apellidos, nom et prénom, contacto, persona, membre, socia, associada, display name",
    "name": "site, mine, nom, nombre, nome, title",
    "role": "position, job, job title, title, function, cargo, puesto, función, poste, fonction, titre, função",
    "summary": "note, notes, comment, comments, remarks, nota, notas, comentario, observaciones, remarques, "
    "observações",
    "tags": "tag, group, groups, groupe, groupes, grupo, grupos, étiquettes, etiquetas, category, categories, labels",
    "skills": "skill, expertise, compétences, habilidades, competências, especialidad",
    "country_code": "country, pays, país, pais, nation, country code",
    "languages": "language, langue, langues, idioma, idiomas, spoken languages, línguas",
    "preferred_language": "preferred language, langue préférée, idioma preferido, correspondence language",
    "way:email": "email, e mail, mail, e-mail address, email address, courriel, correo, correo electrónico, adresse e "
    "mail, email 1 value, e mail 1 value",
    "way:phone": "phone, telephone, tel, mobile, cell, cell phone, mobile phone, téléphone, portable, teléfono, "
    "celular, móvil, telefone, telemóvel, gsm, phone number, phone 1 value",
    "way:address": "address, street, postal address, adresse, dirección, direccion, domicilio, endereço, morada",
    "way:url": "website, web, url, web page, homepage, site web, página web, sitio web",
    "way:messaging": "whatsapp, skype, telegram, signal, messenger, facebook",
}
"""What people and programs call a column, in four languages and with the names that Google and Outlook give."""
_CLEAR = frozenset({"country_code", "latitude", "longitude"})
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each column, by its name, and by which fields a row is known again; none: by all of it."""

    type_name: str
    columns: Mapping[str, str] = field(default_factory=dict)
    known_by: tuple[str, ...] = ()
    remembered: bool = False
    """Whether a mapping that was kept is used."""
    own: tuple[Definition, ...] = ()
    """Our own fields of this type."""

    def targets(self) -> dict[str, str]:
        """Return where a column can go: code and label in the reader's language."""
        return targets(self.type_name, self.own)

    def used(self) -> dict[str, list[str]]:
        """Return the columns by where they go."""
        found: dict[str, list[str]] = {}
        for column, target in self.columns.items():
            if target:
                found.setdefault(target, []).append(column)
        return found


def targets(type_name: str, own: Sequence[Definition] = ()) -> dict[str, str]:
    """Return where a column can go: code and label in the reader's language."""
    cls = editing.type_of(type_name)
    found = {name: _(info["label"]) for name, info in fields(cls).items() if _can_be_filled(name, info.get("secret"))}
    if cls is Person:
        found = (
            {"family_name": found.pop("family_name"), "given_name": found.pop("given_name")}
            | {FULL_NAME: _("Whole name")}
            | {WAY + kind: _(words) for kind, words in WAYS.items()}
            | found
        )
    return found | {each.key: each.label for each in own} | {ID: _("Id in WIMDesk")}


def _can_be_filled(name: str, secret: bool | None) -> bool:
    return not secret and name not in {"organization_id", "merged_into"}


def propose(session: Session, table: Table, type_name: str) -> Plan:
    """Return how a table like this one was taken last time, or what the names of its columns suggest."""
    kept = session.get(ImportMapping, _mapping_id(session, type_name, table.columns))
    own = tuple(custom_fields.definitions(session, type_name)) if type_name in custom_fields.OWNERS else ()
    if kept is not None and not kept.deleted:
        known = targets(type_name, own)
        columns = {name: str(kept.columns.get(name, "")) for name in table.columns if name}
        columns = {name: code if code in known else "" for name, code in columns.items()}
        return Plan(type_name, columns, tuple(kept.known_by), remembered=True, own=own)
    columns = guess(table.columns, type_name, own)
    return Plan(type_name, columns, _known_by(table, columns), own=own)


def guess(names: Sequence[str], type_name: str, own: Sequence[Definition] = ()) -> dict[str, str]:
    """Return for each column where its name says that it goes; one field takes one column, a way several."""
    words = {_plain(each.label): each.key for each in own} | _words(type_name)
    found: dict[str, str] = {}
    for name in names:
        if not name:
            continue
        said = _plain(name.removeprefix(custom_fields.PREFIX))
        target = words.get(said) or words.get(re.sub(r" \d+$", "", said)) or _way_in(said, words)
        free = target.startswith(WAY) or target not in found.values()
        found[name] = target if free else ""
    if "family_name" not in found.values() and "given_name" in found.values():
        # "Nombre" alone is the whole name.
        found = {name: FULL_NAME if code == "given_name" else code for name, code in found.items()}
    if "family_name" in found.values() and FULL_NAME in found.values():
        alone = "given_name" not in found.values()
        found = {name: ("given_name" if alone else "") if code == FULL_NAME else code for name, code in found.items()}
    return found


def _way_in(said: str, words: Mapping[str, str]) -> str:
    """Of a longer name such as "Contact Phone" the last or the first word may say it, where it can't mean much else."""
    parts = said.split()
    for part in (parts[-1], parts[0]) if len(parts) > 1 else ():
        target = words.get(part, "")
        if target.startswith(WAY) or target in _CLEAR:
            return target
    return ""


def _words(type_name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    known = targets(type_name)
    for code, names in _SYNONYMS.items():
        if code in known:
            for name in names.split(", "):
                found.setdefault(_plain(name), code)
    for name, info in fields(editing.type_of(type_name)).items():
        if name in known:
            for words in (name, info["label"], *(translator(each).gettext(info["label"]) for each in LANGUAGES)):
                found.setdefault(_plain(words), name)
    return found | {"id": ID}


def _plain(name: str) -> str:
    return " ".join(_SIGNS.sub(" ", fold(name)).split())


def is_plain_name(column: str, target: str) -> bool:
    """Say whether a column's name says no more than where it goes; else it is worth keeping as a label."""
    return _plain(column) in {_plain(name) for name in _SYNONYMS.get(target, "").split(", ")}


def _known_by(table: Table, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the fields that tell the rows apart: filled in nearly each row, and nearly never twice."""
    where: dict[str, int] = {}
    for at, name in enumerate(table.columns):
        if columns.get(name):
            where.setdefault(columns[name], at)
    if ID in where:
        return (ID,)
    names = [code for code in ("family_name", "given_name", FULL_NAME) if code in where]
    wanted: list[tuple[str, ...]] = [(code,) for code in ("identifiers", "number", "way:email") if code in where]
    wanted += [tuple(names)] if names else []
    wanted += [(*names, "way:phone")] if names and "way:phone" in where else []
    wanted += [(code,) for code in ("name", "title", "label", "key") if code in where]
    seen: dict[tuple[str, ...], set[tuple[str, ...]]] = {keys: set() for keys in wanted}
    blank, twice = dict.fromkeys(wanted, 0), dict.fromkeys(wanted, 0)
    count = 0
    for _line, cells in table.rows():
        count += 1
        for keys in wanted:
            said = tuple(fold(cells[where[key]]) for key in keys)
            if not all(said):
                blank[keys] += 1
            elif said in seen[keys]:
                twice[keys] += 1
            else:
                seen[keys].add(said)
    few = max(1, count // 50)
    return next((keys for keys in wanted if blank[keys] <= few and twice[keys] <= few and seen[keys]), ())


def remember(session: Session, table: Table, plan: Plan) -> None:
    """Keep how this table was taken, for the next one with the same columns."""
    record = _mapping_id(session, plan.type_name, table.columns)
    values = {
        "name": table.path.stem, "brings": plan.type_name, "columns": {k: v for k, v in plan.columns.items() if v},
        "known_by": list(plan.known_by),
    }  # fmt: skip
    found = session.get(ImportMapping, record)
    if found is None:
        editing.prepare(session, ImportMapping, values, record)
    else:
        found.deleted = False
        editing.update(session, found, {name: value for name, value in values.items() if name != "name"})


def _mapping_id(session: Session, type_name: str, columns: Sequence[str]) -> str:
    return derived_id("mapping", identity.read(session).organisation, type_name, *sorted(columns))
