"""The command line as a person uses it: in a process of its own, or in this one where only the answer matters.

That a shell starts it so is tested in tests/cli.
"""

import contextlib
import io
import os
import sys
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryDirectory
from unittest import mock

from forked import fork

from commons.commands.main import main

TIMEOUT_S = 180
WIDE = {"COLUMNS": "300"}


START = "from commons.commands.main import main; main()"


def commons(*words, language="en", given="", start=START, **environment):
    """Return the finished process of `commons` with these words; `given` is typed into it."""
    environment = {**os.environ, **WIDE, "COMMONS_LANG": language, **environment}
    with TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("stdin", "stdout", "stderr")]
        for stream, text in zip(streams, (given, "", ""), strict=True):
            stream.write_text(text, "utf-8")
        process = fork(start, [str(word) for word in words], environment, *streams)
        process.join(TIMEOUT_S)
        if process.exitcode is None:
            process.kill()
            raise TimeoutExpired(["commons", *words], TIMEOUT_S)
        _, stdout, stderr = (stream.read_text("utf-8") for stream in streams)
    return CompletedProcess(words, process.exitcode, stdout, stderr)


def commons_here(*words, **environment):
    """Return the exit status of `commons` with these words, run in this process, and all that it printed."""
    printed = io.StringIO()
    with (
        mock.patch.dict(os.environ, WIDE | environment),
        mock.patch.object(sys, "argv", ["commons", *words]),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        try:
            main()
        except SystemExit as end:
            return end.code or 0, printed.getvalue()
    return 0, printed.getvalue()
