"""What a reader takes away from the page: an answer as Markdown, the conversation as Markdown or as JSON.

Pure functions from records to text. Knows nothing about HTML, the clipboard or files. Every foreign character comes
through `ui.escape.markdown`: wherever the text is pasted, nothing of an article becomes a link, an image or HTML.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rag.types import Answer, Article
from ui.conversation import Exchange
from ui.escape import day_in_words, heading, markdown, markdown_link, web_address
from ui.sources import spans


def conversation_markdown(exchanges: Sequence[Exchange]) -> str:
    """A document of all that is over: questions as headings, answers and refusals with their footnotes, failures."""
    parts = [f"## {e.number}. {markdown(e.question)}\n\n{outcome(e)}" for e in exchanges if not e.open]
    return "\n".join(["# Conversation with Footnote\n", *parts])


def outcome(exchange: Exchange) -> str:
    if exchange.answer is not None:
        return answer_markdown(exchange.answer, f"{exchange.number}-")
    if exchange.phase == "failed":
        return f"**Something went wrong.** {markdown(exchange.failure)}\n"
    return "Stopped before there was an answer.\n"


def conversation_json(exchanges: Sequence[Exchange]) -> str:
    """A list of all that is over, in order: an answer or a refusal is `Answer.to_dict()`. What has no answer is
    `{"question", "failed": true, "error": "in words"}` or `{"question", "stopped": true}`."""
    return json.dumps([entry(e) for e in exchanges if not e.open], ensure_ascii=False, indent=2) + "\n"


def entry(exchange: Exchange) -> dict[str, Any]:
    if exchange.answer is not None:
        return exchange.answer.to_dict()
    if exchange.phase == "failed":
        return {"question": exchange.question, "failed": True, "error": exchange.failure}
    return {"question": exchange.question, "stopped": True}


def answer_markdown(answer: Answer, prefix: str = "") -> str:
    """The sentences with markers such as [^1], then what the markers stand for, a line each.

    `prefix` keeps the footnotes of several answers apart in one document: with "2-", the markers are [^2-1], [^2-2] …
    A refusal gives its reason, and the nearest words of the articles as its footnotes.
    """
    notes = [(mark.key, record.text[mark.start : mark.end], record) for record, mark in spans(answer)]
    if answer.refused:
        nearest = "".join(marker(prefix, key) for key, *_ in notes)
        body = f"**Not in the articles.** {markdown(answer.refusal or '')}"
        body += f"\n\nThe nearest they come to it: {nearest}" if nearest else ""
    else:
        body = " ".join(
            markdown(claim.text) + "".join(marker(prefix, str(note.number)) for note in claim.citations)
            for claim in answer.claims
        )
    footnotes = [f"{marker(prefix, key)}: {source(record, quote)}" for key, quote, record in notes]
    return "\n\n".join([body, "\n".join(footnotes)]).strip() + "\n"


def marker(prefix: str, key: str) -> str:
    return f"[^{prefix}{key}]"


def source(record: Article, quote: str) -> str:
    """Title, publisher and date as far as they are known, the quote, and the address where it is one of the web."""
    known = [markdown(heading(record))]
    known += [markdown(record.publisher)] if record.publisher else []
    known += [day_in_words(record.published)] if record.published else []
    address = web_address(record.url or record.source)
    link = f" {markdown_link(address)}" if address else ""
    return f"{', '.join(known)}: “{markdown(quote)}”{link}"
