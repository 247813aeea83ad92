"""A Chromium to look at the page with, for tests and for the screenshots. Knows nothing about chatbots."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

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


PATIENCE = 90_000
"""Milliseconds after which waiting for the page is given up: never a measure of it, as others may use the machine."""


@contextlib.contextmanager
def chromium() -> Iterator[BrowserContext]:
    """A browser with an empty profile. Its tabs share what it has loaded once: Gradio's scripts are megabytes."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE)
        context = browser.new_context()
        context.set_default_timeout(PATIENCE)
        try:
            yield context
        finally:
            browser.close()


def open_tab(
    browser: BrowserContext,
    address: str,
    width: int = 1360,
    height: int = 860,
    dark: bool = False,
    watch: Callable[[Page], None] = lambda page: None,
) -> Page:
    """A new tab at `address`; `watch` sees it before its first request."""
    page = browser.new_page()
    watch(page)
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.goto(address)
    return page


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
