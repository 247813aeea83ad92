"""Which reader reads a file: by its first bytes, and by its name where these do not tell.

Knows nothing about folders or about cleaning. `documents` raises `Unreadable` and nothing else for what a file holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import BinaryIO

from rag.decode import NotText, decode, glimpse
from rag.documents import Found, Unreadable
from rag.readers import pdf, records, text
from rag.saved_page import looks_like_html

HEAD_BYTES = 8192
"""How much of a file is looked at to tell its format."""
MAX_TEXT = 256 * 2**20
"""Bytes of a text or a page, which have to be read whole."""

KINDS = "plain text, Markdown, HTML, PDF, JSON and JSON lines (.jsonl)"

_SUFFIXES = {
    ".jsonl": "json lines",
    ".ndjson": "json lines",
    ".json": "json",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
}


def kind_of(head: bytes, name: str) -> str:
    """The format of a file that begins with `head`; "text" where nothing tells.

    >>> kind_of(b"%PDF-1.7", "report"), kind_of(b"It opened.", "a.md")
    ('pdf', 'markdown')
    """
    if b"%PDF-" in head[:1024]:
        return "pdf"
    kind = _SUFFIXES.get(PurePath(name).suffix.casefold(), "text")
    return "html" if kind == "text" and looks_like_html(glimpse(head)) else kind


def is_plain(head: bytes, name: str) -> bool:
    """Whether it is read by a few lines of our own: no library, and so nothing to lead astray."""
    return kind_of(head, name) in ("text", "markdown")


def documents(stream: BinaryIO, name: str) -> Iterator[Found]:
    """The documents of one file; `stream` can be read and sought.

    Raises:
        Unreadable: broken, encrypted, too large or no text at all.
    """
    kind = kind_of(stream.read(HEAD_BYTES), name)
    stream.seek(0)
    yield from (_READERS[kind] if kind in _READERS else _decoded(_TEXTS[kind]))(stream, name)


_READERS: dict[str, Callable[[BinaryIO, str], Iterator[Found]]] = {
    "pdf": pdf.read,
    "json": records.read,
    "json lines": records.read_lines,
}
_TEXTS: dict[str, Callable[[str, str, str | None], Iterator[Found]]] = {
    "text": text.read_text,
    "markdown": text.read_markdown,
    "html": text.read_html,
}


def _decoded(read: Callable[[str, str, str | None], Iterator[Found]]) -> Callable[[BinaryIO, str], Iterator[Found]]:
    def reader(stream: BinaryIO, name: str) -> Iterator[Found]:
        data = stream.read(MAX_TEXT + 1)
        if len(data) > MAX_TEXT:
            raise Unreadable(f"it is larger than {MAX_TEXT >> 20} MiB")
        try:
            decoded, note = decode(data)
        except NotText as error:
            raise Unreadable(f"{error}; save it as plain text first") from error
        yield from read(decoded, name, note)

    return reader
