"""The conversation as HTML: questions, and what goes on until each has an answer, or comes to nothing.

Pure functions from records to HTML. Knows nothing about Gradio, nor about how an answer looks (`ui.answer`).
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.errors import CorpusError, ModelError, UsageError
from ui.actions import actions, ask_button, way_back, ways_on
from ui.answer import answer, refusal, sentences
from ui.conversation import Exchange, Phase
from ui.escape import clipped, escape, isolated

QUESTION = 600
"""Characters of a question that are shown back."""

WAITING = {
    "waiting": "One moment …",
    "loading": "The model is still loading; the answer follows …",
    "searching": "Searching the articles …",
    "reading": "Reading what was found: does it hold the answer?",
    "writing": "Writing a draft …",
    "checking": "Checking each sentence against its source …",
}
STEPS = {"searching": "Search", "reading": "Read", "writing": "Write", "checking": "Check"}


def transcript(exchanges: Sequence[Exchange], last: bool = False) -> str:
    """`last`: nothing was asked after these, so that asking again takes nothing with it."""
    return "".join(exchange_html(exchange, last) for exchange in exchanges)


def welcome(examples: Sequence[str]) -> str:
    """Before the first question: what this is, and questions to start from."""
    starters = "".join(f"<li>{ask_button(question, question)}</li>" for question in examples)
    return (
        '<section class="welcome"><h2>What do you want to know?</h2>'
        "<p>Every sentence of an answer carries a number, which opens the article at the words that it rests on. "
        "What the articles don’t say, Footnote doesn’t say either.</p>"
        + (f'<ul class="starters" aria-label="Questions to start from">{starters}</ul>' if starters else "")
        + "</section>"
    )


def exchange_html(exchange: Exchange, last: bool) -> str:
    """One exchange, whatever its phase. Its look follows from its `data-state`."""
    if exchange.answer is not None:
        state = "refused" if exchange.answer.refused else "answered"
        content = (
            refusal(exchange.answer, exchange.number, exchange.instead)
            if exchange.answer.refused
            else answer(exchange.answer, exchange.number)
        )
    elif exchange.phase == "failed":
        state, content = "failed", failure(exchange, last)
    elif exchange.phase == "stopped":
        state, content = "stopped", stopped(exchange, last)
    else:
        state, content = "open", draft(exchange)
    return (
        f'<section class="exchange" id="exchange-{exchange.number}" data-exchange="{exchange.number}" '
        f'data-state="{state}" aria-label="Question {exchange.number}" tabindex="-1">'
        f'<h2 class="question" dir="auto">{isolated(clipped(exchange.question, QUESTION))}</h2>'
        f"{asked_of(exchange)}{content}{actions(exchange, last)}</section>"
    )


def asked_of(exchange: Exchange) -> str:
    """A refusal of some articles says nothing about the others, so their reader is told."""
    return f'<p class="among">{escape(exchange.among)}</p>' if exchange.among else ""


def draft(exchange: Exchange) -> str:
    """What goes on until the answer is there: what of it stands already, and the unchecked rest, which says so."""
    status = f'<p class="status" role="status">{escape(waiting(exchange))}</p>{steps(exchange.phase)}'
    if exchange.claims:
        stands = sentences(exchange.claims, exchange.number)
        status += f'<div class="standing"><span class="tag">Checked so far</span><p dir="auto">{stands}</p></div>'
    if not exchange.draft.strip():
        return status
    return (
        f'{status}<div class="draft"><span class="tag">Draft, not checked yet</span>'
        f'<p dir="auto">{escape(exchange.draft)}</p></div>'
    )


def waiting(exchange: Exchange) -> str:
    """What goes on, in words."""
    if exchange.phase != "waiting" or not exchange.ahead:
        return WAITING[exchange.phase]
    others = "Another question is" if exchange.ahead == 1 else f"{exchange.ahead} other questions are"
    return f"{others} being answered first, in another tab or by a program. Yours comes next …"


def steps(phase: Phase) -> str:
    """The way of an answer, the present step marked. Said in words beside it, so only to be seen."""
    if phase not in STEPS:
        return ""
    present = list(STEPS).index(phase)
    looks = ["done" if i < present else "now" if i == present else "ahead" for i in range(len(STEPS))]
    items = "".join(f'<li class="{look}">{name}</li>' for look, name in zip(looks, STEPS.values(), strict=True))
    return f'<ol class="steps" aria-hidden="true">{items}</ol>'


def failure(exchange: Exchange, last: bool) -> str:
    """Something broke. Never looks like a refusal: the articles may well hold the answer."""
    # Articles or a model that are not there are no fault of the question's.
    if isinstance(exchange.error, UsageError) and not isinstance(exchange.error, CorpusError | ModelError):
        return unusable(exchange, last)
    return (
        '<div class="failure" role="alert"><h3>Something went wrong</h3>'
        f'<p dir="auto">{isolated(exchange.failure)}</p>'
        '<p class="hint">This says nothing about the articles. Ask again; if it fails again, '
        f"<code>footnote doctor</code> finds out why.</p>{ways_on(exchange, last)}</div>"
    )


def unusable(exchange: Exchange, last: bool) -> str:
    """Nothing broke: the question cannot be put to the articles as it is, and asking it again would not help."""
    return (
        '<div class="failure" role="alert"><h3>This cannot be asked as it stands</h3>'
        f'<p dir="auto">{isolated(exchange.failure)}</p>'
        f'<p class="hint">Edit the question, or choose other articles.</p>{way_back(exchange, last)}</div>'
    )


def stopped(exchange: Exchange, last: bool) -> str:
    said = "Stopped. What was written so far was no answer yet, and was thrown away."
    return f'<div class="stopped"><p>{said}</p>{ways_on(exchange, last)}</div>'
