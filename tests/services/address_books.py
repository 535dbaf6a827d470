"""Contacts as programs export them: two hundred in the published conventions of four, and what each says.

The forms follow the vCards that Thunderbird (4.0), Google Contacts (3.0), Apple Contacts (3.0) and Android (2.1) write;
the people are invented.
"""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass, field

GIVEN = ("Awa", "María José", "Fatoumata", "Élodie", "Nomsa", "Ayşe", "李娜", "Олена", "مريم", "Zoë")
FAMILY = (
    "Diop",
    "Quispe Mamani",
    "Traoré",
    "N’Diaye",
    "van der Berg",
    "Núñez",
    "王",
    "Шевченко",
    "العلي",
    "O'Neill; Sons",
)
PICTURE = base64.b64encode(bytes(range(256)) * 3).decode()


@dataclass
class Written:
    """One card as text, what is to be kept of it, and the fields that must be named as lost."""

    text: str
    person: dict[str, object]
    ways: list[tuple[str, str, str]]
    lost: set[str] = field(default_factory=set)


def fold(line: str, limit: int = 75) -> str:
    """Fold as RFC 2426 says: a line goes on behind a blank."""
    parts = [line[:limit]] + [line[at : at + limit - 1] for at in range(limit, len(line), limit - 1)]
    return "\r\n ".join(parts)


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;").replace("\n", "\\n")


def thunderbird(at: int, given: str, family: str) -> Written:
    note = f"Met in Dakar; speaks, writes.\nSecond line {at}: “good”"
    text = f"""BEGIN:VCARD
VERSION:4.0
EMAIL;PREF=1:tb{at}@example.org
EMAIL;TYPE=work:tb{at}.work@example.org
FN:{escape(given)} {escape(family)}
NICKNAME:Nick{at}
N:{escape(family)};{escape(given)};;;
TEL;TYPE=cell;VALUE=TEXT:+221 77 {at:03} 00 01
TEL;TYPE=work;VALUE=uri:tel:+221-33-{at:03}-0002
URL;TYPE=work;VALUE=URL:https://example.org/p?a=1\\,2&n={at}
ADR;TYPE=work:;;12\\, Rue du Port;Dakar;;10000;Senegal
{fold(f"NOTE:{escape(note)}")}
BDAY;VALUE=DATE:19800101
X-CUSTOM1;VALUE=TEXT:own {at}
ORG:Thunder Mining;Geology
TITLE:Geologist {at}
UID:7f3b{at:04}-aaaa-4bbb-8ccc-000000000001
END:VCARD
"""
    person = {"role": f"Geologist {at}", "country_code": "SN", "summary": note}
    ways = [
        ("email", f"tb{at}@example.org", ""), ("email", f"tb{at}.work@example.org", "work"),
        ("phone", f"+221 77 {at:03} 00 01", "cell"), ("phone", f"+221-33-{at:03}-0002", "work"),
        ("url", f"https://example.org/p?a=1,2&n={at}", "work"),
        ("address", "12, Rue du Port, Dakar, 10000, Senegal", "work"),
    ]  # fmt: skip
    return Written(text, person, ways, {"NICKNAME", "BDAY", "X-CUSTOM1", "ORG", "ADR"})


def google(at: int, given: str, family: str) -> Written:
    text = f"""BEGIN:VCARD
VERSION:3.0
FN:{escape(given)} {escape(family)}
N:{escape(family)};{escape(given)};;;
EMAIL;TYPE=INTERNET;TYPE=HOME:g{at}@example.com
item1.EMAIL;TYPE=INTERNET:g{at}.mine@example.com
item1.X-ABLabel:Mine office
TEL;TYPE=CELL:+51 9{at:02} 000 111
item2.TEL:+51 1 {at:03} 2222
item2.X-ABLabel:camp
item3.ADR:;;Av. Grau 5;Lima;Lima;15001;Peru
item3.X-ABLabel:
item4.URL:https\\://mine.example/{at}
item4.X-ABLabel:_$!<HomePage>!$_
item5.X-ABRELATEDNAMES:Rosa
item5.X-ABLabel:_$!<Sister>!$_
PHOTO:https://photos.example/{at}
CATEGORIES:myContacts,Mentors,South\\, far
NOTE:Line one\\nLine two\\, with comma {at}
ORG:Minera Andes
TITLE:Ingeniera
END:VCARD
"""
    person = {
        "role": "Ingeniera", "country_code": "PE", "tags": ["myContacts", "Mentors", "South, far"],
        "summary": f"Line one\nLine two, with comma {at}",
    }  # fmt: skip
    ways = [
        ("email", f"g{at}@example.com", "home"), ("email", f"g{at}.mine@example.com", "Mine office"),
        ("phone", f"+51 9{at:02} 000 111", "cell"), ("phone", f"+51 1 {at:03} 2222", "camp"),
        ("address", "Av. Grau 5, Lima, Lima, 15001, Peru", ""),
        ("url", f"https://mine.example/{at}", "HomePage"),
    ]  # fmt: skip
    return Written(text, person, ways, {"PHOTO", "ORG", "ADR", "X-ABRELATEDNAMES"})


