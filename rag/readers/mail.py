"""A message (.eml), a mailbox (.mbox) or a page saved as one file (.mhtml) to documents.

Knows nothing about what newsletters look like. An attachment is handed on to whoever reads its format.
"""

from __future__ import annotations

import contextlib
import email
import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from email.policy import default
from io import SEEK_END, BytesIO
from typing import BinaryIO

from rag import dates
from rag.blocks import tidy
from rag.decode import NotText, decode
from rag.documents import Document, Found, Skipped, Unreadable
from rag.html_lines import lines
from rag.readers import broken
from rag.readers.unzip import MAX_DEPTH, Budget, Read, label

MAX_MESSAGE = 64 * 2**20
_START = re.compile(rb"^From \S.{0,300}\d", re.DOTALL)
_LISTS = ("List-Id", "List-Unsubscribe", "List-Post")
_ATTACHED = re.compile(r"\.(?:pdf|docx|epub|html?|txt|md|eml|zip|jsonl?|xml|rss|atom)$", re.IGNORECASE)


def read(stream: BinaryIO, name: str, budget: Budget, read: Read) -> Iterator[Found]:
    """The text of a message, and the documents attached to it.

    Raises:
        Unreadable: it is broken, or larger than `MAX_MESSAGE`.
    """
    data = stream.read(MAX_MESSAGE + 1)
    if len(data) > MAX_MESSAGE:
        raise Unreadable(f"it is a message larger than {MAX_MESSAGE >> 20} MiB")
    yield from _message(data, name, budget, read)


def read_box(stream: BinaryIO, name: str, budget: Budget, read: Read) -> Iterator[Found]:
    """The messages of a mailbox, one after the other; one that cannot be read is named by its number."""
    for number, data in enumerate(_split(stream), 1):
        place = f"{name}#{number}"
        try:
            if len(data) > MAX_MESSAGE:
                raise Unreadable(f"it is a message larger than {MAX_MESSAGE >> 20} MiB")
            yield from _message(data, place, budget, read)
        except Unreadable as error:
            yield Skipped(place, str(error))


def _split(stream: BinaryIO) -> Iterator[bytes]:
    """Cut before each "From " line that follows an empty one; of a message that is too long, the rest is dropped."""
    parts: list[bytes] = []
    length = 0
    empty = True
    end = stream.seek(0, SEEK_END)  # what arrives while it is read belongs to the next reading
    stream.seek(0)
    while stream.tell() < end and (line := stream.readline(2**16)):
        if empty and _START.match(line):
            if parts:
                yield b"".join(parts)
            parts, length = [], 0
        elif length <= MAX_MESSAGE:
            parts.append(line[1:] if line.startswith(b">From ") else line)
            length += len(line)
        empty = line in (b"\n", b"\r\n")
    if parts or not end:
        yield b"".join(parts)


def _message(data: bytes, name: str, budget: Budget, read: Read) -> Iterator[Found]:
    with broken.named("a broken message"):
        message = email.message_from_bytes(data, policy=default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("html", "plain"))
        document = _document(message, body, name) if body is not None else None
        attached = [part for part in message.walk() if part is not body and _ATTACHED.search(part.get_filename() or "")]
        found = bool(document and any(char.isalnum() for char in document.text))
    if document and found:
        yield document
    elif not attached:
        yield Skipped(name, "it is a message without text")
    for part in attached:
        place = f"{name}:{label(part.get_filename() or '')}"
        try:
            with broken.named("a broken attachment"):
                content = part.get_payload(decode=True)
            if not isinstance(content, bytes):
                continue
            yield from _attachment(content, place, budget, read)
        except Unreadable as error:
            yield Skipped(place, str(error))


def _attachment(content: bytes, place: str, budget: Budget, read: Read) -> Iterator[Found]:
    if budget.depth <= 0:
        raise Unreadable(f"it lies in {MAX_DEPTH} other files; save it by itself first")
    budget.inner(len(content))
    budget.depth -= 1
    try:
        yield from read(BytesIO(content), place, budget)
    finally:
        budget.depth += 1


def _document(message: EmailMessage, body: MIMEPart, name: str) -> Document:
    content = body.get_payload(decode=True)
    try:
        text, note = decode(content if isinstance(content, bytes) else b"", body.get_content_charset())
    except NotText as error:
        raise Unreadable(str(error)) from error
    page = _header(message, "Snapshot-Content-Location")
    if page and body.get_content_subtype() == "html":
        return Document(text, name, "html", url=page, note=note)
    sender = re.sub(r"\s*<[^>]*>\s*$", "", _header(message, "From") or "").strip(" \"'")
    by_name = sender if sender and "@" not in sender else None
    listed = any(_header(message, key) for key in _LISTS)
    return Document(
        lines(text, hidden=False) if body.get_content_subtype() == "html" else text,
        name,
        title=_header(message, "Subject"),
        publisher=by_name if listed else None,
        published=dates.parse(_header(message, "Date")),
        author=None if listed else by_name,
        language=_header(message, "Content-Language"),
        note=note,
    )


def _header(message: EmailMessage, key: str) -> str | None:
    """The value of a header; None where there is none, or one that Python's parser fails on, which it does in many
    ways: the text of the message is no worse for it."""
    with contextlib.suppress(Exception):
        value = message.get(key)
        return tidy(str(value)) or None if value is not None else None
    return None
