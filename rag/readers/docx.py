"""A Word file (.docx) to one document. Knows nothing about other Office files, or about the older .doc."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.blocks import tidy
from rag.documents import Document, Found, shown
from rag.readers import broken

_TITLES = ("title", "heading 1")


def read(stream: BinaryIO, name: str) -> Iterator[Found]:
    """Paragraphs and tables in order, a row of a table in one line. The dates inside say when the file was edited.

    Raises:
        Unreadable: it is broken.
    """
    import docx
    from docx.text.paragraph import Paragraph

    with broken.named("a broken Word file"):
        document = docx.Document(stream)
        text: list[str] = []
        title = None
        for block in document.iter_inner_content():
            style = getattr(getattr(block, "style", None), "name", None) or ""
            part = [tidy(block.text)] if isinstance(block, Paragraph) else list(_rows(block))
            if title is None and part and part[0] and style.casefold() in _TITLES:
                title = part[0]
            text += [line for line in part if line]
        about = document.core_properties
        whole = " ".join(text).casefold()
    yield Document(
        "\n\n".join(text),
        name,
        title=title or shown(about.title, whole),
        author=shown(about.author, whole),
        language=about.language,
    )


def _rows(table: Any) -> Iterator[str]:
    """Cells that span columns are given several times by the library, and shown once here."""
    for row in table.rows:
        texts = {cell._tc: tidy(cell.text) for cell in row.cells}
        yield " | ".join(text for text in texts.values() if text)
