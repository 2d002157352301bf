"""The command `commons demo`: from nothing to a map of fictional partners."""

from pathlib import Path
from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.districts import Origin, load_from, print_loaded
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import console, example, print_frame, say, working
from commons.settings import settings
from dashboard.commands.serve import serve

with lazy_imports():
    from commons.database.connection import Role, connect, conninfo
    from commons.database.migrate import upgrade
    from commons.districts.packaged import packaged_districts
    from commons.overview import dataset_overview
    from commons.partners import find_partner, issue_token
    from ingest.demo import demo_partners, load_demo_partner, refuse_real_partners, write_demo
    from ingest.link.stored import learn_linker
    from ingest.merge.merge import merge


@example("commons demo --no-serve")
def demo(
    write: Annotated[Path | None, typer.Option(help=say("demo.write"))] = None,
    seed: Annotated[int, typer.Option(help=say("demo.seed"))] = 2018,
    no_serve: Annotated[bool, typer.Option("--no-serve", help=say("demo.no_serve"))] = False,
    host: Annotated[str | None, typer.Option(help=say("serve.host"))] = None,
    port: Annotated[int | None, typer.Option(help=say("serve.port"))] = None,
) -> None:
    if write is not None:
        _write(write, seed)
        console.print(say("demo.written", folder=write), markup=False)
        return
    with working(say("up.doing")):
        ensure_database()
    with working(say("db_upgrade.doing")):
        upgrade(conninfo(Role.ADMIN))
    with connect(Role.INGEST) as connection:
        refuse_real_partners(connection)
    with working(say("districts_load.doing")):
        report = load_from(Origin.PACKAGED)
    print_loaded(report, Origin.PACKAGED)
    folder = settings().home / "demo"
    _write(folder, seed)
    partners = demo_partners(folder)
    for partner in partners:
        with working(say("demo.loading", partner=partner.name)), connect(Role.INGEST) as connection:
            load_demo_partner(connection, folder, partner)
    with working(say("demo.learning")), connect(Role.INGEST) as connection:
        merge(connection, learn_linker(connection, learned_by="commons demo"), everything=True)
    with connect(Role.INGEST) as connection:
        print_frame(dataset_overview(connection).drop(columns="partner"))
        token = issue_token(connection, find_partner(connection, partners[-1].slug))
    console.print(say("demo.token", partner=partners[-1].name), markup=False)
    print(token)
    if not no_serve:
        serve(host, port)


def _write(folder: Path, seed: int) -> None:
    with working(say("demo.writing")):
        write_demo(folder, packaged_districts(), seed)
