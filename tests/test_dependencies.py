"""What the program imports is what it declares: no package that comes along with another by chance, none for nothing."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = Path(__file__).parents[1]
ROOMS = ("commons", "ingest", "maps", "dashboard")
OF_UVICORN = {"httptools", "uvloop"}
OF_EXTRAS = {"pyspark"}


def test_every_imported_package_is_declared_and_every_declared_one_imported():
    declared = {
        _plain(re.match(r"[\w.-]+", requirement)[0])
        for requirement in tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    dists_of = packages_distributions()
    modules = {name for room in ROOMS for file in (PROJECT / room).rglob("*.py") for name in _imported(file)}
    outside = modules - sys.stdlib_module_names - set(ROOMS) - OF_EXTRAS
    imported = {module: {_plain(name) for name in dists_of[module]} for module in outside}
    assert {module for module, dists in imported.items() if not dists & declared} == set()
    assert declared - set().union(*imported.values()) == OF_UVICORN


def _imported(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def _plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()
