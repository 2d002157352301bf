"""The consent flags of the fictional records, in the words of the partner that uploads them."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from commons.vocabulary import Language
from ingest.demo.partnership import HABITS
from ingest.demo.words import names

UNREADABLE_SHARE = 0.05
"""Records in which one flag says something that is neither yes nor no."""
EXPIRED_SHARE, ENDLESS_SHARE = 0.04, 0.04
UNREADABLE_DAYS = ("31/02/2027", "printemps prochain", "??/06/2028", "eind 2027")
FLAGS = (
    "visibility", "precision", "contact", "statistics", "reuse", "licence",
    "consent_by", "consent_on", "consent_until", "consent_evidence",
)  # fmt: skip
SPOILABLE = ("visibility", "precision", "contact", "statistics", "reuse", "consent_until")


def declare_flags(records: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the records with the flags of consent as words; an empty text is an empty cell."""
    count = len(records)
    habits = [HABITS[dataset] for dataset in records["dataset"]]
    languages = [habit.language for habit in habits]
    meanings = {flag: _drawn(weights, count, rng) for flag, weights in _flags()["weight"].items()}
    worded = {flag: _worded(drawn, languages, rng) for flag, drawn in meanings.items()}
    on, until = _days(count, rng)
    people = rng.choice(names()["person"]["first"], count), rng.choice(names()["person"]["last"], count)
    boards = _worded(np.full(count, "board"), languages, rng)
    flagged = records.assign(
        **worded,
        consent_by=[
            board if chance < 0.4 else f"{first} {last}"
            for board, chance, first, last in zip(boards, rng.random(count), *people, strict=True)
        ],
        consent_on=[day.strftime(habit.day) for day, habit in zip(on, habits, strict=True)],
        consent_until=[
            "" if pd.isna(day) else day.strftime(habit.day) for day, habit in zip(until, habits, strict=True)
        ],
        consent_evidence=_worded(np.full(count, "evidence"), languages, rng),
    )
    return _spoiled(flagged, languages, rng)


@cache
def _flags() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "flags.toml").read_text("utf-8"))


def _drawn(weights: dict[str, int], count: int, rng: np.random.Generator) -> np.ndarray:
    weight = np.array(list(weights.values()))
    return rng.choice(list(weights), count, p=weight / weight.sum())


def _worded(meanings: np.ndarray, languages: list[Language], rng: np.random.Generator) -> list[str]:
    """Return each meaning in one of the words that its language has for it; a licence stays what it is."""
    words = _flags()["words"]
    choice = rng.integers(0, 60, len(meanings))
    return [
        "" if meaning == "blank" else options[n % len(options)]
        for meaning, language, n in zip(meanings, languages, choice, strict=True)
        for options in [words.get(meaning, {}).get(language, [meaning])]
    ]


def _days(count: int, rng: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    """Return the days of consent and of its end: most far ahead, some past, a few without end."""
    expired, endless = rng.random(count) < EXPIRED_SHARE, rng.random(count) < ENDLESS_SHARE
    on = pd.Series(pd.Timestamp(2024, 3, 1) + pd.to_timedelta(rng.integers(0, 800, count), unit="D"))
    until = pd.Series(pd.Timestamp(2029, 1, 1) + pd.to_timedelta(rng.integers(0, 1095, count), unit="D"))
    on = on.where(~expired, on - pd.Timedelta(days=1000))
    until = until.where(~expired, on + pd.Timedelta(days=400)).where(~endless)
    return on, until


def _spoiled(records: pd.DataFrame, languages: list[Language], rng: np.random.Generator) -> pd.DataFrame:
    """Return the records with one flag made unreadable in a few of them."""
    count = len(records)
    flag = rng.choice(SPOILABLE, count)
    doubtful = pd.Series(_worded(np.full(count, "unreadable"), languages, rng), index=records.index)
    no_day = pd.Series(rng.choice(UNREADABLE_DAYS, count), index=records.index)
    struck = rng.random(count) < UNREADABLE_SHARE
    return records.assign(
        **{
            name: records[name].mask(struck & (flag == name), no_day if name == "consent_until" else doubtful)
            for name in SPOILABLE
        }
    )
