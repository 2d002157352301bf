"""Commands about alternatives: what is held together and why, and what a person says of it."""

from typing import Annotated

import pandas as pd
import typer

from commons.cli.cluster import ensure_database
from commons.cli.link import print_pairs
from commons.cli.terminal import OutputFormat, console, group, print_frame, say, told, working
from commons.database.connection import Connection, Role, connect
from commons.database.statements import run_file
from commons.vocabulary import Verdict

app = group("alternatives")
By = Annotated[str, typer.Option(help=say("alternatives.by"))]
Note = Annotated[str, typer.Option(help=say("alternatives.note"))]


def register(tree: typer.Typer) -> None:
    """Add these commands to the tree."""
    pair = "liste-voisins/17 potagers/9f --by 'A. Voisin'"
    app.command("show", help=told("alternatives_show", "commons alternatives show liste-voisins/17"))(show)
    app.command("merge", help=told("alternatives_merge", f"commons alternatives merge {pair}"))(merge)
    app.command("split", help=told("alternatives_split", f"commons alternatives split {pair}"))(split)
    app.command("undo", help=told("alternatives_undo", f"commons alternatives undo {pair}"))(undo)
    tree.add_typer(app, name="alternatives")


def show(
    record: Annotated[str, typer.Argument(help=say("alternatives.record"))],
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE,
) -> None:
    from ingest.merge.people import find_record  # noqa: PLC0415 - a room above
    from ingest.merge.told import pairs_among  # noqa: PLC0415

    ensure_database()
    with connect(Role.INGEST) as connection:
        found = find_record(connection, record)
        print_frame(_records(connection, found.alternative_id), form)
        print_pairs(pairs_among(connection, found.alternative_id), form)


def _records(connection: Connection, alternative_id: int) -> pd.DataFrame:
    """Return a line per record of the alternative, and in which part of it each audience sees it."""
    found = run_file(connection, "commons.cli", "alternative_records", {"alternative_id": alternative_id})
    names = ("record", "since", "public", "partners", "researchers")
    return pd.DataFrame(found.fetchall(), columns=[say(f"alternatives.column.{name}") for name in names])


def merge(one: str, other: str, by: By, note: Note = "") -> None:
    _say(one, other, Verdict.SAME, by, note)


def split(one: str, other: str, by: By, note: Note = "") -> None:
    _say(one, other, Verdict.DIFFERENT, by, note)


def undo(one: str, other: str, by: By) -> None:
    from ingest.merge.people import find_record, take_back  # noqa: PLC0415 - a room above

    ensure_database()
    with working(say("link.linking")), connect(Role.INGEST) as connection:
        done = take_back(connection, find_record(connection, one), find_record(connection, other), said_by=by)
    console.print(say("alternatives.done", moved=done.records_moved), markup=False)


def _say(one: str, other: str, verdict: Verdict, by: str, note: str) -> None:
    from ingest.merge.people import find_record  # noqa: PLC0415 - a room above
    from ingest.merge.people import say as keep  # noqa: PLC0415

    ensure_database()
    with working(say("link.linking")), connect(Role.INGEST) as connection:
        found = find_record(connection, one), find_record(connection, other)
        done = keep(connection, *found, verdict, said_by=by, note=note)
    console.print(say("alternatives.done", moved=done.records_moved), markup=False)
