"""A server of our own in a process of its own, and a browser that reaches nothing else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from serving import CHROMIUM, LAUNCH, serving

from tests.conftest import missing

OWN_SCHEMES = {"data", "blob", "about"}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    """Debian's Chromium, which can resolve no name but our own address."""
    if not Path(CHROMIUM).exists():
        missing(f"no browser at {CHROMIUM}")
    return LAUNCH


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: each test names its server. (The plugin's own fixture is one that pytest 9 warns about.)"""


@pytest.fixture(scope="session")
def run_server(tmp_path_factory) -> Callable:
    """Return a context manager that serves a page (ours by default) with the given environment, as an address."""

    def served(page: Path | None = None, env: dict[str, str] | None = None) -> AbstractContextManager[str]:
        return serving(tmp_path_factory.mktemp("server") / "log.txt", page, env)

    return served


@pytest.fixture(scope="module")
def patience() -> Iterator[None]:
    """Wait for a server that is still reading its modules, on a machine with other work to do."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def own_database(cluster, template, clone) -> Iterator:
    """Yield a database for a module's tests; pytest may make it twice, where it runs the tests without a page apart."""
    with clone(cluster, template) as database:
        yield database


@pytest.fixture(scope="module")
def demo_address(_unchanged_demo, run_server) -> Iterator[str]:
    """Serve the fictional partners' alternatives, to tests that change nothing."""
    with run_server(env={"DATABASE_URL": _unchanged_demo.url}) as served:
        yield served


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
