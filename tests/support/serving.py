"""A server of our own in a process of its own, and how the browser of the tests is started."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
from forked import fork

CHROMIUM = os.environ.get("COMMONS_CHROMIUM", "/usr/bin/chromium")
LAUNCH = {
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
"""Debian's Chromium, which can resolve no name but our own address."""
START_SECONDS = 40
SERVE = """
import logging, sys
from pathlib import Path
from dashboard.server import serve
logging.getLogger("uvicorn").setLevel("WARNING")
serve("127.0.0.1", int(sys.argv[1]), *[Path(p) for p in sys.argv[2:]])
"""


class Address(str):
    """Where a server answers; `pid` is its process."""

    __slots__ = ("pid",)


@contextmanager
def serving(log: Path, page: Path | None = None, env: dict[str, str] | None = None) -> Iterator[Address]:
    """Serve a page (ours by default) with the given environment, as an address; what it prints goes to `log`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log.touch()
    words = [str(port), *([str(page)] if page else [])]
    process = fork(SERVE, words, {**os.environ, **(env or {})}, Path(os.devnull), log, log)
    try:
        address = Address(f"http://127.0.0.1:{port}")
        address.pid = process.pid
        _await_answer(f"{address}/healthz", process, log)
        yield address
    finally:
        process.terminate()
        process.join(10)
        assert process.exitcode is not None, "the server did not stop"


def _await_answer(address: str, process: ForkServerProcess, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.exitcode is not None:
            raise RuntimeError(f"the server stopped:\n{log.read_text()}")
        try:
            if httpx.get(address, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer:\n{log.read_text()}")
