"""The command `commons demo`: from nothing to a map of fictional partners."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

import typer

from commons.cli.cluster import ensure_database, serve
from commons.cli.data import load_official_districts
from commons.cli.terminal import console, print_frame, say, told, working
from commons.consent.agreement import AgreementTerms, sign_agreement
from commons.database.connection import Connection, Role, connect, conninfo
from commons.database.migrate import upgrade
from commons.districts.frames import read_districts
from commons.errors import CommonsError
from commons.overview import dataset_overview
from commons.partners import Dataset, add_dataset, add_partner, find_partner, issue_token
from commons.settings import settings
from commons.vocabulary import Precision, Stance, Visibility


def register(app: typer.Typer) -> None:
    """Add this command to the tree."""
    app.command(help=told("demo", "commons demo --no-serve"))(demo)


def demo(
    write: Annotated[Path | None, typer.Option(help=say("demo.write"))] = None,
    seed: Annotated[int, typer.Option(help=say("demo.seed"))] = 2018,
    no_serve: Annotated[bool, typer.Option("--no-serve", help=say("demo.no_serve"))] = False,
    host: Annotated[str | None, typer.Option(help=say("serve.host"))] = None,
    port: Annotated[int | None, typer.Option(help=say("serve.port"))] = None,
) -> None:
    folder = write or settings().home / "demo"
    with working(say("demo.writing")):
        _write(folder, seed)
    if write is not None:
        console.print(say("demo.written", folder=folder), markup=False)
        return
    with working(say("up.doing")):
        ensure_database()
    with working(say("db_upgrade.doing")):
        upgrade(conninfo(Role.ADMIN))
    with working(say("districts_load.doing")):
        report = load_official_districts()
    console.print(
        say(f"districts_load.{report.scheme}", districts=report.districts, population=report.population)
    )
    listed = tomllib.loads((folder / "partners.toml").read_text("utf-8"))["partner"]
    for told_partner in listed:
        with working(say("demo.loading", partner=told_partner["name"])):
            _load_partner(folder, told_partner)
    with connect(Role.INGEST) as connection:
        print_frame(dataset_overview(connection))
        token = issue_token(connection, find_partner(connection, listed[-1]["slug"]))
    console.print(say("demo.token", partner=listed[-1]["name"]), markup=False)
    print(token)
    if not no_serve:
        serve(host, port)


def _write(folder: Path, seed: int) -> None:
    from ingest.demo import write_demo  # noqa: PLC0415 - a room above

    now = settings()
    write_demo(folder, read_districts(now.mirror, now.home / "districts"), seed)


def _load_partner(folder: Path, told_partner: dict[str, Any]) -> None:
    """Store one partner, its agreement and its file; what is stored already stays as it is."""
    from ingest.upload import commit_upload, prepare_upload  # noqa: PLC0415 - a room above

    prepared = prepare_upload(folder / told_partner["dataset"]["file"])
    with connect(Role.INGEST) as connection:
        _refuse_real_partners(connection)
        dataset = _sign(connection, told_partner)
        commit_upload(connection, dataset, prepared, uploaded_by="commons demo")


def _sign(connection: Connection, told_partner: dict[str, Any]) -> Dataset:
    terms = dict(told_partner["agreement"])
    attribution = terms.pop("attribution")
    partner = add_partner(connection, told_partner["slug"], told_partner["name"])
    entry = told_partner["dataset"]
    dataset = add_dataset(connection, partner, entry["slug"], entry["title"], attribution)
    signed = connection.execute(
        "SELECT FROM commons.agreement WHERE dataset_id = %s AND ended_at IS NULL", (dataset.dataset_id,)
    ).fetchone()
    if signed is None:
        terms |= {
            "stance": Stance(terms["stance"]),
            "visibility": Visibility(terms["visibility"]),
            "contact": Visibility(terms["contact"]),
            "precision": Precision(terms["precision"]),
        }
        sign_agreement(connection, dataset, AgreementTerms(**terms))
    return dataset


def _refuse_real_partners(connection: Connection) -> None:
    """Keep invented alternatives out of a commons that holds real ones."""
    query = "SELECT FROM commons.partner WHERE name !~ '\\((fictif|fictief|fictional)\\)$' LIMIT 1"
    if connection.execute(query).fetchone() is not None:
        raise CommonsError("demo.real_partners")
