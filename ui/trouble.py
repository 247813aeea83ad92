"""What went wrong, in words for the reader. Knows nothing about where it is shown."""

from __future__ import annotations

import logging

from rag.errors import FootnoteError


def in_words(error: Exception | None) -> str:
    """Only errors that Footnote raises on purpose are written for a reader.

    >>> in_words(ValueError("shape (3,)"))
    'Unexpected error: ValueError: shape (3,)'
    """
    return str(error) if isinstance(error, FootnoteError) else f"Unexpected error: {type(error).__name__}: {error}"


def log(error: Exception, what: str) -> None:
    """In full, where nobody raised it on purpose."""
    if not isinstance(error, FootnoteError):
        logging.getLogger("ui").error(what, exc_info=error)
