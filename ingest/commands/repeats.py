"""The command that lets a list hold one alternative twice."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import console, example, say, working

with lazy_imports():
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset, let_repeat
    from ingest.merge.merge import merge


@example("commons partners repeats liste-voisins --by 'A. Voisin'")
def repeats(
    dataset: str,
    *,
    by: Annotated[str, typer.Option(help=say("partners_repeats.by"))],
    may_repeat: Annotated[
        bool, typer.Option("--may-repeat/--each-once", help=say("partners_repeats.may_repeat"))
    ] = True,
) -> None:
    ensure_database()
    with working(say("link.linking")), connect(Role.INGEST) as connection:
        let_repeat(connection, find_dataset(connection, dataset), may_repeat=may_repeat, said_by=by)
        done = merge(connection)
    console.print(say("alternatives.done", moved=done.records_moved), markup=False)
