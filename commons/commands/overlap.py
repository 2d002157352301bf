"""The command that tells who knows what."""

from typing import Annotated

import typer

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import OutputFormat, example, print_frame, say
from commons.vocabulary import Audience

with lazy_imports():
    from commons.database.connection import Role, connect
    from commons.overlap import overlap


@example("commons overlap --audience public --format csv")
def print_overlap(
    audience: Annotated[Audience, typer.Option(help=say("overlap.audience"))] = Audience.PUBLIC,
    form: Annotated[OutputFormat, typer.Option("--format")] = OutputFormat.TABLE,
) -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        found = overlap(connection, audience)
    names = {name: say(f"overlap.column.{name}") for name in ("partner", "known", "unique", "shared")}
    print_frame(found.rename(columns=names), form)
