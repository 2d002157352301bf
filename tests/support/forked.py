"""The program in a process of its own, forked off one that has read the libraries already.

To read them takes a second or more, to fork hundredths of one. In all else the process is as one that a shell starts:
it has the environment, the arguments and the streams that it is given, and ends with an exit status.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

LIBRARIES = [
    "alembic.command",
    "geoalchemy2",
    "geopandas",
    "httpx",
    "openpyxl",
    "phonenumbers",
    "psycopg_pool",
    "pyarrow.csv",
    "pydantic.type_adapter",
    "pyogrio",
    "rapidfuzz",
    "reportlab.pdfgen.canvas",
    "rich.progress",
    "scipy.sparse",
    "streamlit.web.server.starlette",
    "typer.rich_utils",
    "uvicorn",
]
"""What commands and pages take long to import. Nothing of our own, which may ask the environment."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(LIBRARIES)


def fork(
    code: str, words: Sequence[str], environment: Mapping[str, str], stdin: Path, stdout: Path, stderr: Path
) -> ForkServerProcess:
    """Return the started process that runs the code with the words as its arguments; what it prints is appended."""
    streams = [str(stdin), str(stdout), str(stderr)]
    # An `Address` of a server has more to it than can be sent.
    plain = {name: str(value) for name, value in environment.items()}
    process = _forks.Process(target=_run, args=(code, list(words), plain, streams))
    process.start()
    return process


def _run(code: str, words: list[str], environment: dict[str, str], streams: list[str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
    sys.argv = ["commons", *words]
    exec(compile(code, "<commons>", "exec"), {"__name__": "__main__"})
