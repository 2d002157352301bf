"""Keeping the release true to the clock, and checking that it is true at all."""

from commons.database.connection import Connection


def sweep_release(connection: Connection) -> int:
    """Return how many alternatives were released anew: those whose consents have begun or run out since the last time.

    A consent that has run out is no longer shown before that, by the readers' views; the sweep brings back what other
    sources allow in its place.
    """
    row = connection.execute("SELECT commons.sweep_release()").fetchone()
    return int(row[0]) if row else 0


def keep_up(connection: Connection) -> int | None:
    """Return how many alternatives were released anew, by the clock alone; None where another session is at it.

    It looks at what has begun or run out since it was last done by anybody, once a day at everything, and deletes what
    visitors proposed a year ago.
    """
    row = connection.execute("SELECT commons.keep_up()").fetchone()
    return None if row is None or row[0] is None else int(row[0])


def release_queued(connection: Connection) -> None:
    """Release in this transaction what was changed in it so far; what is changed after waits for the commit again."""
    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    connection.execute("SET CONSTRAINTS ALL DEFERRED")


def release_drift(connection: Connection) -> int:
    """Return how many alternatives are released otherwise than consents allow at this moment."""
    row = connection.execute("SELECT count(DISTINCT alternative_id) FROM commons.release_drift()").fetchone()
    return int(row[0]) if row else 0
