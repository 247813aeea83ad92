"""The tools of `footnote chat --mcp`, called by a real MCP client over HTTP on this computer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from rag.arguments import parser
from rag.errors import UsageError
from tests import ui_fakes as fakes
from ui.serve import MCP, serve

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # Gradio's own: see ui_fakes.serving
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # the MCP library's, of its own functions
]

Step = Callable[[ClientSession], Awaitable[Any]]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    bot = fakes.ScriptedBot(fakes.scripts())
    with fakes.serving(lambda progress: bot, mcp=True) as url:
        yield url + MCP


def in_session(address: str, step: Step) -> Any:
    """What `step(session)` gives, in a session of its own."""

    async def run() -> Any:
        async with streamablehttp_client(address) as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            return await step(session)

    # In a thread of its own: the browser tests leave a running event loop behind in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(asyncio.wait_for(run(), 120))).result()


def call(address: str, tool: str, **arguments: Any) -> Any:
    result = in_session(address, lambda session: session.call_tool(tool, arguments))
    assert not result.isError, result.content
    return json.loads(result.content[0].text)


@pytest.fixture(scope="module")
def tools(address: str) -> dict[str, Any]:
    listed = in_session(address, lambda session: session.list_tools())
    return {tool.name: tool for tool in listed.tools}


def test_the_tools_are_ask_search_and_check_and_nothing_that_changes_anything(tools: dict[str, Any]) -> None:
    assert sorted(tools) == ["ask", "check", "search"]


def test_each_tool_and_each_argument_is_described(tools: dict[str, Any]) -> None:
    needed = {"ask": ["question"], "search": ["query"], "check": ["statement"]}
    for name, tool in tools.items():
        assert len(tool.description) > 100
        schema = tool.inputSchema
        assert all(argument.get("description") for argument in schema["properties"].values()), schema
        assert schema.get("required") == needed[name]
    assert "do not answer from memory" in tools["ask"].description


def test_an_answer_comes_with_its_citations(address: str) -> None:
    answer = call(address, "ask", question=fakes.LONG)
    assert answer == fakes.long_answer().to_dict()
    assert answer["citations"][0]["quote"] == "It is 412 metres long and cost 38 million euros."
    refused = call(address, "ask", question=fakes.TOLL)
    assert refused["refused"] is True
    assert "nothing about tolls" in refused["refusal"]


def test_passages_and_verdicts_come_with_the_words_themselves(address: str) -> None:
    hits = call(address, "search", query="bridge", limit=1)
    assert [hit["text"] for hit in hits] == [fakes.BRIDGE_HITS[0].passage.text]
    checked = call(address, "check", statement="The bridge is 412 metres long.")
    assert checked["verdict"] == "supported"
    assert checked["citations"][0]["title"] == fakes.HARBOUR.title


def test_a_failure_is_an_error_with_its_message_and_no_answer(address: str) -> None:
    result = in_session(address, lambda session: session.call_tool("ask", {"question": fakes.BROKEN}))
    assert result.isError
    assert "812 tokens" in result.content[0].text


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("ask", [None, None, None], "is a text, and not None"),
        ("ask", [fakes.LONG, "Where?", None], "`history` is not a list of exchanges"),
        ("ask", [fakes.LONG, [], "CGTN"], "`where` is not an object"),
        ("search", ["bridge", "abc", None], "`limit` is 'abc', and not a whole number"),
        ("search", ["bridge", None, None], "`limit` is None"),
        ("search", [["bridge"], 10, None], "is a text, and not ['bridge']"),
        ("check", [7, None], "is a text, and not 7"),
    ],
)
def test_arguments_of_another_type_are_told_what_belongs_there(
    address: str, name: str, data: list[Any], said: str
) -> None:
    calls = f"{address.removesuffix(MCP)}gradio_api/call/{name}"
    event = httpx.post(calls, json={"data": data}).json()["event_id"]
    told = httpx.get(f"{calls}/{event}", timeout=30).text
    assert told.startswith("event: error")
    assert said in json.loads(told.partition("data: ")[2])["error"]


def test_without_its_library_the_option_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parser().parse_args(["chat", "--mcp"]).mcp is True
    monkeypatch.setattr("ui.serve.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'footnote-rag\[mcp\]'"):
        serve(None, mcp=True)  # type: ignore[arg-type]
