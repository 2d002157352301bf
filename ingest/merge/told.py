"""Decisions as people read them: pairs that wait for a person, those of an alternative, and what speaks for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.partners import Dataset
from ingest.link.linker import Evidence
from ingest.link.stored import matchable, model_named

if TYPE_CHECKING:
    from ingest.link.model import Model


@dataclass(frozen=True)
class ToldPair:
    """A pair and what was decided: `verdict` same, different or unsure; `evidence` is empty where a person decided.

    `one` and `other` name the records as `dataset/key`; `score` is the model's probability, None of a person.
    """

    one: str
    other: str
    one_id: int
    other_id: int
    verdict: str
    score: float | None
    decided_by: str
    is_human: bool
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


class Reasons:
    """What decisions rest on; the model of each is read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._models: dict[str, Model | None] = {}

    def of(self, decided_by: str, reason: Mapping[str, Any]) -> tuple[Evidence, ...]:
        """Return a decision's evidence, the prior first; nothing of a person's or an unknown model's."""
        if "pattern" not in reason:
            return ()
        if decided_by not in self._models:
            self._models[decided_by] = model_named(self._connection, decided_by)
        model, apart = self._models[decided_by], reason.get("apart_m")
        return () if model is None else model.evidence(reason["pattern"], "" if apart is None else str(apart))


def waiting_pairs(connection: Connection, dataset: Dataset | None = None, most: int = 100) -> list[ToldPair]:
    """Return the pairs of which a person is asked, the likeliest first, `most` of them."""
    values = {"dataset_id": dataset.dataset_id if dataset else None, "most": most}
    rows = run_file(connection, "ingest.merge", "waiting", values).fetchall()
    return _told(
        connection,
        (
            (one, other, left, right, "unsure", score, by, False, reason)
            for left, right, score, reason, by, one, other in rows
        ),
    )


def count_waiting_pairs(connection: Connection) -> int:
    """Return of how many pairs a person is asked."""
    row = connection.execute("SELECT count(*) FROM commons.waiting_pair").fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return int(row[0])


def count_of_older_models(connection: Connection, name: str) -> int:
    """Return how many decisions that hold are another model's than the one of this name."""
    row = connection.execute(
        "SELECT count(*) FROM commons.match_decision WHERE NOT is_human AND retired_at IS NULL AND decided_by <> %s",
        (name,),
    ).fetchone()
    assert row is not None  # noqa: S101 - an aggregate
    return int(row[0])


def pairs_among(connection: Connection, alternative_id: int) -> list[ToldPair]:
    """Return what was decided of the pairs of an alternative's records, people's words before the models'."""
    rows = run_file(connection, "ingest.merge", "pairs_among", {"alternative_id": alternative_id}).fetchall()
    return _told(connection, rows)


def comparable(connection: Connection, record_ids: Iterable[int]) -> pd.DataFrame:
    """Return of these records what may be compared, by `record_id`: more of them is not told to who decides."""
    found = matchable(connection, np.array(sorted(set(record_ids)), dtype="int64"))
    return found.set_index("record_id")


def _told(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> list[ToldPair]:
    reasons = Reasons(connection)
    return [
        ToldPair(
            one,
            other,
            left,
            right,
            verdict,
            score,
            by,
            is_human,
            reasons.of(by, reason),
            reason.get("note", ""),
        )
        for one, other, left, right, verdict, score, by, is_human, reason in rows
    ]
