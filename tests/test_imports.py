"""Imports stand at the top of a module and point one way; no contract has an exception."""

import ast
import tomllib
from pathlib import Path

ROOMS = ("commons", "ingest", "maps", "dashboard")
LATER = {
    "commons/commands/lazy.py": "imports that wait, for the help of commands",
    "commons/commands/tree.py": "the module of a command, when it is called",
    "ingest/link/spark.py": "pyspark is an extra",
    "ingest/read/gdal_worker.py": "a process that first limits itself, then loads GDAL",
}
"""Where something is imported inside a function, and why; never a module of ours by its name in an import statement."""


def imports_inside(code):
    """Yield the line of each import that waits for a function to be called, and what it imports."""
    tree = ast.parse(code)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in ast.walk(function):
                if isinstance(each, ast.ImportFrom):
                    yield each.lineno, each.module or ""
                elif isinstance(each, ast.Import):
                    yield from ((each.lineno, alias.name) for alias in each.names)
    for each in ast.walk(tree):
        if isinstance(each, ast.Name | ast.Attribute):
            name = each.id if isinstance(each, ast.Name) else each.attr
            if name in {"import_module", "__import__"}:
                yield each.lineno, name


def test_no_import_stands_inside_a_function():
    inside = [
        (str(path), line, name)
        for room in ROOMS
        for path in sorted(Path(room).rglob("*.py"))
        for line, name in imports_inside(path.read_text("utf-8"))
    ]
    assert {path for path, _, _ in inside} == set(LATER)
    assert not [each for each in inside if each[2].startswith(ROOMS)]


def test_the_check_finds_an_import_inside_a_function():
    code = "import a\n\ndef f():\n    def g():\n        from commons.b import c\n    import_module('d')\n"
    assert set(imports_inside(code)) == {(5, "commons.b"), (6, "import_module")}


def test_no_contract_has_an_exception():
    linter = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    assert linter["contracts"]
    for contract in linter["contracts"]:
        assert not {key for key in contract if "ignore" in key}, contract["name"]
    assert "exclude_type_checking_imports" not in linter, "what a type names is an import too"
