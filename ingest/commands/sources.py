"""Commands about sources: the addresses that lists are fetched from, and fetching them."""

import sys
from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say, working
from commons.errors import CommonsError
from commons.i18n import translate
from commons.vocabulary import SourceKind

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Role, connect
    from commons.partners import Dataset, find_dataset
    from ingest.remote.address import Address
    from ingest.remote.fetch import Fetcher
    from ingest.remote.refresh import Refreshed
    from ingest.remote.refresh import refresh as refresh_dataset
    from ingest.remote.source import accept_shrink, add_source, all_sources, find_source, remove_source


@example(
    "commons sources add liste-voisins https://voisins.example.org/api/elements.json --kind gogocarto"
    " --by 'A. Voisin'"
)
def add(
    dataset: str,
    address: str,
    by: Annotated[str, typer.Option(help=say("sources_add.by"))],
    kind: Annotated[SourceKind, typer.Option(help=say("sources_add.kind"))] = SourceKind.URL,
) -> None:
    ensure_database()
    given = Address(sys.stdin.readline() if address == "-" else address)
    with connect(Role.INGEST) as connection:
        add_source(connection, find_dataset(connection, dataset), kind, given, added_by=by)
    console.print(say("sources_add.done", dataset=dataset), markup=False)


@example("commons sources list --format csv")
def list_sources(form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = all_sources(connection)
    rows = [
        (
            source.dataset.slug,
            source.kind.value,
            source.address.shown,
            translate(f"source_state.{source.state}"),
            source.last_fetched_at and source.last_fetched_at.replace(microsecond=0),
            source.last_tried_at and source.last_tried_at.replace(microsecond=0),
            source.failures,
            source.unreachable,
            source.problem.what() if source.problem else None,
        )
        for source in found
    ]
    names = ("dataset", "kind", "address", "state", "fetched", "tried", "failures", "unreachable", "problem")
    print_frame(pd.DataFrame(rows, columns=[say(f"sources_list.{name}") for name in names]), form)


@example("commons sources refresh")
def refresh(dataset: Annotated[str | None, typer.Argument()] = None) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        if dataset is None:
            wanted = [source.dataset for source in all_sources(connection)]
        else:
            wanted = [find_dataset(connection, dataset)]
    if not wanted:
        console.print(say("sources_refresh.none"))
        return
    done = [_refresh(each) for each in wanted]
    ill = sum(not each.is_well for each in done)
    if ill:
        raise CommonsError("remote.not_all", count=ill, all=len(done))


def _refresh(dataset: Dataset) -> Refreshed:
    """Return what became of one source, once it is told."""
    with working(say("sources_refresh.fetching", dataset=dataset.slug)) as progress:

        def tell(received: int) -> None:
            text = say("sources_refresh.received", dataset=dataset.slug, kilobytes=received // 1024)
            progress.update(progress.task_ids[0], description=text)

        done = refresh_dataset(dataset, lambda: Fetcher(progress=tell))
    for line in _lines(done):
        console.print(line, markup=False)
    return done


def _lines(done: Refreshed) -> list[str]:
    """Return what there is to say of a refresh."""
    slug, stored, failure = done.dataset.slug, done.stored, done.failure
    if failure is not None:
        state = translate(f"source_state.{done.state}")
        what, remedy = failure.what(), failure.remedy()
        return [say("sources_refresh.failed", dataset=slug, state=state, what=what, remedy=remedy)]
    lines = []
    if done.outcome == "taken" and stored is not None:
        lines.append(
            say("sources_refresh.taken", dataset=slug, rows_in=stored.rows_in, new=stored.new, changed=stored.changed,
                unchanged=stored.unchanged, gone=stored.gone, aside=stored.set_aside)
        )  # fmt: skip
    else:
        lines.append(say(f"sources_refresh.{done.outcome}", dataset=slug))
    if done.unreachable:
        lines.append(say("sources_refresh.unreachable", dataset=slug, count=done.unreachable))
    if done.held_back:
        lines.append(say("sources_refresh.held_back", dataset=slug, count=done.held_back))
    return lines


@example("commons sources remove liste-voisins --by 'A. Voisin'")
def remove(dataset: str, by: Annotated[str, typer.Option(help=say("sources_remove.by"))]) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        remove_source(connection, find_source(connection, find_dataset(connection, dataset)), removed_by=by)
    console.print(say("sources_remove.done", dataset=dataset), markup=False)


@example("commons sources accept-shrink liste-voisins --by 'A. Voisin'")
def accept(dataset: str, by: Annotated[str, typer.Option(help=say("sources_accept_shrink.by"))]) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        lost = accept_shrink(
            connection, find_source(connection, find_dataset(connection, dataset)), accepted_by=by
        )
    console.print(say("sources_accept_shrink.done", dataset=dataset, lost=lost), markup=False)
