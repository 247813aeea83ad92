"""What the parts of the page are made of: pieces of our own HTML that send events, and how events are wired.

Knows nothing about what stands in the pieces. Gradio is imported only when a page is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr

PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""For handlers that only the page calls."""
AT_ONCE: dict[str, Any] = {"queue": False, **PRIVATE}
"""For handlers that wait for nothing."""

# A button inside our HTML names its event, its other data-… go with it: the one way from there into events of Gradio.
# A field does so too when it is left, not only on Enter: what somebody wrote and did not send would be lost.
EVENTS = """
const events = ["ask", "again", "edit", "cancel", "restore", "rate", "set", "choose", "pick", "after", "before", "find",
  "all", "remove", "keep", "sure", "forget"];
const send = (element) => {
  if (!events.includes(element?.dataset.event)) return;
  const field = element.matches("button") ? element.parentElement.querySelector("input[data-event]") : element;
  trigger(element.dataset.event, { ...element.dataset, word: field ? field.value : "" });
};
element.addEventListener("click", ({ target }) => send(target.closest("button[data-event]")));
element.addEventListener("change", ({ target }) => send(target.closest(":is(input, select)[data-event]")));
"""


def html(name: str, value: str = "") -> gr.HTML:
    """A piece of HTML under the id `name`; `piece.ask(...)` wires the event of its elements with data-event="ask"."""
    import gradio as gr

    return gr.HTML(value, elem_id=name, apply_default_css=False, js_on_load=EVENTS)
