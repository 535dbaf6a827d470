"""What each property of a vCard means to us, both ways, and what is lost on the way: by field, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from babel import Locale

from resources import content
from wimdesk.i18n import LANGUAGES, _, language, locale_name
from wimdesk.records.rules import without_control_characters
from wimdesk.search import fold
from wimdesk.services.vcard import Card, Property, escaped, is_picture
from wimdesk.store.record import Values

COUNTRY = "X-WIMDESK-COUNTRY"
"""A person's country is not that of an address: RFC 6350 has no place for it."""
_LABEL = "X-ABLABEL"
_TECHNICAL = frozenset({"VERSION", "PRODID", "REV", "UID", "X-ABUID", "X-IMAGEHASH", "SORT-STRING", "N", "FN", _LABEL})
_WAYS = {"EMAIL": "email", "TEL": "phone", "ADR": "address", "URL": "url"}
_MESSAGING = {
    "IMPP": "", "SOCIALPROFILE": "", "X-SOCIALPROFILE": "", "X-SKYPE": "Skype", "X-SKYPE-USERNAME": "Skype",
    "X-JABBER": "Jabber", "X-AIM": "AIM", "X-ICQ": "ICQ", "X-MSN": "MSN", "X-YAHOO": "Yahoo", "X-QQ": "QQ",
    "X-GTALK": "Google Talk", "X-GOOGLE-TALK": "Google Talk", "X-WHATSAPP": "WhatsApp",
}  # fmt: skip
"""What programs write for messages, with the label that the name of the property stands for."""
_WORDLESS = frozenset({"pref", "internet", "voice", "x-internet", "x-pref", "dom", "intl", "postal", "parcel"})
"""Types that say nothing to a person, or what its kind says already."""
_KNOWN_TYPES = frozenset({"home", "work", "cell", "fax", "pager", "text", "video", "textphone"})
_APPLE = re.compile(r"_\$!<(.*)>!\$_")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_MOST = 100_000
"""Letters of one text."""
_FIRST = 1
_LAST = 100


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that did not come along, or not as it was: where, of whom, which field, and why."""

    line: int
    who: str
    field: str
    reason: str


@dataclass(slots=True)
class Incoming:
    """A contact as WIMDesk keeps it; `organisation` is a name that still has to be found."""

    line: int
    uid: str = ""
    name: str = ""
    person: Values = field(default_factory=dict)
    ways: list[Values] = field(default_factory=list)
    organisation: str = ""
    losses: list[Loss] = field(default_factory=list)

    def lose(self, each: Property, reason: str) -> None:
        """Note that a property, or a part of it, does not come along."""
        self.losses.append(Loss(each.line or self.line, self.name, each.name, reason))

    def set(self, each: Property, name: str, value: str) -> None:
        """Take a text for a field; a second one is lost."""
        if self.person.get(name):
            self.lose(each, _("There is room for one only."))
        elif value:
            self.person[name] = value


def understand(card: Card) -> Incoming:
    """Return what a card says in our words. Nothing is raised: what can't be used is among the losses."""
    found = Incoming(card.line)
    labels = {each.group: _APPLE.sub(r"\1", each.text()) for each in card.all(_LABEL) if each.group}
    found.name = next((_plain(each) for each in card.all("FN") if _plain(each)), "")
    found.uid = next((each.text().strip() for each in card.all("UID")), "")
    _names(found, card)
    for each in sorted(card.properties, key=_order):
        if len(each.value) > _MOST and not is_picture(each):
            found.lose(each, _("This is too long."))
        elif each.name in _WAYS or each.name in _MESSAGING:
            _take_way(found, each, labels.get(each.group, ""))
        elif each.name in _TAKE:
            _TAKE[each.name](found, each)
        elif each.name not in _TECHNICAL:
            found.lose(each, _("A picture or a file.") if is_picture(each) else _("WIMDesk has no such field."))
    _prefer_one_of_each(found.ways)
    found.losses.sort(key=lambda loss: loss.line)
    return found


def _order(each: Property) -> int:
    """Those to use first come first; lists stay as they stand."""
    return _LAST if each.name in {"LANG", "CATEGORIES", "EXPERTISE", "NOTE"} else _preference(each)


