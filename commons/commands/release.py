"""Commands about what is released: sweep, check."""

from commons.commands.cluster import ensure_database
from commons.commands.lazy import lazy_imports
from commons.commands.terminal import console, example, say
from commons.errors import CommonsError

with lazy_imports():
    from commons.database.connection import Role, connect
    from commons.proposals.queue import forget_proposals
    from commons.release.upkeep import release_drift, sweep_release


@example("commons release sweep")
def sweep() -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        released = sweep_release(connection)
        forget_proposals(connection)
    console.print(say("release_sweep.done", count=released))


@example("commons release check")
def check_drift() -> None:
    ensure_database()
    with connect(Role.INGEST) as connection:
        drifted = release_drift(connection)
    if drifted:
        raise CommonsError("release.drift", count=drifted)
    console.print(say("release_check.done"))
