"""The command that compares two files: which of their records speak of the same alternative."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commons.commands.lazy import lazy_imports
from commons.commands.terminal import console, example, say, working
from commons.errors import CommonsError

with lazy_imports():
    from ingest.compare import compare_lists, read_list, result_frame
    from ingest.link.reasons import reasons_of


class Engine(StrEnum):
    """What finds the pairs: this process alone, or Spark."""

    LOCAL = "local"
    SPARK = "spark"


@example("commons compare liste-a.csv liste-b.geojson --out pairs.csv --one-to-one")
def compare(
    left: Path,
    right: Path,
    out: Annotated[Path, typer.Option(help=say("compare.out"))],
    *,
    one_to_one: Annotated[bool, typer.Option("--one-to-one", help=say("compare.one_to_one"))] = False,
    engine: Annotated[Engine, typer.Option(help=say("compare.engine"))] = Engine.LOCAL,
) -> None:
    lists = []
    for path in (left, right):
        if not path.is_file():
            raise CommonsError("upload.no_file", file=path.name)
        with working(say("compare.reading", file=path.name)):
            lists.append(read_list(path))
        if not lists[-1].frame.filter(regex="^name").notna().any(axis=None):
            raise CommonsError("compare.no_name", file=path.name)
    with working(say("compare.comparing")):
        comparison = compare_lists(*lists, is_one_to_one=one_to_one, on_spark=engine is Engine.SPARK)
        reasons = reasons_of(comparison.linker, comparison.prepared, comparison.pairs)
        found = result_frame(comparison, reasons)
    try:
        found.to_csv(out, index=False)
    except OSError as failure:
        raise CommonsError("compare.not_written", file=out.name) from failure
    counts = found["decision"].value_counts()
    console.print(
        say(
            "compare.done",
            left=len(lists[0].frame),
            right=len(lists[1].frame),
            matches=int(counts.get("match", 0)),
            reviews=int(counts.get("review", 0)),
            file=out.name,
        ),
        markup=False,
    )
