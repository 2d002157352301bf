"""The command that serves the pages."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import complaints, example, say
from commons.errors import CommonsError
from commons.settings import settings

with lazy_imports():
    from commons.database.connection import Role, connect
    from commons.database.failures import is_lasting
    from dashboard import server

IS_UPGRADED = "SELECT FROM reference.category LIMIT 0"
"""What every login may ask of a database with our schema."""


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


@example("commons serve --port 8501")
def serve(
    host: Annotated[str | None, typer.Option(help=say("serve.host"))] = None,
    port: Annotated[int | None, typer.Option(help=say("serve.port"))] = None,
) -> None:
    ensure_database()
    _ensure_logins()

    now = settings()
    chosen_host, chosen_port = host or now.host, port or now.port
    complaints.print(say("serve.open", url=f"http://{chosen_host}:{chosen_port}"), style="bold", markup=False)
    server.serve(chosen_host, chosen_port)
