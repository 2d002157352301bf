"""Sending a proposal, as the public's login: it may write through one function, and read nothing of what it wrote."""

from collections.abc import Hashable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import psycopg

from commons.database.connection import Role, connect
from commons.database.statements import statement
from commons.errors import CommonsError
from commons.proposals.draft import Draft
from commons.release import released
from commons.vocabulary import Audience

PROPOSE = """
SELECT released_public.propose(%(kind)s, %(language)s, %(about)s, %(field)s, %(told)s, %(why)s, %(name)s, %(category)s,
                               %(address)s, %(lon)s, %(lat)s, %(website)s, %(description)s, %(contact)s)
"""


def shown(public_id: str) -> dict[Hashable, Any] | None:
    """Return what everyone sees of an alternative; None alike where it is hidden, gone, or was never there."""
    try:
        asked = UUID(public_id)
    except ValueError:
        return None
    rows = released(Audience.PUBLIC).query(statement("commons.proposals", "shown"), {"public_id": asked})
    return next(iter(rows.astype(object).where(rows.notna(), None).to_dict("records")), None)


def send(draft: Draft) -> str | None:
    """Return the proposal's reference; None where what it is about is not shown.

    Raises CommonsError where too many wait, or came within the hour.
    """
    with connect(Role.PUBLIC) as connection:
        connection.read_only = False
        try:
            row = connection.execute(PROPOSE, asdict(draft)).fetchone()
        except psycopg.errors.ProgramLimitExceeded as failure:
            raise CommonsError("proposal.full") from failure
    return None if row is None else row[0]
