"""The part of the page where questions are asked and answers read: its components, and what their events call.

Knows nothing about the library, nor about what an event does. Gradio is imported only when a page is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.parts import AT_ONCE, PRIVATE, html
from ui.sources import panel

if TYPE_CHECKING:
    import gradio as gr

    from ui.handlers import Handlers

MODEL = "model"
"""The queue of everything that asks the chatbot."""
WAITING_ROOM = 16
"""Questions taken from that queue at a time: one is answered, the others see how many are before them. Each holds one
of Gradio's threads, of which there are 40; who comes later waits in the queue."""
IN_LINE: dict[str, Any] = {"concurrency_id": MODEL, "concurrency_limit": WAITING_ROOM}
PLACEHOLDER = "Ask the articles …"


@dataclass(frozen=True)
class ChatPart:
    transcript: gr.HTML
    live: gr.HTML
    narrowed: gr.HTML
    editing: gr.HTML
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    side: gr.HTML


def chat_part() -> ChatPart:
    """Within `gr.Blocks`."""
    import gradio as gr

    with gr.Row(elem_id="columns"):
        with gr.Column(elem_id="talk"):
            transcript, live = html("transcript"), html("live")
        with gr.Row(elem_id="composer"):
            narrowed, editing = html("narrowed"), html("editing")
            question = gr.Textbox(
                elem_id="question",
                placeholder=PLACEHOLDER,
                label="Your question",
                container=False,
                autofocus=True,
                max_lines=6,
                scale=1,
            )
            ask = gr.Button("Ask", elem_id="ask", variant="primary", scale=0, min_width=88)
            stop = gr.Button("Stop", elem_id="stop", variant="stop", scale=0, min_width=88, visible=False)
        return ChatPart(transcript, live, narrowed, editing, question, ask, stop, html("panel", panel([])))


def wire(part: ChatPart, handlers: Handlers, conversation: Any, export: gr.HTML, new: gr.Button) -> None:
    """Connect the events of the part, and of `new`, which starts over."""
    question, live = part.question, part.live
    view = [part.transcript, live, part.side, part.ask, part.stop, export, part.editing]

    def asks(event: Any, fn: Callable[..., Any], inputs: list[Any]) -> None:
        # The first handler shows the question at once; the second follows it through the chatbot.
        event(fn, inputs, [question, *view], **AT_ONCE).then(
            handlers.answer, [conversation], view, trigger_mode="multiple", **IN_LINE, **PRIVATE
        )

    asks(question.submit, handlers.ask, [conversation, question])
    asks(part.ask.click, handlers.ask, [conversation, question])
    for place in (part.transcript, live):
        asks(place.ask, handlers.offered, [conversation])
        place.rate(handlers.rate, [conversation], [part.transcript, live], **AT_ONCE)
        place.edit(handlers.edit, [conversation, question], [question, part.editing], **AT_ONCE)
    asks(live.again, handlers.again, [conversation])
    live.restore(handlers.restore, [conversation], view, **AT_ONCE)
    part.editing.cancel(handlers.end_edit, [conversation], [question, part.editing], **AT_ONCE)
    part.stop.click(handlers.stop, [conversation], view, **AT_ONCE)
    new.click(handlers.clear, [conversation], [question, *view], **AT_ONCE)
