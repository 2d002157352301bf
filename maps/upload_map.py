"""The map of an upload: what becomes of each record, drawn over the communes for the partner who sends it alone."""

from collections.abc import Hashable
from dataclasses import asdict
from typing import Any

import geopandas as gpd
import pandas as pd

from commons.i18n import translate
from commons.i18n.numbers import written_number
from commons.vocabulary import Fate, Language
from maps.areas import areas_of, commune_labels, outlines_of
from maps.layer import REGION_BOUNDS, TEXTS, CommonsLayer
from maps.signs import DRAWN_FIRST, SIGNS, apart, sign_scales

SIGN_PX = 16
LINES_PER_SIGN = 20
"""A popup that lists more is no help; the table beside the map has all."""
SPOT = ["fate", "lat", "lon"]


def upload_layer(
    communes: gpd.GeoDataFrame, marks: pd.DataFrame, *, language: Language, in_cells: bool = False
) -> CommonsLayer:
    """Return communes, names, signs and legend as the layer of a `CommonsMap`.

    `communes`: code, name_fr, name_nl. `marks`: fate, lon, lat, records, row_number, name; `in_cells` where each is a
    cell of a grid with how many records lie in it.
    """
    return CommonsLayer(
        {
            "language": language.value,
            "texts": {key: translate(f"map.{key}", language) for key in TEXTS}
            | {"label": translate("map.upload.label", language)},
            "districts": areas_of(communes, None, language),
            "communes": outlines_of(communes),
            "labels": commune_labels(communes, language),
            "marks": [],
            "fates": signs_of(marks, language, in_cells=in_cells),
            "legend": _legend(marks, language),
            "attribution": "",
            "selected": None,
            "bounds": REGION_BOUNDS,
        }
    )


def signs_of(marks: pd.DataFrame, language: Language, *, in_cells: bool) -> list[dict[Hashable, Any]]:
    """Return a sign per place and fate, what is most common first: where, of what shape and size, and what it says."""
    if marks.empty:
        return []
    placed = apart(marks) if in_cells else marks.assign(lon=marks["lon"].round(6), lat=marks["lat"].round(6))
    placed = placed.assign(line=_lines(marks, language)).sort_values([*SPOT, "line"])
    spots = (
        placed.groupby(SPOT, sort=True).agg(records=("records", "sum"), lines=("line", list)).reset_index()
    )
    labels = {fate.value: translate(f"fate.{fate}", language) for fate in Fate}
    counts = spots["records"].map(lambda count: written_number(count, language))
    spots["title"] = spots["fate"].map(labels) + ": " + counts
    spots["lines"] = [[] if in_cells else _bounded(lines, language) for lines in spots["lines"]]
    spots["sign"] = spots["fate"].map({fate.value: asdict(sign) for fate, sign in SIGNS.items()})
    spots["px"] = (SIGN_PX * sign_scales(spots["records"])).round().astype(int)
    order = {fate.value: place for place, fate in enumerate(DRAWN_FIRST)}
    drawn = spots.sort_values("fate", key=lambda fates: fates.map(order), kind="stable")
    return drawn[["lat", "lon", "sign", "px", "title", "lines"]].to_dict("records")


def _lines(marks: pd.DataFrame, language: Language) -> list[str]:
    """Return what is said of each record: its name, and its row in the file."""
    return [
        name if pd.isna(row) else translate("map.upload.line", language, name=name, row=row)
        for name, row in zip(marks["name"].fillna("").astype(str), marks["row_number"], strict=True)
    ]


def _bounded(lines: list[str], language: Language) -> list[str]:
    rest = len(lines) - LINES_PER_SIGN
    more = [translate("map.upload.more", language, count=rest)] if rest > 0 else []
    return [*lines[:LINES_PER_SIGN], *more]


def _legend(marks: pd.DataFrame, language: Language) -> dict[str, Any]:
    found = set(marks["fate"])
    return {
        "title": translate("map.upload.legend", language),
        "fills": [],
        "signs": [
            {"sign": fate.value, "shape": asdict(SIGNS[fate]), "label": translate(f"fate.{fate}", language)}
            for fate in Fate
            if fate.value in found
        ],
    }
