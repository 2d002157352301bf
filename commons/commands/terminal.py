"""What every command shares: help in the reader's language, progress on what takes long, tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from commons.commands.lazy import lazy_imports
from commons.i18n import catalogue, translate

with lazy_imports():
    import pandas as pd

Command = TypeVar("Command", bound=Callable[..., None])
console = Console()
complaints = Console(stderr=True)


class OutputFormat(StrEnum):
    """How a command prints its figures."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def say(key: str, **values: object) -> str:
    """Return the text `cli.<key>`."""
    return translate(f"cli.{key}", None, **values)


def example(words: str) -> Callable[[Command], Command]:
    """Give a command the example that ends its help."""

    def give(command: Command) -> Command:
        vars(command)["example"] = words
        return command

    return give


@contextmanager
def working(text: str) -> Iterator[Progress]:
    """Show a spinner, the text and the time while the block runs."""
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Progress(*columns, console=complaints) as progress:
        task = progress.add_task(text, total=1)
        yield progress
        progress.update(task, completed=1)


def print_frame(frame: "pd.DataFrame", form: OutputFormat = OutputFormat.TABLE) -> None:
    """Print a frame as an aligned table, as CSV or as JSON records; the figures of the last two are unrounded.

    Only the table is for people: its titles are in their language, those of the other two are the frame's own.
    """
    match form:
        case OutputFormat.CSV:
            print(frame.to_csv(index=False), end="")
        case OutputFormat.JSON:
            print(frame.to_json(orient="records", date_format="iso", force_ascii=False))
        case OutputFormat.TABLE:
            table = Table(*(_title(str(name)) for name in frame.columns))
            for row in frame.itertuples(index=False, name=None):
                table.add_row(*(Text(_cell(value)) for value in row))  # never markup
            console.print(table)


def _title(name: str) -> str:
    """Return a column's title, the name itself where it is one already."""
    return say(f"title.{name}") if f"cli.title.{name}" in catalogue() else name


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if pd.isna(value):
        return "-"
    return f"{value:.3g}" if isinstance(value, float) else str(value)
