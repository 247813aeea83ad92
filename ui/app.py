"""The chat in a browser: builds the page out of its parts, and serves it.

Knows nothing about how answers are made (a chatbot is given), what an event does (`ui.handlers`, `ui.librarian`) or how
things look (`ui.render`, `ui.sources`, `ui.library`). Gradio is imported only when a page is built.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rag
from rag.config import Config
from rag.home import home_folder
from ui import chat_part, library_part
from ui.api import Api
from ui.chat_part import IN_LINE
from ui.conversation import Conversation
from ui.feedback import NAME, Feedback
from ui.loading import BackgroundBot
from ui.models import Models
from ui.parts import AT_ONCE, html
from ui.serve import hush, serve

if TYPE_CHECKING:
    import gradio as gr

LOCAL = ("127.0.0.1", "localhost", "::1")
NAME_AND_NEWS = '<h1>Footnote<sup>1</sup></h1><p id="told" class="sr-only" role="status"></p>'
"""With the place where page.js says how a question ended, for those who only hear the page."""
LIBRARY_BUTTON = (
    '<button type="button" class="pill" data-library aria-expanded="false" aria-controls="library">Articles</button>'
)


def launch(
    config: Config,
    host: str = "127.0.0.1",
    port: int = 7860,
    share: bool = False,
    open_browser: bool = True,
    load: Callable[..., Any] | None = None,
    mcp: bool = False,
) -> None:
    """Serve the chat until Ctrl-C; the page is up at once, and the chatbot loads behind it.

    Args:
        host: anything but this computer's own address lets others in: the user's choice. They can ask, and change
            neither the articles nor the model.
        port: the first one to try; when it is taken, the next free one.
        share: a public address through Gradio's servers: the user's choice.
        load: `load(config, progress=...)` gives the chatbot; None: `rag.build.load`.
        mcp: serve ask, search and check to MCP clients too.
    """
    bot = BackgroundBot(lambda progress: (load or rag.load)(config, progress=progress))
    home = home_folder(config)
    alone = host in LOCAL and not share
    models = Models(home, with_model if alone and not config.llm_url else None)
    page = build_page(bot, home / NAME, models, may_change=alone)
    serve(page, host, port, share=share, open_browser=open_browser, mcp=mcp)
    bot.start()  # after the page: both want the processor, and the page has somebody waiting for it
    try:
        page.block_thread()
    finally:
        bot.close()


def with_model(bot: Any, name: str, progress: Callable[..., None]) -> Any:
    from rag.build import with_model

    return with_model(bot, name, progress)


def build_page(bot: BackgroundBot, feedback: Path, models: Models, may_change: bool = True) -> gr.Blocks:
    """The page over a chatbot that may still be loading. What readers think of answers is added to the file `feedback`;
    `may_change`: they may add articles and remove some."""
    hush()
    import gradio as gr

    from ui.handlers import TICK, Handlers
    from ui.librarian import Librarian

    handlers, librarian = Handlers(bot, Feedback(feedback), models), Librarian(bot, may_change)
    page: gr.Blocks
    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True) as page:
        conversation, clock = gr.State(Conversation()), gr.Timer(TICK)
        with gr.Row(elem_id="top"):
            html("name", NAME_AND_NEWS)
            banner = html("banner")
            html("open-library", LIBRARY_BUTTON)
            menu, export = html("settings"), html("export")
            new = gr.Button("New chat", elem_id="new", size="sm", scale=0)
        library = library_part.library_part(may_change)
        chat = chat_part.chat_part()

        for_programs(Api(bot))  # first, or another handler takes the names
        chat_part.wire(chat, handlers, conversation, export, new)
        looked = [banner, chat.transcript, menu, clock]

        def changed(event: Any) -> None:
            """Other articles, other questions to start from."""
            event.then(handlers.look, [conversation], looked, **AT_ONCE)

        shown = library_part.wire(library, librarian, conversation, chat.narrowed, banner, changed)
        menu.set(handlers.set, [conversation], looked, **AT_ONCE)
        for moment in (page.load, clock.tick):
            moment(handlers.look, [conversation], looked, **AT_ONCE)
            moment(librarian.look, [conversation], shown, **AT_ONCE)
    return page


def for_programs(api: Api) -> None:
    """What Gradio's clients and MCP clients can call."""
    import gradio as gr

    for call in (api.ask, api.search, api.check):
        gr.api(call, api_name=call.__name__, **IN_LINE)  # type: ignore[attr-defined]
