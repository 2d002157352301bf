"""The command that looks for the place of records which have an address and no position."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say, working
from commons.errors import CommonsError
from commons.settings import settings

with lazy_imports():
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset
    from ingest.locate.geocode import Geocoder, addresses_to_send, ask
    from ingest.locate.locate import locate as find_places


@example("commons locate --dataset liste-voisins --dry-run")
def locate(
    dataset: Annotated[str | None, typer.Option(help=say("locate.dataset"))] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("locate.dry_run"))] = False,
    only_list: Annotated[bool, typer.Option("--list", help=say("locate.list"))] = False,
    geocoder: Annotated[bool, typer.Option("--geocoder", help=say("locate.geocoder"))] = False,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE,
) -> None:
    ensure_database()
    is_trial = dry_run or only_list
    if geocoder:
        ask_geocoder(dataset, is_trial=is_trial)
        return
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


def ask_geocoder(dataset: str | None, *, is_trial: bool) -> None:
    """Ask the geocoder that is set for what may be sent of the dataset, or only say how much that would be."""
    setting = settings().geocoder
    if setting is None:
        raise CommonsError("geocoder.none")
    if dataset is None:
        raise CommonsError("geocoder.one_dataset")
    with connect(Role.INGEST) as connection:
        chosen = find_dataset(connection, dataset)
        if is_trial:
            count = len(addresses_to_send(connection, chosen, setting.kind.value))
            console.print(say("locate.would_ask", sent=count))
            return
        with working(say("locate.asking")) as progress:
            task = progress.tasks[0].id

            def advance(done: int, total: int) -> None:
                progress.update(task, description=f"{say('locate.asking')} {done}/{total}")

            asked = ask(connection, chosen, Geocoder(setting), asked_by="commons locate", progress=advance)
    console.print(say("locate.asked", sent=asked.sent, found=asked.found))
