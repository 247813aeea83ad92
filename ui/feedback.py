"""What readers think of answers, kept on this computer: a line of JSON for each time that somebody says so.

Knows nothing about pages or conversations, and sends nothing anywhere. Lines are only ever added: who thinks again, or
says why, adds another one, and the last one about a question counts (`python -m eval.feedback`).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from rag.errors import StoreError
from rag.types import Answer, Filters, Turn

Verdict = Literal["up", "down"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
NAME = "feedback.jsonl"
"""Its name in the user's data folder."""
LONGEST = 1000
"""Characters of a reader's word that are kept."""


class Feedback:
    """The file at `path`; it and its folder are made by the first line, readable by this user alone."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(
        self,
        answer: Answer,
        history: Sequence[Turn],
        verdict: Verdict,
        word: str = "",
        where: Filters | None = None,
    ) -> None:
        """Add a line; `where` says which articles were asked. Raises StoreError where it cannot be written."""
        record: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "question": answer.question,
            "history": [{"question": turn.question, "answer": turn.answer} for turn in history],
            "verdict": verdict,
            "word": word[:LONGEST],
            "answer": answer.to_dict(),
        }
        if where is not None:
            record["filters"] = fields(where)
        try:
            self._append(json.dumps(record).encode("ascii") + b"\n")
        except OSError as error:
            raise StoreError(
                f"This could not be written to {self.path}: {error.strerror or error}. "
                "Make room, or see that the folder may be written to, then press the thumb again."
            ) from error

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:  # without a buffer: what is written is in the file
            fcntl.flock(file, fcntl.LOCK_EX)  # against other tabs and other Footnotes alike; closing lets go of it
            # A line that a full disk cut short must not take this one with it.
            if size := file.seek(0, os.SEEK_END):
                file.seek(size - 1)
                line = line if file.read(1) == b"\n" else b"\n" + line
            written = file.write(line)
            if written != len(line):
                raise OSError(f"only {written} of {len(line)} bytes were written")


def fields(where: Filters) -> dict[str, Any]:
    """Filters as JSON has them: what `rag.filters.parse` reads. What is left open is left out.

    >>> fields(Filters(publishers=["CGTN"], after=date(2024, 11, 1)))
    {'publishers': ['CGTN'], 'after': '2024-11-01'}
    """
    values = {
        "articles": where.articles,
        "publishers": where.publishers,
        "after": where.after,
        "before": where.before,
        "languages": where.languages,
    }
    return {
        name: value.isoformat() if isinstance(value, date) else sorted(value)
        for name, value in values.items()
        if value is not None
    }