def _preference(each: Property) -> int:
    for text in each.params.get("PREF", ()):
        if text.isdecimal():
            return int(text[:3])
    return _FIRST if "pref" in each.types() else _LAST


def _plain(each: Property) -> str:
    """Return a text in one line, without what can't be shown."""
    return " ".join(without_control_characters(each.text()).split())


def _names(found: Incoming, card: Card) -> None:
    named = card.all("N")
    parts = [[_words(part) for part in each.parts()] for each in named[:1]]
    family, given, additional, before, after = [*(parts[0] if parts else []), "", "", "", "", ""][:5]
    found.name = found.name or f"{given} {additional} {family}".strip()
    found.name = " ".join(found.name.split())
    given = f"{given} {additional}".strip()
    if not family and not given and found.name:
        given, _space, family = found.name.rpartition(" ")
        if given and card.all("FN"):
            found.lose(card.all("FN")[0], _("The name was not in parts: its last word became the family name."))
    found.person |= {key: text for key, text in (("family_name", family), ("given_name", given)) if text}
    for each in named[:1]:
        if additional:
            found.lose(each, _("“{text}” was joined to the given name.").format(text=additional))
        for text in (before, after):
            if text:
                found.lose(each, _("“{text}”: no field for what stands before or after a name.").format(text=text))
    kept = fold(f"{given} {family}").split()
    for each in card.all("FN"):
        if sorted(fold(_plain(each)).split()) != sorted([*kept, *fold(f"{before} {after}").split()]):
            found.lose(each, _("“{text}”: the name is shown as its parts say.").format(text=_plain(each)))


def _words(values: Sequence[str]) -> str:
    return " ".join(without_control_characters(" ".join(values)).split())


def _take_way(found: Incoming, each: Property, label: str) -> None:
    kind = _WAYS.get(each.name, "messaging")
    value = _address(found, each) if kind == "address" else _plain(each)
    if kind == "phone":
        value = value.removeprefix("tel:").replace(";ext=", " ext. ")
    if not value:
        return
    said = _MESSAGING.get(each.name) or next(iter(each.params.get("SERVICE-TYPE", ())), "")
    words = [word for word in each.types() if word not in _WORDLESS]
    text = " ".join(label.split()) or ", ".join(dict.fromkeys([*([said] if said else []), *words]))
    if not any((way["type"], way["value"]) == (kind, value) for way in found.ways):
        preferred = _preference(each) <= _FIRST
        found.ways.append({"type": kind, "value": value, "label": text, "preferred": preferred})
    for name in set(each.params) & {"SORT-AS", "ALTID", "GEO", "TZ", "LABEL"}:
        found.lose(each, _("Its mark {name} is not kept.").format(name=name))


def _prefer_one_of_each(ways: list[Values]) -> None:
    """One of each kind is used first: the first that says so."""
    seen: set[object] = set()
    for way in ways:
        way["preferred"] = way["preferred"] and way["type"] not in seen
        if way["preferred"]:
            seen.add(way["type"])


def _address(found: Incoming, each: Property) -> str:
    parts = [part for part in map(_words, each.parts()) if part]
    if len(parts) > 1:
        found.lose(each, _("The parts of the address became one line."))
    if not found.person.get("country_code"):
        given = [code.upper() for code in each.params.get("CC", ())]  # RFC 8605 section 3.1
        code = next((code for code in given if code in content.m49()), "") or (country_code(parts[-1]) if parts else "")
        if code:
            found.person["country_code"] = code
    return ", ".join(parts)


def country_code(name: str) -> str:
    """Return the code of a country that is written out in one of our languages or as two letters."""
    if name.upper() in content.m49():
        return name.upper()
    for code in dict.fromkeys((language(), *LANGUAGES, "pt")):
        names = Locale.parse(locale_name(code)).territories
        for country in content.m49():
            if fold(str(names.get(country, ""))) == fold(name):
                return country
    return ""


def _text_of(name: str) -> Callable[[Incoming, Property], None]:
    def take(found: Incoming, each: Property) -> None:
        found.set(each, name, _plain(each))

    return take


def _note(found: Incoming, each: Property) -> None:
    text = without_control_characters(each.text()).strip()
    before = found.person.get("summary", "")
    found.person["summary"] = f"{before}\n{text}" if before and text else before or text


