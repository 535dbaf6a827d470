"""A best practice or tool of the library, described with Dublin Core's terms and the case template."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Mapped

from wimdesk.i18n import N_, _, pick
from wimdesk.store.record import Record, Values, field

_PROOF = 16
"""Letters of a proof: it tells texts apart, nobody has to trust it."""
TEMPLATES = {
    "case": N_("Case"),
    "tool": N_("Tool"),
    "policy": N_("Policy"),
    "presentation": N_("Presentation"),
    "role_model": N_("Role model"),
    "video": N_("Video"),
}
STATES = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted"),
    "in_review": N_("In review"),
    "published": N_("Published"),
    "withdrawn": N_("Withdrawn"),
    "archived": N_("Archived"),
}
EVIDENCE = {
    "strong": N_("Evidence: strong"),
    "moderate": N_("Evidence: moderate"),
    "early": N_("Evidence: early"),
}

PEOPLE = {
    "none": N_("Nobody can be recognised"),
    "consented": N_("Everybody who can be recognised has agreed"),
}
LICENCES = {
    "CC-BY-4.0": N_("CC BY 4.0: share and change, name the author"),
    "CC-BY-SA-4.0": N_("CC BY-SA 4.0: share alike, name the author"),
    "CC-BY-NC-4.0": N_("CC BY-NC 4.0: not for sale, name the author"),
    "CC-BY-NC-SA-4.0": N_("CC BY-NC-SA 4.0: not for sale, share alike, name the author"),
    "CC-BY-ND-4.0": N_("CC BY-ND 4.0: share as it is, name the author"),
    "CC-BY-NC-ND-4.0": N_("CC BY-NC-ND 4.0: as it is, not for sale, name the author"),
    "CC-BY-3.0-IGO": N_("CC BY 3.0 IGO: of an international organisation, name it"),
    "CC0-1.0": N_("CC0 1.0: free for everybody"),
}
"""Licences to choose from, by their SPDX identifiers (spdx.org/licenses)."""
CASE_PARTS = ("objectives", "activities", "outcomes", "takeaways")
PARTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "case": tuple((part,) for part in CASE_PARTS),
    "tool": (("body", "activities"),),
    "policy": (("body", "activities"),),
    "presentation": (("body", "link", "activities"),),
    "role_model": (("body", "activities"), ("people",)),
    "video": (("link",),),
}
"""What each template asks for beside title, summary and licence: of each group at least one, best the first."""
TEXTS = ("title", "summary", "body", *CASE_PARTS)
"""What is written in several languages."""


class LibraryItem(Record):
    """An item. A draft is private; submitting and publishing make counterparts in wider spaces."""

    type_label = N_("Practice")
    type_label_many = N_("Practices")
    use = "authorship"

    title: Mapped[dict[str, str]] = field("texts", N_("Title"), search="title", listed=True, required=True)
    summary: Mapped[dict[str, str]] = field("long_texts", N_("In short"), search="summary")
    template: Mapped[str] = field("choice", N_("Kind"), choices=TEMPLATES)
    themes: Mapped[list[str]] = field("codes", N_("Themes"))
    collections: Mapped[list[str]] = field("codes", N_("Collections"), search="tags")
    subject: Mapped[list[str]] = field("codes", N_("Words to find it by"), search="tags")
    language: Mapped[str] = field("text", N_("Language"), listed=True)
    country_code: Mapped[str] = field("text", N_("Country"), listed=True)
    issued: Mapped[str] = field("day", N_("Date"), listed=True)
    license: Mapped[str] = field("text", N_("Licence"), help=N_("For example CC-BY-4.0."))
    creator: Mapped[str] = field("text", N_("Written by"), search="tags", personal=True)
    contributor: Mapped[str] = field("text", N_("With the help of"), personal=True)
    publisher: Mapped[str] = field("text", N_("First published by"))
    identifier: Mapped[str] = field("text", N_("Number or address"), help=N_("A DOI, an ISBN or a web address."))
    source: Mapped[str] = field("text", N_("Made from"), help=N_("What it is taken from, if it is not your own."))
    audience: Mapped[str] = field("text", N_("For whom"))
    rights: Mapped[str] = field("text", N_("Rights"), help=N_("What the licence does not say."))
    people: Mapped[str] = field("choice", N_("People in text and pictures"), choices=PEOPLE)
    link: Mapped[str] = field("text", N_("Web address"), help=N_("Where a video or the slides can be seen."))
    minutes: Mapped[int | None] = field("integer", N_("Minutes to read"), minimum=0)
    evidence: Mapped[str] = field("choice", N_("Evidence"), choices=EVIDENCE)
    body: Mapped[dict[str, str]] = field("long_texts", N_("Text"), search="body")
    activities: Mapped[dict[str, str]] = field("long_texts", N_("What was done"), search="body")
    objectives: Mapped[dict[str, str]] = field("long_texts", N_("Why it matters"), search="body")
    outcomes: Mapped[dict[str, str]] = field("long_texts", N_("What came of it"), search="body")
    takeaways: Mapped[dict[str, str]] = field("long_texts", N_("What to take from it"), search="body")
    state: Mapped[str] = field("choice", N_("State"), choices=STATES)
    counterpart_id: Mapped[str] = field("text", N_("Shared copy"))
    work: Mapped[str] = field("text", N_("Work"))
    made_from: Mapped[dict[str, str]] = field("map", N_("What each translation was made from"))
    edition: Mapped[int | None] = field("integer", N_("Version"), minimum=1)
    supersedes: Mapped[str] = field("text", N_("Replaces"))
    review_on: Mapped[str] = field("day", N_("Look at it again on"))
    checked: Mapped[list[str]] = field("codes", N_("Checked by the Secretariat"))
    review_note: Mapped[str] = field("long_text", N_("What the Secretariat says"))
    person_id: Mapped[str] = field("link", N_("Whose story it is"), link="person", personal=True)
    channels: Mapped[dict[str, str]] = field("map", N_("Where her story may be told, until when"))

    def caption(self) -> str:
        """Return the title in the current language."""
        return pick(self.title) or self.id

    @classmethod
    def outward(cls, values: Values) -> Values:
        """Leave out who she is in our own contacts."""
        return values | {"person_id": ""}

    def key(self) -> str:
        """Return what its copies, its translations and what is said of it have in common."""
        return self.work or self.id

    def follow(self, before: Values) -> None:
        """Remember which original each translation was written from, whether the original or a translation changes."""
        original = self.language or "en"
        told = {name: value for name, value in before.items() if name in TEXTS}
        changed = {
            code
            for name, value in told.items()
            for code in {*value, *getattr(self, name)}
            if value.get(code, "") != getattr(self, name).get(code, "")
        }
        marks = dict(self.made_from)
        if original in changed and self._has_text(original, told):
            was = self.proof(original, told)
            marks = {code: was for code in self.languages() if code != original and code not in changed} | marks
        for code in changed - {original}:
            marks.pop(code, None)
            if self._has_text(code) and self._has_text(original):
                marks[code] = self.proof(original)
        if marks != self.made_from:
            self.made_from = marks

    def _has_text(self, code: str, instead: Values | None = None) -> bool:
        return any((instead or {}).get(name, getattr(self, name)).get(code) for name in TEXTS)

    def proof(self, code: str, instead: Values | None = None) -> str:
        """Return what changes as soon as the text in one language does; `instead` are values in place of today's."""
        told = "\0".join((instead or {}).get(name, getattr(self, name)).get(code, "") for name in TEXTS)
        return hashlib.sha256(told.encode()).hexdigest()[:_PROOF]

    def languages(self) -> list[str]:
        """Return the languages in which it has a title, the original first."""
        return sorted((code for code, text in self.title.items() if text), key=lambda code: code != self.language)

    def outdated(self) -> list[str]:
        """Return the languages in which it is older than its original."""
        original = self.language or "en"
        now = self.proof(original)
        return [code for code in self.languages() if code != original and self.made_from.get(code, now) != now]


def missing_parts(item: LibraryItem) -> list[tuple[str, str]]:
    """Return what its template still lacks before the item can be submitted."""
    found = []
    if not pick(item.title):
        found.append(("title", _("The title is still empty.")))
    if not pick(item.summary):
        found.append(("summary", _("Say in two lines what this is about.")))
    if not item.license:
        found.append(("license", _("Choose a licence, so that others may use it.")))
    elif item.license not in LICENCES:
        found.append(("license", _("This licence is not known. Choose one from the list.")))
    lacking = [group[0] for group in PARTS.get(item.template, ()) if not any(_has(item, part) for part in group)]
    return [*found, *((part, _say(item.template, part)) for part in lacking)]


def _has(item: LibraryItem, part: str) -> bool:
    value = getattr(item, part)
    return bool(pick(value) if isinstance(value, dict) else value)


def _say(template: str, part: str) -> str:
    match part:
        case "link":
            return _("Say where it can be seen: a web address.")
        case "people":
            return _("Say whether the people in it have agreed.")
    return _("This part of the case is still empty.") if template == "case" else _("The text is still empty.")
