"""The chat in a browser: builds the page and wires its events.

Knows nothing about how answers are made (a chatbot is given), what an event does (`ui.handlers`) or how things look
(`ui.render`, `ui.sources`). Gradio is imported only when a page is built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rag
from rag.config import SEEDS, Config
from rag.home import home_folder
from ui.conversation import Conversation
from ui.feedback import NAME, Feedback
from ui.loading import BackgroundBot
from ui.serve import hush, serve
from ui.sources import panel

if TYPE_CHECKING:
    import gradio as gr

MODEL = "model"
"""The queue of everything that asks the chatbot."""
WAITING_ROOM = 16
"""Questions taken from that queue at a time: one is answered, the others see how many are before them. Each holds one
of Gradio's threads, of which there are 40; who comes later waits in the queue."""
TICK = 0.5
"""Seconds between two looks at how far loading is."""
PLACEHOLDER = "Ask the articles …"

SEED_QUESTIONS = (
    "Where did China and the U.S. hold their first meeting on AI?",
    "What did Sam Altman say about Chinese researchers?",
    "What did Graham Webster warn about?",
)

# A button inside our HTML names its event, its other data-… go with it: the one way from there into events of Gradio.
# A field does so too when it is left, not only on Enter: what somebody wrote and did not send would be lost.
EVENTS = """
const events = ["ask", "again", "edit", "cancel", "restore", "rate"];
const send = (element) => {
  if (!events.includes(element?.dataset.event)) return;
  const field = element.parentElement.querySelector("input[data-event]");
  trigger(element.dataset.event, { ...element.dataset, word: field ? field.value : "" });
};
element.addEventListener("click", ({ target }) => send(target.closest("button[data-event]")));
element.addEventListener("change", ({ target }) => send(target.closest("input[data-event]")));
"""


def launch(
    config: Config,
    host: str = "127.0.0.1",
    port: int = 7860,
    share: bool = False,
    open_browser: bool = True,
    load: Callable[..., Any] | None = None,
) -> None:
    """Serve the chat until Ctrl-C; the page is up at once, and the chatbot loads behind it.

    Args:
        host: anything but this computer's own address lets others in: the user's choice.
        port: the first one to try; when it is taken, the next free one.
        share: a public address through Gradio's servers: the user's choice.
        load: `load(config, progress=...)` gives the chatbot; None: `rag.build.load`.
    """
    bot = BackgroundBot(lambda progress: (load or rag.load)(config, progress=progress))
    examples = SEED_QUESTIONS if config.corpus == SEEDS else ()
    page = build_page(bot, examples, home_folder(config) / NAME)
    serve(page, host, port, share=share, open_browser=open_browser)
    bot.start()  # after the page: both want the processor, and the page has somebody waiting for it
    try:
        page.block_thread()
    finally:
        bot.close()


def build_page(bot: BackgroundBot, examples: Sequence[str], feedback: Path) -> gr.Blocks:
    """The page over a chatbot that may still be loading. Without `examples`, the articles' titles give some. What
    readers think of answers is added to the file `feedback`."""
    hush()
    import gradio as gr

    from ui.handlers import Handlers

    def html(name: str, value: str = "") -> gr.HTML:
        return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=EVENTS)

    page: gr.Blocks
    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True) as page:
        conversation = gr.State(Conversation())
        clock = gr.Timer(TICK)
        with gr.Row(elem_id="top"):
            html("name", "<h1>Footnote<sup>1</sup></h1>")
            banner, export = html("banner"), html("export")
            new = gr.Button("New chat", elem_id="new", size="sm", scale=0)
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="talk"):
                transcript, live = html("transcript"), html("live")
            with gr.Row(elem_id="composer"):
                editing = html("editing")
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
            side = html("panel", panel([]))

        handlers = Handlers(bot, examples, Feedback(feedback))
        view = [transcript, live, side, ask, stop, export, editing]
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        one_at_a_time: dict[str, Any] = {"concurrency_id": MODEL, "concurrency_limit": WAITING_ROOM}

        # First, or another handler takes the name.
        gr.api(handlers.api, api_name="ask", **one_at_a_time)  # type: ignore[attr-defined]

        def asks(event: Any, fn: Callable[..., Any], inputs: list[Any]) -> None:
            # The first handler shows the question at once; the second waits for its turn at the model.
            event(fn, inputs, [question, *view], queue=False, **private).then(
                handlers.answer, [conversation], view, trigger_mode="multiple", **one_at_a_time, **private
            )

        asks(question.submit, handlers.ask, [conversation, question])
        asks(ask.click, handlers.ask, [conversation, question])
        for place in (transcript, live):
            asks(place.ask, handlers.offered, [conversation])
            place.rate(handlers.rate, [conversation], view, queue=False, **private)
            place.edit(handlers.edit, [conversation, question], [question, *view], queue=False, **private)
        asks(live.again, handlers.again, [conversation])
        live.restore(handlers.restore, [conversation], view, queue=False, **private)
        editing.cancel(handlers.end_edit, [conversation], [question, *view], queue=False, **private)
        stop.click(handlers.stop, [conversation], view, queue=False, **private)
        new.click(handlers.clear, [conversation], view, queue=False, **private)
        for moment in (page.load, clock.tick):
            moment(handlers.look, [conversation], [banner, transcript, clock], queue=False, **private)
    return page
