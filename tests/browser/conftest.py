"""One Chromium for all browser tests, and a check that holds for every tab: it talks to this computer only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.stage import chromium, open_tab

OpenTab = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[BrowserContext]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def tab(browser: BrowserContext) -> Iterator[OpenTab]:
    """`tab(address, width=..., dark=...)` opens a tab. Afterwards: no dialog, no script error, no request elsewhere."""
    pages: list[Page] = []
    faults: list[str] = []

    def watch(page: Page) -> None:
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on(
            "request", lambda request: faults.append(f"request to {request.url}") if is_outside(request.url) else None
        )
        pages.append(page)

    def open_watched(address: str, width: int = 1360, height: int = 860, dark: bool = False) -> Page:
        return open_tab(browser, address, width, height, dark, watch)

    yield open_watched
    for page in pages:
        page.close()
    assert faults == []


def is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.hostname != "127.0.0.1"
