"""Commands about what is stored: districts, partners and their tokens, an overview."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer

from commons.calendar import today
from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, console, example, print_frame, say
from commons.errors import CommonsError
from commons.vocabulary import Precision, Stance, Visibility

with lazy_imports():
    import pandas as pd

    from commons.consent.agreement import AgreementTerms
    from commons.consent.change import set_agreement
    from commons.database.connection import Role, connect
    from commons.overview import dataset_overview
    from commons.partners import add_dataset, add_partner, find_partner, issue_token
    from commons.release.readers import give_login
    from commons.tokens import Token, revoke_token, rotate_token, tokens_of


@example("commons partners list --format csv")
def overview(form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        print_frame(dataset_overview(connection), form)


@example("commons partners add voisins 'Les Voisins ASBL'")
def add(slug: str, name: str) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        add_partner(connection, slug, name)
    console.print(say("partners_add.done", slug=slug), markup=False)


@example("commons partners login voisins")
def login(partner: str) -> None:
    ensure_database()
    with connect(Role.ADMIN) as connection:
        name = give_login(connection, find_partner(connection, partner))
    console.print(say("partners_login.done", login=name), markup=False)


@example(
    "commons partners sign voisins liste-voisins --title 'Liste des Voisins' --stance ask --visibility"
    " public --precision exact --contact partners --statistics --reuse --licence CC-BY-4.0 --signed-by"
    " 'A. Voisin' --until 2028-01-01"
)
def sign(
    partner: str,
    dataset: str,
    *,
    title: Annotated[str, typer.Option()],
    stance: Annotated[Stance, typer.Option()],
    visibility: Annotated[Visibility, typer.Option()],
    precision: Annotated[Precision, typer.Option()],
    contact: Annotated[Visibility, typer.Option()],
    licence: Annotated[str, typer.Option()],
    signed_by: Annotated[str, typer.Option()],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
    statistics: Annotated[bool, typer.Option()] = False,
    reuse: Annotated[bool, typer.Option()] = False,
    attribution: Annotated[str | None, typer.Option()] = None,
) -> None:
    ensure_database()
    terms = AgreementTerms(
        stance=stance,
        visibility=visibility,
        precision=precision,
        contact=contact,
        statistics=statistics,
        reuse=reuse,
        licence=licence,
        signed_by=signed_by,
        signed_on=today(),
        valid_until=until.date(),
    )
    if terms.valid_until <= terms.signed_on:
        raise CommonsError("agreement.over", until=terms.valid_until)
    with connect(Role.INGEST) as connection:
        owner = find_partner(connection, partner)
        signed = add_dataset(connection, owner, dataset, title, attribution or f"© {owner.name}")
        change = set_agreement(connection, signed, terms)
    if not change.widens:
        console.print(say("partners_sign.done", dataset=dataset, until=terms.valid_until), markup=False)
        return
    console.print(say("partners_sign.proposed", number=change.proposal_id), markup=False)
    if change.narrows:
        console.print(say("partners_sign.narrowed"), markup=False)


@example("commons partners token voisins --rotate")
def token(
    partner: str,
    *,
    list_all: Annotated[bool, typer.Option("--list", help=say("partners_token.list"))] = False,
    revoke: Annotated[str | None, typer.Option(metavar="ID", help=say("partners_token.revoke"))] = None,
    rotate: Annotated[bool, typer.Option("--rotate", help=say("partners_token.rotate"))] = False,
) -> None:
    if sum((list_all, revoke is not None, rotate)) > 1:
        raise typer.BadParameter("--list / --revoke / --rotate")
    ensure_database()
    with connect(Role.INGEST) as connection:
        owner = find_partner(connection, partner)
        if list_all:
            print_tokens(tokens_of(connection, owner))
            return
        if revoke is not None:
            revoke_token(connection, owner, revoke)
            console.print(say("partners_token.revoked"), markup=False)
            return
        secret = rotate_token(connection, owner) if rotate else issue_token(connection, owner)
    console.print(say("partners_token.rotated" if rotate else "partners_token.done"), markup=False)
    print(secret)


def print_tokens(tokens: Sequence[Token]) -> None:
    """Print the names of a partner's tokens, and whether each opens anything."""
    rows = [
        {
            say("partners_token.id"): token.token_id,
            say("partners_token.created"): token.created_at.date().isoformat(),
            say("partners_token.expires"): token.expires_at.date().isoformat(),
            say("partners_token.state"): say(f"partners_token.state_{token.state}"),
        }
        for token in tokens
    ]
    print_frame(pd.DataFrame(rows))
