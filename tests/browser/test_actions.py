"""What a reader does with an answer, in a real browser over a scripted chatbot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import ui_fakes as fakes
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask
from ui.export import answer_markdown

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::ResourceWarning")]


@pytest.fixture
def bot() -> fakes.ScriptedBot:
    return fakes.ScriptedBot(fakes.scripts())


@pytest.fixture
def address(bot: fakes.ScriptedBot) -> Iterator[str]:
    with fakes.serving(lambda progress: bot) as url:
        yield url


@pytest.fixture
def page(tab: OpenTab, address: str) -> Page:
    return tab(address)


def asked(page: Page, *questions: str) -> None:
    for number, question in enumerate(questions, start=page.locator(".exchange").count() + 1):
        ask(page, question)
        expect(page.locator(f"#exchange-{number}")).not_to_have_attribute("data-state", "open")


def test_an_answer_is_copied_as_markdown_and_says_so(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    asked(page, fakes.MAYOR)
    page.get_by_role("button", name="Copy answer").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == answer_markdown(fakes.mayor_answer())
    # A page from another computer, without https, is given no clipboard.
    page.evaluate("navigator.clipboard.writeText('')")
    page.evaluate("clipboard = navigator.clipboard; Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copy answer").press("Enter")
    expect(page.get_by_role("button", name="Copy answer")).to_be_focused()
    page.wait_for_function("clipboard.readText().then(text => text !== '')")
    assert page.evaluate("clipboard.readText()") == answer_markdown(fakes.mayor_answer())
