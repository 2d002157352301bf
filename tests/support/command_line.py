"""The command line as a person uses it: in a process of its own, or in this one where only the answer matters."""

import contextlib
import io
import os
import subprocess
import sys
from unittest import mock

from commons.commands.main import main

TIMEOUT_S = 180
WIDE = {"COLUMNS": "300"}


def commons(*words, language="en", given=None, start=("-m", "commons"), **environment):
    """Return the finished process of `commons` with these words; `given` is typed into it."""
    return subprocess.run(
        [sys.executable, *start, *words],
        input=given,
        env={**os.environ, **WIDE, "COMMONS_LANG": language, **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


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
