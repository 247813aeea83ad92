"""Serves a Gradio page from this computer, with nothing sent elsewhere and nothing fetched from elsewhere.

Knows nothing about what is on the page.
"""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.own import MAX_BYTES

if TYPE_CHECKING:
    import gradio as gr

HERE = Path(__file__).parent
PORTS = 100
"""Ports tried, from the first one on."""
TRIES = 5
"""Times that a page is put at a port that seems free."""

# Gradio needs inline scripts and eval, so this does not stop a script; it stops the page from reaching anyone else.
POLICY = "; ".join(
    (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
MCP = "gradio_api/mcp/"
"""Where Gradio serves MCP over streamable HTTP."""
LOCAL = "127.0.0.1,localhost"
QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",  # events between two tables of statistics that nobody reads
}


def serve(
    page: gr.Blocks,
    host: str = "127.0.0.1",
    port: int = 7860,
    share: bool = False,
    open_browser: bool = True,
    mcp: bool = False,
) -> str:
    """Serve `page` from threads of its own and return its address. Raises UsageError where `mcp` has no library."""
    if mcp and find_spec("mcp") is None:
        raise UsageError("--mcp needs the package mcp. Install it with: pip install 'footnote-rag[mcp]'.")
    address, public = launched(page, host, port, share=share, inbrowser=open_browser, mcp_server=mcp)
    everyone = f" and, for everyone, at {public}" if public else ""
    print(f"Footnote is at {address}{everyone} (Ctrl-C ends it)", flush=True)
    if mcp:
        speak_json(page.mcp_server_obj)
        print(f"MCP clients find ask, search and check at {address}{MCP}", flush=True)
    return address


def launched(page: gr.Blocks, host: str, port: int, **options: Any) -> tuple[str, str | None]:
    """The address of the page here, and the one for everyone. Between a look at a port and its use somebody else may
    take it, and Gradio gives a server five seconds to start, which a busy computer may not: then the next port."""
    for _ in range(TRIES - 1):
        port = free_port(host, port)
        try:
            return launch(page, host, port, **options)
        except OSError:
            port += 1
    return launch(page, host, free_port(host, port), **options)


def launch(page: gr.Blocks, host: str, port: int, **options: Any) -> tuple[str, str | None]:
    from starlette.middleware import Middleware

    _, address, public = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        theme=theme(),
        head=head(),
        favicon_path=str(HERE / "favicon.svg"),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        max_file_size=MAX_BYTES,
        ssr_mode=False,
        pwa=False,
        app_kwargs={"middleware": [Middleware(StayHere)]},
        # Gradio gives up when its own page does not answer it in 3 s, which a computer busy loading a model may not.
        _frontend=False,
        **options,
    )
    return str(address), public


def speak_json(server: Any) -> None:
    """Tools answer in JSON. Gradio would send Python's notation of a dict, which no other language reads."""

    def content(data: Sequence[Any], root_url: str) -> list[Any]:
        return [server.types.TextContent(type="text", text=json.dumps(item, ensure_ascii=False)) for item in data]

    server.postprocess_output_data = content


def hush() -> None:
    """Telemetry off, and no proxy between Gradio and this computer: before Gradio is imported for the first time."""
    os.environ.update(QUIET)
    for name in ("no_proxy", "NO_PROXY"):
        known = os.environ.get(name, "")
        if LOCAL not in known:
            os.environ[name] = f"{known},{LOCAL}".lstrip(",")


def free_port(host: str, first: int) -> int:
    """The first port from `first` on that nobody listens on. Raises UsageError where there is none to be had."""
    last = min(first + PORTS, 65536) - 1
    for port in range(first, last + 1):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    continue
                raise UsageError(f"This computer cannot listen at {host}: {error}. Leave out --host.") from error
            return port
    raise UsageError(f"There is no free port from {first} to {last} at {host}. Name another one with --port.")


def theme() -> Any:
    """System fonts, so that none is fetched; the colours are in style.css."""
    import gradio as gr

    sans = [gr.themes.Font("system-ui"), gr.themes.Font("sans-serif")]
    return gr.themes.Base(font=sans, font_mono=[gr.themes.Font("monospace")])


def head() -> str:
    """Our style and script, inside the page. As `css=` Gradio would rewrite every selector."""
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("style.css", "page.js"))
    return f"<style>{style}</style><script>{script}</script>"


class StayHere:
    """ASGI middleware: every response tells the browser to load nothing from, and tell nothing to, other hosts."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        async def send_with_policy(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", []),
                    (b"content-security-policy", POLICY.encode()),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self._app(scope, receive, send_with_policy)
