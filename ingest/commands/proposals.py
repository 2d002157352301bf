"""Commands about what visitors propose: list, show, accept, refuse, corrections."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say, working
from commons.i18n import default_language, translate
from commons.vocabulary import ProposalKind

with lazy_imports():
    import pandas as pd

    from commons.database.connection import Role, connect
    from commons.partners import find_dataset, find_partner
    from commons.proposals import queue
    from commons.proposals.queue import Decider, accept_error, corrections, find_proposal, refuse
    from commons.proposals.queue import proposals as read_proposals
    from ingest.proposed import accept_addition
    from ingest.read.correction import made_text

Deciding = Annotated[str, typer.Option("--by", help=say("proposals.by"))]
Noting = Annotated[str, typer.Option("--note", help=say("proposals.note"))]
Format = Annotated[OutputFormat, typer.Option("--format")]


@example("commons proposals list --partner voisins")
def list_proposals(
    partner: Annotated[str | None, typer.Option(help=say("proposals.partner"))] = None,
    decided: Annotated[bool, typer.Option("--all", help=say("proposals.all"))] = False,
    form: Format = OutputFormat.TABLE,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        of = find_partner(connection, partner) if partner else None
        found = read_proposals(connection, of, waiting=not decided)
    titles = ("reference", "received", "kind", "title", "field", "decision")
    rows = [
        (each.reference, f"{each.received_at:%Y-%m-%d}", _word("proposal_kind", each.kind), each.title or "",
         _word("proposed_field", each.field) if each.field else "",
         say(f"proposals.{each.decision}") if each.decision else "")
        for each in found
    ]  # fmt: skip
    print_frame(safe(pd.DataFrame(rows, columns=[say(f"proposals.{title}") for title in titles])), form)


@example("commons proposals show 4F0A1-9C3D2")
def show(reference: str) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = find_proposal(connection, reference)
        about = corrections(connection, reference=found.reference, accepted=False)
    lines = [
        _word("proposal_kind", found.kind),
        *([_word("proposed_field", found.field)] if found.field else []),
    ]
    console.print(f"{found.reference} · {found.received_at:%Y-%m-%d} · {' · '.join(lines)}", markup=False)
    for name, text in found.words.items():
        console.print(f"{translate(f'propose.label.{name}')}: {text}", markup=False, highlight=False)
    if found.category:
        console.print(f"{translate('propose.label.category')}: {found.category}", markup=False)
    if found.decision:
        word, day = say(f"proposals.{found.decision}"), f"{found.decided_at:%Y-%m-%d}"
        console.print(say("proposals.decided", decision=word, by=found.decided_by, on=day), markup=False)
        console.print(found.note or "", markup=False)
    else:
        console.print(say("proposals.waits"))
    if found.kind is ProposalKind.ERROR:
        print_corrections(about)


@example("commons proposals accept 4F0A1-9C3D2 --into liste-voisins --by 'A. Voisin'")
def accept(
    reference: str,
    by: Deciding,
    into: Annotated[str | None, typer.Option(help=say("proposals.into"))] = None,
    note: Noting = "",
) -> None:
    ensure_database()
    decider = Decider(by, note)
    with working(say("upload.storing")), connect(Role.INGEST) as connection:
        if into is None:
            stored, to_correct = None, accept_error(connection, reference, decider)
        else:
            stored = accept_addition(connection, reference, find_dataset(connection, into), decider)
    if stored is not None:
        console.print(say("proposals_accept.stored", dataset=into, number=stored.upload_id), markup=False)
    else:
        console.print(say("proposals_accept.to_correct"))
        print_corrections(to_correct)


@example("commons proposals refuse 4F0A1-9C3D2 --by 'A. Voisin' --note 'en double'")
def refuse_all(references: list[str], by: Deciding, note: Noting = "") -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        for reference in references:
            refuse(connection, reference, Decider(by, note))
    console.print(say("proposals_refuse.done", count=len(references)))


@example("commons proposals corrections --dataset liste-voisins --format csv")
def list_corrections(
    dataset: Annotated[str | None, typer.Option(help=say("proposals_corrections.dataset"))] = None,
    form: Format = OutputFormat.TABLE,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = corrections(connection, dataset=find_dataset(connection, dataset) if dataset else None)
    print_corrections(found, form)


def print_corrections(found: "pd.DataFrame", form: OutputFormat = OutputFormat.TABLE) -> None:
    """Print a line per record to be corrected."""
    fields = [_word("proposed_field", field) for field in found["field"]]
    titled = safe(found.assign(field=fields)).set_axis(
        [say(f"proposals.{name}") for name in queue.CORRECTION], axis=1
    )
    print_frame(titled, form)


def safe(frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return strangers' words as cells that no spreadsheet runs."""
    return frame.apply(made_text)


def _word(area: str, code: str) -> str:
    return translate(f"{area}.{code}", default_language())
