"""Commands about erasure: erase, readmit."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.consent import print_receipt
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import complaints, console, example, print_frame, say, working

with lazy_imports():
    import pandas as pd

    from commons.consent.erase import erase, forget_erased
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset


@example("commons consent erase liste-voisins --record 12 --by 'A. Voisin' --dry-run")
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
