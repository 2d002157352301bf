"""Commands about the charter: assess, history."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say
from commons.vocabulary import CharterGrade

with lazy_imports():
    import pandas as pd

    from commons.charter import assess, assessments
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset, find_partner


@example("commons charter assess liste-voisins 17 --by voisins --grade B --reasons '…'")
def assess_record(
    dataset: str,
    record: str,
    *,
    by: Annotated[str, typer.Option(help=say("charter_assess.by"))],
    grade: Annotated[CharterGrade, typer.Option()],
    reasons: Annotated[str | None, typer.Option()] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        assess(
            connection,
            find_dataset(connection, dataset),
            record,
            find_partner(connection, by),
            grade,
            reasons=reasons,
            assessed_on=on.date() if on else None,
        )
    console.print(say("charter_assess.done", grade=grade.value))


@example("commons charter history liste-voisins 17")
def history(
    dataset: str,
    record: str,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        given = assessments(connection, find_dataset(connection, dataset), record)
    print_frame(pd.DataFrame([asdict(one) for one in given]), form)
