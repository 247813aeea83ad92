"""The conversation as HTML: questions, drafts, answers with footnotes, refusals, failures.

Pure functions from records to HTML. Knows nothing about Gradio, and nothing about how an answer is made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Answer, Article, Citation, Claim
from ui.actions import actions, ask_button, ways_on
from ui.article import Mark
from ui.conversation import Exchange, Phase
from ui.escape import byline, clipped, escape, heading, isolated
from ui.loading import Status
from ui.sources import EXCERPT, spans

LOW_CONFIDENCE = 0.65
"""An answer below this probability asks its reader to check it; above, about two in three or better are right."""
DISAGREEMENT = "The articles disagree:"
"""How the first sentence of an answer begins that gives two sides which contradict each other."""
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
        content = refusal(exchange) if exchange.answer.refused else answer(exchange.answer, exchange.number)
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
    sentences = " ".join(claim(c, exchange.number, i) for i, c in enumerate(exchange.claims, start=1))
    stands = f'<div class="standing"><span class="tag">Checked so far</span><p dir="auto">{sentences}</p></div>'
    status += stands if sentences else ""
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


def answer(record: Answer, number: int) -> str:
    """The checked sentences with their footnotes; over them, what their reader should know first."""
    sentences = " ".join(claim(c, number, i) for i, c in enumerate(record.claims, start=1))
    return (
        f'{disagreement(record)}{doubt(record)}<div class="answer"><p dir="auto">{sentences}</p></div>{about(record)}'
    )


def disagreement(record: Answer) -> str:
    if not record.claims or not record.claims[0].text.startswith(DISAGREEMENT):
        return ""
    return (
        '<div class="disagreement" role="note"><h3>The articles disagree</h3><p>Both sides stand below in their '
        "own words. Open their footnotes to see who says it and when, or ask again of the articles that you trust."
        "</p></div>"
    )


def doubt(record: Answer) -> str:
    if record.confidence >= LOW_CONFIDENCE:
        return ""
    percent = round(100 * record.confidence)
    return (
        f'<div class="doubt" role="note"><h3>Low confidence ({percent} %)</h3><p>Read the quotes '
        "before you rely on this. A question that names the person, the place or the time is answered more surely.</p>"
        "</div>"
    )


def claim(record: Claim, number: int, index: int) -> str:
    notes = "".join(footnote(citation, number, index) for citation in record.citations)
    return f'<span class="claim" id="claim-{number}-{index}" tabindex="-1">{isolated(record.text)}{notes}</span>'


def footnote(citation: Citation, number: int, index: int) -> str:
    """The number after a sentence, with a card that shows quote, title, publisher and date on hover and focus."""
    key = citation.number
    card = f"card-{number}-{index}-{key}"
    return (
        f'<span class="note"><a class="ref" href="#{card}" role="doc-noteref" data-exchange="{number}" '
        f'data-key="{key}" aria-label="Footnote {key}" aria-describedby="{card}">{key}</a>'
        f'<span class="card" role="tooltip" id="{card}">'
        f'<q dir="auto">{escape(clipped(citation.quote, EXCERPT))}</q>'
        f'<span class="headline">{isolated(heading(citation.article))}</span>'
        f'<span class="byline">{byline(citation.article, citation.page)}</span></span></span>'
    )


def about(record: Answer) -> str:
    """The small print under an answer: how sure, how fast, and what was left out."""
    percent = round(100 * record.confidence)
    sure = f'<span title="Estimated probability that the articles hold the answer">Confidence {percent} %</span>'
    return f'<div class="about">{sure}<span>{record.seconds.total:.1f} s</span>{left_out(record.dropped)}</div>'


def left_out(sentences: Sequence[str]) -> str:
    """Draft sentences without support, folded away, for those who want to know."""
    if not sentences:
        return ""
    many = f"{len(sentences)} sentence{'s' if len(sentences) > 1 else ''} left out: not supported"
    items = "".join(f"<li>{isolated(sentence)}</li>" for sentence in sentences)
    return f'<details class="dropped"><summary>{many}</summary><ul>{items}</ul></details>'


def refusal(exchange: Exchange) -> str:
    """A refusal is a result: it gives its reason and leads to what the articles do hold."""
    record = exchange.answer
    assert record is not None
    offers = "".join(nearest(article, mark, exchange.number) for article, mark in spans(record))
    return (
        '<div class="refusal"><h3>Not in the articles</h3>'
        f'<p dir="auto">{isolated(record.refusal or "")}</p>'
        + (f'<h4>The nearest they come to it</h4><ul class="nearest">{offers}</ul>' if offers else "")
        + '<p class="hint">Try another wording, or name the person, the place or the time you mean.</p>'
        f"{left_out(record.dropped)}</div>"
    )


def nearest(article: Article, mark: Mark, number: int) -> str:
    """Words that come near to what was asked, as a link to their place in the article."""
    words = re.sub(r"\s+", " ", article.text[mark.start : mark.end])
    return (
        f'<li><a class="ref passage" href="#exchange-{number}" data-exchange="{number}" data-key="{mark.key}">'
        f'<span class="headline">{isolated(heading(article))}</span><span class="byline">{byline(article)}</span>'
        f'<span class="excerpt" dir="auto">{escape(clipped(words, EXCERPT))}</span></a></li>'
    )


def failure(exchange: Exchange, last: bool) -> str:
    """Something broke. Never looks like a refusal: the articles may well hold the answer."""
    return (
        '<div class="failure" role="alert"><h3>Something went wrong</h3>'
        f'<p dir="auto">{isolated(exchange.failure)}</p>'
        '<p class="hint">This says nothing about the articles. Ask again; if it fails again, '
        f"<code>footnote doctor</code> finds out why.</p>{ways_on(exchange, last)}</div>"
    )


def stopped(exchange: Exchange, last: bool) -> str:
    said = "Stopped. What was written so far was no answer yet, and was thrown away."
    return f'<div class="stopped"><p>{said}</p>{ways_on(exchange, last)}</div>'


def banner(status: Status, articles: int) -> str:
    """The line beside the page's name: how far loading is, then what is being read."""
    if status.state == "ready":
        noun = "article" if articles == 1 else "articles"
        trouble = f'<p class="trouble" role="alert">{isolated(status.message)}</p>' if status.message else ""
        return f'<p class="ready" role="status">Answers from {articles:,} {noun}</p>{trouble}'
    if status.state == "failed":
        return '<p class="loading" role="status">Not ready</p>'
    bar = (
        ""
        if status.fraction is None
        else f'<progress max="100" value="{round(100 * status.fraction)}" aria-label="Loading"></progress>'
    )
    return f'<p class="loading" role="status">{escape(status.message)}</p>{bar}'


def cannot_start(status: Status) -> str:
    """In place of the welcome when loading failed."""
    return (
        '<section class="welcome"><div class="failure" role="alert"><h3>The chat cannot start</h3>'
        f'<p dir="auto">{isolated(status.message)}</p>'
        '<p class="hint">Put this right, then start Footnote again.</p></div></section>'
    )
