"""A best practice or tool of the library, described with Dublin Core's terms and the case template."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from sqlalchemy.orm import Mapped

from wimdesk import clock
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
    "returned": N_("Sent back"),
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
    "role_model": (("body", "activities"), ("channels",)),
    "video": (("link",),),
}
"""What each template asks for beside title, summary and licence: of each group at least one, best the first."""
POINTS = {
    "licence": N_("Its author may give this licence"),
    "people": N_("Everybody who can be recognised has agreed"),
    "private": N_("It says nothing that is private"),
    "sources": N_("It says where it comes from"),
    "clear": N_("Others can do the same after reading it"),
}
"""What the Secretariat looks at before a practice goes to everybody."""
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
    related: Mapped[list[str]] = field("codes", N_("Related practices"))
    counterpart_id: Mapped[str] = field("text", N_("Shared copy"), sought=True)
    work: Mapped[str] = field("text", N_("Work"), sought=True)
    made_from: Mapped[dict[str, str]] = field("map", N_("What each translation was made from"))
    edition: Mapped[int | None] = field("integer", N_("Version"), minimum=1)
    supersedes: Mapped[str] = field("text", N_("Replaces"), sought=True)
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

    def shown_to(self, organisation: str, role: str) -> bool:
        """After her consent has ended a story is seen by those who keep it only."""
        edits = role == "secretariat" or self.owner == organisation
        return edits or not has_ended(self.template, self.channels)

    def key(self) -> str:
        """Return what its copies, its translations and what is said of it have in common."""
        return self.work or self.id

    def follow(self, before: Values) -> None:
        """Remember which original each translation was written from, whether the original or a translation changes."""
        if "made_from" in before:
            return
        original = self.language or "en"
        told = {name: value for name, value in before.items() if name in TEXTS}
        changed = {
            code
            for name, value in told.items()
            for code in {*value, *getattr(self, name)}
            if value.get(code, "") != getattr(self, name).get(code, "")
        }
        marks, there = dict(self.made_from or {}), set(self.languages()) - {original}
        if original in changed and any({**self._texts(), **told}[name].get(original) for name in TEXTS):
            marks = dict.fromkeys(sorted(there - changed), self.proof(original, told)) | marks
        for code in sorted(changed - {original}):
            marks.pop(code, None)
            if code in there and any(text.get(original) for text in self._texts().values()):
                marks[code] = self.proof(original)
        if marks != (self.made_from or {}):
            self.made_from = marks

    def _texts(self) -> dict[str, dict[str, str]]:
        return {name: getattr(self, name) or {} for name in TEXTS}

    def proof(self, code: str, instead: Values | None = None) -> str:
        """Return what changes as soon as the text in one language does; `instead` are values in place of today's."""
        texts = self._texts() | (instead or {})
        return hashlib.sha256("\0".join(texts[name].get(code, "") for name in TEXTS).encode()).hexdigest()[:_PROOF]

    def languages(self) -> list[str]:
        """Return the languages in which it can be read, the original first; a title alone can't be read."""
        own = self.language or "en"
        texts = self._texts()
        told = [name for name in ("body", *CASE_PARTS) if texts[name].get(own)] or ["title"]
        there = {code for name in told for code, text in texts[name].items() if text}
        return [own, *sorted(there - {own})]

    def outdated(self) -> list[str]:
        """Return the languages in which it is older than its original."""
        own, *others = self.languages()
        now = self.proof(own)
        return [code for code in others if self.made_from.get(code, now) != now]


def has_ended(template: str, channels: Mapping[str, str] | None) -> bool:
    """Say whether the library may no longer tell a story: its last day is over, also that of a month or a year, or what
    somebody sent in its place is no day."""
    until: object = (channels or {}).get("library", "")
    if template != "role_model" or until == "":
        return False
    return not isinstance(until, str) or is_over(until)


def is_over(day: str) -> bool:
    """Say whether a day is over; it may stop at month or year."""
    return day < clock.today().isoformat()[: len(day)]


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


def unchecked(looked_at: Collection[str]) -> list[tuple[str, str]]:
    """Return (point, sentence) for what the Secretariat has not looked at yet."""
    return [
        (point, _("Not checked yet: {point}.").format(point=_(words)))
        for point, words in POINTS.items()
        if point not in looked_at
    ]


def _has(item: LibraryItem, part: str) -> bool:
    value = getattr(item, part)
    if part == "channels":
        return "library" in item.channels and not has_ended(item.template, item.channels)
    return bool(pick(value) if isinstance(value, dict) else value)


def _say(template: str, part: str) -> str:
    match part:
        case "link":
            return _("Say where it can be seen: a web address.")
        case "channels":
            return _("Write down that she allows the library to tell her story.")
    return _("This part of the case is still empty.") if template == "case" else _("The text is still empty.")
