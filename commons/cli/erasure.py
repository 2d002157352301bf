"""Commands about erasure: erase, readmit."""

from typing import Annotated

import pandas as pd
import typer

from commons.cli.cluster import ensure_database
from commons.cli.consent import print_receipt
from commons.cli.terminal import complaints, console, print_frame, say, told, working
from commons.consent.erase import erase, forget_erased, readmit, was_erased
from commons.database.connection import Role, connect
from commons.partners import find_dataset

ERASE_EXAMPLE = "commons consent erase liste-voisins --record 12 --by 'A. Voisin' --dry-run"
READMIT_EXAMPLE = "commons consent readmit liste-voisins --record 12 --by 'A. Voisin'"


def register(consent: typer.Typer) -> None:
    """Add these commands to those about consent."""
    consent.command("erase", help=told("consent_erase", ERASE_EXAMPLE))(erase_record)
    consent.command("readmit", help=told("consent_readmit", READMIT_EXAMPLE))(readmit_record)


def erase_record(
    dataset: str,
    record: Annotated[str, typer.Option(help=say("consent_erase.record"))],
    by: Annotated[str, typer.Option(help=say("consent_erase.by"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("consent_erase.dry_run"))] = False,
) -> None:
    ensure_database()
    with working(say("consent_erase.doing")):
        with connect(Role.INGEST) as connection:
            erasure = erase(
                connection,
                find_dataset(connection, dataset),
                record_key=record,
                erased_by=by,
                dry_run=dry_run,
            )
        if not dry_run:
            with connect(Role.INGEST) as connection:  # after the commit: it reads whole tables
                forget_erased(connection)
    number = erasure.receipt.withdrawal_id
    console.print(say("consent_erase.dry") if dry_run else say("consent_erase.done", number=number))
    print_receipt(erasure.receipt)
    console.print(say("consent_erase.removed"))
    print_frame(pd.DataFrame(erasure.removed.items(), columns=["what", "rows"]))
    if not erasure.receipt.in_ledger:
        complaints.print(say("consent_withdraw.not_in_ledger"), style="bold red")


def readmit_record(
    dataset: str,
    by: Annotated[str, typer.Option(help=say("consent_readmit.by"))],
    record: Annotated[str | None, typer.Option(help=say("consent_erase.record"))] = None,
    row: Annotated[int | None, typer.Option(help=say("consent_readmit.row"))] = None,
    lost_secret: Annotated[
        bool, typer.Option("--lost-secret", help=say("consent_readmit.lost_secret"))
    ] = False,
) -> None:
    from ingest.store.held import readmit_row  # noqa: PLC0415 - a room above

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
