"""Commands about what is stored: districts, partners and their tokens, an overview."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from importlib.resources import as_file
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from commons.calendar import today
from commons.cli.cluster import ensure_database
from commons.cli.terminal import OutputFormat, console, group, print_frame, say, told, working
from commons.consent.agreement import AgreementTerms
from commons.consent.change import set_agreement
from commons.database.connection import Role, connect
from commons.districts.load import LoadReport, load_districts
from commons.districts.replace import replace_records
from commons.districts.structure import Districts
from commons.errors import CommonsError
from commons.overview import dataset_overview
from commons.partners import add_dataset, add_partner, find_dataset, find_partner, issue_token, let_repeat
from commons.proposals.queue import forget_proposals
from commons.release.readers import give_login
from commons.release.upkeep import release_drift, sweep_release
from commons.settings import settings
from commons.tokens import Token, revoke_token, rotate_token, tokens_of
from commons.vocabulary import DistrictLevel, Precision, Stance, Visibility

districts = group("districts")
release = group("release")
partners = group("partners")


def register(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    districts.command("load", help=told("districts_load", "commons districts load"))(load)
    districts.command("pack", help=told("districts_pack", "commons districts pack originals/"))(pack)
    app.add_typer(districts, name="districts")
    partners.command("list", help=told("partners_list", "commons partners list --format csv"))(overview)
    partners.command("add", help=told("partners_add", "commons partners add voisins 'Les Voisins ASBL'"))(add)
    partners.command("sign", help=told("partners_sign", SIGN_EXAMPLE))(sign)
    repeats_example = "commons partners repeats liste-voisins --by 'A. Voisin'"
    partners.command("repeats", help=told("partners_repeats", repeats_example))(repeats)
    partners.command("login", help=told("partners_login", "commons partners login voisins"))(login)
    partners.command("token", help=told("partners_token", "commons partners token voisins --rotate"))(token)
    app.add_typer(partners, name="partners")
    release.command("sweep", help=told("release_sweep", "commons release sweep"))(sweep)
    release.command("check", help=told("release_check", "commons release check"))(check_drift)
    app.add_typer(release, name="release")


SIGN_EXAMPLE = (
    "commons partners sign voisins liste-voisins --title 'Liste des Voisins' --stance ask --visibility public"
    " --precision exact --contact partners --statistics --reuse --licence CC-BY-4.0 --signed-by 'A. Voisin'"
    " --until 2028-01-01"
)


class Origin(StrEnum):
    """Where the districts that a load stores come from."""

    PACKAGED = "packaged"
    DOWNLOADED = "downloaded"
    GRID = "grid"


def load_from(origin: Origin) -> LoadReport:
    """Return what was stored of the districts: those of the program, of the publishers' originals, or the grid.

    Every record is given its districts anew, and released anew, in the same transaction. Raises GridNotNeededError
    where the grid would take the place of official districts.
    """
    found = _read_from(origin)
    with connect(Role.ADMIN) as connection:
        connection.execute("SET LOCAL ROLE commons_owner")
        report = load_districts(connection, found)
        replace_records(connection)
    return report


def _read_from(origin: Origin) -> Districts:
    # Inside, for what they import takes some of every command's start.
    from commons.districts.frames import read_districts  # noqa: PLC0415
    from commons.districts.grid import grid_districts  # noqa: PLC0415
    from commons.districts.packaged import packaged_districts  # noqa: PLC0415

    match origin:
        case Origin.PACKAGED:
            return packaged_districts()
        case Origin.DOWNLOADED:
            now = settings()
            return read_districts(now.mirror, now.home / "districts")
        case Origin.GRID:
            return grid_districts()


def print_loaded(report: LoadReport, origin: Origin) -> None:
    """Print in one line which districts are shown, and of which date; then the sources that could not be had."""
    counts = {f"{level}s": report.current[level] for level in DistrictLevel}
    year = report.counted_in
    inhabitants = say("districts_load.counted", year=year) if year else say("districts_load.uncounted")
    line = say(f"districts_load.{origin}", borders=report.borders, inhabitants=inhabitants, **counts)
    console.print(line, markup=False, highlight=False, soft_wrap=True)
    if report.missing:
        console.print(say("districts_load.missing", sources=", ".join(report.missing)), markup=False)


def load(
    *,
    download: Annotated[bool, typer.Option("--download", help=say("districts_load.download"))] = False,
    grid: Annotated[bool, typer.Option("--grid", help=say("districts_load.use_grid"))] = False,
) -> None:
    if download and grid:
        raise CommonsError("district_origins")
    origin = Origin.DOWNLOADED if download else Origin.GRID if grid else Origin.PACKAGED
    ensure_database()
    with working(say("districts_load.doing")):
        report = load_from(origin)
    print_loaded(report, origin)


def pack(
    originals: Annotated[
        Path, typer.Argument(file_okay=False, exists=True, help=say("districts_pack.originals"))
    ],
    to: Annotated[
        Path | None, typer.Option(file_okay=False, exists=True, help=say("districts_pack.to"))
    ] = None,
) -> None:
    from commons.districts.packaged import PACKAGED, pack_districts  # noqa: PLC0415

    with working(say("districts_pack.doing")), as_file(PACKAGED) as packaged:
        sizes = pack_districts(originals, to or packaged)
    print_frame(pd.DataFrame(sizes.items(), columns=["file", "bytes"]))


def overview(form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        print_frame(dataset_overview(connection), form)


def add(slug: str, name: str) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        add_partner(connection, slug, name)
    console.print(say("partners_add.done", slug=slug), markup=False)


def repeats(
    dataset: str,
    *,
    by: Annotated[str, typer.Option(help=say("partners_repeats.by"))],
    may_repeat: Annotated[
        bool, typer.Option("--may-repeat/--each-once", help=say("partners_repeats.may_repeat"))
    ] = True,
) -> None:
    from ingest.merge.merge import merge  # noqa: PLC0415 - a room above

    ensure_database()
    with working(say("link.linking")), connect(Role.INGEST) as connection:
        let_repeat(connection, find_dataset(connection, dataset), may_repeat=may_repeat, said_by=by)
        done = merge(connection)
    console.print(say("alternatives.done", moved=done.records_moved), markup=False)


def login(partner: str) -> None:
    ensure_database()
    with connect(Role.ADMIN) as connection:
        name = give_login(connection, find_partner(connection, partner))
    console.print(say("partners_login.done", login=name), markup=False)


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


def sweep() -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        released = sweep_release(connection)
        forget_proposals(connection)
    console.print(say("release_sweep.done", count=released))


def check_drift() -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        drifted = release_drift(connection)
    if drifted:
        raise CommonsError("release.drift", count=drifted)
    console.print(say("release_check.done"))
