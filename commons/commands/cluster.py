"""Commands about the database: up, down, status, db upgrade, serve."""

from commons.commands.lazy import lazy_imports
from commons.commands.terminal import complaints, console, example, say, working
from commons.settings import settings

with lazy_imports():
    from commons.database.connection import Role, connect, conninfo
    from commons.database.embedded import EmbeddedCluster
    from commons.database.migrate import upgrade

IS_UPGRADED = "SELECT FROM reference.category LIMIT 0"
"""What every login may ask of a database with our schema."""


def ensure_database() -> None:
    """Start the embedded cluster where no other database is named."""
    now = settings()
    if now.database_url is None:
        EmbeddedCluster(now.home).start()


@example("commons up")
def up() -> None:
    with working(say("up.doing")):
        ensure_database()
    status()


@example("commons down")
def down() -> None:
    EmbeddedCluster(settings().home).stop()
    status()


@example("commons status")
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


@example("commons db upgrade")
def upgrade_database() -> None:
    ensure_database()
    with working(say("db_upgrade.doing")):
        others = upgrade(conninfo(Role.ADMIN))
    console.print(say("db_upgrade.done"))
    if others:
        complaints.print(say("db_upgrade.shared", databases=", ".join(others)), markup=False)
