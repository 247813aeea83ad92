"""Small files of every format, made in memory. `from tests.files import pdf`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence


def pdf(*pages: Sequence[str], password: str | None = None, language: str | None = None, **about: str) -> bytes:
    """A PDF with a text layer: each page is its lines, 14 points apart. `pdf(["One."], Title="T")`."""
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

    writer = PdfWriter()
    names = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica", "/Encoding": "/WinAnsiEncoding"}
    font = DictionaryObject({NameObject(key): NameObject(value) for key, value in names.items()})
    for lines in pages:
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})}
        )
        stream = StreamObject()
        shown = (
            line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") for line in lines
        )
        stream.set_data(b"BT /F1 11 Tf 14 TL 60 780 Td " + b" ".join(b"(%s) Tj T*" % line for line in shown) + b" ET")
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({f"/{key}": value for key, value in about.items()})
    if language:
        writer.root_object[NameObject("/Lang")] = TextStringObject(language)
    if password is not None:
        writer.encrypt(password, "owner", algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def docx(
    *paragraphs: str, title: str = "", author: str = "", heading: str = "", table: Sequence[Sequence[str]] = ()
) -> bytes:
    """A Word file; `title` and `author` are what the file says of itself, `heading` is shown."""
    import docx as library

    document = library.Document()
    document.core_properties.title, document.core_properties.author = title, author
    if heading:
        document.add_heading(heading, 0)
    for text in paragraphs:
        document.add_paragraph(text)
    for row in table:
        cells = document.add_table(1, len(row)).rows[0].cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def archive(members: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive of `members`, packed."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return made.getvalue()


def epub(*chapters: str, **about: str) -> bytes:
    """An EPUB of XHTML bodies, with a table of contents that is no chapter. `epub("<p>One</p>", publisher="P")`."""
    fields = "".join(f"<dc:{key}>{value}</dc:{key}>" for key, value in about.items())
    items = "".join(
        f'<item id="c{n}" href="text/c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        f'<metadata>{fields}</metadata><manifest><item id="nav" properties="nav" href="nav.xhtml" '
        f'media-type="application/xhtml+xml"/>{items}</manifest><spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OPS/p.opf"/></rootfiles></container>'
    )
    bodies = {
        f"OPS/text/c{n}.xhtml": f"<html><head><title>x</title></head><body>{body}</body></html>"
        for n, body in enumerate(chapters)
    }
    nav = {"OPS/nav.xhtml": "<html><body><nav>Contents</nav><p>Contents</p></body></html>"}
    return archive(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": container, "OPS/p.opf": package, **nav, **bodies}
    )


def rss(*items: str, version: str = "2.0") -> bytes:
    """A feed of <item>s."""
    head = "<title>Lindau Post</title><language>en-GB</language><link>https://lindau.example/</link>"
    entries = "".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0"?><rss version="{version}" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{head}{entries}</channel></rss>'
    ).encode()


def message(text: str = "", html: str = "", attached: Mapping[str, bytes] | None = None, **headers: str) -> bytes:
    """A message; `List_Id="…"` stands for the header List-Id."""
    from email.message import EmailMessage

    made = EmailMessage()
    for key, value in headers.items():
        made[key.replace("_", "-")] = value
    if text or not html:
        made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html") if text else made.set_content(html, subtype="html")
    for name, data in (attached or {}).items():
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()
