"""Commands that show consent: show, receipt."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, complaints, console, example, print_frame, say
from commons.settings import LINK_DAYS

with lazy_imports():
    from commons.consent.link import issue_link, revoke_links
    from commons.consent.show import show
    from commons.consent.tell import tell
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset


@example("commons consent show liste-voisins --record 12")
def show_consent(
    dataset: str,
    record: Annotated[str | None, typer.Option(help=say("consent_show.record"))] = None,
    form: Annotated[OutputFormat, typer.Option("--format", help=say("research.format"))] = OutputFormat.TABLE,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        frame = tell(show(connection, find_dataset(connection, dataset), record))
    if form is not OutputFormat.TABLE:
        print_frame(frame, form)
        return
    for part, rows in frame.groupby("part", sort=False):
        console.print(say(f"consent_show.heading.{part}"), style="bold", markup=False)
        filled = rows.drop(columns="part").loc[:, lambda found: (found != "").any()]
        print_frame(filled.rename(columns=lambda name: say(f"consent_show.column.{name}")))


@example("commons consent receipt liste-voisins 12 --days 365")
def hand_receipt(
    dataset: str,
    record: Annotated[str, typer.Argument(help=say("consent_show.record"))],
    days: Annotated[int, typer.Option(help=say("consent_receipt.days"))] = LINK_DAYS,
    revoke: Annotated[bool, typer.Option("--revoke", help=say("consent_receipt.revoke"))] = False,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        if revoke:
            ended = revoke_links(connection, found, record)
        else:
            path = issue_link(connection, found, record, days=days)
    if revoke:
        console.print(say("consent_receipt.revoked", count=ended))
        return
    complaints.print(say("consent_receipt.done"), markup=False)
    print(path)
