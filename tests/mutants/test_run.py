"""A word that names no mutant is no failure of the tests: the nearest names are listed, and nothing is run."""

import subprocess
import sys
from pathlib import Path

RUN = Path(__file__).with_name("run.py")


def test_a_word_that_names_no_mutant_lists_the_nearest():
    done = subprocess.run(
        [sys.executable, RUN, "revokd token"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stdout.splitlines()[:2] == [
        'no mutant\'s name holds "revokd token"',
        "  near it: a revoked token still opens",
    ]
