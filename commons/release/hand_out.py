"""Handing out what a reader may have: whose values it holds is written down first, once a day for each way out."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from commons.database.connection import Role, connect
from commons.errors import CommonsError
from commons.release.egress import note_egress
from commons.release.released import Released
from commons.vocabulary import EgressKind

TRIES = 5
"""As often is it read anew where the release changed meanwhile; an upload that is stored changes it once."""


class Made(NamedTuple):
    """What is about to leave, and the public ids of the alternatives whose values it holds."""

    content: bytes
    public_ids: Collection[str]


def hand_out(
    reader: Released, make: Callable[[], Made], *, what: str, kind: EgressKind = EgressKind.DOWNLOAD
) -> bytes:
    """Return what `make` makes of the reader's release, once the ledger names those whose values it holds.

    Of nothing nothing is written down. It waits for no upload: where what the reader sees is another after it was
    written down than before it was read, it is made anew. Raises CommonsError where that is so each time.
    """
    for _ in range(TRIES):
        version = reader.version()
        made = make()
        if _is_noted(reader, made, what, kind) and reader.version() == version:
            return made.content
    raise CommonsError("egress.changed")


def _is_noted(reader: Released, made: Made, what: str, kind: EgressKind) -> bool:
    """Write it down and return True; False where some of it is no longer released."""
    if not made.public_ids:
        return True
    try:
        with connect(Role.INGEST) as connection:
            note_egress(
                connection,
                reader.audience,
                kind,
                what=what,
                public_ids=made.public_ids,
                content=made.content,
                hold=False,
            )
    except CommonsError as failure:
        if failure.key != "egress.changed":
            raise
        return False
    return True
