"""What makes a reportlab file an archive file: PDF/A-3a (ISO 19005-3), PDF/UA-1 (ISO 14289-1) and the data inside it.

Everything is set on the one document in hand, so other users of reportlab in the same process are not touched.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from PIL import ImageCms
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from wimdesk.pdf.structure import text_string

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from wimdesk.pdf.structure import StructureTree

PRODUCER = "WIMDesk"
ATTACHMENT = "submission.json"
rl_config.useA85 = 0  # only makes files a quarter longer


@dataclass(frozen=True)
class Submission:
    """The machine-readable twin of a document: its bytes and their SHA-256 in lower-case hexadecimal.

    Without bytes nothing is attached: what is handed to one person holds no data for others to read out.
    """

    content: bytes
    digest: str

    @classmethod
    def of(cls, kind: str, data: DataclassInstance) -> Submission:
        """Write plain data as JSON with sorted keys in UTF-8, together with its kind and the version of its form."""
        plain = {"kind": kind, "schema_version": 1, **asdict(data)}
        content = (json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode(
            "utf-8", "backslashreplace"
        )
        return cls(content, hashlib.sha256(content).hexdigest())

    @classmethod
    def unattached(cls, kind: str, data: DataclassInstance) -> Submission:
        """Return only the digest of plain data."""
        return cls(b"", cls.of(kind, data).digest)

    @property
    def short(self) -> str:
        """Return the first sixteen figures of the digest in groups, for people to compare."""
        head = self.digest[:16].upper()
        return " ".join(head[start : start + 4] for start in range(0, 16, 4))


@dataclass(frozen=True)
class Title:
    """What a file says about itself; ``made_on`` is a full ISO date."""

    title: str
    author: str
    subject: str
    language: str
    reference: str
    made_on: str


def open_canvas(stream: io.BytesIO, about: Title, font: str, size: tuple[float, float] = A4) -> Canvas:
    """Return a canvas whose first font is embedded and whose bytes depend on nothing but what is drawn."""
    canvas = Canvas(
        stream,
        pagesize=size,
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 7),
        initialFontName=font,
        lang=about.language,
    )
    canvas.setTitle(about.title)
    canvas.setAuthor(about.author)
    canvas.setSubject(about.subject)
    canvas.setKeywords(about.reference)
    canvas.setCreator(PRODUCER)
    canvas.setProducer(PRODUCER)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    stamp = about.made_on.replace("-", "")
    canvas.setDateFormatter(lambda *_moment: f"D:{stamp}000000+00'00'")
    _end_streams_on_a_line(document_of(canvas))
    return canvas


def document_of(canvas: Canvas) -> pdfdoc.PDFDocument:
    """Return the document behind a canvas, for which reportlab has no public name."""
    return canvas._doc  # noqa: SLF001 - reportlab has no public name for it


def close_canvas(canvas: Canvas, tree: StructureTree, about: Title, submission: Submission) -> None:
    """Add structure, metadata, output intent and, if there is one, the attachment; then write the file."""
    document = document_of(canvas)
    for number, page in enumerate(document.Pages.pages):
        _allow(page, StructParents=number, Tabs=pdfdoc.PDFName("S"))
    _allow(
        document.Catalog,
        StructTreeRoot=pdfdoc.PDFObjectReference(tree.write(document)),
        MarkInfo=pdfdoc.PDFDictionary({"Marked": "true"}),
        Metadata=document.Reference(_metadata(about, submission)),
        OutputIntents=pdfdoc.PDFArray([_output_intent(document)]),
    )
    if submission.content:
        attachment = _attach(document, about, submission)
        names = pdfdoc.PDFArray([pdfdoc.PDFString(ATTACHMENT), attachment])
        embedded = pdfdoc.PDFDictionary({"Names": names})
        _allow(
            document.Catalog,
            Names=pdfdoc.PDFDictionary({"EmbeddedFiles": embedded}),
            AF=pdfdoc.PDFArray([attachment]),
        )
    document.updateSignature(submission.digest)
    canvas.save()


def _allow(part: pdfdoc.PDFCatalog, **entries: object) -> None:
    """Set entries on a catalogue or page; reportlab leaves out those that its list does not name."""
    for key, value in entries.items():
        setattr(part, key, value)
    part.__NoDefault__ = [*part.__NoDefault__, *entries]


def _end_streams_on_a_line(document: pdfdoc.PDFDocument) -> None:
    """Put a line end before each ``endstream`` (ISO 19005-3, 6.1.7.1), which reportlab 5.1 leaves out."""
    register = document.Reference

    def reference(part: object, name: str | None = None) -> object:
        if isinstance(part, (pdfdoc.PDFStream, pdfdoc.PDFFormXObject)) and "format" not in vars(part):
            part.format = functools.partial(_with_line_end, part.format)
        return register(part, name)

    document.Reference = reference


def _with_line_end(write: functools.partial[bytes], document: pdfdoc.PDFDocument) -> bytes:
    return write(document).removesuffix(b"endstream\n") + b"\nendstream\n"


def _attach(document: pdfdoc.PDFDocument, about: Title, submission: Submission) -> pdfdoc.PDFObjectReference:
    """Embed the data as the source from which the document was made (AFRelationship Source)."""
    stamp = pdfdoc.PDFString(f"D:{about.made_on.replace('-', '')}000000Z")
    facts = {"Size": len(submission.content), "ModDate": stamp, "CreationDate": stamp}
    header = pdfdoc.PDFDictionary(
        {"Type": "/EmbeddedFile", "Subtype": "/application#2Fjson", "Params": pdfdoc.PDFDictionary(facts)}
    )
    stream = pdfdoc.PDFStream(header, submission.content, [pdfdoc.PDFZCompress])
    specification = pdfdoc.PDFDictionary(
        {
            "Type": "/Filespec",
            "F": pdfdoc.PDFString(ATTACHMENT),
            "UF": pdfdoc.PDFString(ATTACHMENT),
            "Desc": text_string(about.subject),
            "AFRelationship": "/Source",
            "EF": pdfdoc.PDFDictionary({"F": document.Reference(stream)}),
        }
    )
    return document.Reference(specification)


def _output_intent(document: pdfdoc.PDFDocument) -> pdfdoc.PDFDictionary:
    stream = pdfdoc.PDFStream(pdfdoc.PDFDictionary({"N": 3}), _srgb(), [pdfdoc.PDFZCompress])
    return pdfdoc.PDFDictionary(
        {
            "Type": "/OutputIntent",
            "S": "/GTS_PDFA1",
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB"),
            "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(stream),
        }
    )


@functools.cache
def _srgb() -> bytes:
    """Return an sRGB profile whose date (bytes 24 to 35 of the ICC header) is fixed, so that files are repeatable."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    date = b"".join(number.to_bytes(2, "big") for number in (2000, 1, 1, 0, 0, 0))
    return profile[:24] + date + profile[36:]


