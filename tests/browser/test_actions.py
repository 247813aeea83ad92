"""What a reader does with an answer, in a real browser over a scripted chatbot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

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


def test_the_conversation_is_saved_as_markdown_and_as_json(page: Page, tmp_path: Path) -> None:
    expect(page.get_by_text("Export", exact=True)).to_have_count(0)
    asked(page, fakes.LONG, fakes.TOLL, fakes.BROKEN)
    page.get_by_text("Export", exact=True).click()
    saved = {}
    for label in ("Markdown", "JSON"):
        with page.expect_download() as download:
            page.get_by_role("button", name=label).press("Enter")
        name = download.value.suggested_filename
        download.value.save_as(tmp_path / name)
        saved[name] = (tmp_path / name).read_text(encoding="utf-8")
    expect(page.locator("#export .said")).to_have_text("Download started")
    markdown, records = saved["footnote-conversation.md"], json.loads(saved["footnote-conversation.json"])
    for note in fakes.long_answer().citations:
        assert note.quote in markdown
    assert [record.get("refused") for record in records] == [False, True, None]
    assert records[0] == fakes.long_answer().to_dict()
    assert "812 tokens" in records[2]["error"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="JSON")).to_be_hidden()
    expect(page.locator("#export summary")).to_be_focused()
