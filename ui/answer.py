"""An answer as HTML, and its counterpart, a refusal: sentences with footnotes, doubts, and what was left out.

Pure functions from records to HTML. Knows nothing about how an answer is made, nor about what stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Answer, Article, Citation, Claim
from ui.actions import ask_button
from ui.article import Mark
from ui.escape import byline, clipped, escape, heading, isolated
from ui.sources import EXCERPT, spans

LOW_CONFIDENCE = 0.65
"""An answer below this probability asks its reader to check it; above, about two in three or better are right."""
DISAGREEMENT = "The articles disagree:"
"""How the first sentence of an answer begins that gives two sides which contradict each other."""


def answer(record: Answer, number: int) -> str:
    """The checked sentences with their footnotes; over them, what their reader should know first."""
    said = sentences(record.claims, number)
    return f'{disagreement(record)}{doubt(record)}<div class="answer"><p dir="auto">{said}</p></div>{about(record)}'


def sentences(claims: Sequence[Claim], number: int) -> str:
    return " ".join(claim(record, number, index) for index, record in enumerate(claims, start=1))


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
    return f'<span class="claim">{isolated(record.text)}{notes}</span>'


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


def refusal(record: Answer, number: int, instead: Sequence[str] = ()) -> str:
    """A refusal is a result: it gives its reason and leads to what the articles do hold. `instead`: questions that they
    answer."""
    offers = "".join(nearest(article, mark, number) for article, mark in spans(record))
    questions = "".join(f"<li>{ask_button(question, question)}</li>" for question in instead)
    return (
        '<div class="refusal"><h3>Not in the articles</h3>'
        f'<p dir="auto">{isolated(record.refusal or "")}</p>'
        + (f'<h4>The nearest they come to it</h4><ul class="nearest">{offers}</ul>' if offers else "")
        + '<p class="hint">Try another wording, or name the person, the place or the time you mean.</p>'
        + (f'<h4>What these articles do answer</h4><ul class="instead">{questions}</ul>' if questions else "")
        + f"{left_out(record.dropped)}</div>"
    )


def nearest(article: Article, mark: Mark, number: int) -> str:
    """Words that come near to what was asked, as a link to their place in the article."""
    words = re.sub(r"\s+", " ", article.text[mark.start : mark.end])
    return (
        f'<li><a class="ref passage" href="#exchange-{number}" data-exchange="{number}" data-key="{mark.key}">'
        f'<span class="headline">{isolated(heading(article))}</span><span class="byline">{byline(article)}</span>'
        f'<span class="excerpt" dir="auto">{escape(clipped(words, EXCERPT))}</span></a></li>'
    )
