"""A language model behind an OpenAI-compatible server (llama-server, vLLM, …). The only module that talks to one.

Knows nothing about articles, prompts' wording or citations. What it sends goes to the address that the user gave, and
nowhere else.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator, Sequence
from typing import Any

import httpx

from rag.errors import QuestionError, ServerError
from rag.replies import delta_text, error_message, first_choice, option_logprobs
from rag.types import CUT, Messages

WAITS = (0.5, 1.0, 2.0)
"""Seconds before each new attempt when nobody answers, or the server says that it is busy or still loading."""

TOP = 20
"""Log-probabilities asked for a token; servers refuse more."""

_EXAMPLE = "http://127.0.0.1:8080/v1"
_LOCAL = {"127.0.0.1", "localhost", "::1"}


class OpenAIServer:
    """A `Generator` over `url` (`http://host:port/v1`). The constructor asks nothing of the server.

    Args:
        model: the name that the server knows it by.
        timeout: seconds to wait for the next piece of an answer.

    Every method that asks the server raises:
        ServerError: nobody answers, the server reports an error, or what it sends makes no sense.
        QuestionError: the prompt is longer than the server's context.
    """

    def __init__(self, url: str, model: str, timeout: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self._name = model
        self._timeout = timeout
        try:
            address = httpx.URL(self._url)
        except httpx.InvalidURL as error:
            raise ServerError(f"{url!r} is not the address of a server ({error}). Give one like {_EXAMPLE}.") from error
        # A proxy of the environment must not get to see what is meant for this machine.
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)), trust_env=address.host not in _LOCAL
        )

    @property
    def name(self) -> str:
        return self._name

    @property
    def judges(self) -> bool:
        return True

    @property
    def trained(self) -> bool:
        return False

    def prepare(self, messages: Messages) -> None:
        """Nothing: what a server keeps of a prompt, it keeps by itself."""

    def stream(self, messages: Messages, max_tokens: int, after: Messages | None = None) -> Generator[str, None, None]:
        """Yield the reply piece by piece; closing the iterator closes the connection, at which servers stop."""
        whole = False
        with self._completion(self._body(messages, max_tokens) | {"stream": True}) as response:
            for line in response.iter_lines():
                if not line.startswith("data:"):
                    continue
                data = line.removeprefix("data:").strip()
                if data == "[DONE]":
                    whole = True
                    break
                choice = self._choice(data)
                whole = whole or bool(choice.get("finish_reason"))
                if text := delta_text(choice):
                    yield text
        if not whole:
            raise ServerError(f"The server at {self._url} broke off before the end of its answer. Ask again.")

    def choose(self, messages: Messages, options: Sequence[str]) -> list[float]:
        """Log-probability of each option as the first word of the reply, upper and lower case together.

        The server tells those of its 20 likeliest tokens; an option that is not among them gets the lowest of the 20.
        """
        body = self._body(messages, 1) | {"logprobs": True, "top_logprobs": TOP}
        with self._completion(body) as response:
            choice = self._choice(response.read().decode(errors="replace"))
        logprobs = option_logprobs(choice, options)
        if logprobs is None:
            raise ServerError(
                f"The server at {self._url} gives no log-probabilities (`top_logprobs`), and Footnote decides by them "
                "whether to answer. Switch them on there, or take another server."
            )
        return logprobs

    def choose_each(self, prompts: Sequence[Messages], options: Sequence[str]) -> list[list[float]]:
        """`choose` for each prompt, one after the other: the server shares what it can."""
        return [self.choose(messages, options) for messages in prompts]

    def close(self) -> None:
        self._client.close()

    # --- below: one request ----------------------------------------------------------------------------------

    def _body(self, messages: Messages, max_tokens: int) -> dict[str, Any]:
        """Control tokens spelled out in an article or a question are broken up: a server takes them for its own."""
        safe = [
            {**m, "content": m["content"].replace(CUT, "").replace("<|", "< |").replace("|>", "| >")} for m in messages
        ]
        return {"model": self._name, "messages": safe, "max_tokens": max_tokens, "temperature": 0}

    @contextlib.contextmanager
    def _completion(self, body: dict[str, Any]) -> Iterator[httpx.Response]:
        """The response to a chat completion, its body not yet read."""
        with self._answer(f"{self._url}/chat/completions", body) as response:
            if response.status_code != 200:
                response.read()
                raise self._refusal(response.status_code, error_message(response.text))
            yield response

    def _refusal(self, code: int, said: str) -> QuestionError | ServerError:
        if code == 400 and "context" in said:
            return QuestionError(
                f"The question with its evidence is too long for the server ({said}). Ask a shorter one."
            )
        hint = f" Is the address right, like {_EXAMPLE}, and the model's name?" if code == 404 else ""
        return ServerError(f"The server at {self._url} answered with an error (HTTP {code}: {said}).{hint}")

    def _choice(self, text: str) -> dict[str, Any]:
        try:
            return first_choice(text)
        except ValueError as error:
            raise ServerError(f"The server at {self._url} was asked for an answer, and {error}.") from error

    @contextlib.contextmanager
    def _answer(self, url: str, body: dict[str, Any]) -> Iterator[httpx.Response]:
        """The response, whatever its status. Tries again while nobody answers; errors of httpx in words."""
        try:
            response = self._send(url, body)
            with contextlib.closing(response):
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ServerError(
                f"Nobody answers at {self._url} ({error}). Start the server, or leave --llm-url away to use a model on "
                "this machine."
            ) from error
        except httpx.TimeoutException as error:
            raise ServerError(f"The server at {self._url} said nothing for {self._timeout:g} s. Is it busy?") from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise ServerError(f"The connection to {self._url} failed: {error or type(error).__name__}.") from error

    def _send(self, url: str, body: dict[str, Any]) -> httpx.Response:
        for wait in WAITS:
            with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                response = self._client.send(self._client.build_request("POST", url, json=body), stream=True)
                if response.status_code not in (429, 503):
                    return response
                response.close()
            time.sleep(wait)
        return self._client.send(self._client.build_request("POST", url, json=body), stream=True)
