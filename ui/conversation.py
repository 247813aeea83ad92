"""A conversation as the page holds it: one exchange per question, and where each of them stands.

Knows nothing about HTML, Gradio or models. An exchange changes only while it is `open`; after that it is history.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rag.errors import FootnoteError
from rag.types import Answer, Event, Hit, Retrieved, Token, Turn
from ui.run import Run

Phase = Literal["waiting", "loading", "searching", "writing", "answered", "failed", "stopped"]
OPEN: tuple[Phase, ...] = ("waiting", "loading", "searching", "writing")


@dataclass
class Exchange:
    """A question and what became of it: an `answer` (a refusal is one) when `answered`, an `error` when `failed`."""

    number: int
    question: str
    phase: Phase = "waiting"
    hits: tuple[Hit, ...] = ()
    draft: str = ""
    answer: Answer | None = None
    error: Exception | None = None

    @property
    def open(self) -> bool:
        return self.phase in OPEN

    def take(self, event: Event) -> None:
        """Move on by one event of a stream. Too late after an end: a stopped exchange stays stopped."""
        if not self.open:
            return
        if isinstance(event, Retrieved):
            self.hits, self.phase = event.hits, "writing"
        elif isinstance(event, Token):
            self.draft += event.text
        else:
            self.answer, self.hits, self.phase = event, event.hits, "answered"

    def end(self, phase: Literal["failed", "stopped"], error: Exception | None = None) -> None:
        if self.open:
            self.phase, self.error, self.draft = phase, error, ""

    @property
    def failure(self) -> str:
        """What went wrong, in words for the reader. Only errors that Footnote raises on purpose are written for one."""
        if isinstance(self.error, FootnoteError):
            return str(self.error)
        return f"Unexpected error: {type(self.error).__name__}: {self.error}"


@dataclass
class Conversation:
    """What one browser tab sees. Copied by Gradio while empty, so it holds nothing that cannot be copied then."""

    exchanges: list[Exchange] = field(default_factory=list)
    asked: Exchange | None = None
    """Asked, and not yet taken up by the queue that guards the model."""
    run: Run | None = None

    @property
    def current(self) -> Exchange | None:
        """The exchange that is not over, if there is one."""
        return self.exchanges[-1] if self.exchanges and self.exchanges[-1].open else None

    def ask(self, question: str) -> None:
        self.asked = Exchange(len(self.exchanges) + 1, question)
        self.exchanges.append(self.asked)

    def take_up(self) -> Exchange | None:
        """The exchange to work on now; None when it was stopped or cleared while it waited."""
        exchange, self.asked = self.asked, None
        return exchange if exchange and exchange.open else None

    def history(self) -> list[Turn]:
        """What was answered or refused so far; failures and stopped drafts said nothing about the articles."""
        return [Turn(e.question, e.answer.text) for e in self.exchanges if e.answer is not None]

    def stop(self) -> None:
        """End the exchange under way, wherever it stands, and let go of the model."""
        if self.current:
            self.current.end("stopped")
        if self.run:
            self.run.stop()
        self.asked = None

    def clear(self) -> None:
        self.stop()
        self.exchanges = []
