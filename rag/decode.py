"""Bytes to text. Knows nothing about articles; a file that is no text is refused with what it is."""

from __future__ import annotations

import codecs
import contextlib
import re

from rag import latin

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"GGUF", "a language model"),
    (b"SQLite format 3", "a database"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ENCODING = re.compile(
    r"(?:utf-?8|us-ascii|iso[-_]?(?:8859[-_]?\d{1,2}|2022[-_]jp)|latin-?\d|windows-?\d{3,4}|cp-?\d{3,4}|koi8-?[ru]|gbk|gb2312|gb18030|"
    r"big5(?:-hkscs)?|euc-?(?:jp|kr)|shift[-_]?jis|sjis|tis-620|mac[-_]?\w{1,12})",
    re.IGNORECASE,
)
"""Of texts that were ever written on the web: Python knows codecs that are none, and some that take for ever."""
SAMPLE_BYTES = 65_536
"""How much of a file is looked at to tell text from other data, and one old encoding from another."""

FEW_BROKEN = 0.002
"""UTF-8 with at most this share of unreadable characters is damaged UTF-8; with more it is another encoding."""


class NotText(ValueError):
    """The bytes are not text; the message says what they seem to be."""


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """The text, and what had to be guessed or replaced to read it (None where nothing was).

    UTF-8 with or without a mark, UTF-16 and UTF-32 with one; else the encoding that the file or message names, if it is
    one and fits; else the likeliest old one. A page often names another encoding than it has, so UTF-8 goes first.

    Raises:
        NotText: the bytes are a picture, an archive, a program …
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            broken = text.count("\ufffd")
            return text, f"{broken} characters could not be read and were replaced by \ufffd" if broken else None
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise NotText(f"it is {kind}, not a text")
    sample = data[:SAMPLE_BYTES]
    if len(_CONTROLS.findall(sample)) > 0.01 * len(sample):
        raise NotText("it holds binary data, not a text")
    named = _known(declared)
    if named and named.startswith("iso2022") and b"\x1b" in sample:  # of seven bits: it would pass for UTF-8
        return data.decode(named, "replace"), None
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8"), None
    if damaged := _damaged(data):
        return damaged
    with contextlib.suppress(UnicodeDecodeError):
        if named:
            return data.decode(named), None
    return _guess(data)


def _known(declared: str | None) -> str | None:
    """Python's name of an encoding of texts; browsers read Latin-1 as Windows-1252, and so do we."""
    try:
        name = codecs.lookup(declared or "").name if _ENCODING.fullmatch(declared or "") else None
    except LookupError:
        return None
    return "cp1252" if name in ("iso8859-1", "ascii") else name


def glimpse(head: bytes) -> str:
    """The first bytes of a file as far as they can be told to be text, to see what kind of text it is."""
    encoding = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")
    return head.decode(encoding, "replace")


def _damaged(data: bytes) -> tuple[str, str] | None:
    """UTF-8 of which a few bytes are wrong or missing, whatever encoding the page names: in any other, characters
    beyond ASCII hardly ever stand as UTF-8 writes them."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    if broken <= max(1, FEW_BROKEN * len(text)) and whole >= broken:
        return text, f"{broken} characters are not UTF-8 and were replaced by \ufffd"
    return None


def _guess(data: bytes) -> tuple[str, str]:
    sample = _around_foreign(data)
    encoding = latin.guess(sample)
    if encoding is None:
        import charset_normalizer

        best = charset_normalizer.from_bytes(sample).best()
        encoding = best.encoding if best else "cp1252"
    return data.decode(encoding, "replace"), f"it is not UTF-8 and was read as {encoding}"


def _around_foreign(data: bytes) -> bytes:
    """A sample with bytes beyond ASCII in it: the beginning of a long file may have none."""
    first = next((index for index, byte in enumerate(data) if byte > 127), 0)
    start = max(0, first - 1000)
    return data[start : start + SAMPLE_BYTES]
