"""The partners' records: what each knows of the world, in its language and habits, without a format yet."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from commons.categories.scheme import categories
from commons.i18n import translate
from commons.territory import STORAGE_CRS
from commons.vocabulary import Language
from ingest.demo.copies import disturb
from ingest.demo.faults import add_faults
from ingest.demo.flags import declare_flags
from ingest.demo.partnership import HABITS, Habit, share_out
from ingest.demo.world import World

LEGAL_FORMS = {
    Language.FR: {"association": "ASBL", "fact": "association de fait", "cooperative": "société coopérative"},
    Language.NL: {
        "association": "vzw",
        "fact": "feitelijke vereniging",
        "cooperative": "coöperatieve vennootschap",
    },
    Language.EN: {"association": "asbl/vzw", "fact": "feitelijke vereniging", "cooperative": "SC/CV"},
}
COORDINATE_DECIMALS = 6


def write_records(world: World, region: BaseGeometry, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return each dataset's rows in the order of its file, every cell as text but `lon` and `lat` (WGS84).

    Beside the cells: `key` (the alternative), `fault` (what was spoilt on purpose, else empty), `row_number`.
    `region` (METRIC_CRS) is where points stay.
    """
    known = share_out(world.alternatives, rng).merge(world.alternatives, on="key")
    known = disturb(gpd.GeoDataFrame(known, crs=world.alternatives.crs), region, rng)
    known = known.sample(frac=1, random_state=rng)
    return {
        dataset: add_faults(
            _written(known[known["dataset"] == dataset], world.participations, habit, rng), rng
        )
        for dataset, habit in HABITS.items()
    }


def _written(
    known: gpd.GeoDataFrame, participations: pd.DataFrame, habit: Habit, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the records as one partner writes them."""
    first, second = ("nl", "fr") if habit.language is Language.NL else ("fr", "nl")
    points = known.geometry.to_crs(STORAGE_CRS)
    written = pd.DataFrame(known.drop(columns=["geometry", "copy", "copies"])).reset_index(drop=True)
    local = {column: written[f"{column}_{first}"] for column in ("street", "municipality", "description")}
    written = written.assign(
        **local,
        partner_key=[habit.key.format(number) for number in _own_ids(len(written), rng)],
        name=written[f"name_{first}"].where(written[f"name_{first}"].ne(""), written[f"name_{second}"]),
        category_raw=_category_words(written["category"], habit.language, rng),
        legal_form=written["legal_form"].map(LEGAL_FORMS[habit.language]).fillna(""),
        phone=[habit.phone.format(*phone.split()) if phone else "" for phone in written["phone"]],
        founded_on=_days(written["founded_on"], habit, rng),
        ended_on=_days(written["ended_on"], habit, rng),
        offers=_kinds(written["offers"], habit.language),
        needs=_kinds(written["needs"], habit.language),
        lon=points.x.round(COORDINATE_DECIMALS).to_numpy(),
        lat=points.y.round(COORDINATE_DECIMALS).to_numpy(),
    )
    shared = _shared(participations, habit)
    written = written.merge(shared, left_on="key", right_index=True, how="left")
    written[shared.columns] = written[shared.columns].fillna("")
    return declare_flags(written, rng)


def _own_ids(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return the partner's own numbers: in no order, with gaps."""
    return rng.choice(np.arange(1, 2 * count + 1), count, replace=False)


def _category_words(codes: pd.Series, language: Language, rng: np.random.Generator) -> list[str]:
    """Return for each code one of the first words that the language has for it."""
    words = {c.code: (c.label[language], *c.synonyms[language][:4]) for c in categories()}
    choice = rng.integers(0, 60, len(codes))
    return [options[n % len(options)] for options, n in zip(codes.map(words), choice, strict=True)]


def _days(days: pd.Series, habit: Habit, rng: np.random.Generator) -> pd.Series:
    """Return the days as the partner writes them, the years only where it knows no better."""
    years_only = rng.random(len(days)) < habit.year_only
    written: pd.Series = days.dt.strftime(habit.day).mask(years_only, days.dt.strftime("%Y"))
    return written.fillna("")


def _kinds(lists: pd.Series, language: Language) -> list[str]:
    return ["|".join(translate(f"resource_kind.{kind}", language) for kind in kinds) for kinds in lists]


def _shared(participations: pd.DataFrame, habit: Habit) -> pd.DataFrame:
    """Return by alternative the three parallel cells of its mutualisations: titles, kinds and days."""
    cells = pd.DataFrame(
        {
            "key": participations["key"],
            "mutualisations": participations["title"],
            "mutualisation_kinds": [
                translate(f"resource_kind.{kind}", habit.language) for kind in participations["kind"]
            ],
            "mutualisation_since": participations["since"].dt.strftime(habit.day),
        }
    )
    return cells.groupby("key").agg("|".join)
