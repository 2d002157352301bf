"""Places on their way to the map: one mark per spot, which lists the alternatives shown there."""

from collections.abc import Hashable
from typing import Any

import geopandas as gpd
import pandas as pd

from commons.categories.scheme import category_names
from commons.i18n import translate
from commons.territory import STORAGE_CRS
from commons.vocabulary import Language, Precision

# A popup that lists more names than this is no help; the list beside the map has them all.
NAMES_PER_MARK = 40
SPOT = ["lat", "lon", "precision"]


def marks_of(places: gpd.GeoDataFrame, language: Language) -> list[dict[Hashable, Any]]:
    """Return one mark per spot and precision, in an order that depends on nothing but the places.

    `places` (points) has the columns public_id, name, category (code) and precision; one without a point is left
    to the list. All records published for one district share its fixed representative point: they become one
    numbered mark, never a random scatter that would look like addresses.
    """
    places = places[places.geometry.notna()]
    if places.empty:
        return []
    point = places.to_crs(STORAGE_CRS).geometry
    rows = pd.DataFrame(
        {
            "lat": point.y.round(6),
            "lon": point.x.round(6),
            "precision": places["precision"].astype(str),
            "id": places["public_id"].astype(str),
            "name": _text(places["name"]),
            "category": _text(places["category"]).replace(category_names(language)),
        }
    ).sort_values([*SPOT, "name", "id"])
    rows["place"] = pd.Series(rows[["id", "name", "category"]].to_dict("records"), index=rows.index)
    spots = rows.groupby(SPOT, sort=True)["place"].agg(list).reset_index()
    spots["count"] = spots["place"].str.len()
    notes = {precision.value: _note(precision, language) for precision in Precision}
    spots["note"] = spots["precision"].map(notes)
    spots["title"] = spots["count"].map(lambda count: translate("map.several", language, count=count))
    spots["more"] = (spots["count"] - NAMES_PER_MARK).map(
        lambda rest: translate("map.more", language, count=rest) if rest > 0 else ""
    )
    spots["place"] = spots["place"].str[:NAMES_PER_MARK]
    return spots.rename(columns={"place": "places"}).to_dict("records")


def _note(precision: Precision, language: Language) -> str:
    if precision is Precision.EXACT:
        return ""
    return translate("map.generalised", language, precision=translate(f"precision.{precision}", language))


def _text(column: pd.Series) -> pd.Series:
    return column.astype(object).where(column.notna(), "").astype(str)
