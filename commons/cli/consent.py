"""Commands about consent: withdraw."""

from dataclasses import asdict
from typing import Annotated

import pandas as pd
import typer

from commons.cli.cluster import ensure_database
from commons.cli.terminal import console, group, print_frame, say, told
from commons.consent.withdraw import withdraw
from commons.database.connection import Role, connect
from commons.partners import find_dataset
from commons.vocabulary import FieldGroup

app = group("consent")


@app.command(
    "withdraw",
    help=told("consent_withdraw", "commons consent withdraw liste-voisins --by 'A. Voisin' --dry-run"),
)
def withdraw_consent(
    dataset: str,
    by: Annotated[str, typer.Option(help=say("consent_withdraw.by"))],
    record: Annotated[str | None, typer.Option(help=say("consent_withdraw.record"))] = None,
    field_group: Annotated[
        list[FieldGroup] | None, typer.Option("--group", help=say("consent_withdraw.group"))
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("upload.dry_run"))] = False,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        receipt = withdraw(
            connection,
            find_dataset(connection, dataset),
            record_key=record,
            field_groups=field_group or tuple(FieldGroup),
            withdrawn_by=by,
            dry_run=dry_run,
        )
    number = receipt.withdrawal_id
    console.print(say("consent_withdraw.dry") if dry_run else say("consent_withdraw.done", number=number))
    print_frame(pd.DataFrame([asdict(effect) for effect in receipt.effects]))
