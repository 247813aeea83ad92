"""`python -m tests.browser.screenshots OUT` writes a picture of each main state of the page into the folder OUT."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from rag.errors import NoNetwork
from rag.types import Article
from tests import ui_fakes as fakes
from tests.browser.stage import ask, chromium, open_tab
from tests.ui_fakes import serving

WIDE = (1360, 860)
PHONE = (360, 740)
EXAMPLES = (fakes.LONG, fakes.MAYOR, fakes.TOLL)
ARTICLES = (
    replace(fakes.HARBOUR, language="en"),
    replace(fakes.FERRY, language="en"),
    Article(
        "fähre", "Die letzte Fähre", "Sie fährt im Juni.", "Seeblatt", date(2024, 5, 2), "faehre.txt", language="de"
    ),
)


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        loading(browser, out)
        broken_start(browser, out)
        for size, name in ((WIDE, "wide"), (PHONE, "phone")):
            for dark in (False, True):
                conversation(browser, out, size, name, dark)
    print(f"{len(list(out.glob('*.png')))} pictures in {out}")


def loading(browser: BrowserContext, out: Path) -> None:
    go = threading.Event()

    def load(progress: Callable[..., None]) -> fakes.ScriptedBot:
        progress("fetching qwen2.5-coder-1.5b", 402, 1117)
        go.wait(60)
        return fakes.ScriptedBot({})

    with serving(load) as address:
        page = open_tab(browser, address)
        expect(page.locator("#banner progress")).to_be_visible()
        page.screenshot(path=out / "01-loading.png")
        go.set()


def broken_start(browser: BrowserContext, out: Path) -> None:
    def load(progress: Callable[..., None]) -> fakes.ScriptedBot:
        raise NoNetwork(
            "The model qwen2.5-coder-1.5b is not on this computer, and no source could be reached. Go online."
        )

    with serving(load) as address:
        page = open_tab(browser, address)
        expect(page.locator(".failure")).to_be_visible()
        page.screenshot(path=out / "02-cannot-start.png")


def conversation(browser: BrowserContext, out: Path, size: tuple[int, int], name: str, dark: bool) -> None:
    scripts = fakes.scripts()
    pause = fakes.pause_of(scripts)
    bot = fakes.ScriptedBot(scripts, ARTICLES, offered=EXAMPLES)
    suffix = f"{name}{'-dark' if dark else ''}.png"
    with serving(lambda progress: bot, with_model=lambda *args: bot) as address:
        page = open_tab(browser, address, *size, dark=dark)

        def shoot(state: str) -> None:
            page.screenshot(path=out / f"{state}-{suffix}")

        expect(page.locator(".starters button").first).to_be_visible()
        shoot("03-welcome")
        page.get_by_text("Settings", exact=True).click()
        expect(page.get_by_label("Length of answers")).to_be_visible()
        shoot("11-settings")
        page.keyboard.press("Escape")
        library(page, bot, shoot)
        ask(page, fakes.SLOW)
        expect(page.locator(".draft")).to_contain_text("opened on")
        shoot("04-draft")
        pause.go.set()
        expect(page.locator(".answer")).to_have_count(1)
        shoot("05-answer")
        page.locator("a.ref").first.hover()
        expect(page.locator(".card").first).to_be_visible()
        shoot("06-card")
        ask(page, fakes.MAYOR)
        expect(page.locator(".answer")).to_have_count(2)
        page.locator("#exchange-2 a.ref").nth(2).click()
        expect(page.locator("mark.current")).to_be_visible()
        page.mouse.move(0, 0)
        shoot("07-source")
        page.get_by_role("button", name="Edit question").first.click()
        expect(page.locator(".editing")).to_be_visible()
        page.get_by_text("Export", exact=True).click()
        shoot("14-export-and-edit")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Cancel editing").click()
        expect(page.locator(".editing")).to_have_count(0)
        for state, question, look in (
            ("08-refusal", fakes.TOLL, ".refusal"),
            ("09-failure", fakes.BROKEN, ".failure"),
            ("10-hostile", fakes.NASTY, "#exchange-5 .answer"),
            ("13-disagreement", fakes.WHEN, ".disagreement"),
        ):
            ask(page, question)
            expect(page.locator(look)).to_be_visible()
            shoot(state)
        page.close()


def library(page: Page, bot: fakes.ScriptedBot, shoot: Callable[[str], None]) -> None:
    """An article added, another about to be removed."""
    page.get_by_role("button", name="Articles", exact=True).click()
    page.get_by_label("paste the text").fill("A tram was built in Lindau by Ada Stern.")
    page.get_by_label("headline").fill("Tram line opens")
    page.get_by_role("button", name="Add this text").click()
    expect(page.locator("#said")).to_contain_text("1 added")
    page.get_by_role("checkbox", name="Ferry line").click()
    page.get_by_role("button", name="Remove Ferry line").click()
    expect(page.get_by_text("Your file stays")).to_be_visible()
    shoot("12-library")
    page.get_by_role("button", name="Keep Ferry line").click()
    page.get_by_role("button", name="Ask all articles").first.click()
    page.get_by_text("All publishers").first.click()
    page.get_by_role("checkbox", name="Seeblatt").click()
    expect(page.get_by_text("Only Seeblatt")).to_be_visible()
    shoot("15-publishers")
    page.get_by_role("button", name="Ask all articles").first.click()
    page.get_by_role("button", name="Back to the questions").click()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
