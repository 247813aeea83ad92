"""What the JSON of an OpenAI-compatible server means. Knows nothing about connections, and raises only ValueError."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any


def first_choice(text: str) -> dict[str, Any]:
    """The first choice of a completion or of one event of a stream; {} where it lists none.

    Raises:
        ValueError: an error that the server reports, or something else than a completion.

    >>> first_choice('{"choices": [{"delta": {"content": "In "}}]}')
    {'delta': {'content': 'In '}}
    """
    try:
        value = json.loads(text)
        if "error" in value:
            raise ValueError(f"it reports an error: {error_message(text)}")
        choice = (value["choices"] or [{}])[0]
    except (json.JSONDecodeError, KeyError, TypeError, IndexError):
        choice = None
    if not isinstance(choice, dict):
        raise ValueError(f"it does not answer as an OpenAI-compatible server, but with {text[:100]!r}")
    return choice


def delta_text(choice: dict[str, Any]) -> str:
    """The piece of text that one event of a stream adds."""
    delta = choice.get("delta")
    content = delta.get("content") if isinstance(delta, dict) else None
    return content if isinstance(content, str) else ""


def option_logprobs(choice: dict[str, Any], options: Sequence[str]) -> list[float] | None:
    """Log-probability of each option as the first word; None where the server tells none.

    An option that is not among the tokens listed gets the lowest log-probability of the list: it has at most that.
    """
    try:
        entries = choice["logprobs"]["content"][0]["top_logprobs"]
        listed = [(_word(entry["token"]), max(float(entry["logprob"]), -100.0)) for entry in entries]
        least = min(logprob for _, logprob in listed)
    except (KeyError, TypeError, IndexError, ValueError, AttributeError):
        return None
    return [_log_sum([p for token, p in listed if _begins(option, token)] or [least]) for option in options]


def error_message(text: str) -> str:
    """What an error says in one line: `{"error": {"message": ...}}`, `{"error": ...}`, `{"message": ...}`, or any text.

    >>> error_message('{"error": {"code": 503, "message": "Loading model"}}')
    'Loading model'
    """
    try:
        value = json.loads(text)
        error = value.get("error", value)
        text = str(error.get("message", error) if isinstance(error, dict) else error)
    except (ValueError, AttributeError):
        pass
    return " ".join(text.split())[:300]


def _word(token: str) -> str:
    """Without the marks of a leading space, which each tokenizer writes in its own way."""
    return token.strip(" \n\t\u2581\u0120").casefold()


def _begins(option: str, token: str) -> bool:
    """Whether `token` is all of the option, or its first two letters at least."""
    word = option.casefold()
    return token == word or (len(token) > 1 and word.startswith(token))


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))