def apple(at: int, given: str, family: str) -> Written:
    text = f"""BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 15.0//EN
N:{escape(family)};{escape(given)};Middle;Dr.;
FN:Dr. {escape(given)} Middle {escape(family)}
ORG:Apple Mine;
TITLE:Chef de chantier
EMAIL;type=INTERNET;type=WORK;type=pref:a{at}@example.net
TEL;type=CELL;type=VOICE;type=pref:+33 6 12 {at // 100:02} {at % 100:02} 00
item1.TEL:+33 1 22 33 {at % 100:02} 00
item1.X-ABLabel:_$!<Other>!$_
item2.ADR;type=WORK;type=pref:;;1 Quai X\\nBât. B;Nantes;;44000;France
item2.X-ABADR:fr
IMPP;X-SERVICE-TYPE=Skype;type=HOME:skype:person{at}
X-SOCIALPROFILE;type=linkedin:https://www.linkedin.com/in/p{at}
{fold(f"PHOTO;ENCODING=b;TYPE=JPEG:{PICTURE}")}
NOTE:Très utile\\; {at}
BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-04
X-PHONETIC-LAST-NAME:test
UID:1111{at:04}-BBBB-4CCC-9DDD-000000000002
END:VCARD
"""
    person = {"role": "Chef de chantier", "country_code": "FR", "summary": f"Très utile; {at}"}
    ways = [
        ("email", f"a{at}@example.net", "work"), ("phone", f"+33 6 12 {at // 100:02} {at % 100:02} 00", "cell"),
        ("phone", f"+33 1 22 33 {at % 100:02} 00", "Other"),
        ("address", "1 Quai X Bât. B, Nantes, 44000, France", "work"),
        ("messaging", f"skype:person{at}", "home"),
        ("messaging", f"https://www.linkedin.com/in/p{at}", "linkedin"),
    ]  # fmt: skip
    lost = {"N", "ORG", "ADR", "PHOTO", "BDAY", "X-PHONETIC-LAST-NAME", "X-ABADR"}
    return Written(text, person, ways, lost)


def android(at: int, given: str, family: str) -> Written:
    def printable(words: str) -> str:
        plain = quopri.encodestring(words.encode()).decode().replace("=\n", "")
        lines = [plain[at : at + 60] for at in range(0, len(plain), 60)]
        for number, line in enumerate(lines[:-1]):  # an escape is not cut in two
            cut = len(line) - line.rfind("=") if "=" in line[-2:] else 0
            if cut:
                lines[number], lines[number + 1] = line[:-cut], line[-cut:] + lines[number + 1]
        return "=\r\n".join(lines)

    family = family.replace(";", "")
    note = f"Observación larga: ñandú, çà et là, número {at} — fin."
    text = f"""BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{printable(family + ";" + given)};;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{printable(given + " " + family)}
TEL;CELL;PREF:07700900{at:03}
TEL;HOME:0207946{at:04}
EMAIL;HOME:and{at}@example.co
ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;{printable("Ctra. Vieja 3")};{printable("Málaga")};;29001;ES
NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{printable(note)}
X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Nick;1;;;;;;;;;;;;;
PHOTO;ENCODING=BASE64;JPEG:{PICTURE[:60]}
 {PICTURE[60:120]}

END:VCARD
"""
    person = {"country_code": "ES", "summary": note}
    ways = [
        ("phone", f"07700900{at:03}", "cell"), ("phone", f"0207946{at:04}", "home"),
        ("email", f"and{at}@example.co", "home"), ("address", "Ctra. Vieja 3, Málaga, 29001, ES", "home"),
    ]  # fmt: skip
    return Written(text, person, ways, {"ADR", "X-ANDROID-CUSTOM", "PHOTO"})


def two_hundred() -> list[Written]:
    """Fifty of each program, with names in several scripts."""
    found = []
    for at in range(200):
        given, family = f"{GIVEN[at % 10]} {at}", FAMILY[at // 10 % 10]
        write = (thunderbird, google, apple, android)[at % 4]
        made = write(at, given, family)
        kept = family.replace(";", "") if write is android else family
        made.person |= {"given_name": f"{given} Middle" if write is apple else given, "family_name": kept}
        found.append(made)
    return found
