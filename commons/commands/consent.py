"""Commands about changing consent: withdraw, set, proposals, approve, refuse."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, complaints, console, example, print_frame, say
from commons.i18n import translate
from commons.vocabulary import EvidenceKind, FieldGroup, Precision, Visibility

with lazy_imports():
    import pandas as pd

    from commons.consent.change import Change, set_consent
    from commons.consent.decide import approve, refuse
    from commons.consent.proposal import open_proposals
    from commons.consent.statements import Word
    from commons.consent.wanted import Wanted
    from commons.consent.withdraw import Receipt, withdraw
    from commons.database.connection import Role, connect
    from commons.partners import find_dataset


PROPOSED = ("visibility", "precision", "contact", "statistics", "reuse", "licence", "until", "stance")


class Evidence(StrEnum):
    """The ways in which a consent is given to a person."""

    FORM = EvidenceKind.FORM.value
    MAIL = EvidenceKind.MAIL.value
    PAPER = EvidenceKind.PAPER.value


By = Annotated[str, typer.Option(help=say("consent_set.by"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=say("upload.dry_run"))]
Number = Annotated[int, typer.Argument(help=say("consent_approve.number"))]


@example("commons consent withdraw liste-voisins --by 'A. Voisin' --dry-run")
def withdraw_consent(
    dataset: str,
    by: Annotated[str, typer.Option(help=say("consent_withdraw.by"))],
    record: Annotated[str | None, typer.Option(help=say("consent_withdraw.record"))] = None,
    field_group: Annotated[
        list[FieldGroup] | None, typer.Option("--group", help=say("consent_withdraw.group"))
    ] = None,
    dry_run: DryRun = False,
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
    print_receipt(receipt)
    if not receipt.in_ledger:
        complaints.print(say("consent_withdraw.not_in_ledger"), style="bold red")


@example(
    "commons consent set liste-voisins --record 12 --visibility partners --precision commune --contact"
    " withheld --statistics --no-reuse --by 'A. Voisin' --dry-run"
)
def set_flags(
    dataset: str,
    *,
    visibility: Annotated[Visibility, typer.Option(help=say("consent_set.visibility"))],
    precision: Annotated[Precision, typer.Option(help=say("consent_set.precision"))],
    contact: Annotated[Visibility, typer.Option(help=say("consent_set.contact"))],
    statistics: Annotated[
        bool, typer.Option("--statistics/--no-statistics", help=say("consent_set.statistics"))
    ],
    reuse: Annotated[bool, typer.Option("--reuse/--no-reuse", help=say("consent_set.reuse"))],
    by: By,
    record: Annotated[str | None, typer.Option(help=say("consent_set.record"))] = None,
    licence: Annotated[str | None, typer.Option(help=say("consent_set.licence"))] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help=say("consent_set.until"))
    ] = None,
    evidence_kind: Annotated[Evidence, typer.Option(help=say("consent_set.evidence_kind"))] = Evidence.FORM,
    evidence: Annotated[str | None, typer.Option(help=say("consent_set.evidence"))] = None,
    capacity: Annotated[str | None, typer.Option(help=say("consent_set.capacity"))] = None,
    dry_run: DryRun = False,
) -> None:
    ensure_database()
    wanted = Wanted(
        visibility=visibility,
        precision=precision,
        contact=contact,
        statistics=statistics,
        reuse=reuse,
        licence=licence,
        until=until.date() if until else None,
    )
    word = Word(given_by=by, evidence_kind=EvidenceKind(evidence_kind), capacity=capacity, evidence=evidence)
    with connect(Role.INGEST) as connection:
        found = find_dataset(connection, dataset)
        change = set_consent(connection, found, wanted, word, record_key=record, dry_run=dry_run)
    print_change(change, dry_run=dry_run)


@example("commons consent proposals")
def list_proposals(form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        proposals = open_proposals(connection)
    if not proposals and form is OutputFormat.TABLE:
        console.print(say("consent_proposals.none"))
        return
    rows = [
        {
            "number": proposal.proposal_id,
            "dataset": proposal.dataset.slug,
            "record": proposal.record_key,
            "proposed_by": proposal.word.given_by,
            "proposed_on": proposal.proposed_at.date().isoformat(),
            **{name: proposal.codes.get(name) for name in PROPOSED},
        }
        for proposal in proposals
    ]
    print_frame(pd.DataFrame(rows), form)


@example("commons consent approve 3 --by 'B. Buren' --dry-run")
def approve_proposal(
    number: Number, by: Annotated[str, typer.Option(help=say("consent_approve.by"))], dry_run: DryRun = False
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        change = approve(connection, number, approved_by=by, dry_run=dry_run)
    console.print(say("consent_approve.dry") if dry_run else say("consent_approve.done", number=number))
    print_effects(change.effects)


@example("commons consent refuse 3 --by 'B. Buren'")
def refuse_proposal(number: Number, by: Annotated[str, typer.Option(help=say("consent_refuse.by"))]) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        refuse(connection, number, refused_by=by)
    console.print(say("consent_refuse.done", number=number))


def print_change(change: Change, *, dry_run: bool) -> None:
    """Say what closed at once, and what waits for another person."""
    if change.narrows:
        console.print(say("consent_set.at_once_dry" if dry_run else "consent_set.at_once"))
        print_effects(change.effects)
        if not change.in_ledger:
            complaints.print(say("consent_withdraw.not_in_ledger"), style="bold red")
    else:
        console.print(say("consent_set.nothing_closes" if change.widens else "consent_set.nothing"))
    if change.widens and dry_run:
        console.print(say("consent_set.if_approved"))
        print_effects(change.if_approved)
    elif change.widens:
        console.print(say("consent_set.proposed", number=change.proposal_id), markup=False)
    if change.exceeds:
        console.print(say("consent_set.exceeds"), markup=False)


def print_receipt(receipt: Receipt) -> None:
    """Say what was withdrawn from whom, and which frozen statistics had counted it."""
    print_effects(receipt.effects)
    if receipt.snapshots:
        counted = ", ".join(f"{snapshot.number} ({snapshot.frozen_on})" for snapshot in receipt.snapshots)
        console.print(say("consent_withdraw.counted", snapshots=counted), markup=False)
    if receipt.handed_out:
        left = ", ".join(
            f"{each.at.date().isoformat()} {each.what} ({each.partner or translate(f'audience.{each.audience}')})"
            for each in receipt.handed_out
        )
        console.print(say("consent_withdraw.handed_out", handed=left), markup=False)


def print_effects(effects: Sequence[Any]) -> None:
    """Print effects in the reader's language, a row for each reader."""
    frame = pd.DataFrame([asdict(effect) for effect in effects]).dropna(axis="columns", how="all")
    frame["audience"] = [translate(f"audience.{code}") for code in frame["audience"]]
    print_frame(frame.rename(columns=lambda name: say(f"effects.{name}")))
    console.print(say("effects.note"), markup=False)
