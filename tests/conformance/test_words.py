"""Nobody meets an English word on a screen in another language: the catalogues hold what the program says."""

from __future__ import annotations

import ast
import importlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import resources
import wimdesk.records
from sync.client.transport import SENTENCES, sentence_for
from sync.protocol import Problem
from wimdesk.i18n import LANGUAGES, locale_name, missing, set_language, translator
from wimdesk.services.sync_review import REFUSALS, REFUSED
from wimdesk.store.record import Record, fields, types

ROOT = resources.ROOT.parent
PACKAGES = ("wimdesk", "ui", "sync")
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None}
CALLS = {"_": 1, "N_": 1, "gettext": 1, "ngettext": 2}
TRANSLATED = [code for code in LANGUAGES if code != "en"]
PLACE = re.compile(r"\{[^{}]*\}")
NO_MARKS = dict.fromkeys((0x2068, 0x2069))
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]+")

Key = str | tuple[str, str]


@cache
def said() -> frozenset[Key]:
    """Return every text the source marks for translation; a pair where it depends on a count."""
    found: set[Key] = set()
    for package in PACKAGES:
        for _file, _line, text, _comments, _context in extract_from_dir(
            ROOT / package, method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            found.add(text if isinstance(text, str) else (text[0], text[1]))
    return frozenset(found)


def catalogue_path(language: str, suffix: str) -> Path:
    """Return where a catalogue is kept: `suffix` is po or mo."""
    return resources.path("translations", locale_name(language), "LC_MESSAGES", f"wimdesk.{suffix}")


def catalogue(language: str) -> Catalog:
    """Read the catalogue that people edit."""
    with catalogue_path(language, "po").open("rb") as file:
        return read_po(file, locale=locale_name(language))


def entries(words: Catalog) -> dict[Key, Message]:
    """Return the messages by what the source says, without the header."""
    return {one.id if isinstance(one.id, str) else (one.id[0], one.id[1]): one for one in words if one.id}


def forms(one: Message) -> list[str]:
    """Return what stands in for a message: one text, or one for each plural form."""
    return [one.string] if isinstance(one.string, str) else list(one.string or ())


def sources(key: Key) -> tuple[str, ...]:
    """Return the English texts of a key."""
    return (key,) if isinstance(key, str) else key


def placeholders(text: str) -> list[str]:
    """Return the {names} of a text in alphabetical order."""
    return sorted(PLACE.findall(text))


def faults_of(key: Key, one: Message, plurals: int) -> Iterator[str]:
    """Yield what is wrong with one message."""
    found = forms(one)
    if one.fuzzy:
        yield f"only guessed: {key}"
    if len(found) != (1 if isinstance(key, str) else plurals):
        yield f"wrong number of forms: {key}"
    if not all(found):
        yield f"not translated: {key}"
        return
    for number, text in enumerate(found):
        wanted = placeholders(sources(key)[-1])
        spelt = [place for place in wanted if place != "{count}"] if plurals == 6 and number < 3 else wanted
        if placeholders(text) not in (wanted, spelt):  # Arabic has words of its own for none, one and two of a thing
            yield f"other placeholders: {key} -> {text}"
        if text == sources(key)[-1] and len(re.findall(r"[A-Za-z]{3,}", PLACE.sub("", text))) > 3:
            yield f"still English: {key}"


def faults(words: Catalog, wanted: frozenset[Key]) -> list[str]:
    """Return what is wrong with a catalogue, as lines to read; empty when nothing is."""
    held = entries(words)
    found = [f"not in the catalogue: {key}" for key in wanted - held.keys()]
    found += [f"nowhere in the program: {key}" for key in held.keys() - wanted]
    found += [f"left over: {key}" for key in words.obsolete]
    for key, one in held.items():
        found.extend(faults_of(key, one, words.num_plurals))
    return sorted(found)


# ---------------------------------------------------------------- the catalogues


def test_something_is_said() -> None:
    """The gathering itself works: without it every other test here would pass."""
    assert len(said()) > 500
    assert "Sync now" in said()
    assert ("{count} member", "{count} members") in said()


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_is_exactly_what_the_program_says(language: str) -> None:
    """Nothing is missing, guessed or left over, and every placeholder is kept."""
    assert faults(catalogue(language), said()) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_the_edited_one(language: str) -> None:
    """The file the program reads says the same as the file people edit."""
    again = io.BytesIO()
    write_mo(again, catalogue(language))
    again.seek(0)
    with catalogue_path(language, "mo").open("rb") as file:
        shipped = {key: forms(one) for key, one in entries(read_mo(file)).items()}
    assert shipped == {key: forms(one) for key, one in entries(read_mo(again)).items()}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_header_decodes_accents_and_names_nobody(language: str) -> None:
    """The header says UTF-8 and how plurals work; it holds no address and no date of a computer."""
    header = catalogue_path(language, "po").read_text(encoding="utf-8").partition("\n\n")[0]
    assert "charset=utf-8" in header
    assert f"nplurals={catalogue(language).num_plurals}" in header
    assert "@" not in header
    assert translator(language).info()["language"] == locale_name(language)


def test_plurals_and_accents_arrive() -> None:
    """French and Portuguese count nothing as one, Spanish counts it as many, Arabic has six ways; accents survive."""
    one, many = "{count} practice", "{count} practices"
    assert [translator("fr").ngettext(one, many, n) for n in (0, 1, 2)] == [
        "{count} pratique", "{count} pratique", "{count} pratiques",
    ]  # fmt: skip
    assert [translator("es").ngettext(one, many, n) for n in (0, 1, 2)] == [
        "{count} prácticas", "{count} práctica", "{count} prácticas",
    ]  # fmt: skip
    assert [translator("pt-BR").ngettext(one, many, n) for n in (0, 1, 2)] == [
        "{count} prática", "{count} prática", "{count} práticas",
    ]  # fmt: skip
    counts = (0, 1, 2, 3, 10, 11, 99, 100, 102, 103)
    said = [translator("ar").ngettext(one, many, n).format(count=n).translate(NO_MARKS) for n in counts]
    assert said == [
        "لا ممارسات", "ممارسة واحدة", "ممارستان", "3 ممارسات", "10 ممارسات", "11 ممارسة", "99 ممارسة", "100 ممارسة",
        "102 ممارسة", "103 ممارسات",
    ]  # fmt: skip
    assert translator("fr").gettext("Secretariat") == "Secrétariat"
    assert translator("es").gettext("Secretariat") == "Secretaría"


def test_french_keeps_its_spaces() -> None:
    """French joins : ; ? ! and quotes to their words with a space that does not break, and uses a real apostrophe."""
    wrong = re.compile(r" [:;?!»]|« |[^\s\u00a0][;?!]|[^\u00a0]»|«[^\u00a0]|'")
    texts = [text for one in entries(catalogue("fr")).values() for text in forms(one)]
    assert [text for text in texts if wrong.search(text)] == []


def test_spanish_opens_what_it_closes() -> None:
    """Spanish opens every question and exclamation; a picture in Markdown is none."""
    texts = [text.replace("![", "[") for one in entries(catalogue("es")).values() for text in forms(one)]
    assert [t for t in texts if t.count("?") != t.count("¿") or t.count("!") != t.count("¡")] == []


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda one: setattr(one, "string", ""), "not translated"),
        (lambda one: setattr(one, "string", "Pays {name}"), "other placeholders"),
        (lambda one: one.flags.add("fuzzy"), "only guessed"),
        (lambda one: setattr(one, "string", ("Pays", "Pays")), "wrong number of forms"),
        (lambda one: setattr(one, "id", "Countree"), "nowhere in the program"),
        (lambda one: setattr(one, "id", "Countree"), "not in the catalogue: Country"),
    ],
)
def test_a_spoilt_copy_is_noticed(spoil: object, complaint: str) -> None:
    """The check fails for a catalogue in which one message was spoilt."""
    words = catalogue("fr")
    assert callable(spoil)
    spoil(words["Country"])
    assert any(complaint in line for line in faults(words, said()))


