"""A partner's tokens: which there are, taking one back, taking a new one for all, and slowing who tries wrong ones.

How a token is made and known: `commons.partners`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from threading import Lock
from zlib import crc32

from commons.audit import record_event
from commons.database.connection import Connection, Role, connect
from commons.errors import CommonsError
from commons.partners import Partner, issue_token, partner_of_token, token_parts

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 8.0
"""How long the answer to a wrong token takes: twice as long for each more within `FORGET_S`."""
FORGET_S = 60.0
"""After so long without a wrong try the next one waits no longer than the first; the log hears of them as often."""
BUCKETS = 1024
"""Wrong tries are counted by the name of the token that they give, in as many places: who tries fills no memory."""


class TokenState(StrEnum):
    """Whether a token opens anything."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Token:
    """A token as far as it is kept: its name, never its secret."""

    token_id: str
    created_at: datetime
    expires_at: datetime
    state: TokenState


def tokens_of(connection: Connection, partner: Partner) -> list[Token]:
    """Return the partner's tokens, the latest first."""
    rows = connection.execute(
        "SELECT token_id, created_at, expires_at,"
        " CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN expires_at <= now() THEN 'expired' ELSE 'live' END"
        " FROM commons.partner_token WHERE partner_id = %s ORDER BY created_at DESC, token_id",
        (partner.partner_id,),
    ).fetchall()
    return [
        Token(token_id, created_at, expires_at, TokenState(state))
        for token_id, created_at, expires_at, state in rows
    ]


def revoke_token(connection: Connection, partner: Partner, token_id: str) -> None:
    """Make a token of the partner open nothing from the commit on; visits that hold it end at their next step.

    Raises CommonsError where the partner has no live token of this name.
    """
    if not _revoke(connection, partner, token_id):
        raise CommonsError("token.none_such", partner=partner.slug)


def rotate_token(connection: Connection, partner: Partner) -> str:
    """Return a new token of the partner, shown this once; from the commit on it is the only one that opens anything."""
    _revoke(connection, partner, None)
    return issue_token(connection, partner)


def try_token(token: str, *, wait: Callable[[float], None] = time.sleep) -> Partner:
    """Return the partner whose live token this is; a right one never waits, whoever tries wrong ones meanwhile.

    A wrong one is answered late and noted in the log, and raises CommonsError.
    """
    with connect(Role.INGEST) as connection:
        try:
            return partner_of_token(connection, token)
        except CommonsError:
            token_id, _ = token_parts(token)
            wait_s, untold = _wrong_tries.note(token_id)
            if untold:
                _note_wrong(connection, token_id, untold)
    wait(wait_s)
    raise CommonsError("token.unknown")


class WrongTries:
    """How often wrong tokens were tried of late, by the token's name; for all visits of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._tries: dict[int, tuple[int, int, float, float]] = {}

    def note(self, token_id: str) -> tuple[float, int]:
        """Return how many seconds the answer is to take, and of how many tries the log is to be told now."""
        bucket = crc32(token_id.encode()) % BUCKETS
        with self._lock:
            now = self._clock()
            count, untold, last, told = self._tries.get(bucket, (0, 0, now, -FORGET_S))
            count = 1 if now - last > FORGET_S else count + 1
            untold += 1
            is_told = now - told >= FORGET_S
            self._tries[bucket] = (count, 0 if is_told else untold, now, now if is_told else told)
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(count - 1, 10))
        return wait_s, untold if is_told else 0


_wrong_tries = WrongTries()


def _note_wrong(connection: Connection, token_id: str, tries: int) -> None:
    """Write wrong tries into the log: of a token that there is its name, of any other nothing that was typed."""
    known = connection.execute(
        "SELECT p.slug FROM commons.partner_token JOIN commons.partner p USING (partner_id) WHERE token_id = %s",
        (token_id,),
    ).fetchone()
    name, partner = (token_id, known[0]) if known else ("unknown", None)
    record_event(connection, "a visitor", "wrong token", "partner_token", name, tries=tries, partner=partner)


def _revoke(connection: Connection, partner: Partner, token_id: str | None) -> int:
    """Return how many live tokens of the partner were revoked: the one of this name, or all."""
    revoked = connection.execute(
        "UPDATE commons.partner_token SET revoked_at = now() WHERE partner_id = %s AND revoked_at IS NULL"
        " AND expires_at > now() AND token_id = coalesce(%s, token_id) RETURNING token_id",
        (partner.partner_id, token_id),
    ).fetchall()
    for (each,) in revoked:
        record_event(connection, partner.slug, "revoke token", "partner_token", each)
    return len(revoked)
