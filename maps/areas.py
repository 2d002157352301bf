"""Districts on their way to the map: outlines light enough for a phone, with name, fill and reading."""

import json
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from commons.districts.structure import METRIC_CRS
from commons.i18n import translate
from commons.territory import STORAGE_CRS
from commons.vocabulary import Language
from maps.classes import Classes, decimals_of, format_number

# Less than a pixel until the zoom of single streets; neighbours simplified together keep their common border.
TOLERANCE_M = 12
DEGREES_KEPT = 1e-5
PLAIN_COLOUR = "#e8ecef"
# Why a district has no value; each is drawn as a pattern of its own, none of them as zero.
STATES = ("none", "no_population", "unknown", "suppressed", "withheld", "blind_spot")


def areas_of(districts: gpd.GeoDataFrame, classes: Classes | None, language: Language) -> dict[str, Any]:
    """Return the districts as GeoJSON whose features say `code`, `name`, `fill` and `reading`.

    `districts` has the columns code, name_fr and name_nl (name_en where there is one); with `classes` also
    value, and state (one of `STATES`) for those without a value.
    """
    shown = pd.DataFrame({"code": districts["code"].astype(str), "name": district_names(districts, language)})
    if classes is None:
        return _geojson(districts.geometry, shown.assign(fill=PLAIN_COLOUR, reading=""))
    values, states = districts["value"].astype(float), states_of(districts)
    shown["fill"] = classes.colour(values).where(states.isna(), "url(#district-" + states + ")")
    decimals = decimals_of(values.dropna())
    numbers = values.astype(object).map(
        lambda value: format_number(value, language, decimals), na_action="ignore"
    )
    reasons = states.map({state: translate(f"map.state.{state}", language) for state in STATES})
    shown["reading"] = [
        translate("map.reading", language, title=classes.title, value=text)
        for text in numbers.where(states.isna(), reasons)
    ]
    return _geojson(districts.geometry, shown)


def states_of(districts: gpd.GeoDataFrame) -> pd.Series:
    """Return why each district has no value, None where it has one; no reason means no population."""
    missing = districts["value"].isna()
    stated = districts.get("state", pd.Series(index=districts.index, dtype=object)).astype(object)
    return stated.where(stated.isin(STATES), "no_population").where(missing, None)


def district_names(districts: gpd.GeoDataFrame, language: Language) -> pd.Series:
    """Return each district's name in the language, else in French, else in Dutch, else its code."""
    columns = [column for column in (f"name_{language}", "name_fr", "name_nl") if column in districts]
    names = districts[columns].astype(object).bfill(axis="columns").iloc[:, 0]
    return names.fillna(districts["code"]).astype(str)


def commune_labels(communes: gpd.GeoDataFrame, language: Language) -> list[dict[Hashable, Any]]:
    """Return where each commune's name stands and its one or two names, the largest commune first."""
    main = district_names(communes, language)
    other = communes["name_fr"] if language is Language.NL else communes["name_nl"]
    labels = (
        _label_spots(tuple(communes.geometry.to_crs(STORAGE_CRS).to_wkb()))
        .set_axis(communes.index)
        .assign(name=main)
    )
    labels["other"] = other.astype(object).fillna("").where(other != main, "")
    ordered = labels.sort_values("area", ascending=False).drop(columns="area")
    return ordered.to_dict("records")


def light_outlines(outlines: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the outlines in WGS84, simplified together and rounded to about a metre."""
    simple = _simplified(tuple(outlines.to_crs(STORAGE_CRS).to_wkb()))
    return simple.set_axis(outlines.index)


@lru_cache(maxsize=8)
def _simplified(outlines: tuple[bytes, ...]) -> gpd.GeoSeries:
    """Keep the few sets of districts that pages draw again and again."""
    metric = gpd.GeoSeries.from_wkb(outlines, crs=STORAGE_CRS).to_crs(METRIC_CRS)
    simple = gpd.GeoSeries(shapely.coverage_simplify(metric.to_numpy(), TOLERANCE_M), crs=METRIC_CRS)
    return simple.to_crs(STORAGE_CRS).set_precision(DEGREES_KEPT, mode="pointwise")


@lru_cache(maxsize=8)
def _label_spots(outlines: tuple[bytes, ...]) -> pd.DataFrame:
    """Return where the name of each stands (WGS84), and its area."""
    metric = gpd.GeoSeries.from_wkb(outlines, crs=STORAGE_CRS).to_crs(METRIC_CRS)
    point = metric.representative_point().to_crs(STORAGE_CRS)
    return pd.DataFrame({"lat": point.y.round(5), "lon": point.x.round(5), "area": metric.area})


def outlines_of(communes: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the communes' outlines alone, as GeoJSON."""
    return _geojson(communes.geometry, pd.DataFrame(index=communes.index))


def _geojson(outlines: gpd.GeoSeries, properties: pd.DataFrame) -> dict[str, Any]:
    """Return the light outlines with their properties."""
    told = properties.to_dict("records") if len(properties.columns) else [{}] * len(properties)
    shapes = _shapes(tuple(light_outlines(outlines).to_wkb()))
    features = [
        {"type": "Feature", "properties": one, "geometry": shape}
        for one, shape in zip(told, shapes, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


@lru_cache(maxsize=8)
def _shapes(outlines: tuple[bytes, ...]) -> list[dict[str, Any]]:
    """Return GeoJSON's geometries; whoever is given them changes nothing in them."""
    return [json.loads(text) for text in shapely.to_geojson(shapely.from_wkb(outlines))]
