"""The part of the page where a reader sees and changes the library: its components, and what their events call.

Knows nothing about questions and answers. Gradio is imported only when a page is built.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.parts import AT_ONCE, PRIVATE, html

if TYPE_CHECKING:
    import gradio as gr

    from ui.librarian import Librarian

HEAD = (
    '<h2 id="library-name" tabindex="-1">Articles</h2>'
    '<button type="button" class="quiet" data-library>Back to the questions</button>'
)
ROOM = 4
"""Changes of the library that may be under way or wait for each other; a thread of Gradio's for each."""


@dataclass(frozen=True)
class LibraryPart:
    said: gr.HTML
    shelf: gr.HTML
    folders: gr.HTML
    files: gr.File | None
    folder: gr.Textbox | None
    add_folder: gr.Button | None
    text: gr.Textbox | None
    title: gr.Textbox | None
    add_text: gr.Button | None


def library_part(may_change: bool) -> LibraryPart:
    """Within `gr.Blocks`. Without `may_change` nothing can be added or removed: others use this computer's page."""
    import gradio as gr

    with gr.Column(elem_id="library"):
        gr.HTML(HEAD, elem_id="library-head", apply_default_css=False)
        if not may_change:
            said, shelf, folders = html("said"), html("shelf"), html("folders")
            return LibraryPart(said, shelf, folders, *[None] * 6)
        with gr.Row(elem_id="adding"):
            files = gr.File(
                label="Add files: drop them here, or click", file_count="multiple", height=180, elem_id="files"
            )
            with gr.Column(elem_id="pasting", min_width=0):
                text = gr.Textbox(label="Or paste the text of an article", lines=3, max_lines=8, elem_id="pasted")
                title = gr.Textbox(label="Its headline (optional)", max_lines=1, elem_id="pasted-title")
                add_text = gr.Button("Add this text", elem_id="add-text", size="sm")
            with gr.Column(elem_id="following", min_width=0):
                folder = gr.Textbox(label="Or follow a folder on this computer", max_lines=1, elem_id="folder")
                add_folder = gr.Button("Follow this folder", elem_id="add-folder", size="sm")
                folders = html("folders")
        said, shelf = html("said"), html("shelf")
    return LibraryPart(said, shelf, folders, files, folder, add_folder, text, title, add_text)


def wire(
    part: LibraryPart,
    librarian: Librarian,
    conversation: Any,
    over_box: gr.HTML,
    banner: gr.HTML,
    changed: Callable[[Any], Any],
) -> list[Any]:
    """Connect the events, those that change the articles through `changed(event)` to what is to be shown again after
    it. Returns the components of a `Librarian.view`."""
    view = [part.said, part.shelf, part.folders, over_box, banner]
    in_line: dict[str, Any] = {"concurrency_id": "library", "concurrency_limit": ROOM, **PRIVATE}
    for name in ("choose", "pick", "after", "before", "find", "all"):
        getattr(part.shelf, name)(getattr(librarian, name), [conversation], view, **AT_ONCE)
    over_box.all(librarian.all, [conversation], view, **AT_ONCE)
    if part.files is None or part.folder is None or part.text is None or part.title is None:
        return view
    part.shelf.remove(librarian.remove, [conversation], view, **AT_ONCE)
    part.shelf.keep(librarian.keep, [conversation], view, **AT_ONCE)
    changed(part.shelf.sure(librarian.sure, [conversation], view, **in_line))
    changed(part.folders.forget(librarian.forget, [conversation], view, **in_line))
    changed(part.files.upload(librarian.add_files, [conversation, part.files], [*view, part.files], **in_line))
    for event in (part.add_folder.click, part.folder.submit):
        changed(event(librarian.add_folder, [conversation, part.folder], view, **in_line))
    pasted = [part.text, part.title]
    changed(part.add_text.click(librarian.add_text, [conversation, *pasted], [*view, *pasted], **in_line))
    return view
