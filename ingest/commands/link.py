"""Commands about merging: linking what is stored, asking a person, and who knows what."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say, working
from commons.i18n import translate
from commons.vocabulary import Verdict

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Connection, Role, connect
    from commons.partners import find_dataset
    from ingest.link.reasons import reason_of
    from ingest.link.stored import current_linker, learn_linker
    from ingest.merge.merge import merge
    from ingest.merge.people import find_record
    from ingest.merge.people import say as keep
    from ingest.merge.told import (
        ToldPair,
        comparable,
        count_of_older_models,
        count_waiting_pairs,
        waiting_pairs,
    )

SHOWN = (
    "name", "name_fr", "name_nl", "name_en", "category", "street", "house_number", "postcode", "municipality", "phone",
    "email", "website", "enterprise_number",
)  # fmt: skip
"""What is told of a record to whom decides, as far as it may be compared."""
QUIT, SKIP = "q", ""


@example("commons link --all --dry-run")
def link(
    *,
    everything: Annotated[bool, typer.Option("--all", help=say("link.all"))] = False,
    train: Annotated[bool, typer.Option("--train", help=say("link.train"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("link.dry_run"))] = False,
) -> None:
    ensure_database()
    with (
        working(say("link.linking")),
        connect(Role.INGEST) as connection,
        connection.transaction(force_rollback=dry_run),
    ):
        linker = learn_linker(connection, learned_by="commons link") if train else current_linker(connection)
        done = merge(connection, linker, everything=everything or train)
        waiting, older = count_waiting_pairs(connection), count_of_older_models(connection, linker.name)
    counts = {"changed": done.changed, "others": done.compared_with, "added": done.decisions_added,
              "retired": done.decisions_retired, "moved": done.records_moved}  # fmt: skip
    console.print(say("link.done", **counts), markup=False)
    if waiting:
        console.print(say("link.waiting", count=waiting), markup=False)
    if older:
        console.print(say("link.older", count=older), markup=False)
    if dry_run:
        console.print(say("link.not_stored"), style="bold")


@example("commons review liste-voisins --by 'A. Voisin'")
def review(
    dataset: Annotated[str | None, typer.Argument()] = None,
    by: Annotated[str | None, typer.Option(help=say("review.by"))] = None,
    most: Annotated[int, typer.Option(help=say("review.most"))] = 20,
    form: Annotated[OutputFormat, typer.Option("--format", help=say("review.format"))] = OutputFormat.TABLE,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        of = find_dataset(connection, dataset) if dataset else None
        pairs = waiting_pairs(connection, of, most)
        if by is None:
            print_pairs(pairs, form)
            return
        answered = 0
        for number, pair in enumerate(pairs, 1):
            console.rule(f"{number}/{len(pairs)}")
            answer = _ask(connection, pair)
            if answer == QUIT:
                break
            if answer != SKIP:
                _decide(connection, pair, Verdict(answer), by)
                answered += 1
    console.print(say("review.done", count=answered), markup=False)


def print_pairs(pairs: list[ToldPair], form: OutputFormat) -> None:
    """Print pairs: as a list that a narrow terminal holds, or as figures."""
    if form is not OutputFormat.TABLE:
        print_frame(pair_frame(pairs), form)
        return
    for pair in pairs:
        score = "" if pair.score is None else f" · {pair.score:.2f}"
        console.print(f"{pair.one}  ·  {pair.other}", style="bold", markup=False, highlight=False)
        verdict = translate(f"verdict.{pair.verdict}")
        console.print(f"  {verdict}{score} · {pair.decided_by}", markup=False, highlight=False)
        if why := reason_of(pair.evidence) or pair.note:
            console.print(f"  {why}", markup=False, highlight=False)


def pair_frame(pairs: list[ToldPair]) -> "pd.DataFrame":
    """Return a line per pair: the records, the verdict, how likely, by whom, and what speaks for it."""
    rows = [
        (
            pair.one,
            pair.other,
            translate(f"verdict.{pair.verdict}"),
            pair.score,
            pair.decided_by,
            reason_of(pair.evidence) or pair.note,
        )
        for pair in pairs
    ]
    names = ("one", "other", "verdict", "score", "by", "reason")
    return pd.DataFrame(rows, columns=[say(f"review.column.{name}") for name in names])


def _ask(connection: Connection, pair: ToldPair) -> str:
    """Show two records side by side and return what the person says: a verdict, or `SKIP`, or `QUIT`."""
    known = comparable(connection, (pair.one_id, pair.other_id)).reindex([pair.one_id, pair.other_id])
    told_of = known[[*SHOWN]].T.set_axis([pair.one, pair.other], axis=1).dropna(how="all")
    told_of.insert(
        0, say("review.column.field"), [translate(f"dashboard.field.{name}") for name in told_of.index]
    )
    print_frame(told_of)
    console.print(reason_of(pair.evidence), markup=False)
    answers = (Verdict.SAME.value, Verdict.DIFFERENT.value, SKIP, QUIT)  # as their letters stand
    while True:
        answer = typer.prompt(say("review.ask")).strip().lower()[:1]
        answer = say("review.letters").find(answer) if answer else -1
        if answer >= 0:
            return answers[answer]


def _decide(connection: Connection, pair: ToldPair, verdict: Verdict, by: str) -> None:
    """Keep what was said of one pair at once: whoever stops in the middle keeps what they have done."""
    one, other = find_record(connection, pair.one), find_record(connection, pair.other)
    keep(connection, one, other, verdict, said_by=by)
    connection.commit()
