"""vCards as text: 4.0 (RFC 6350), 3.0 (RFC 2426) and 2.1 in, 4.0 and jCard (RFC 7095) out and in. Pure.

The grammar is small, and what programs really write (quoted-printable, grouped properties, lines folded within a
letter, bare types) is wider than what ready-made readers take: the one that is kept alive knows neither 4.0 nor jCard.
A card is a list of properties; what they mean is another module's work (services.contact_cards).
"""

from __future__ import annotations

import codecs
import contextlib
import json
import quopri
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wimdesk.errors import UserError
from wimdesk.i18n import _

STRUCTURED = frozenset({"N", "ADR", "ORG", "GENDER", "CLIENTPIDMAP"})
"""Properties whose value has parts (RFC 6350 sections 6.2.2, 6.3.1, 6.6.4)."""
LISTS = frozenset({"CATEGORIES", "NICKNAME"})
MOST_CARDS = 20_000
_MOST_OCTETS = 75
_HEAD = re.compile(r"(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)")
_PARAMETER = re.compile(r';([^=;:"]+)(?:=((?:"[^"]*"|[^;:"])*))?')
_ENCODINGS = {"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CARETS = {"^n": "\n", "^^": "^", "^'": '"'}
_MARK = re.compile(r"\^[n^']")
_TYPED = {
    "REV": "timestamp",
    "URL": "uri",
    "IMPP": "uri",
    "LANG": "language-tag",
    "UID": "uri",
    "BDAY": "date-and-or-time",
}


@dataclass(frozen=True, slots=True)
class Property:
    """One property: `value` with its escapes as in the file, `line` where it begins."""

    name: str
    value: str
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    group: str = ""
    line: int = 0

    def text(self) -> str:
        """Return the value as one text."""
        return unescaped(self.value)

    def parts(self) -> list[list[str]]:
        """Return the parts of a structured value, each with its values."""
        return [[unescaped(each) for each in _cut(part, ",")] for part in _cut(self.value, ";")]

    def values(self) -> list[str]:
        """Return the values of a list."""
        return [unescaped(each) for each in _cut(self.value, ",")]

    def types(self) -> list[str]:
        """Return its types in small letters; a quoted list counts as several."""
        return [
            each.strip().lower() for text in self.params.get("TYPE", ()) for each in text.split(",") if each.strip()
        ]


@dataclass(slots=True)
class Card:
    """One card; `line` is where it begins, `whole` whether its end was there."""

    line: int
    properties: list[Property] = field(default_factory=list)
    whole: bool = False

    def all(self, name: str) -> list[Property]:
        """Return the properties of a name, in order."""
        return [each for each in self.properties if each.name == name]


def unescaped(text: str) -> str:
    """Return a text without its escapes (RFC 6350 section 3.4)."""
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text) if "\\" in text else text


def escaped(text: str) -> str:
    """Return a text as it stands in a value."""
    plain = text.replace("\\", "\\\\").replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return plain.replace(",", "\\,").replace(";", "\\;")


def _cut(text: str, sign: str) -> list[str]:
    parts: list[str] = []
    current: list[str] = []
    skip = False
    for letter in text:
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif letter == sign:
            parts.append("".join(current))
            current = []
            continue
        current.append(letter)
    return [*parts, "".join(current)]


# ------------------------------------------------------------------- in


def read(raw: bytes) -> list[Card]:
    """Return the cards of a file: vCard of any version, or jCard. Raises UserError where there is none."""
    raw = _as_utf8(raw)
    cards = _read_json(raw) if raw.lstrip()[:1] in {b"[", b"{"} else _read_lines(raw)
    if not cards:
        raise UserError(_("There is no contact in this file. Nothing was imported. Choose a file that ends with .vcf."))
    return cards


def _as_utf8(raw: bytes) -> bytes:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", errors="replace").encode()
    return raw.removeprefix(codecs.BOM_UTF8)


