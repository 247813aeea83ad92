"""What can be done with an exchange, as HTML: the buttons under it.

Pure functions from records to HTML. Knows nothing about what the buttons do: page.js copies, and `ui.app` wires those
with a `data-event` to the handler of that name.
"""

from __future__ import annotations

from ui.conversation import Exchange
from ui.escape import clipped, escape, isolated
from ui.export import answer_markdown


def actions(exchange: Exchange) -> str:
    """The row under an exchange that is over, its buttons named with the exchange's number for those who only hear."""
    buttons = copy_button(exchange)
    if exchange.open or not buttons:
        return ""
    return f'<div class="actions" role="group" aria-label="Question {exchange.number}">{buttons}</div>'


def copy_button(exchange: Exchange) -> str:
    """Holds the Markdown that page.js puts on the clipboard, and the place where it says that it did."""
    if exchange.answer is None:
        return ""
    text = escape(answer_markdown(exchange.answer))
    return (
        f'<button type="button" class="quiet" data-copy="{text}" title="With its footnotes, as Markdown">'
        'Copy answer</button><span class="said" role="status"></span>'
    )


def ask_button(question: str, label: str) -> str:
    return (
        f'<button type="button" class="ask" data-event="ask" data-question="{escape(question)}">'
        f"{isolated(clipped(label, 120))}</button>"
    )
