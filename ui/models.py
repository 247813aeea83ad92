"""The language models that a reader may change to, and how. Knows nothing about pages or answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.catalogue import CATALOGUE
from rag.shelf import state
from ui.loading import BackgroundBot
from ui.settings import Choice

NO_MODEL = "none"


class Models:
    """Those of the catalogue. `with_model(chatbot, name, progress)` gives the chatbot with another one; without it
    there is nothing to choose: a server has its own model, and guests take what there is."""

    def __init__(self, home: Path, with_model: Callable[..., Any] | None = None) -> None:
        self._home = home
        self._with_model = with_model
        self._wanted = NO_MODEL

    def on_offer(self) -> Sequence[Choice]:
        if self._with_model is None:
            return ()
        known = [model for model in CATALOGUE.values() if model.kind == "gguf"]
        here = [Choice(model.name, model.bytes, state(model, self._home) != "missing") for model in known]
        return [*here, Choice(NO_MODEL, 0, True)]

    def current(self, bot: BackgroundBot) -> str:
        """The one that answers, or the one that somebody changed to and that is still loading."""
        return self._wanted if bot.status.state == "switching" else str(bot.bot.config.model)

    def switch(self, bot: BackgroundBot, name: str) -> None:
        """Change to a model on offer, in the background; anything else a browser says is left alone."""
        change = self._with_model
        if (
            change is not None
            and bot.bot
            and name != bot.bot.config.model
            and name in {c.name for c in self.on_offer()}
        ):
            was, self._wanted = self._wanted, name
            if not bot.switch(lambda progress: change(bot.bot, name, progress)):
                self._wanted = was  # another one is loading already
