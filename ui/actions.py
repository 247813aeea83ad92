"""What can be done with an exchange or with all of them, as HTML: the buttons under one, and the menu for export.

Pure functions from records to HTML. Knows nothing about what the buttons do: page.js copies and saves, and `ui.app`
wires those with a `data-event` to the handler of that name.
"""

from __future__ import annotations

from collections.abc import Sequence

from ui.conversation import Conversation, Exchange
from ui.escape import clipped, escape, isolated
from ui.export import answer_markdown, conversation_json, conversation_markdown
from ui.feedback import LONGEST, Verdict


def actions(exchange: Exchange, last: bool = False) -> str:
    """The row under an exchange that is over, named with its number for those who only hear it."""
    if exchange.open:
        return ""
    buttons = [copy_button(exchange), event_button("edit", "Edit question", exchange.number)]
    if last and exchange.answer is not None:
        buttons.append(event_button("again", "Ask again", exchange.number))
    buttons.append(thumbs(exchange))
    return f'<div class="actions" role="group" aria-label="Question {exchange.number}">{"".join(buttons)}</div>'


def thumbs(exchange: Exchange) -> str:
    """Thumbs up and down, where they are kept, and once one is up or down, a field to say why."""
    if exchange.answer is None:
        return ""
    number, verdict = exchange.number, exchange.verdict
    note = "Feedback stays on this computer."
    if verdict:
        note = "Your word is noted, on this computer only." if exchange.word else "Noted, on this computer only."
    why = (
        f'<input type="text" class="why" data-event="rate" data-exchange="{number}" data-verdict="{verdict}" '
        f'value="{escape(exchange.word)}" maxlength="{LONGEST}" aria-label="Why? You may say it in a word" '
        'placeholder="Why? (optional)" autocomplete="off">'
    )
    # The note stands before the field, so that it is changed and not replaced: only then is it read out.
    return (
        f"{thumb(number, 'up', 'Right', verdict)}{thumb(number, 'down', 'Wrong', verdict)}"
        f'<span class="{"trouble" if exchange.trouble else "kept"}" role="status">'
        f"{isolated(exchange.trouble or note)}</span>{why if verdict else ''}"
    )


def thumb(number: int, verdict: Verdict, label: str, chosen: Verdict | None) -> str:
    return (
        f'<button type="button" class="thumb {verdict}" data-event="rate" data-exchange="{number}" '
        f'data-verdict="{verdict}" aria-pressed="{"true" if verdict == chosen else "false"}" '
        f'aria-label="{label}" title="{label}"></button>'
    )


def ways_on(exchange: Exchange, last: bool) -> str:
    """After a failure or a stop: ask again, in the same place if nothing follows, or go back to what stood here."""
    if not last:
        return ask_button(exchange.question, "Ask again")
    return event_button("again", "Ask again", exchange.number, "ask") + way_back(exchange, last)


def way_back(exchange: Exchange, last: bool) -> str:
    """To what stood here before, as long as nothing follows."""
    if not (last and exchange.replaced):
        return ""
    return event_button("restore", "Bring back what stood here", exchange.number, "ask")


def event_button(event: str, label: str, number: int, look: str = "quiet") -> str:
    return f'<button type="button" class="{look}" data-event="{event}" data-exchange="{number}">{label}</button>'


def editing(conversation: Conversation) -> str:
    """Over the box: whose question is in it, and what asking it will replace."""
    number = conversation.editing
    if number is None:
        return ""
    after = len(conversation.exchanges) - number
    more = f" and the {after} question{'s' if after > 1 else ''} after it" if after else ""
    return (
        f'<p class="editing"><span role="status">Editing question {number}. Asking it replaces its answer{more}.</span>'
        '<button type="button" class="quiet" data-event="cancel">Cancel editing</button></p>'
    )


def refused_to_ask(hint: str) -> str:
    """Over the box: why what is in it was not asked."""
    return f'<p class="editing" role="alert">{escape(hint)}</p>' if hint else ""


def copy_button(exchange: Exchange) -> str:
    """Holds the Markdown that page.js puts on the clipboard, and the place where it says that it did."""
    if exchange.answer is None:
        return ""
    text = escape(answer_markdown(exchange.answer))
    return (
        f'<button type="button" class="quiet" data-copy="{text}" title="With its footnotes, as Markdown">'
        'Copy answer</button><span class="said" role="status"></span>'
    )


def export_menu(exchanges: Sequence[Exchange]) -> str:
    """The conversation as files. They are made in the browser from what stands here, so none is left on a disk that
    nobody asked for; nothing before there is something to take away."""
    if all(exchange.open for exchange in exchanges):
        return ""
    files = (
        save_button("Markdown", "footnote-conversation.md", "text/markdown", conversation_markdown(exchanges)),
        save_button("JSON", "footnote-conversation.json", "application/json", conversation_json(exchanges)),
    )
    return (
        '<details class="menu-of export"><summary>Export</summary>'
        f'<div class="menu" role="group" aria-label="Export the conversation">{"".join(files)}'
        '<span class="said" role="status"></span></div></details>'
    )


def save_button(label: str, name: str, kind: str, text: str) -> str:
    return (
        f'<button type="button" class="quiet" data-save="{name}" data-kind="{kind}" data-text="{escape(text)}">'
        f"{label}</button>"
    )


def ask_button(question: str, label: str) -> str:
    return (
        f'<button type="button" class="ask" data-event="ask" data-question="{escape(question)}">'
        f"{isolated(clipped(label, 120))}</button>"
    )
