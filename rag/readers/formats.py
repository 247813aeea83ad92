"""Which reader reads a file: by its first bytes, and by its name where these do not tell.

Knows nothing about folders or about cleaning. `documents` raises `Unreadable` and nothing else for what a file holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from rag.decode import NotText, decode, glimpse
from rag.documents import Found, Unreadable
from rag.readers import broken, docx, epub, feed, mail, pdf, records, text, unzip
from rag.readers.unzip import Budget, Read
from rag.saved_page import looks_like_html

HEAD_BYTES = 8192
"""How much of a file is looked at to tell its format."""
MAX_TEXT = 256 * 2**20
"""Bytes of a text or a page, which have to be read whole."""

KINDS = (
    "plain text, Markdown, saved web pages (.html, .mhtml), PDF, Word (.docx), EPUB, JSON, JSON lines (.jsonl), RSS "
    "and Atom feeds, mail (.eml, .mbox), and ZIP archives of these"
)

_SUFFIXES = {
    ".jsonl": "json lines",
    ".ndjson": "json lines",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".eml": "mail",
    ".mht": "mail",
    ".mhtml": "mail",
    ".mbox": "mailbox",
    ".rss": "feed",
    ".atom": "feed",
    ".xml": "xml",
}
_BOX = re.compile(rb"From \S[^\n]{0,300}\d\r?\n(?:>?From |[\w-]{2,40}:)")
_HEADER = re.compile(rb"[A-Za-z][\w-]{1,60}:|[ \t]")
_OF_MAIL = (b"message-id:", b"mime-version:", b"received:", b"return-path:")
"""Programs keep mailboxes and messages under names without an ending."""
_FEED = re.compile(r"<(?:rss|rdf:RDF|(?:\w+:)?feed)[\s>]")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w-]{2,20})|encoding\s*=\s*[\"']([\w-]{2,20})", re.IGNORECASE)


def kind_of(head: bytes, name: str) -> str:
    """The format of a file that begins with `head`; "text" where nothing tells.

    >>> kind_of(b"%PDF-1.7", "report"), kind_of(b"It opened.", "a.md"), kind_of(b"PK\x03\x04", "a")
    ('pdf', 'markdown', 'zip')
    """
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    kind = _SUFFIXES.get(PurePath(name).suffix.casefold(), "text")
    if kind == "text" and _BOX.match(head):
        return "mailbox"
    if kind == "text" and _is_message(head):
        return "mail"
    if kind in ("text", "xml"):
        text = glimpse(head)
        if text.lstrip("\ufeff \t\r\n").startswith("<") and _FEED.search(text[:4000]):
            return "feed"
        return "html" if looks_like_html(text) else kind
    return kind


def _is_message(head: bytes) -> bool:
    """Does it begin with the headers of a message, at least two that only mail programs write?"""
    lines = head.replace(b"\r\n", b"\n").partition(b"\n\n")[0].split(b"\n")
    known = sum(line.lower().startswith(_OF_MAIL) for line in lines)
    return known >= 2 and all(_HEADER.match(line) for line in lines[:-1])


def is_plain(head: bytes, name: str) -> bool:
    """Whether it is read by a few lines of our own: no library, and so nothing to lead astray."""
    return kind_of(head, name) in ("text", "markdown")


def documents(stream: BinaryIO, name: str, budget: Budget | None = None) -> Iterator[Found]:
    """The documents of one file; `stream` can be read and sought. `budget` is what archives may still unpack.

    Raises:
        Unreadable: broken, encrypted, too large or no text at all; nothing else, whatever the file holds.
    """
    budget = budget or Budget()
    with broken.named("more than its reader can make sense of"):
        kind = kind_of(stream.read(HEAD_BYTES), name)
        stream.seek(0)
        if kind == "zip":
            kind = unzip.kind_of(stream)
            stream.seek(0)
        if kind in _READERS:
            yield from _READERS[kind](stream, name)
        elif kind in _NESTED:
            yield from _NESTED[kind](stream, name, budget, documents)
        elif kind in _TEXTS:
            yield from _TEXTS[kind](*_decoded(stream, kind), name)
        else:
            raise Unreadable("it is XML, but neither a feed nor a web page")


def _decoded(stream: BinaryIO, kind: str) -> tuple[str, str | None]:
    data = stream.read(MAX_TEXT + 1)
    if len(data) > MAX_TEXT:
        raise Unreadable(f"it is larger than {MAX_TEXT >> 20} MiB")
    named = _CHARSET.search(data[:4096]) if kind == "html" else None
    declared = (named[1] or named[2]).decode("ascii", "replace") if named else None
    try:
        return decode(data, declared)
    except NotText as error:
        raise Unreadable(f"{error}; save it as plain text first") from error


_READERS: dict[str, Callable[[BinaryIO, str], Iterator[Found]]] = {
    "pdf": pdf.read,
    "docx": docx.read,
    "epub": epub.read,
    "feed": feed.read,
    "json": records.read,
    "json lines": records.read_lines,
}
_NESTED: dict[str, Callable[[BinaryIO, str, Budget, Read], Iterator[Found]]] = {
    "zip": unzip.read,
    "mail": mail.read,
    "mailbox": mail.read_box,
}
_TEXTS: dict[str, Callable[[str, str | None, str], Iterator[Found]]] = {
    "text": text.read_text,
    "markdown": text.read_markdown,
    "html": text.read_html,
}
