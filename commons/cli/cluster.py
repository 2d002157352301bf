"""Commands about the database: up, down, status, db upgrade, serve."""

from typing import Annotated

import typer

from commons.cli.terminal import complaints, console, group, say, told, working
from commons.database.connection import Role, connect, conninfo
from commons.database.embedded import EmbeddedCluster
from commons.database.failures import is_lasting
from commons.errors import CommonsError
from commons.settings import settings

db = group("db")
IS_UPGRADED = "SELECT FROM reference.category LIMIT 0"
"""What every login may ask of a database with our schema."""


def register(app: typer.Typer) -> None:
    """Add these commands to the tree."""
    app.command(help=told("up", "commons up"))(up)
    app.command(help=told("down", "commons down"))(down)
    app.command(help=told("status", "commons status"))(status)
    app.command(help=told("serve", "commons serve --port 8501"))(serve)
    db.command("upgrade", help=told("db_upgrade", "commons db upgrade"))(upgrade_database)
    app.add_typer(db, name="db")


def ensure_database() -> None:
    """Start the embedded cluster where no other database is named."""
    now = settings()
    if now.database_url is None:
        EmbeddedCluster(now.home).start()


def up() -> None:
    with working(say("up.doing")):
        ensure_database()
    status()


def down() -> None:
    EmbeddedCluster(settings().home).stop()
    status()


def status() -> None:
    now = settings()
    if now.database_url is not None:
        console.print(say("status.elsewhere"))
        with connect(Role.PUBLIC) as connection:
            console.print(say("status.answers", version=connection.info.parameter_status("server_version")))
        return
    found = EmbeddedCluster(now.home).status()
    if found.running:
        console.print(
            say("status.running", version=found.version, pid=found.pid, url=EmbeddedCluster(now.home).url())
        )
    else:
        console.print(say("status.stopped", folder=found.data_folder))


def _ensure_logins() -> None:
    """Raise CommonsError where a login of the pages can never connect; a server that is down may come back: say so."""
    for role in (Role.PUBLIC, Role.PARTNER, Role.RESEARCHER, Role.INGEST):
        try:
            with connect(role) as connection:
                connection.execute(IS_UPGRADED)
        except CommonsError as failure:
            if is_lasting(failure):
                raise
            complaints.print(str(failure), markup=False)
            return


def upgrade_database() -> None:
    from commons.database.migrate import upgrade  # noqa: PLC0415 - takes half a second of every command

    ensure_database()
    with working(say("db_upgrade.doing")):
        others = upgrade(conninfo(Role.ADMIN))
    console.print(say("db_upgrade.done"))
    if others:
        complaints.print(say("db_upgrade.shared", databases=", ".join(others)), markup=False)


def serve(
    host: Annotated[str | None, typer.Option(help=say("serve.host"))] = None,
    port: Annotated[int | None, typer.Option(help=say("serve.port"))] = None,
) -> None:
    ensure_database()
    _ensure_logins()
    from dashboard import server  # noqa: PLC0415 - a room above, only where it is needed

    now = settings()
    chosen_host, chosen_port = host or now.host, port or now.port
    complaints.print(say("serve.open", url=f"http://{chosen_host}:{chosen_port}"), style="bold", markup=False)
    server.serve(chosen_host, chosen_port)
