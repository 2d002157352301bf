"""The command that looks for the place of records which have an address and no position."""

from typing import Annotated

import typer

from commons.cli.cluster import ensure_database
from commons.cli.terminal import OutputFormat, console, print_frame, say, told, working
from commons.database.connection import Role, connect
from commons.partners import find_dataset


def register(app: typer.Typer) -> None:
    """Add the command to the tree."""
    app.command(help=told("locate", "commons locate --dataset liste-voisins --dry-run"))(locate)


def locate(
    dataset: Annotated[str | None, typer.Option(help=say("locate.dataset"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("locate.dry_run"))] = False,
    only_list: Annotated[bool, typer.Option("--list", help=say("locate.list"))] = False,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE,
) -> None:
    from ingest.locate.locate import locate as find_places  # noqa: PLC0415 - a room above

    ensure_database()
    is_trial = dry_run or only_list
    with working(say("locate.doing")), connect(Role.INGEST) as connection:
        chosen = find_dataset(connection, dataset) if dataset else None
        with connection.transaction(force_rollback=is_trial):
            done = find_places(connection, chosen, located_by="commons locate")
    if only_list:
        queue = done.queue.assign(outcome=[say(f"locate.{outcome}") for outcome in done.queue["outcome"]])
        print_frame(queue.rename(columns=lambda name: say(f"locate.{name}")), form)
        return
    outcome = "locate.would" if is_trial else "locate.done"
    console.print(say(outcome, found=done.found, waited=done.waited))
