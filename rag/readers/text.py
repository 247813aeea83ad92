"""Plain text, Markdown and saved web pages to one document each. Knows nothing about bytes; HTML is read later."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import dates
from rag.blocks import tidy
from rag.documents import Document

_MARKS = re.compile(r"^#{1,6}\s+|!\[[^\[\]\n]*\]\([^)\[\s]{0,2000}\)", re.MULTILINE)
_HEADING = re.compile(r"^# +(.+?)[ #]*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\[\]\n]*)\]\([^)\[\s]{0,2000}\)")
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.{0,20000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"^([A-Za-z_]+):[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE)


def read_text(text: str, note: str | None, name: str) -> Iterator[Document]:
    yield Document(text, name, note=note)


def read_html(text: str, note: str | None, name: str) -> Iterator[Document]:
    yield Document(text, name, "html", note=note)


def read_markdown(text: str, note: str | None, name: str) -> Iterator[Document]:
    """Without the marks of headings, pictures and links; fields from the block between `---` at the top.

    >>> next(read_markdown("---\\ndate: 2024-03-03\\n---\\n# Bridge opens\\n\\nIt is long.", None, "a.md")).title
    'Bridge opens'
    """
    front = _FRONT.match(text)
    stated = {key.casefold(): tidy(value) for key, value in _ENTRY.findall(front[1])} if front else {}
    text = text[front.end() :] if front else text
    heading = _HEADING.search(text)
    yield Document(
        _LINK.sub(r"\1", _MARKS.sub("", text)),
        name,
        title=stated.get("title") or (tidy(heading[1]) if heading else None) or None,
        published=dates.parse(stated.get("date") or stated.get("published")),
        author=stated.get("author") or None,
        note=note,
    )
