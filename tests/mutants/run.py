"""`make mutants`: break each rule of consent in a copy of the project; the tests of the release must notice, or those that the mutant names.

Prints killed / total, and exits with 1 where a mutant survived. `python tests/mutants/run.py WORD` runs those whose name
holds the word; where none does, it lists the nearest names and exits with 2.
"""

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
COPIED = ("commons", "ingest", "maps", "dashboard", "tests", "pyproject.toml")
TESTS = tuple(
    f"tests/release/test_{name}.py"
    for name in ("release", "named_partner", "parts", "withdraw", "oracle", "races")
)

NEAR = 0.6
"""Share of letters in common, in order, from which a part of a name is near a word (difflib's own measure and cutoff)."""


def main(word: str) -> int:
    mutants = tomllib.loads((Path(__file__).parent / "mutants.toml").read_text("utf-8"))["mutant"]
    chosen = [mutant for mutant in mutants if word in mutant["name"]]
    if not chosen:
        print(f'no mutant\'s name holds "{word}"')
        for name in near_names(word, [mutant["name"] for mutant in mutants]):
            print(f"  near it: {name}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = PROJECT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        if not passes(copy, sorted({test for mutant in chosen for test in mutant.get("tests", TESTS)})):
            print("tests fail before anything is broken")
            return 1
        survived = [mutant["name"] for mutant in chosen if not killed(copy, mutant)]
    print(f"\n{len(chosen) - len(survived)} killed / {len(chosen)} total")
    return 1 if survived else 0


def near_names(text: str, names: Iterable[str]) -> list[str]:
    """Return the five names of which a part is most like the text, the likest first; none where nothing is like it.

    >>> near_names("revokd token", ["a revoked token still opens", "random blur"])
    ['a revoked token still opens']
    """

    def likeness(name: str) -> float:
        words = name.split()
        length = len(text.split())
        parts = [" ".join(words[at : at + length]) for at in range(max(1, len(words) - length + 1))]
        return max(difflib.SequenceMatcher(None, text.casefold(), part.casefold()).ratio() for part in parts)

    likest = sorted(((likeness(name), name) for name in names), key=lambda each: -each[0])
    return [name for ratio, name in likest if ratio >= NEAR][:5]


def killed(copy: Path, mutant: dict[str, Any]) -> bool:
    """Tell whether a test notices the mutant, and say so."""
    file, started = copy / mutant["file"], time.monotonic()
    text = file.read_text("utf-8")
    if text.count(mutant["find"]) != 1:
        raise SystemExit(
            f"{mutant['name']}: what to break stands {text.count(mutant['find'])} times in {mutant['file']}"
        )
    file.write_text(text.replace(mutant["find"], mutant["replace"]), "utf-8")
    try:
        noticed = not passes(copy, mutant.get("tests", TESTS))
    finally:
        file.write_text(text, "utf-8")
    print(
        f"{'killed  ' if noticed else 'SURVIVED'} {time.monotonic() - started:5.1f} s  {mutant['name']}",
        flush=True,
    )
    return noticed


def passes(copy: Path, tests: Iterable[str]) -> bool:
    environment = {**os.environ, "PYTHONPATH": str(copy), "COMMONS_WORLDS": "1500"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return (
        subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False).returncode == 0
    )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
