"""Commands about alternatives: what is held together and why, and what a person says of it."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say, working
from commons.vocabulary import Verdict
from ingest.commands.link import print_pairs

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Connection, Role, connect
    from commons.database.statements import run_file
    from ingest.merge.people import find_record, take_back
    from ingest.merge.people import say as keep
    from ingest.merge.told import pairs_among

By = Annotated[str, typer.Option(help=say("alternatives.by"))]
Note = Annotated[str, typer.Option(help=say("alternatives.note"))]


@example("commons alternatives show liste-voisins/17")
def show(
    record: Annotated[str, typer.Argument(help=say("alternatives.record"))],
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = find_record(connection, record)
        print_frame(_records(connection, found.alternative_id), form)
        print_pairs(pairs_among(connection, found.alternative_id), form)


def _records(connection: Connection, alternative_id: int) -> "pd.DataFrame":
    """Return a line per record of the alternative, and in which part of it each audience sees it."""
    found = run_file(connection, "ingest.commands", "alternative_records", {"alternative_id": alternative_id})
    names = ("record", "since", "public", "partners", "researchers")
    return pd.DataFrame(found.fetchall(), columns=[say(f"alternatives.column.{name}") for name in names])


@example("commons alternatives merge liste-voisins/17 potagers/9f --by 'A. Voisin'")
def merge(one: str, other: str, by: By, note: Note = "") -> None:
    _say(one, other, Verdict.SAME, by, note)


@example("commons alternatives split liste-voisins/17 potagers/9f --by 'A. Voisin'")
def split(one: str, other: str, by: By, note: Note = "") -> None:
    _say(one, other, Verdict.DIFFERENT, by, note)


@example("commons alternatives undo liste-voisins/17 potagers/9f --by 'A. Voisin'")
def undo(one: str, other: str, by: By) -> None:
    ensure_database()
    with working(say("link.linking")), connect(Role.INGEST) as connection:
        done = take_back(connection, find_record(connection, one), find_record(connection, other), said_by=by)
    console.print(say("alternatives.done", moved=done.records_moved), markup=False)


def _say(one: str, other: str, verdict: Verdict, by: str, note: str) -> None:
    ensure_database()
    with working(say("link.linking")), connect(Role.INGEST) as connection:
        found = find_record(connection, one), find_record(connection, other)
        done = keep(connection, *found, verdict, said_by=by, note=note)
    console.print(say("alternatives.done", moved=done.records_moved), markup=False)
