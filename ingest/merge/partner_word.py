"""What a partner says of its own records: the pairs that it may be told of, its word on one, and taking that back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.errors import InsufficientPrivilege

from commons.audit import record_event
from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.errors import CommonsError
from commons.partners import Dataset, Partner
from commons.vocabulary import Verdict
from ingest.link.linker import Evidence
from ingest.merge.matches import MOST, evidence_shown
from ingest.merge.merge import lock_merges, merge
from ingest.merge.told import Reasons


@dataclass(frozen=True)
class PartnerPair:
    """A record of the partner's and another, with what the partner may be told of them.

    `own` and `other` are fields and values; `verdict` is unsure while the pair waits. `said_by` and `note` are a
    person's, who spoke for the partner `said_for`, or for the commons where that is empty.
    """

    own_id: int
    other_id: int
    own: Mapping[str, Any]
    other: Mapping[str, Any]
    attribution: str
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    said_by: str = ""
    said_for: str = ""
    said_at: datetime | None = None
    note: str = ""
    is_own_word: bool = False

    @property
    def may_refuse(self) -> bool:
        """Say whether the partner may say no to what another partner said."""
        return self.said_for != "" and not self.is_own_word and self.verdict is Verdict.SAME


def partner_pairs(
    connection: Connection, partner: Partner, dataset: Dataset, most: int = MOST
) -> list[PartnerPair]:
    """Return the pairs with a record of the partner's dataset that wait for a person or of which one has spoken.

    First what waits, that for which most speaks first, as far as it may be told: in no other order, or what is hidden
    would show in it.
    """
    values = {"partner_id": partner.partner_id, "dataset_id": dataset.dataset_id, "most": most}
    reasons = Reasons(connection)
    found = []
    for row in run_file(connection, "ingest.merge", "partner_pairs", values).fetchall():
        own_id, other_id, verdict, reason, by, for_id, for_name, at, own, other, source, *may, is_human = row
        evidence = evidence_shown(reasons.of(by, reason), *may)
        note, is_own_word = reason.get("note", ""), for_id == partner.partner_id
        spoken = (by, for_name or "", at, note, is_own_word) if is_human else ()
        found.append(PartnerPair(own_id, other_id, own, other, source, Verdict(verdict), evidence, *spoken))
    return sorted(found, key=lambda pair: (pair.said_at is not None, -sum(e.weight for e in pair.evidence)))


def say_for(
    connection: Connection,
    partner: Partner,
    pair: tuple[int, int],
    verdict: Verdict,
    *,
    said_by: str,
    note: str,
) -> None:
    """Keep what somebody says for the partner of two records, and make alternatives of it. The caller commits.

    Raises CommonsError where no name is given, and, in the same words whatever the cause, where the partner may not
    speak of this pair.
    """
    if not said_by.strip():
        raise CommonsError("link.no_name")
    lock_merges(connection)
    try:
        with connection.transaction():
            connection.execute(
                "SELECT commons.say_for_partner(%s, %s, %s, %s, %s, %s)",
                (partner.partner_id, *pair, verdict.value, said_by, note),
            )
    except InsufficientPrivilege as refused:
        raise CommonsError("link.not_yours") from refused
    _conclude(connection, partner, f"say {verdict.value}", pair)


def take_back_for(connection: Connection, partner: Partner, pair: tuple[int, int]) -> None:
    """Retire what was said for the partner of two records: the model's decision holds again. The caller commits.

    Raises CommonsError where nothing was said for this partner.
    """
    lock_merges(connection)
    retired = connection.execute(
        "UPDATE commons.match_decision SET retired_at = clock_timestamp() WHERE left_record_id = %s"
        " AND right_record_id = %s AND partner_id = %s AND is_human AND retired_at IS NULL",
        (min(pair), max(pair), partner.partner_id),
    ).rowcount
    if not retired:
        raise CommonsError("link.not_yours")
    _conclude(connection, partner, "take back", pair)


def _conclude(connection: Connection, partner: Partner, what: str, pair: tuple[int, int]) -> None:
    record_event(connection, partner.slug, what, "pair", f"{min(pair)} {max(pair)}")
    merge(connection, also=pair)