# ---------------------------------------------------------------- the source


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield the dotted name and the parsed source of every module that may speak."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), ast.parse(path.read_text(encoding="utf-8"))


def spoken(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield (function, argument) for each text handed to a translating function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            for argument in node.args[: CALLS.get(name, 0)]:
                yield name, argument


def is_literal(node: ast.expr) -> bool:
    """Tell whether a text stands in the source as it is."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_looked_up(node: ast.expr) -> bool:
    """Tell whether an expression only looks up a text that was marked elsewhere."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", "") == "get"
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


def slips(name: str, tree: ast.AST) -> list[str]:
    """Return the texts of a module that no catalogue can hold."""
    return [
        f"{name}:{node.lineno} {function}({ast.unparse(node)})"
        for function, node in spoken(tree)
        if not is_literal(node) and (function == "N_" or not is_looked_up(node))
    ]


def leaves(value: object) -> Iterator[str]:
    """Yield the texts of a constant: values of a mapping, last parts of pairs."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, Sequence):
        is_pair = len(value) == 2 and isinstance(value[0], str)
        for one in value[1:] if is_pair else value:
            yield from leaves(one)


def texts_looked_up() -> Iterator[tuple[str, str]]:
    """Yield (module and constant, text) for the constants that are translated where they are shown."""
    for module, tree in trees():
        for _function, node in spoken(tree):
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and CONSTANT.fullmatch(part.id):
                    for text in leaves(getattr(importlib.import_module(module), part.id)):
                        yield f"{module}.{part.id}", text


def singles() -> set[str]:
    """Return every English text the catalogues hold, plural or not."""
    return {text for key in said() for text in sources(key)}


def test_only_whole_texts_are_translated() -> None:
    """No text is put together before it is translated, and N_ marks only what stands there."""
    own = "wimdesk.i18n"
    assert [slip for name, tree in trees() if name != own for slip in slips(name, tree)] == []


def test_every_marked_text_is_gathered() -> None:
    """What the syntax tree calls a marked text, the gathering found too."""
    marked = [node for _module, tree in trees() for _function, node in spoken(tree)]
    assert {node.value for node in marked if isinstance(node, ast.Constant)} - {""} - singles() == set()


def test_constants_shown_translated_were_marked() -> None:
    """A constant that is translated where it is shown holds only marked texts."""
    found = list(texts_looked_up())
    assert len(found) > 50
    assert [f"{where}: {text}" for where, text in found if text and text not in singles()] == []


@pytest.mark.parametrize("line", ['_(f"Hello {name}")', '_("Hello " + name)', '_("Hello {n}".format(n=1))', "N_(word)"])
def test_a_slip_in_the_source_is_noticed(line: str) -> None:
    """A text that is put together before it is translated is found."""
    assert slips("planted", ast.parse(line)) != []


# ---------------------------------------------------------------- records and refusals


@pytest.mark.parametrize("record", types().values(), ids=types())
def test_every_word_of_a_record_is_translated(record: type[Record]) -> None:
    """Labels, helps, choices and the names of a record type are in the catalogues."""
    assert vars(wimdesk.records)[record.__name__] is record
    wanted = {record.type_label, record.type_label_many}
    for info in fields(record).values():
        wanted |= {info["label"], info.get("help", ""), *info.get("choices", {}).values()}
    assert wanted - {""} - singles() == set()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_refusal_has_a_sentence(language: str) -> None:
    """Each number of the protocol ends in a sentence of the reader's language."""
    set_language("en")
    english = {number: sentence_for(number) for number in [*Problem, 999]}
    set_language(language)
    try:
        assert [number for number, text in english.items() if sentence_for(number) == text] == []
    finally:
        set_language("en")
    assert {*SENTENCES.values(), *REFUSALS.values(), REFUSED} <= singles()


@pytest.mark.parametrize("language", TRANSLATED)
def test_row_p01_every_word_is_there_and_none_shows_in_english(language: str) -> None:
    """All that the program can say has words in each language: nothing falls back on the source, by our own count."""
    translator.cache_clear()  # the count begins anew with the catalogue
    words = translator(language)
    for key in said():
        if isinstance(key, str):
            words.gettext(key)
        else:
            for count in (0, 1, 2, 3, 11, 100):
                words.ngettext(*key, count)
    assert missing(language) == frozenset()
    assert words.gettext("Nobody ever wrote this down") == "Nobody ever wrote this down"
    assert words.ngettext("{count} yeti", "{count} yetis", 2).translate(NO_MARKS) == "{count} yetis"
    assert missing(language) == {"Nobody ever wrote this down", "{count} yeti"}
    translator.cache_clear()
    translator(language)
    assert missing(language) == frozenset()
