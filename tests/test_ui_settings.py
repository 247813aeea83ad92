"""Settings: only what is on offer is taken, nothing touched means nothing changed, and a model changes in one step."""

from __future__ import annotations

import doctest
import threading
from pathlib import Path
from typing import Any

import pytest

import ui.settings
from rag.catalogue import CATALOGUE
from rag.config import Config
from rag.errors import ModelBroken
from tests import ui_fakes as fakes
from tests.test_ui_app import click, loaded
from tests.test_ui_render import Page
from ui.conversation import Conversation
from ui.feedback import NAME, Feedback
from ui.models import Models
from ui.settings import CARE, LENGTHS, PASSAGES, Choice, Settings, menu


def test_untouched_settings_change_nothing_and_the_menu_shows_how_footnote_was_started() -> None:
    assert Settings().changes == {}
    page = Page(menu(Settings(), Config(answer_threshold=0.8, top_k=5), ()))
    assert "answers when it is at least 80 % sure" in page.text
    selected = [attrs["value"] for tag, attrs in page.tags if tag == "option" and "selected" in attrs]
    assert selected == ["5", "160"]  # also what is not on offer here, such as --top-k 5


def test_a_threshold_that_is_not_on_offer_is_shown_as_it_is_and_can_be_come_back_to() -> None:
    def shown(settings: Settings) -> tuple[list[str], str]:
        page = Page(menu(settings, Config(answer_threshold=0.72), ()))
        return page.attributes("aria-valuetext"), page.text

    names, text = shown(Settings())
    assert names == ["As started"]
    assert "answers when it is at least 72 % sure" in text
    careful = Settings().with_word("answer_threshold", "5", 0.72)
    assert careful.changes == {"answer_threshold": 0.8}
    assert shown(careful)[0] == ["Careful"]
    again = careful.with_word("answer_threshold", "4", 0.72)
    assert again.changes == {"answer_threshold": 0.72}
    assert [name for _, name in again.care(0.5)].count("As started") == 1  # under another model's threshold
    assert doctest.testmod(ui.settings).failed == 0


def test_only_what_is_on_offer_is_taken() -> None:
    settings = Settings()
    for name, word in (
        ("top_k", "1000000"),
        ("top_k", ""),
        ("answer_threshold", "-1"),
        ("max_answer_tokens", "80.5"),
        ("corpus", "/etc"),
        ("changes", "x"),
    ):
        assert settings.with_word(name, word) == settings
    for place, (threshold, _) in enumerate(CARE):
        assert settings.with_word("answer_threshold", str(place)).changes == {"answer_threshold": threshold}
    assert [settings.with_word("top_k", str(n)).top_k for n in PASSAGES] == [*PASSAGES]
    assert [settings.with_word("max_answer_tokens", str(n)).max_answer_tokens for n, _ in LENGTHS] == [80, 160, 320]
    assert (CARE[0][0], CARE[-1][0]) == (0.2, 0.8)
    assert Config().answer_threshold in {threshold for threshold, _ in CARE}
    assert Config().top_k in PASSAGES


def test_models_are_shown_with_their_size_and_whether_they_are_here() -> None:
    offers = [Choice("small", 98_362_432, True), Choice("large", 1_117_320_768, False), Choice("none", 0, True)]
    text = Page(menu(Settings(), Config(model="small"), offers)).text
    assert "small, 0.1 GB, on this computer" in text
    assert "large, 1.1 GB, has to be downloaded" in text
    assert "No model: the best sentences, quoted" in text


def test_the_models_on_offer_are_those_of_the_catalogue_and_none(home: Path) -> None:
    offers = Models(home, lambda *args: None).on_offer()
    assert {choice.name for choice in offers} == {m.name for m in CATALOGUE.values() if m.kind == "gguf"} | {"none"}
    assert {choice.here for choice in offers if choice.name != "none"} == {False}
    assert Models(home).on_offer() == ()  # with a server, it is the server's affair


def test_a_question_is_asked_under_the_settings_of_its_tab(home: Path) -> None:
    from ui.handlers import Handlers

    bot = fakes.ScriptedBot(fakes.scripts())
    handlers = Handlers(loaded(bot), Feedback(home / NAME), Models(home))
    mine, other = Conversation(), Conversation()
    handlers.set(mine, click(setting="top_k", word="12"))
    for conversation in (mine, other):
        handlers.ask(conversation, fakes.LONG)
        list(handlers.answer(conversation))
    assert bot.adjustments == [{"top_k": 12}]


def test_another_model_takes_over_between_two_questions_and_the_old_one_is_let_go_of(home: Path) -> None:
    scripts = fakes.scripts()
    pause = fakes.pause_of(scripts)
    old = fakes.ScriptedBot(scripts)
    new = fakes.ScriptedBot(fakes.scripts(), config=Config(model="smollm2-135m"))
    background = loaded(old)
    ready = threading.Event()

    def with_model(bot: Any, name: str, progress: Any) -> Any:
        assert (bot, name) == (old, "smollm2-135m")
        progress("loading the model", 0, 1)
        ready.set()
        return new

    models = Models(home, with_model)
    events = iter(background.run(fakes.SLOW))
    assert pause.reached.wait(60)
    models.switch(background, "no such model")
    models.switch(background, "none")  # the one there is
    assert background.status.state == "ready"
    models.switch(background, "smollm2-135m")
    assert ready.wait(60)
    assert background.status.state == "switching"
    models.switch(background, "qwen2.5-coder-0.5b")  # one at a time
    assert background.bot is old
    pause.go.set()
    list(events)
    fakes.settle(background)
    assert background.bot is new
    assert old.released
    assert not old.closed  # the index is the new one's too


def test_a_model_that_cannot_be_loaded_leaves_the_old_one_and_says_why(home: Path) -> None:
    def with_model(bot: Any, name: str, progress: Any) -> Any:
        raise ModelBroken("The file is cut off. Fetch it again.")

    bot = fakes.ScriptedBot(fakes.scripts())
    background = loaded(bot)
    Models(home, with_model).switch(background, "smollm2-135m")
    fakes.settle(background)
    assert background.bot is bot
    assert (background.status.state, background.status.message) == ("ready", "The file is cut off. Fetch it again.")
    assert list(background.run(fakes.LONG))


@pytest.mark.parametrize("label", ["<b>", 'x" onload="y'])
def test_names_stay_text(label: str) -> None:
    page = Page(menu(Settings(), Config(model=label), [Choice(label, 1, True)]))
    assert {tag for tag, _ in page.tags} <= {
        "details",
        "summary",
        "div",
        "label",
        "span",
        "input",
        "select",
        "option",
        "p",
    }
    assert not page.attributes("onload")