def _list_of(name: str) -> Callable[[Incoming, Property], None]:
    def take(found: Incoming, each: Property) -> None:
        texts = each.values() if name == "tags" else [each.text()]
        new = [" ".join(without_control_characters(text).split()) for text in texts]
        found.person[name] = list(dict.fromkeys([*found.person.get(name, []), *filter(None, new)]))

    return take


def _speaks(found: Incoming, each: Property) -> None:
    code = _plain(each)
    found.person["languages"] = list(dict.fromkeys([*found.person.get("languages", []), code]))
    if _preference(each) <= _FIRST:
        found.person.setdefault("preferred_language", code)


def _organisation(found: Incoming, each: Property) -> None:
    parts = [part for part in map(_words, each.parts()) if part]
    if found.organisation:
        found.lose(each, _("There is room for one only."))
    elif parts:
        found.organisation = parts[0]
    if len(parts) > 1:
        found.lose(each, _("“{text}”: no field for a part of an organisation.").format(text=", ".join(parts[1:])))


def _country_said(found: Incoming, each: Property) -> None:
    code = _plain(each).upper()
    if code in content.m49():
        found.person["country_code"] = code


_TAKE: dict[str, Callable[[Incoming, Property], None]] = {
    "TITLE": _text_of("role"),
    "ROLE": _text_of("role"),
    "PRONOUNS": _text_of("pronouns"),
    "NOTE": _note,
    "CATEGORIES": _list_of("tags"),
    "EXPERTISE": _list_of("skills"),
    "LANG": _speaks,
    "ORG": _organisation,
    COUNTRY: _country_said,
}
"""PRONOUNS is of RFC 9554, EXPERTISE of RFC 6715."""


def told(person: Values, ways: Iterable[Values], organisation: str) -> list[Property]:
    """Return a person as the properties of a card."""
    family, given = str(person["family_name"]), str(person["given_name"])
    card = [
        Property("UID", f"urn:uuid:{person['id']}"),
        Property("FN", escaped(f"{given} {family}".strip() or str(person["id"]))),
        Property("N", f"{escaped(family)};{escaped(given)};;;"),
    ]
    texts = (("ORG", organisation), ("TITLE", person["role"]), ("PRONOUNS", person["pronouns"]))
    card += [Property(name, escaped(str(text))) for name, text in texts if text]
    card += _languages(person)
    card += [Property("EXPERTISE", escaped(skill)) for skill in person["skills"]]
    if person["tags"]:
        card.append(Property("CATEGORIES", ",".join(map(escaped, person["tags"]))))
    if person["country_code"]:
        card.append(Property(COUNTRY, escaped(str(person["country_code"]))))
    for number, way in enumerate((way for way in ways if way["value"]), 1):
        card += _way(way, f"item{number}")
    if person["summary"]:
        card.append(Property("NOTE", escaped(str(person["summary"]))))
    return card


def _languages(person: Values) -> list[Property]:
    first = str(person["preferred_language"])
    found = [] if not first or first in person["languages"] else [Property("LANG", first, {"PREF": ("1",)})]
    return found + [Property("LANG", code, {"PREF": ("1",)} if code == first else {}) for code in person["languages"]]


def _way(way: Values, group: str) -> list[Property]:
    value, label = str(way["value"]), str(way["label"])
    params: dict[str, tuple[str, ...]] = {"PREF": ("1",)} if way["preferred"] else {}
    types = label.split(", ") if label else []
    named = bool(label) and not set(types) <= _KNOWN_TYPES
    if types and not named:
        params["TYPE"] = tuple(types)
    match way["type"]:
        case "address":
            made = Property("ADR", f";;{escaped(value)};;;;", params, group if named else "")
        case "messaging" if not _SCHEME.fullmatch(value):
            made = Property("SOCIALPROFILE", escaped(value), {**params, "VALUE": ("text",)}, group if named else "")
        case kind:
            name = {"email": "EMAIL", "phone": "TEL", "url": "URL"}.get(str(kind), "IMPP")
            # In a URI a comma or a semicolon is not escaped (RFC 6350 section 4).
            plain = value.replace("\\", "\\\\") if name in {"URL", "IMPP"} else escaped(value)
            made = Property(name, plain, params, group if named else "")
    return [made, Property("X-ABLabel", escaped(label), group=group)] if named else [made]