def _metadata(about: Title, submission: Submission) -> pdfdoc.PDFStream:
    header = pdfdoc.PDFDictionary({"Type": "/Metadata", "Subtype": "/XML"})
    texts = {key: escape(value) for key, value in asdict(about).items()}
    content = PACKET.format(**texts, producer=PRODUCER, digest=submission.digest, properties=_declared())
    return pdfdoc.PDFStream(header, content.encode(), [])


def _declared() -> str:
    """Declare the properties that PDF/A does not know of itself (ISO 19005-3, 6.6.2.3.3)."""
    schemas = (
        ("PDF/UA identification", "http://www.aiim.org/pdfua/ns/id/", "pdfuaid", (("part", "Integer"),)),
        (PRODUCER, "urn:wimdesk:submission:1:", "wim", (("Reference", "Text"), ("DataSHA256", "Text"))),
    )
    return "".join(
        SCHEMA.format(
            name=name,
            uri=uri,
            prefix=prefix,
            properties="".join(PROPERTY.format(name=key, kind=kind) for key, kind in properties),
        )
        for name, uri, prefix, properties in schemas
    )


PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>\
<pdfaProperty:valueType>{kind}</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>{name}</pdfaProperty:description></rdf:li>"""

SCHEMA = """<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{name}</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI><pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"""

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" xmlns:wim="urn:wimdesk:submission:1:"
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<dc:identifier>{reference}</dc:identifier>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{made_on}T00:00:00+00:00</xmp:CreateDate>
<xmp:ModifyDate>{made_on}T00:00:00+00:00</xmp:ModifyDate>
<pdf:Producer>{producer}</pdf:Producer><pdf:Keywords>{reference}</pdf:Keywords>
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>
<wim:Reference>{reference}</wim:Reference><wim:DataSHA256>{digest}</wim:DataSHA256>
<pdfaExtension:schemas><rdf:Bag>{properties}</rdf:Bag></pdfaExtension:schemas>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
