"""A page on this computer over a scripted chatbot, and a Chromium to look at it. For tests and for the screenshots."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from ui.app import build_page
from ui.loading import BackgroundBot
from ui.serve import serve

CHROMIUM = "/usr/bin/chromium"
# Without these, Chromium looks for its maker's servers by itself.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def serving(load: Callable[[Callable[..., None]], Any], examples: Sequence[str] = ()) -> Iterator[str]:
    """The address of a page whose chatbot comes from `load(progress)`."""
    bot = BackgroundBot(load)
    page = build_page(bot, examples)
    try:
        yield serve(page, port=7900, open_browser=False, block=False)
    finally:
        page.close(verbose=False)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
