"""The same alternative as different partners know it: another name, a point beside it, another date."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from commons.categories.scheme import categories

NEAR_M, FAR_M, CROWDED_M = 60.0, 95.0, 45.0
"""How far a copy's point lies: mostly to NEAR_M, a few to FAR_M; of three copies no two are 100 m apart."""
FAR_SHARE = 0.08
RECLASSIFIED_SHARE = 0.08
REDATED_SHARE = 0.3
LOST_PHONE_SHARE, LOST_EMAIL_SHARE = 0.25, 0.3
SHOUTED_SHARE, PADDED_SHARE, BROKEN_LINE_SHARE = 0.02, 0.04, 0.06

ABBREVIATIONS = {
    "Jardin partagé": "Jard. part.",
    "Comité de quartier": "CQ",
    "Coopérative": "Coop.",
    "Collectif": "Coll.",
    "Maison": "Mais.",
    "Atelier": "At.",
    "Université": "Univ.",
    "Bibliothèque": "Biblio",
    "Buurttuin": "B.tuin",
    "Wijkcomité": "WC",
    "Coöperatie": "Coöp.",
    "Burgercollectief": "Coll.",
}
ACCENTS = str.maketrans("àâäçéèêëîïôöûùüÀÂÉÈÊÎÔÛ", "aaaceeeeiioouuuAAEEEIOU")


def without_accents(name: str, _: np.random.Generator) -> str:
    """Return the name as somebody types it who has no accents on the keyboard."""
    return name.translate(ACCENTS)


def abbreviated(name: str, _: np.random.Generator) -> str:
    """Return the name with its first long word shortened, without its article."""
    short = name.removeprefix("La ").removeprefix("Le ").removeprefix("L'").removeprefix("Les ")
    for word, abbreviation in ABBREVIATIONS.items():
        short = short.replace(word, abbreviation)
    return short


def mistyped(name: str, rng: np.random.Generator) -> str:
    """Return the name with two neighbouring letters exchanged or one left out, not at its start."""
    at = int(rng.integers(2, max(len(name) - 2, 3)))
    return name[:at] + name[at + 1 : at + 2] + name[at] * int(rng.integers(2)) + name[at + 2 :]


def with_form(name: str, rng: np.random.Generator) -> str:
    """Return the name with a legal form behind it."""
    return name + str(rng.choice([" asbl", " ASBL", " vzw", ", asbl", " (asbl)"]))


def unchanged(name: str, _: np.random.Generator) -> str:
    """Return the name."""
    return name


VARIANTS: tuple[Callable[[str, np.random.Generator], str], ...] = (
    unchanged, unchanged, without_accents, abbreviated, mistyped, with_form,
)  # fmt: skip


def disturb(records: gpd.GeoDataFrame, region: BaseGeometry, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the records with all but the first copy of each alternative disturbed, and some mess in all."""
    copied = records["copy"].gt(0).to_numpy()
    chance = rng.random((5, len(records)))
    records = records.assign(
        geometry=_moved(records, region, rng),
        name_fr=_renamed(records["name_fr"], copied, rng),
        name_nl=_renamed(records["name_nl"], copied, rng),
        category=_reclassified(records["category"], copied & (chance[0] < RECLASSIFIED_SHARE), rng),
        founded_on=_redated(records["founded_on"], copied & (chance[1] < REDATED_SHARE), rng),
        phone=records["phone"].mask(copied & (chance[2] < LOST_PHONE_SHARE), ""),
        email=records["email"].mask(copied & (chance[3] < LOST_EMAIL_SHARE), ""),
    )
    return _messed(records, chance[4])


def _moved(records: gpd.GeoDataFrame, region: BaseGeometry, rng: np.random.Generator) -> gpd.GeoSeries:
    """Return the points (METRIC_CRS), those of copies moved somewhere but never out of the region."""
    count = len(records)
    reach = np.where(
        rng.random(count) < FAR_SHARE, rng.uniform(NEAR_M, FAR_M, count), rng.uniform(0, NEAR_M, count)
    )
    reach = np.where(records["copies"] > 2, rng.uniform(0, CROWDED_M, count), reach) * records["copy"].gt(0)
    angle = rng.uniform(0, 2 * np.pi, count)
    points = records.geometry
    moved = gpd.GeoSeries(
        gpd.points_from_xy(points.x + reach * np.cos(angle), points.y + reach * np.sin(angle)),
        index=records.index,
        crs=points.crs,
    )
    return moved.where(moved.within(region), points)


def _renamed(names: pd.Series, copied: np.ndarray, rng: np.random.Generator) -> list[str]:
    variant = rng.integers(0, len(VARIANTS), len(names))
    return [
        VARIANTS[choice](name, rng) if is_copy and name else name
        for name, is_copy, choice in zip(names, copied, variant, strict=True)
    ]


def _reclassified(codes: pd.Series, chosen: np.ndarray, rng: np.random.Generator) -> pd.Series:
    others = rng.choice([category.code for category in categories() if not category.sensitive], len(codes))
    return codes.mask(chosen, pd.Series(others, index=codes.index))


def _redated(days: pd.Series, chosen: np.ndarray, rng: np.random.Generator) -> pd.Series:
    shifted = days + pd.to_timedelta(rng.integers(-60, 61, len(days)), unit="D")
    return days.mask(chosen, shifted)


def _messed(records: gpd.GeoDataFrame, chance: np.ndarray) -> gpd.GeoDataFrame:
    """Return the records with some names shouted or padded and some descriptions broken over two lines."""
    shouted = chance < SHOUTED_SHARE
    padded = (chance >= SHOUTED_SHARE) & (chance < SHOUTED_SHARE + PADDED_SHARE)
    broken = chance > 1 - BROKEN_LINE_SHARE
    names = {name: records[name].mask(shouted, records[name].str.upper()) for name in ("name_fr", "name_nl")}
    names = {name: texts.mask(padded & texts.ne(""), texts + "  ") for name, texts in names.items()}
    texts = {
        column: records[column].mask(broken, records[column].str.replace(". ", ".\n", n=1, regex=False))
        for column in ("description_fr", "description_nl", "description_en")
    }
    return records.assign(**names, **texts)
