"""Decisions as people read them: pairs that wait for a person, those of an alternative, and what speaks for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import run_file
from commons.partners import Dataset
from ingest.link.compare import COMPARISONS, levels_of
from ingest.link.linker import Evidence
from ingest.link.model import Model
from ingest.link.stored import matchable, model_named


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


def evidence_of(model: Model, reason: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """Return what a model's decision rests on, the prior first: the weights add up to that of the pair."""
    levels = levels_of(np.array([reason["pattern"]]))[0]
    metres = "" if reason.get("apart_m") is None else str(reason["apart_m"])
    told = [Evidence("prior", "", model.prior_weight)]
    for c, level, weights in zip(COMPARISONS, levels, model.level_weights(), strict=True):
        if level:
            detail = metres if c.name == "place" else ""
            told.append(Evidence(c.name, c.levels[level - 1], float(weights[level]), detail))
    return tuple(told)


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
    values = {"dataset_id": None, "most": None}
    return len(run_file(connection, "ingest.merge", "waiting", values).fetchall())


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
    models: dict[str, Model | None] = {}
    found = []
    for one, other, left, right, verdict, score, by, is_human, reason in rows:
        if not is_human and by not in models:
            models[by] = model_named(connection, by)
        model = None if is_human else models[by]
        evidence = evidence_of(model, reason) if model is not None and "pattern" in reason else ()
        found.append(
            ToldPair(one, other, left, right, verdict, score, by, is_human, evidence, reason.get("note", ""))
        )
    return found
