"""An EPUB to one document a chapter: in a newspaper or magazine that is an article.

Knows nothing about pages of the web. An EPUB is a ZIP with a list of its parts in reading order.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import unquote
from zipfile import ZipFile

from rag import dates
from rag.blocks import tidy
from rag.decode import decode
from rag.documents import Document, Found, Skipped, Unreadable
from rag.html_lines import lines
from rag.readers import broken, unzip

_HEADING = re.compile(r"<h([1-3])\b[^>]{0,500}>(.{0,2000}?)</h\1\s*>", re.IGNORECASE | re.DOTALL)
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read(stream: BinaryIO, name: str) -> Iterator[Found]:
    """The chapters that hold text, in reading order.

    Raises:
        Unreadable: it is broken, copy-protected or larger than `rag.readers.unzip` allows.
    """
    with broken.named("a broken EPUB"), unzip.opened(stream) as archive:
        _refuse_protection(archive)
        container = _xml(archive.read("META-INF/container.xml"))
        path = container.find(".//{*}rootfile").get("full-path")
        package = _xml(archive.read(path))
        about = _about(package)
        for place in _chapters(package, posixpath.dirname(path)):
            part = f"{name}:{unzip.label(place)}"
            try:
                source = decode(archive.read(place))[0]
            except (KeyError, ValueError) as error:
                yield Skipped(part, f"this chapter cannot be read ({error})")
                continue
            text = lines(source)
            heading = _HEADING.search(source)
            title = tidy(lines(heading[2]).replace("\n", " ")) if heading else None
            if title and text.startswith(title):
                text = text[len(title) :]
            if any(char.isalnum() for char in text):
                yield Document(text, part, "prose", title=title or None, **about)
            else:
                yield None


def _refuse_protection(archive: ZipFile) -> None:
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    methods = _xml(archive.read("META-INF/encryption.xml")).iterfind(".//{*}EncryptionMethod")
    if any(method.get("Algorithm") not in _FONTS_ONLY for method in methods):
        raise Unreadable("it is copy-protected (DRM)")


def _about(package: Any) -> dict[str, Any]:
    """The fields that all chapters share; a maker's name is no author, the day of a change no date."""

    def first(tag: str) -> str | None:
        return next(
            (text for e in package.iterfind(f".//{{*}}metadata/{{*}}{tag}") if (text := tidy(e.text or ""))), None
        )

    author = first("creator")
    return {
        "publisher": first("publisher"),
        "author": None if author and author.casefold() == "calibre" else author,
        "language": first("language"),
        "published": dates.parse(first("date")),
    }


def _chapters(package: Any, folder: str) -> Iterator[str]:
    """The places of the chapters in the archive, without the table of contents and what is not to be read in line."""
    parts = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = parts.get(reference.get("idref"))
        if item is None or reference.get("linear") == "no" or "nav" in (item.get("properties") or "").split():
            continue
        if "html" in (item.get("media-type") or "html"):
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))


def _xml(data: bytes) -> Any:
    """Entities are not resolved: one can stand for a billion others."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
