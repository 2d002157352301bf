"""The command that lets what was erased, or held back, come in again."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import console, example, say

with lazy_imports():
    from commons.consent.erase import readmit, was_erased
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset
    from ingest.store.held import readmit_row


@example("commons consent readmit liste-voisins --record 12 --by 'A. Voisin'")
def readmit_record(
    dataset: str,
    by: Annotated[str, typer.Option(help=say("consent_readmit.by"))],
    record: Annotated[str | None, typer.Option(help=say("consent_erase.record"))] = None,
    row: Annotated[int | None, typer.Option(help=say("consent_readmit.row"))] = None,
    lost_secret: Annotated[
        bool, typer.Option("--lost-secret", help=say("consent_readmit.lost_secret"))
    ] = False,
) -> None:
    if sum((record is not None, row is not None, lost_secret)) != 1:
        raise typer.BadParameter("--record / --row / --lost-secret")
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        is_erased = lost_secret or (record is not None and was_erased(connection, found, record))
        if is_erased:
            done = readmit(connection, found, record_key=record, asked_by=by)
        else:
            done = readmit_row(connection, found, record_key=record, row=row, asked_by=by)
    outcome = "proposed" if not done else "lifted" if is_erased else "admitted"
    console.print(say(f"consent_readmit.{outcome}"))
