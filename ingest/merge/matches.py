"""What a partner is told of its list's matches: those that all partners see, and reasons as far as they may."""

from collections.abc import Iterable
from dataclasses import dataclass

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.partners import Dataset
from ingest.link.linker import Evidence
from ingest.merge.told import Reasons

MOST = 500
IDENTITY = frozenset({"name", "category", "enterprise"})
PLACE = frozenset({"place", "address", "street"})
CONTACT = frozenset({"phone", "email"})


@dataclass(frozen=True)
class Match:
    """A record of the list and another list's that it is seen as one with; `evidence` may be part of the reasons."""

    name: str
    other_name: str
    attribution: str
    is_human: bool
    evidence: tuple[Evidence, ...]


def matches_of(connection: Connection, dataset: Dataset, most: int = MOST) -> list[Match]:
    """Return the dataset's matches with other datasets', as far as all partners see them, by name.

    What the other record does not show to all partners is no reason that is told; nor are the odds before anything was
    compared, from which the rest could be reckoned. A person's decision has no evidence.
    """
    values = {"dataset_id": dataset.dataset_id, "most": most}
    reasons = Reasons(connection)
    rows = run_file(connection, "ingest.merge", "matches", values).fetchall()
    return [
        Match(name, other, attribution, is_human, evidence_shown(reasons.of(by, reason), *may))
        for name, other, attribution, reason, by, is_human, *may in rows
    ]


def shown_pairs(connection: Connection, dataset: Dataset) -> set[tuple[int, int]]:
    """Return the likely duplicates with other datasets of which the dataset's partner may be told, by record ids.

    What all partners see decides, as it is released at this moment.
    """
    rows = run_file(connection, "ingest.merge", "shown_pairs", {"dataset_id": dataset.dataset_id})
    return set(rows.fetchall())


def evidence_shown(
    evidence: Iterable[Evidence], contact: bool, description: bool, exact: bool
) -> tuple[Evidence, ...]:
    """Return the evidence that rests on no more of the other record than all partners see: which groups, its place."""
    told = IDENTITY | (PLACE if exact else set()) | (CONTACT if contact else set())
    told |= {"web"} if contact and description else set()  # a site may be that of an e-mail address
    return tuple(e for e in evidence if e.comparison in told)
