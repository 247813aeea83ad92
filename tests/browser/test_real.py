"""The whole product in a real browser: `python -m ui` over the shipped articles with the real models."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.config import SEEDS
from tests.browser.conftest import OpenTab
from tests.browser.stage import ask
from ui.serve import free_port

pytestmark = [pytest.mark.browser, pytest.mark.real]

QUESTION = "Where did China and the U.S. hold their first meeting on AI?"
BRIDGE = """Harbour bridge opens after nine years

The harbour bridge in Lindau opened to traffic on Sunday. It is 412 metres long and cost 38 million euros. Mayor Ilse
Brandt cut the ribbon in front of about 2,000 people.
"""
SLOW = 540_000
"""Milliseconds; the first answer waits for the model to load and the articles to be embedded."""


def heed_ctrl_c() -> None:
    """As from a terminal. A shell starts what it runs in the background deaf to Ctrl-C, and its children inherit that:
    so it was when these tests ran there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def chat() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = free_port("127.0.0.1", 7950)
    command = [sys.executable, "-m", "ui", "--no-browser", "--port", str(port)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=heed_ctrl_c
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "Footnote is at" in line:
                    break
            yield f"http://127.0.0.1:{port}/", process
        finally:
            process.kill()


def test_a_question_is_answered_with_a_footnote_in_the_right_article_and_ctrl_c_ends_it(
    tab: OpenTab, chat: tuple[str, subprocess.Popen[str]]
) -> None:
    address, process = chat
    page = tab(address)
    ask(page, QUESTION)
    answer = page.locator(".answer")
    expect(answer).to_contain_text("Geneva", timeout=SLOW)
    page.locator("a.ref").first.click()
    mark = page.locator("mark.current")
    expect(mark).to_contain_text("Geneva")
    expect(page.locator("details.source[open] summary").first).to_contain_text("CGTN")
    article = next(SEEDS.glob("002_*.txt")).read_text(encoding="utf-8")
    assert " ".join(mark.inner_text().split()) in " ".join(article.split())
    ask(page, "Who won the 2022 World Cup?")
    expect(page.locator(".refusal")).to_be_visible(timeout=SLOW)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


def test_a_conversation_with_a_stop_an_own_article_and_a_choice_of_articles(
    tab: OpenTab, chat: tuple[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    page = tab(chat[0])
    ask(page, QUESTION)
    expect(page.locator("#exchange-1 .answer")).to_contain_text("Geneva", timeout=SLOW)
    ask(page, "And what was discussed there?")
    expect(page.locator("#exchange-2 .answer")).to_contain_text("technological risks", timeout=SLOW)
    ask(page, "Which technical topics were covered at the Beijing Academy of Artificial Intelligence conference?")
    page.get_by_role("button", name="Stop").click()
    exchange = page.locator("#exchange-3")
    expect(exchange).to_have_attribute("data-state", "stopped")
    exchange.get_by_role("button", name="Ask again").click()
    expect(exchange.locator(".answer")).to_contain_text("autonomous vehicles", timeout=SLOW)

    (tmp_path / "bridge.txt").write_text(BRIDGE, encoding="utf-8")
    page.get_by_role("button", name="Articles", exact=True).click()
    page.locator("#files input[type=file]").set_input_files([tmp_path / "bridge.txt"])
    expect(page.locator("#said")).to_contain_text("1 added", timeout=SLOW)
    page.get_by_role("checkbox", name="Harbour bridge").click()
    page.get_by_role("button", name="Back to the questions").click()
    ask(page, "How long is the harbour bridge in Lindau?")
    expect(page.locator("#exchange-4 .answer")).to_contain_text("412 metres", timeout=SLOW)
    page.locator("#exchange-4 a.ref").last.click()  # the one before says of which bridge
    expect(page.locator("mark.current")).to_have_text("It is 412 metres long and cost 38 million euros.")
    ask(page, "Who won the 2022 World Cup?")
    expect(page.locator("#exchange-5 .refusal")).to_be_visible(timeout=SLOW)