def _text(raw: bytes) -> str:
    """UTF-8 as RFC 6350 says, or what an old program on Windows wrote."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _read_lines(raw: bytes) -> list[Card]:
    cards: list[Card] = []
    depth = 0
    for number, line in _unfolded(raw):
        start = line[:16].strip().upper()
        if start.startswith(b"BEGIN:"):
            depth += 1  # 2.1 puts the card of an agent into the card
            if depth == 1:
                cards.append(Card(number))
        elif start.startswith(b"END:"):
            depth = max(0, depth - 1)
            if cards and depth == 0:
                cards[-1].whole = True
        elif depth == 1 and (found := _property(line, number)):
            cards[-1].properties.append(found)
        if len(cards) > MOST_CARDS:
            raise UserError(_("This file has too many contacts for one import. Nothing was imported. Split the file."))
    return cards


def _unfolded(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield whole lines with the number of the first; a fold may stand within a letter, so this is about bytes."""
    kept: list[bytes] = []
    first, goes_on = 0, False
    for number, line in enumerate(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"), 1):
        if goes_on:
            kept[-1] = kept[-1][:-1]
            kept.append(line)
        elif kept and line[:1] in {b" ", b"\t"}:
            kept.append(line[1:])
        else:
            if kept:
                yield first, b"".join(kept)
            kept, first = [line], number
        goes_on = line.endswith(b"=") and _is_quoted_printable(b"".join(kept))
    if kept:
        yield first, b"".join(kept)


def _is_quoted_printable(line: bytes) -> bool:
    return b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()


def _property(line: bytes, number: int) -> Property | None:
    text = _text(line)
    head = _HEAD.match(text)
    if head is None:
        return None
    at, params = head.end(), dict[str, tuple[str, ...]]()
    while found := _PARAMETER.match(text, at):
        name, value = found[1].strip().upper(), found[2]
        if value is None:  # 2.1: a bare type or encoding
            name, value = ("ENCODING", name) if name in _ENCODINGS else ("TYPE", found[1].strip())
        params[name] = (*params.get(name, ()), *_parameter_values(value))
        at = found.end()
    if text[at : at + 1] != ":":
        return None
    value, params = _decoded(line, text[at + 1 :], params)
    return Property(head[2].upper(), value, params, (head[1] or "").lower(), number)


def _parameter_values(text: str) -> list[str]:
    quoted = re.findall(r'"([^"]*)"|([^,"]+)', text)
    return [_MARK.sub(lambda found: _CARETS[found[0]], inner or bare) for inner, bare in quoted]


def _decoded(line: bytes, value: str, params: dict[str, tuple[str, ...]]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the value in the letters that it stands for; what can't be read so stays as it is."""
    encoding = {each.upper() for each in params.pop("ENCODING", ())}
    charset = next(iter(params.pop("CHARSET", ())), "")
    if "QUOTED-PRINTABLE" in encoding:
        plain = quopri.decodestring(value.encode("utf-8"))
        # A line end that was encoded is a part of the text, not the end of the value.
        value = _in_charset(plain, charset).replace("\r\n", "\\n").replace("\n", "\\n")
    elif encoding & {"BASE64", "B"}:
        return value.replace(" ", ""), params | {"ENCODING": ("b",)}
    elif charset and charset.upper() not in {"UTF-8", "UTF8"}:
        value = _in_charset(line.partition(b":")[2], charset)
    return value, params


def _in_charset(raw: bytes, charset: str) -> str:
    if charset:
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            return raw.decode(charset)
    return _text(raw)


def _read_json(raw: bytes) -> list[Card]:
    """One card, or a list of them: RFC 7095 names only the one, programs write both."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise UserError(_("This file can't be read as jCard. Nothing was imported. Export it again.")) from error
    several = [found] if isinstance(found, list) and found[:1] == ["vcard"] else found
    cards = [card for each in several if (card := _card_of_json(each))] if isinstance(several, list) else []
    for number, card in enumerate(cards, 1):
        card.line = number
    return cards[:MOST_CARDS]


def _card_of_json(found: object) -> Card | None:
    if not (isinstance(found, list) and len(found) == 2 and found[0] == "vcard" and isinstance(found[1], list)):
        return None
    card = Card(0, whole=True)
    for each in found[1]:
        if isinstance(each, list) and len(each) >= 4 and isinstance(each[0], str) and isinstance(each[1], dict):
            card.properties.append(_property_of_json(each))
    return card


def _property_of_json(found: Sequence[object]) -> Property:
    raw = found[1] if isinstance(found[1], dict) else {}
    params = {
        str(name).upper(): tuple(map(str, value)) if isinstance(value, list) else (str(value),)
        for name, value in raw.items()
    }
    group = next(iter(params.pop("GROUP", ())), "").lower()
    values = [
        ";".join(_json_part(part) for part in value) if isinstance(value, list) else escaped(_json_text(value))
        for value in found[3:]
    ]
    return Property(str(found[0]).upper(), ",".join(values), params, group)


def _json_part(part: object) -> str:
    return ",".join(escaped(_json_text(each)) for each in part) if isinstance(part, list) else escaped(_json_text(part))


def _json_text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


# ------------------------------------------------------------------- out


def write(cards: Iterable[Sequence[Property]]) -> str:
    """Return cards as one file of vCard 4.0."""
    lines = []
    for card in cards:
        lines += ["BEGIN:VCARD", "VERSION:4.0", *map(_line, card), "END:VCARD"]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _line(each: Property) -> str:
    params = "".join(f";{name}={','.join(map(_parameter, values))}" for name, values in each.params.items())
    return f"{each.group + '.' if each.group else ''}{each.name}{params}:{each.value}"


def _parameter(text: str) -> str:
    """RFC 6868: what would end a value or a quote is written with a caret."""
    plain = text.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{plain}"' if re.search(r"[;:,]", plain) else plain


def _folded(line: str) -> Iterator[str]:
    """Yield the lines of a long one: 75 octets, never within a letter (RFC 6350 section 3.2)."""
    part, size, most = "", 0, _MOST_OCTETS
    for letter in line:
        octets = len(letter.encode("utf-8", "replace"))
        if size + octets > most:
            yield part
            part, size = " ", 1
        part += letter
        size += octets
    yield part


def write_json(cards: Iterable[Sequence[Property]]) -> str:
    """Return cards as a list of jCards."""
    found = [["vcard", [["version", {}, "text", "4.0"], *map(_to_json, card)]] for card in cards]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _to_json(each: Property) -> list[object]:
    params: dict[str, object] = {
        name.lower(): values[0] if len(values) == 1 else list(values) for name, values in each.params.items()
    }
    kind = str(params.pop("value", _TYPED.get(each.name, "text")))
    if each.group:
        params["group"] = each.group
    if each.name in STRUCTURED:
        parts = [part[0] if len(part) == 1 else part for part in each.parts()]
        return [each.name.lower(), params, kind, parts if len(parts) > 1 else parts[0]]
    values = each.values() if each.name in LISTS else [each.text()]
    return [each.name.lower(), params, kind, *values]


def is_picture(each: Property) -> bool:
    """Say whether the value is a file that stands in the card."""
    return "ENCODING" in each.params or each.value[:5].lower() == "data:"
