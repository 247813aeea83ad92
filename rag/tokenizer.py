"""Messages as a model's tokens, by the chat template in its file. Knows nothing about evaluation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from rag.errors import ModelBroken, ModelError
from rag.types import CUT, Messages

_PLACE = re.compile(r"\x02(\d+)\x02")
"""Where a content goes in the filled template. Not white space, which templates trim."""


class Tokenizer:
    """Of one llama.cpp model, called `name` in errors. Raises ModelBroken: the file holds no chat template."""

    def __init__(self, llama: Any, name: str) -> None:
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        self._llama = llama
        self._name = name
        template = llama.metadata.get("tokenizer.chat_template")
        if template is None:
            raise ModelBroken(
                f"The model {name} holds no chat template, so it cannot be talked to. Take an instruct model."
            )

        def text(token: int) -> str:
            return str(llama._model.token_get_text(token)) if token != -1 else ""

        self._template: Any = Jinja2ChatFormatter(
            template=template, eos_token=text(llama.token_eos()), bos_token=text(llama.token_bos())
        )

    def tokens(self, text: str, special: bool = False) -> list[int]:
        """`special`: control tokens that are spelled out in the text are taken for such."""
        return list(self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=special))

    def segments(self, messages: Messages) -> list[list[int]]:
        """Tokens of the whole prompt, in the segments that `CUT` marks.

        Control tokens come from the template alone: the contents are put in as plain text, after it is filled, so that
        an article or a question that spells one out ("<|im_start|>") cannot pose as a turn of the conversation.
        """
        segments: list[list[int]] = [[]]
        for i, part in enumerate(_PLACE.split(self._filled([m["role"] for m in messages]))):
            if i % 2 == 0:
                segments[-1] += self.tokens(part, special=True)
                continue
            first, *more = messages[int(part)]["content"].split(CUT)
            segments[-1] += self.tokens(first)
            segments += [self.tokens(text) for text in more]
        return [segment for segment in segments if segment]

    def variants(self, word: str) -> list[int]:
        """First tokens of the ways to write a word: bare, after a space, in small letters."""
        return sorted({self.tokens(form)[0] for form in (word, " " + word, word.lower())})

    def _filled(self, roles: Sequence[str]) -> str:
        """The chat template with a place, numbered from 0, for each message's content."""
        from jinja2 import TemplateError

        messages = [{"role": role, "content": f"\x02{i}\x02"} for i, role in enumerate(roles)]
        try:
            filled = str(self._template(messages=messages).prompt)
        except (TemplateError, ValueError) as error:
            raise ModelError(
                f"The chat template of {self._name} does not take our conversation: {error}. Take another model."
            ) from error
        if {int(place) for place in _PLACE.findall(filled)} != set(range(len(roles))):
            raise ModelError(
                f"The chat template of {self._name} leaves out part of our conversation. Take another model."
            )
        return filled
