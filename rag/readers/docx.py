"""A Word file (.docx) to one document. Knows nothing about other Office files, or about the older .doc."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.blocks import tidy
from rag.documents import Document, Found, shown
from rag.readers import broken, unzip

_TITLES = ("title", "heading 1")
TITLE_BLOCKS = 50
"""Paragraphs and tables among which the title is looked for: to ask a paragraph for its style takes a millisecond."""


def read(stream: BinaryIO, name: str) -> Iterator[Found]:
    """Paragraphs and tables in order, a row of a table in one line. The dates inside say when the file was edited.

    Raises:
        Unreadable: it is broken, or larger than `rag.readers.unzip` allows.
    """
    import docx
    from docx.text.paragraph import Paragraph

    with broken.named("a broken Word file"):
        with unzip.opened(stream):  # the library unpacks whatever it finds
            stream.seek(0)
            document = docx.Document(stream)
        text: list[str] = []
        title = None
        for number, block in enumerate(document.iter_inner_content()):
            part = [tidy(block.text)] if isinstance(block, Paragraph) else list(_rows(block))
            if title is None and number < TITLE_BLOCKS and part and part[0] and _style(block) in _TITLES:
                title = part[0]
            text += [line for line in part if line]
        about = document.core_properties
        whole = " ".join(text).casefold()
    yield Document(
        "\n\n".join(text),
        name,
        title=title or shown(tidy(about.title), whole),
        author=shown(tidy(about.author), whole),
        language=about.language,
    )


def _style(block: Any) -> str:
    return (getattr(getattr(block, "style", None), "name", None) or "").casefold()


def _rows(table: Any) -> Iterator[str]:
    """Cells that span columns are given several times by the library, and shown once here."""
    for row in table.rows:
        texts = {cell._tc: tidy(cell.text) for cell in row.cells}
        yield " | ".join(text for text in texts.values() if text)
