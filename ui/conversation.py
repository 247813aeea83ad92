"""A conversation as the page holds it: one exchange per question, and where each of them stands.

Knows nothing about HTML, Gradio or models. An exchange changes only while it is `open`; after that it is history.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rag.types import Answer, Claim, Event, Filters, Hit, Passed, Retrieved, Token, Turn
from ui.feedback import Verdict
from ui.run import Begins, Instead, Run, Waits
from ui.settings import Settings
from ui.shelf import Shelf
from ui.trouble import in_words

Phase = Literal["waiting", "loading", "searching", "reading", "writing", "checking", "answered", "failed", "stopped"]
OPEN: tuple[Phase, ...] = ("waiting", "loading", "searching", "reading", "writing", "checking")


@dataclass
class Exchange:
    """A question and what became of it: an `answer` (a refusal is one) when `answered`, an `error` when `failed`."""

    number: int
    question: str
    phase: Phase = "waiting"
    hits: tuple[Hit, ...] = ()
    claims: tuple[Claim, ...] = ()
    """While the draft is written: its sentences that have passed the check and will begin the answer."""
    draft: str = ""
    """What else there is of it, unchecked."""
    answer: Answer | None = None
    instead: tuple[str, ...] = ()
    """Where it is a refusal: what might be asked instead."""
    error: Exception | None = None
    ahead: int = 0
    """Questions that are answered before this one, while it is `waiting`."""
    where: Filters | None = None
    settings: Settings = field(default_factory=Settings)
    among: str = ""
    """The articles that it was put to, and how; in words, where those were not all."""
    replaced: tuple[Exchange, ...] = ()
    """What stood in this place and after it before this was asked; let go of as soon as there is an answer."""
    verdict: Verdict | None = None
    """What the reader thinks of the answer, and why, as far as it could be kept; `trouble` says why it could not."""
    word: str = ""
    trouble: str = ""

    @property
    def open(self) -> bool:
        return self.phase in OPEN

    def take(self, event: Event | Waits | Begins | Passed | Instead) -> None:
        """Move on by one event of a run. Too late after an end: a stopped exchange stays stopped."""
        if isinstance(event, Instead):
            self.instead = event.questions
        if not self.open:
            return
        if isinstance(event, Waits):
            self.phase, self.ahead = "waiting", event.ahead
        elif isinstance(event, Begins):
            self.phase = event.step
        elif isinstance(event, Retrieved):
            self.hits = event.hits
        elif isinstance(event, Token):
            self.draft += event.text
        elif isinstance(event, Passed):
            self.claims, self.draft = event.claims, event.rest
        elif isinstance(event, Answer):
            self.answer, self.hits, self.phase, self.replaced = event, event.hits, "answered", ()
            self.claims, self.draft = (), ""

    def end(self, phase: Literal["failed", "stopped"], error: Exception | None = None) -> None:
        if self.open:
            self.phase, self.error, self.claims, self.draft = phase, error, (), ""

    @property
    def failure(self) -> str:
        """What went wrong, in words for the reader."""
        return in_words(self.error)


@dataclass
class Conversation:
    """What one browser tab sees. Copied by Gradio while empty, so it holds nothing that cannot be copied then."""

    exchanges: list[Exchange] = field(default_factory=list)
    asked: Exchange | None = None
    """Asked, and not yet taken up by the queue that guards the model."""
    run: Run | None = None
    editing: int | None = None
    """Number of the exchange whose question is back in the box, to be asked in its place."""
    unsent: str = ""
    """What was in the box before that question came into it."""
    hint: str = ""
    """Why what was sent is not asked, until something is."""
    shelf: Shelf = field(default_factory=Shelf)
    settings: Settings = field(default_factory=Settings)
    """What the next question is put to, and how it is answered."""
    menu: str = ""
    """The settings as they were shown last, folded away."""

    @property
    def current(self) -> Exchange | None:
        """The exchange that is not over, if there is one."""
        return self.exchanges[-1] if self.exchanges and self.exchanges[-1].open else None

    def at(self, number: object) -> Exchange | None:
        """The exchange of that number, a browser's word for it; None when it is gone, or not over yet."""
        return next((e for e in self.exchanges if str(e.number) == str(number) and not e.open), None)

    def ask(self, question: str) -> None:
        self.hint = ""
        self.asked = Exchange(len(self.exchanges) + 1, question, where=self.shelf.where, settings=self.settings)
        self.exchanges.append(self.asked)

    def replace(self, number: int, question: str) -> None:
        """Ask in the place of exchange `number` and of all after it. They come back when this one comes to nothing."""
        first, *after = self.exchanges[number - 1 :]
        del self.exchanges[number - 1 :]
        self.ask(question)
        # What failed before is no loss; what it had taken the place of would be.
        self.exchanges[-1].replaced = (*((first,) if first.answer else first.replaced), *after)

    def restore(self) -> None:
        """Bring back what the last exchange took the place of, instead of it."""
        if self.exchanges and not self.current:
            self.exchanges[-1:] = self.exchanges[-1].replaced or self.exchanges[-1:]
            for number, exchange in enumerate(self.exchanges, start=1):
                exchange.number = number

    def edit(self, number: int, unsent: str) -> None:
        """Take the question of exchange `number` up again; `unsent` was being written instead, and is kept."""
        if self.editing is None:
            self.unsent = unsent
        self.editing = number

    def end_edit(self) -> str:
        """What belongs in the box afterwards."""
        unsent, self.unsent, self.editing = self.unsent, "", None
        return unsent

    def send(self, question: str) -> str:
        """Ask what was written, in the place of the question under edit if one is. Returns what belongs in the box."""
        if self.editing is None:
            self.ask(question)
        else:
            self.replace(self.editing, question)
        return self.end_edit()

    def take_up(self) -> Exchange | None:
        """The exchange to work on now; None when it was stopped or cleared while it waited."""
        exchange, self.asked = self.asked, None
        return exchange if exchange and exchange.open else None

    def history(self, before: Exchange) -> list[Turn]:
        """What was answered or refused before; failures and stopped drafts said nothing about the articles."""
        earlier = self.exchanges[: before.number - 1]
        return [Turn(e.question, e.answer.text) for e in earlier if e.answer is not None]

    def stop(self) -> None:
        """End the exchange under way, wherever it stands, and let go of the model."""
        if self.current:
            self.current.end("stopped")
        if self.run:
            self.run.stop()
        self.asked, self.hint = None, ""

    def clear(self) -> str | None:
        """Start over. Returns what belongs in the box where a question under edit stood in it, else None."""
        self.stop()
        self.exchanges = []
        return None if self.editing is None else self.end_edit()
