"""Which partner knows which alternative, and how each fictional partner writes things down."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from commons.vocabulary import Language

KNOWN_BY = {1: 0.735, 2: 0.2, 3: 0.065}
"""Share of alternatives known to one, two and three partners: 900 alternatives give about 1,200 records."""


@dataclass(frozen=True)
class Habit:
    """How one partner writes (language, own ids, phones from `12 34`, days) and how much it knows.

    `share` is its part of the alternatives, times `dutch_pull` for those that have a Dutch name; `year_only` is
    how often a day is written as its year only.
    """

    language: Language
    key: str
    phone: str
    day: str
    share: float
    dutch_pull: float = 1.0
    year_only: float = 0.0


HABITS = {
    "annuaire-fils-croises": Habit(Language.FR, "FC-{:04}", "02/000.{0}.{1}", "%d/%m/%Y", 0.36, 0.6),
    "leden-mille-toits": Habit(Language.EN, "{}", "+32 2 000 {0} {1}", "%Y-%m-%d", 0.26),
    "adressen-wijde-koer": Habit(Language.NL, "WK{:03}", "02 000 {0} {1}", "%d-%m-%Y", 0.16, 2.4),
    "carte-citoyenne": Habit(Language.FR, "node/{}", "0032 2 000{0}{1}", "%Y-%m-%d", 0.22, year_only=0.3),
}
"""By dataset. No Belgian subscriber's number begins with 0: the phones reach nobody."""


def share_out(alternatives: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return one row per record: `key`, `dataset`, `copy` (0 knows it best) and `copies` (one to three).

    Partners are drawn without replacement by adding Gumbel noise to the logarithm of their pull.
    """
    habits = list(HABITS.values())
    dutch = alternatives["name_nl"].ne("").to_numpy()[:, None]
    pull = np.where(dutch, [h.share * h.dutch_pull for h in habits], [h.share for h in habits])
    ranked = np.argsort(-(np.log(pull) + rng.gumbel(size=pull.shape)), axis=1)
    copies = np.repeat(list(KNOWN_BY), _parts(len(alternatives)))
    copies = rng.permutation(copies)
    key = np.repeat(alternatives["key"].to_numpy(), copies)
    rank = np.concatenate([np.arange(n) for n in copies])
    row = np.repeat(np.arange(len(alternatives)), copies)
    return pd.DataFrame(
        {
            "key": key,
            "dataset": np.array(list(HABITS))[ranked[row, rank]],
            "copy": rank,
            "copies": np.repeat(copies, copies),
        }
    )


def _parts(count: int) -> list[int]:
    """Return how many of `count` are known by one, two and three, so that the parts add up."""
    several = [round(count * share) for share in list(KNOWN_BY.values())[1:]]
    return [count - sum(several), *several]
