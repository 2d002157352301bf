"""A server of our own in a process of its own, and a browser that reaches nothing else."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import ConsoleMessage, Page

CHROMIUM = os.environ.get("COMMONS_CHROMIUM", "/usr/bin/chromium")
START_SECONDS = 40
OWN_SCHEMES = {"data", "blob", "about"}
SERVE = """
import sys, uvicorn
from pathlib import Path
from dashboard.server import create_app
page = [Path(p) for p in sys.argv[2:]]
uvicorn.run(create_app(*page), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning",
            access_log=False, server_header=False, ws="websockets-sansio")
"""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """Debian's Chromium, which can resolve no name but our own address."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no browser at {CHROMIUM}")
    return {
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--no-first-run",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        ],
    }


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: each test names its server. (The plugin's own fixture is one that pytest 9 warns about.)"""


@pytest.fixture(scope="session")
def run_server(tmp_path_factory) -> Callable:
    """Return a context manager that serves a page (ours by default) with the given environment, as an address."""

    @contextmanager
    def serving(page: Path | None = None, env: dict[str, str] | None = None) -> Iterator[str]:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = tmp_path_factory.mktemp("server") / "log.txt"
        command = [sys.executable, "-c", SERVE, str(port), *([str(page)] if page else [])]
        with log.open("wb") as out:
            process = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdout=out, stderr=out)
        try:
            address = f"http://127.0.0.1:{port}"
            _await_answer(f"{address}/healthz", process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=10)

    return serving


def _await_answer(address: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped:\n{log.read_text()}")
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer:\n{log.read_text()}")


@dataclass
class Watched:
    """What a page did while it was open."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def assert_stayed_home(self, address: str) -> None:
        """Fail if any request went elsewhere than to `address`, or the page complained on its console."""
        home = urlsplit(address).netloc
        parts = [(url, urlsplit(url)) for url in self.requests]
        foreign = [url for url, part in parts if part.scheme not in OWN_SCHEMES and part.netloc != home]
        assert any(part.netloc == home for _, part in parts), "nothing was requested at all"
        assert foreign == []
        assert self.errors == []


@pytest.fixture
def watched(page: Page) -> Watched:
    """The page of pytest-playwright, with its requests, WebSockets, console errors and exceptions noted."""
    seen = Watched(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("websocket", lambda socket: seen.requests.append(socket.url.replace("ws", "http", 1)))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            seen.errors.append(message.text)

    page.on("console", note)
    return seen
