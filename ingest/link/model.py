"""A model: what each level of each comparison weighs; two records score the same whatever else there is."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.link.compare import COMPARISONS, levels_of
from ingest.link.linker import Evidence
from ingest.link.names import lexicon
from ingest.link.prepare import Usual

METHOD = "places 3"
"""Changes with the code: other levels, other spellings, other keys."""
Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Model:
    """Fellegi and Sunter's weights (1969), log2(m/u) a level, and the share of all pairs that are the same.

    `m` and `u`: comparison → level → share among pairs of one alternative, and among others of the same part
    of town; of
    a place, among all others. `usual` says how much a name or a site tells: it is part of the model, so that no
    pair's weight depends on which other records there are.
    """

    prior: float
    m: Shares
    u: Shares
    usual: Usual = field(default_factory=Usual)

    @property
    def name(self) -> str:
        """Return the method and a mark of what this model holds."""
        return f"{METHOD}-{hashlib.sha256(self.to_json().encode()).hexdigest()[:8]}"

    def to_json(self) -> str:
        """Return the model as text, the same for the same model."""
        told = {**asdict(self), "method": METHOD, "lexicon": lexicon()["version"]}
        return json.dumps(told, sort_keys=True, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> "Model":
        """Return the model that `to_json` told."""
        told = json.loads(text)
        return Model(told["prior"], told["m"], told["u"], Usual.of(**told["usual"]))

    @property
    def prior_weight(self) -> float:
        """Return log2 of the odds that two records are the same before they are compared."""
        return float(np.log2(self.prior / (1 - self.prior)))

    def level_weights(self) -> list[npt.NDArray[np.float64]]:
        """Return, for each comparison, log2(m/u) by level number; nothing known (0) weighs nothing."""
        return [
            np.array([0.0, *(np.log2(self.m[c.name][level] / self.u[c.name][level]) for level in c.levels)])
            for c in COMPARISONS
        ]

    def evidence(self, pattern: int, metres: str = "") -> tuple[Evidence, ...]:
        """Return what a pattern rests on, the prior first: the weights add up to the pattern's.

        `metres` tells how far apart the places are.
        """
        levels = levels_of(np.array([pattern]))[0]
        return (
            Evidence("prior", "", self.prior_weight),
            *(
                Evidence(
                    c.name, c.levels[level - 1], float(of_level[level]), metres if c.name == "place" else ""
                )
                for c, level, of_level in zip(COMPARISONS, levels, self.level_weights(), strict=True)
                if level
            ),
        )

    def weights(self, pattern: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Return log2 of the odds of each pattern."""
        levels, told = levels_of(pattern), np.full(len(pattern), self.prior_weight)
        for at, of_level in enumerate(self.level_weights()):
            told += of_level[levels[:, at]]
        return told


def probability_of(weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the probability that log2 odds stand for.

    >>> probability_of(np.array([0.0, 1.0])).round(3).tolist()
    [0.5, 0.667]
    """
    return 1.0 / (1.0 + np.exp2(-np.clip(weight, -1000.0, 1000.0)))


@cache
def shipped_model() -> Model:
    """Return the model that comes with the program."""
    told: dict[str, Any] = tomllib.loads((files("ingest.link") / "weights.toml").read_text("utf-8"))
    return Model(
        prior=told["prior"],
        m={c.name: told[c.name]["m"] for c in COMPARISONS},
        u={c.name: told[c.name]["u"] for c in COMPARISONS},
    )
