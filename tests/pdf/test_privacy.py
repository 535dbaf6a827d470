"""What people keep for themselves never gets into a document: neither on its pages nor in the data inside it."""

from __future__ import annotations

import pytest
from pypdf import PdfReader
from pypdf.generic import StreamObject

from tests.pdf.reading import opened, printed, tree
from wimdesk.app import App
from wimdesk.pdf import organisation_profile, participation_report
from wimdesk.services import editing, people, publishing, report_data, reporting
from wimdesk.store import identity

PERIOD = "2026-10"
SECRETS = (
    "pronouns-kept", "notes-kept", "phone-of-a-person", "reason-kept", "operator-kept", "note-for-others-kept",
    "draft-kept", "removed-activity", "former-holder", "other-organisation", "other-address",
)  # fmt: skip


def fill(app: App) -> None:
    """Write down both what is shared and what is not."""

    def add(kind: str, **values: object) -> str:
        return app.run(editing.add, kind, values)

    own = app.run(people.begin_profile)
    app.run(editing.change, "organization", own, {"name": {"en": "Women of the Shaft"}})
    holder = add("person", given_name="Naledi", family_name="Phiri", pronouns=SECRETS[0], summary=SECRETS[1])
    former = add("person", given_name="former-holder")
    post = add("post", label={"en": "Treasurer"}, organization_id=own)
    add("post_holding", person_id=holder, post_id=post, start_date="2025-01-01", end_reason=SECRETS[3])
    add("post_holding", person_id=former, post_id=post, start_date="2020", end_date="2021")
    add("contact_detail", person_id=holder, type="phone", value=SECRETS[2])
    add("contact_detail", organization_id=own, type="email", value="office@shaft.example")
    other = add("organization", name={"en": "other-organisation"})
    add("contact_detail", organization_id=other, type="email", value="other-address")
    add("site", name="Kafue North", operator=SECRETS[4])
    initiative = app.run(
        publishing.publish, "initiative", add("initiative", title={"en": "Safe equipment"}), "alliance"
    )
    add("participation", initiative_id=initiative, organization_id=own, start_date="2026-01", note=SECRETS[5])
    add("library_item", title={"en": "draft-kept"}, state="draft")
    add("activity", date="2026-10-03", text="talked with the crew", hours=2.0, initiative_id=initiative)
    removed = add("activity", date="2026-10-04", text="removed-activity", hours=1.0)
    app.run(editing.remove, "activity", removed)


def everything(content: bytes) -> str:
    """Return all that can be read out of a file: its bytes, each of its streams and the text of its tags."""
    reader: PdfReader = opened(content)
    objects = (reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1))
    streams = [part.get_data() for part in objects if isinstance(part, StreamObject)]
    assert len(streams) > 5
    raw = b"\n".join([content, *streams]).decode("latin-1")
    return "\n".join([raw, tree(content).said(), printed(content)])


@pytest.mark.parametrize("kind", [participation_report.KIND, organisation_profile.KIND])
def test_what_is_kept_private_is_in_no_document(app: App, kind: str) -> None:
    fill(app)
    found = everything(report_data.build(kind, app.read(reporting.gather, kind, PERIOD, "en"), "en"))
    report = ("talked with the crew", "Safe equipment", "Women of the Shaft")
    profile = ("office@shaft.example", "Naledi Phiri", "Treasurer", "Kafue North", "Women of the Shaft")
    for text in report if kind == participation_report.KIND else profile:
        assert text in found
    assert [secret for secret in SECRETS if secret in found] == []
    assert app.read(identity.read).organisation not in found
