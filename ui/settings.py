"""What a reader may set for their own questions, as a record and as HTML. Sensible without touching any of it.

Pure functions. Knows nothing about Gradio, nor about what a setting does to an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.config import Config
from ui.escape import escape

CARE = ((0.2, "Talkative"), (0.35, "Rather talkative"), (0.5, "Balanced"), (0.65, "Rather careful"), (0.8, "Careful"))
"""Thresholds of answering, from the talkative to the careful end."""
PASSAGES = (4, 8, 12, 16)
LENGTHS = ((80, "Short"), (160, "Usual"), (320, "Long"))
"""Tokens of the draft, at most."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A language model on offer. `here`: on this computer's disk; `bytes` is 0 where that is unknown."""

    name: str
    bytes: int
    here: bool

    @property
    def label(self) -> str:
        if self.name == "none":
            return "No model: the best sentences, quoted"
        size = f", {self.bytes / 1e9:.1f} GB" if self.bytes else ""
        return f"{self.name}{size}, {'on this computer' if self.here else 'has to be downloaded'}"


@dataclass(frozen=True, slots=True)
class Settings:
    """None: as Footnote was started."""

    answer_threshold: float | None = None
    top_k: int | None = None
    max_answer_tokens: int | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """For `Chatbot.adjusted`."""
        known = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in known.items() if value is not None}

    def care(self, started: float) -> list[tuple[float, str]]:
        """The places of the slider: a threshold that is not on offer, as a command line may ask for one, is one too.

        >>> [name for _, name in Settings().care(0.7)]
        ['Talkative', 'Rather talkative', 'Balanced', 'Rather careful', 'As started', 'Careful']
        """
        others = {started, self.answer_threshold or started} - {value for value, _ in CARE}
        return sorted([*CARE, *((value, "As started") for value in others)])

    def with_word(self, name: str, word: str, started: float = CARE[0][0]) -> Settings:
        """A browser's word for a setting, taken only where it is on offer; `started` is the threshold of Footnote.

        >>> Settings().with_word("top_k", "12").top_k, Settings().with_word("top_k", "9999").top_k
        (12, None)
        """
        offers: dict[str, dict[str, float]] = {
            "answer_threshold": {str(place): value for place, (value, _) in enumerate(self.care(started))},
            "top_k": {str(count): count for count in PASSAGES},
            "max_answer_tokens": {str(tokens): tokens for tokens, _ in LENGTHS},
        }
        value = offers.get(name, {}).get(word)
        return self if value is None else replace(self, **{name: value})


def menu(settings: Settings, config: Config, models: Sequence[Choice], is_open: bool = False) -> str:
    """The settings, folded away unless one was just changed. `config` is what Footnote was started with; `models` are
    empty where it has none."""
    offers = settings.care(config.answer_threshold)
    place = [value for value, _ in offers].index(settings.answer_threshold or config.answer_threshold)
    threshold, name = offers[place]
    said = f"{name}: answers when it is at least {round(100 * threshold)} % sure that the articles hold the answer."
    slider = (
        '<label class="care">How sure must an answer be?<span class="ends" aria-hidden="true"><span>talkative</span>'
        f'<span>careful</span></span><input type="range" min="0" max="{len(offers) - 1}" step="1" value="{place}" '
        f'data-event="set" data-setting="answer_threshold" aria-valuetext="{name}"></label><p class="hint">{said}</p>'
    )
    passages = options([(str(n), f"{n} passages") for n in PASSAGES], str(settings.top_k or config.top_k))
    tokens = str(settings.max_answer_tokens or config.max_answer_tokens)
    lengths = options([(str(n), label) for n, label in LENGTHS], tokens)
    return (
        f'<details class="menu-of settings"{" open" if is_open else ""}><summary>Settings</summary>'
        f'<div class="menu" role="group" aria-label="Settings">{slider}'
        f"{select('How much is read', 'top_k', passages)}{select('Length of answers', 'max_answer_tokens', lengths)}"
        f"{model_choice(config.model, models)}"
        '<p class="hint">The first three are for this tab; the model is for everybody who asks this Footnote.</p>'
        "</div></details>"
    )


def model_choice(model: str, models: Sequence[Choice]) -> str:
    if not models:
        return ""
    return select("Model", "model", options([(choice.name, choice.label) for choice in models], model))


def select(label: str, setting: str, content: str) -> str:
    return f'<label>{label}<select data-event="set" data-setting="{setting}">{content}</select></label>'


def options(offers: Sequence[tuple[str, str]], chosen: str) -> str:
    """One that is not on offer, such as what a command line asked for, is offered too."""
    known = [*offers] if chosen in {value for value, _ in offers} else [*offers, (chosen, chosen)]
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(label)}</option>'
        for value, label in known
    )
