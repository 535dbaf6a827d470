"""Rows A06 and A07 in the services: members, payments, receipts, cards and letters on a real profile."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from resources import content
from tests.pdf import reading
from tests.support import PASSPHRASE, Office, Template, endpoint_at
from wimdesk import clock
from wimdesk.app import App
from wimdesk.errors import RuleBroken, UserError
from wimdesk.i18n import LANGUAGES
from wimdesk.pdf.text import STAND_IN, Fonts, face
from wimdesk.records.letter_template import CARD_LINES, KINDS, LetterTemplate, faults, fill
from wimdesk.services import dues, editing, letters, money, numbering, people
from wimdesk.store import history

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CM = 72 / 2.54


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = 0.0
        self.set("2026-03-01")

    def set(self, day: str) -> None:
        self.at = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()


@pytest.fixture
def time() -> Iterator[Clock]:
    found = Clock()
    with clock.driven_by(lambda: found.at):
        yield found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template.make(tmp_path_factory.mktemp("template") / "profile")


@pytest.fixture
def office(template: Template, tmp_path: Path, time: Clock) -> Iterator[Office]:
    office = Office(template, tmp_path)
    yield office
    office.close()


@pytest.fixture
def app(office: Office) -> App:
    app = office.app()
    organisation = app.run(people.begin_profile)
    names = {"es": "Mujeres en Minería Perú", "en": "WIM Peru", "fr": "Femmes des mines du Pérou"}
    app.run(editing.change, "organization", organisation, {"name": names, "acronym": "MMP", "country_code": "PE"})
    return app


def kind_of(app: App, **values: object) -> str:
    made = app.run(dues.begin_type)
    usual = {"name": {"en": "Full member", "es": "Miembro pleno", "fr": "Membre à part entière"}, "fee_minor": 5000}
    app.run(editing.change, "membership_type", made, {**usual, "currency": "PEN", **values})
    return made


def member(app: App, kind: str, given: str = "Ana", family: str = "Quispe", start: str = "") -> str:
    person = app.run(people.begin_person)
    app.run(editing.change, "person", person, {"given_name": given, "family_name": family})
    return app.run(dues.join, kind, start, {"person_id": person})


def status(app: App, membership: str) -> tuple[str, str]:
    row = next(row for row in app.read(dues.members).rows if row.id == membership)
    return row.status, row.until


def test_a06_expired_without_network_and_current_again_by_paying_with_all_history(app: App, time: Clock) -> None:
    one = member(app, kind_of(app))
    assert status(app, one) == ("pending", "")
    first = app.run(dues.pay, one)
    paid = app.read(editing.values, "payment", first)
    assert (paid["amount_minor"], paid["currency"], paid["date"]) == (5000, "PEN", "2026-03-01")
    assert status(app, one) == ("new", "2027-02-28")
    time.set("2027-03-30")
    assert status(app, one) == ("grace", "2027-02-28")
    assert [row.id for row in app.read(dues.members).due] == [one]
    time.set("2027-03-31")
    assert status(app, one) == ("expired", "2027-02-28")
    assert app.read(dues.members).due == ()
    before = app.read(history.history, first)
    app.run(dues.pay, one)
    assert status(app, one) == ("current", "2028-03-30")
    assert app.read(history.history, first) == before, "the old payment is as it was"
    assert len(app.read(dues.of_group, one).held[0].payments) == 2
    app.run(history.undo, app.read(history.last_act))
    assert status(app, one) == ("expired", "2027-02-28")


def test_a06_a_type_begins_with_the_money_of_the_country(app: App) -> None:
    made = app.read(editing.values, "membership_type", app.run(dues.begin_type))
    assert (made["currency"], made["grace_days"], made["period_months"]) == ("PEN", 30, 12)
    assert money.currency_of("SN") == "XOF"


def test_a06_a_cooperative_pays_in_kind(app: App) -> None:
    kind = kind_of(app, members="group", dues="in_kind", in_kind="Two days of training")
    group = app.run(dues.begin_group)
    app.run(editing.change, "membership", group, {"group_name": "Cooperativa Santa Rosa", "group_size": 40})
    shown = app.read(dues.of_group, group)
    assert (shown.name, shown.held[0].type_id, shown.types) == (
        "Cooperativa Santa Rosa",
        kind,
        ((kind, "Full member"),),
    )
    gift = app.run(dues.pay, group)
    paid = app.read(editing.values, "payment", gift)
    assert (paid["method"], paid["in_kind"]) == ("in_kind", "Two days of training")
    found = app.read(dues.members)
    assert (found.rows[0].status, found.in_kind, found.received) == ("new", 1, ())


def test_a06_totals_add_up_by_status_and_currency(app: App) -> None:
    soles, dinars = kind_of(app), kind_of(app, currency="TND", fee_minor=12_345)
    for place in range(3):
        one = member(app, soles, given=f"A{place}")
        app.run(dues.pay, one)
    app.run(dues.pay, member(app, dinars))
    gone = member(app, soles, given="Gone")
    app.run(dues.cancel, gone, "She moved abroad.")
    member(app, soles, given="Waits")
    found = app.read(dues.members)
    assert dict(found.counts) == {"current": 0, "new": 4, "grace": 0, "expired": 0, "pending": 1, "cancelled": 1}
    assert found.received == ((15_000, "PEN"), (12_345, "TND"))
    with pytest.raises(UserError, match="why the membership ends"):
        app.run(dues.cancel, one, " ")


def test_a06_who_is_in_the_trash_is_no_member(app: App) -> None:
    one = member(app, kind_of(app))
    person = app.read(dues.members).rows[0].person
    app.run(people.remove, "person", person)
    assert app.read(dues.members).rows == ()
    app.run(editing.restore, "person", person)
    assert app.read(dues.members).rows[0].id == one


def test_a07_receipts_are_numbered_without_gaps_and_a_reprint_keeps_number_and_words(app: App, time: Clock) -> None:
    kind = kind_of(app)
    payments = [app.run(dues.pay, member(app, kind, given=f"A{place}")) for place in range(3)]
    made = app.run(letters.issue_all, payments, "es")
    series = app.read(numbering.series).name
    numbers = [app.read(editing.values, "receipt", each)["number"] for each in made]
    assert numbers == [f"2026-{series}-{serial:04}" for serial in (1, 2, 3)]
    assert app.run(letters.issue, payments[0], "fr") == made[0], "it has one"
    app.run(letters.cancel_receipt, made[1], "Wrong amount")
    again = app.run(letters.issue, payments[1], "es")
    assert app.read(editing.values, "receipt", again)["number"] == f"2026-{series}-0004"
    app.run(editing.remove, "receipt", again)
    fresh = app.run(letters.issue, payments[1], "es")
    assert app.read(editing.values, "receipt", fresh)["number"] == f"2026-{series}-0005"
    assert [row.state for row in app.read(letters.receipts)] == ["valid", "removed", "valid", "cancelled", "valid"]
    assert app.read(letters.gaps) == ()
    before = reading.printed(letters.render(app.read(letters.gather_receipts, [made[0]])))
    app.run(editing.change, "payment", payments[0], {"amount_minor": 1})
    time.set("2026-09-09")
    after = reading.printed(letters.render(app.read(letters.gather_receipts, [made[0]])))
    assert after == before
    assert f"Recibo 2026-{series}-0001" in after
    assert "50,00\xa0PEN" in after or "50,00 PEN" in after
    cancelled = reading.printed(letters.render(app.read(letters.gather_receipts, [made[1]])))
    assert "ANULADO" in cancelled
    assert "Wrong amount" in cancelled
    time.set("2027-01-02")
    january = app.run(letters.issue, app.run(dues.pay, app.read(dues.members).rows[0].id), "es")
    assert app.read(editing.values, "receipt", january)["number"] == f"2027-{series}-0001"


def test_a07_two_computers_offline_never_give_one_number(office: Office, app: App) -> None:
    other = office.app("other")
    names = [each.read(numbering.series).name for each in (app, other)]
    assert len(set(names)) == 2
    assert all(re.fullmatch("[0-9A-Z]{4}", name) for name in names)
    kind = kind_of(app)
    payment = app.run(dues.pay, member(app, kind))
    # Another computer's series begins with the same four: this one's name becomes longer before it gives a number.
    own = app.read(numbering.series)
    app.run(editing.add, "receipt", {"series": own.name, "series_key": own.name + "ZZZ", "serial": 1, "year": 2026})
    made = app.read(editing.values, "receipt", app.run(letters.issue, payment, "en"))
    assert made["number"] == f"2026-{own.key[:5]}-0001"
    assert app.read(letters.gaps) == ()
    app.run(editing.add, "receipt", {"series": own.name, "series_key": own.name + "ZZZ", "serial": 3, "year": 2026})
    assert app.read(letters.gaps) == (f"2026-{own.name}-0002",)


def test_a07_a_removed_payment_takes_its_receipt_back_and_undo_brings_both(app: App) -> None:
    payment = app.run(dues.pay, member(app, kind_of(app)))
    receipt = app.run(letters.issue, payment, "en")
    act = app.run(dues.remove_payment, payment)
    assert app.read(letters.receipts)[0].state == "cancelled"
    app.run(history.undo, act)
    assert app.read(letters.receipts)[0].state == "valid"
    assert app.read(editing.values, "payment", payment)["deleted"] is False
    empty = app.run(editing.add, "payment", {"membership_id": app.read(dues.members).rows[0].id})
    with pytest.raises(UserError, match="no amount yet"):
        app.run(letters.issue, empty, "en")
    assert receipt


@pytest.mark.parametrize("one_on_a_page", [True, False])
def test_a07_fifty_cards_in_spanish_have_running_numbers_and_no_box(app: App, one_on_a_page: bool) -> None:
    kind = kind_of(app)
    given = ["Ñusta", "Zoë", "Ángela", "Ýrsa", "Łucja", "Đặng Thị", "Ольга", "Ελένη", "Šárka", "Øystein"]
    wanted = [member(app, kind, given=f"{given[place % 10]} {place + 1}") for place in range(50)]
    batch = app.read(letters.gather, "card", wanted, "es")
    pdf = letters.render(batch, one_on_a_page=one_on_a_page)
    reader = reading.opened(pdf)
    assert len(reader.pages) == (50 if one_on_a_page else 5)
    if one_on_a_page:
        box = reader.pages[0].mediabox
        assert (float(box.width), float(box.height)) == pytest.approx((8.5 * CM, 5.4 * CM), abs=0.01)
    text = reading.printed(pdf)
    numbers = [int(found) for found in re.findall(r"Integrante n\.º\s\w{4}-(\d{4})", text)]
    assert numbers == list(range(1, 51))
    assert text.count("Mujeres en Minería Perú") == 50
    assert STAND_IN not in text
    letters_used = set("".join(batch.texts)) - {"\n"}
    for path in (Fonts().regular, Fonts().bold):
        assert all(known for _part, known in face(path, path).stretches("".join(sorted(letters_used))))
    assert all("/FontFile2" in font for font in fonts_of(pdf))
    assert letters.render(batch, one_on_a_page=one_on_a_page) == pdf, "the same data give the same bytes"


def fonts_of(pdf: bytes) -> list[set[str]]:
    fonts = [font for page in reading.opened(pdf).pages for font in page["/Resources"]["/Font"].values()]
    return [set(font.get_object()["/FontDescriptor"].get_object()) for font in fonts]


def test_a07_cards_and_letters_are_tagged_and_say_everything_to_a_screen_reader(app: App) -> None:
    one = member(app, kind_of(app))
    app.run(dues.pay, one)
    for kind in ("card", "welcome", "reminder"):
        pdf = letters.render(app.read(letters.gather, kind, [one], "en"))
        said = reading.tree(pdf).said()
        assert "Ana Quispe" in said
        assert "{" not in said
        assert reading.metadata(pdf, "pdfaid:part") == "3"
        assert reading.metadata(pdf, "pdfuaid:part") == "1"
        assert "/AF" not in reading.opened(pdf).root_object
    with pytest.raises(UserError, match="nobody to print for"):
        app.read(letters.gather, "card", [], "en")


def test_a07_a_line_without_anything_to_say_is_left_out(app: App) -> None:
    one = member(app, kind_of(app))
    text = app.read(letters.gather, "card", [one], "en").texts[0]
    assert "Valid until" not in text, "nothing was paid yet"
    assert fill("{a}\n{a} {b}\nplain", {"a": "", "b": "x"}) == " x\nplain"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a07_the_templates_that_come_along_are_sound(kind: str, lang: str) -> None:
    assert faults(kind, content.letters()[kind][lang], lang) == ""


def test_a07_the_organisations_own_words_are_used_and_checked(app: App) -> None:
    one = member(app, kind_of(app))
    made = app.run(letters.begin_template, "card")
    assert app.run(letters.begin_template, "card") == made
    own = {"en": "{organisation_short}\n{given_name}\nSister in mining", "es": "{organisation}\n{nombre}"}
    odd = app.run(editing.change, "letter_template", made, {"text": own})
    assert [field for field, _sentence in odd] == ["text"]
    assert odd[0][1].startswith("Español: {nombre} is not known. Known: {name}, {given_name}, ")
    assert app.read(letters.gather, "card", [one], "en").texts == ("MMP\nAna\nSister in mining",)
    assert app.read(letters.gather, "card", [one], "fr").texts[0].startswith("Femmes des mines du Pérou\nAna Quispe")
    with pytest.raises(UserError, match=r"can't be used. Nothing was made. Español: \{nombre\} is not known"):
        app.read(letters.gather, "card", [one], "es")
    act = app.run(letters.reset_template, "card")
    assert app.read(letters.words, "card", "es") == content.letters()["card"]["es"]
    app.run(history.undo, act)
    assert app.read(letters.words, "card", "en") == own["en"]


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("card", "{name", "Français: there is a brace without its partner. Write {name}."),
        ("card", "name}", "Français: there is a brace without its partner. Write {name}."),
        ("card", "{}", "Français: {} is not known."),
        ("card", "{amount}", "Français: {amount} is not known."),
        ("receipt", "{amount} {name}", ""),
        ("card", "x\n" * (CARD_LINES + 1), "Français: a card has room for 7 lines."),
    ],
)
def test_a07_a_word_that_is_not_known_is_named(kind: str, text: str, sentence: str) -> None:
    assert faults(kind, text, "fr").startswith(sentence)
    found = LetterTemplate.problems({"kind": kind, "text": {"fr": text}})
    assert bool(found) == bool(sentence)


def test_a07_long_names_stay_on_the_card(app: App) -> None:
    long = "María del Rosario Encarnación Fernández-Villavicencio"
    one = member(app, kind_of(app), given=long, family="de la Santísima Trinidad y Quispe Mamani")
    pdf = letters.render(app.read(letters.gather, "card", [one], "es"), one_on_a_page=True)
    assert len(reading.opened(pdf).pages) == 1
    assert reading.squeezed(long) in reading.squeezed(reading.printed(pdf))


def test_a06_a_value_of_a_wrong_kind_is_refused(app: App) -> None:
    one = member(app, kind_of(app))
    with pytest.raises(RuleBroken):
        app.run(dues.pay, one, {"amount_minor": 12.5})


def test_a07_two_laptops_offline_and_synced_afterwards_have_numbers_of_their_own(
    template: Template, tmp_path: Path, time: Clock
) -> None:
    with endpoint_at(tmp_path / "endpoint") as endpoint:
        office = Office(template, tmp_path, endpoint)
        anna, bela = office.laptop("anna"), office.laptop("bela")
        kind = kind_of(anna.app)
        one = member(anna.app, kind)
        anna.sync()
        bela.sync()
        # Nobody has a network meanwhile.
        made = [
            laptop.app.run(letters.issue, laptop.app.run(dues.pay, one), "en")
            for laptop in (anna, bela, anna, bela, bela)
        ]
        anna.sync()
        bela.sync()
        anna.sync()
        for laptop in (anna, bela):
            rows = laptop.app.read(letters.receipts)
            assert len({row.number for row in rows}) == len(rows) == 5
            assert laptop.app.read(letters.gaps) == ()
            assert laptop.questions() == []
        assert anna.app.read(dues.members).rows == bela.app.read(dues.members).rows
        endings = [anna.see("receipt", each)["number"][-4:] for each in made]
        assert endings == ["0001", "0001", "0002", "0002", "0003"]
        office.close()


def test_a07_what_a_restored_computer_has_forgotten_is_not_given_again(tmp_path: Path, time: Clock) -> None:
    app = App.open(tmp_path / "profile", PASSPHRASE)
    payment = app.run(dues.pay, member(app, kind_of(app)))
    app.back_up()
    before = app.read(editing.values, "receipt", app.run(letters.issue, payment, "en"))["number"]
    app.close()
    App.restore(tmp_path / "profile", PASSPHRASE)
    app = App.open(tmp_path / "profile", PASSPHRASE)
    assert app.read(letters.receipts) == ()
    after = app.read(editing.values, "receipt", app.run(letters.issue, payment, "en"))["number"]
    app.close()
    assert after != before
    assert after.endswith("-0001")
