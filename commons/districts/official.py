"""Districts and population from the official sources' tables."""

import gzip
import io
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from pyogrio.errors import DataSourceError

from commons.districts.names import readable_name
from commons.districts.sources import Source
from commons.districts.structure import (
    POPULATION_COLUMNS,
    Districts,
    district_frame,
    population_frame,
)
from commons.errors import CommonsError
from commons.territory import STORAGE_CRS, territory
from commons.vocabulary import DistrictLevel

RULES = territory().districts


def read_table(source: Source, path: Path) -> pd.DataFrame:
    """Return the source's rows, geometries in EPSG:4326; raises CommonsError where its columns are not there.

    A file whose name ends in .gz is unpacked.
    """
    content = io.BytesIO(gzip.decompress(path.read_bytes())) if path.suffix == ".gz" else path
    try:
        table = _read_csv(content) if source.format == "CSV" else gpd.read_file(content).to_crs(STORAGE_CRS)
        if source.population and source.population.value in table:
            pd.to_numeric(table[source.population.value])
    except (DataSourceError, ValueError) as error:  # among these: no text, no table, no figures
        raise CommonsError("district_source_unreadable", file=source.file, title=source.title) from error
    if absent := named_columns(source) - set(table.columns):
        columns = ", ".join(sorted(absent))
        raise CommonsError("district_source_columns", file=source.file, title=source.title, columns=columns)
    for column, value in source.rows.items():
        if column in table:
            table = table[table[column] == value]
    return table


def _read_csv(content: io.BytesIO | Path) -> pd.DataFrame:
    """Return the cells as text; the separator is that of the first line."""
    text = content.read_bytes() if isinstance(content, Path) else content.getvalue()
    header = text.partition(b"\n")[0].decode()
    separator = max(",;|", key=header.count)
    return pd.read_csv(io.BytesIO(text), sep=separator, dtype=str, encoding="utf-8-sig")


def named_columns(source: Source) -> set[str]:
    """Return the columns that the source's file must have, geometry aside.

    A file of borders may lack the population: the publisher's own sectors do.
    """
    named: set[str | None] = set()
    if source.districts:
        named |= {source.districts.key, source.districts.name_fr, source.districts.name_nl}
    if source.population and not source.districts:
        named |= {source.population.key, source.population.value, source.population.year_column}
    return {column for column in named if column}


def official_data(tables: dict[Source, pd.DataFrame], missing: tuple[str, ...] = ()) -> Districts:
    """Return the districts and populations of the sources' tables; `missing` are the keys of those without one."""
    districts, repaired = official_districts(tables)
    population = official_population(tables, districts)
    return Districts("official", districts, population, tuple(tables), missing, repaired)


def official_districts(tables: dict[Source, pd.DataFrame]) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Return the districts, the region first, and the "level code" of each geometry that was repaired."""
    drawn = [_districts_of(source, table) for source, table in tables.items() if source.districts]
    rows = pd.concat(drawn, ignore_index=True)
    invalid = ~shapely.is_valid(rows["geometry"].to_numpy())
    rows.loc[invalid, "geometry"] = shapely.make_valid(rows.loc[invalid, "geometry"].to_numpy())
    repaired = rows.loc[invalid, "level"] + " " + rows.loc[invalid, "code"]
    rows = pd.concat([_region(rows), _with_names(rows)], ignore_index=True)
    return district_frame(rows), tuple(repaired)


def _districts_of(source: Source, table: pd.DataFrame) -> pd.DataFrame:
    drawn = source.districts
    assert drawn is not None  # noqa: S101 - the caller asks only for these
    code = _codes(table[drawn.key])
    return pd.DataFrame(
        {
            "level": drawn.level.value,
            "code": code,
            "revision": drawn.revision,
            "name_fr": table[drawn.name_fr].map(readable_name) if drawn.name_fr else None,
            "name_nl": table[drawn.name_nl].map(readable_name) if drawn.name_nl else None,
            "residential": _are_homes(code) if drawn.level is DistrictLevel.NEIGHBOURHOOD else pd.NA,
            "is_current": drawn.is_current,
            "source": source.key,
            "geometry": table["geometry"],
        },
    ).sort_values("code")


def _are_homes(zones: pd.Series) -> pd.Series | bool:
    """Return whether people live in the neighbourhoods of these codes."""
    limit = RULES.first_non_residential
    return limit is None or zones.astype("int64") < limit


def _codes(column: pd.Series) -> pd.Series:
    """Return codes as text; a whole number has no point ("36", not "36.0")."""
    if pd.api.types.is_numeric_dtype(column):
        return column.astype("int64").astype("str")
    return column.astype("str").str.strip()


def _with_names(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with three names each; one drawn without has that of its code today, else its code."""
    named = rows[rows["name_fr"].notna()].drop_duplicates(["level", "code"]).set_index(["level", "code"])
    today = rows[["level", "code"]].join(named[["name_fr", "name_nl"]], on=["level", "code"])
    name_fr = rows["name_fr"].fillna(today["name_fr"]).fillna(rows["code"])
    name_nl = rows["name_nl"].fillna(today["name_nl"]).fillna(rows["code"])
    return rows.assign(name_fr=name_fr, name_nl=name_nl, name_en=name_fr.replace(RULES.english_names))


def _region(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the region: the communes dissolved, without the hairline holes between their borders."""
    communes = rows[rows["level"] == DistrictLevel.COMMUNE.value]
    parts = shapely.get_parts(shapely.union_all(communes["geometry"].to_numpy()))
    outline = shapely.MultiPolygon([shapely.Polygon(part.exterior) for part in parts])
    return pd.DataFrame(
        {
            "level": DistrictLevel.REGION.value,
            "code": RULES.region_code,
            "revision": RULES.revision,
            **{f"name_{language}": name for language, name in territory().words["region"].items()},
            "residential": pd.NA,
            "is_current": True,
            "source": communes["source"].iloc[0],
            "geometry": [outline],
        },
    )


def official_population(tables: dict[Source, pd.DataFrame], districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the population of the districts: as published, and summed to communes and to the region."""
    published = [
        _population_of(source, table)
        for source, table in tables.items()
        if source.population and source.population.value in table
    ]
    rows = pd.concat([pd.DataFrame(columns=POPULATION_COLUMNS), *published], ignore_index=True)
    rows = pd.concat([rows, _commune_sums(rows), _region_sums(rows, districts)], ignore_index=True)
    return population_frame(rows.merge(districts[["level", "code", "revision"]]))


def _population_of(source: Source, table: pd.DataFrame) -> pd.DataFrame:
    counted = source.population
    assert counted is not None  # noqa: S101 - the caller asks only for these
    rows = pd.DataFrame(
        {
            "level": counted.level.value,
            "code": _codes(table[counted.key]),
            "revision": counted.revision,
            "year": table[counted.year_column] if counted.year_column else counted.year,
            "population": pd.to_numeric(table[counted.value]),
            "source": source.key,
        },
    )
    return rows.dropna(subset="population")


def _commune_sums(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of the sectors by commune and year, people located in no sector ("ZZZZ") included."""
    sectors = rows[rows["level"] == DistrictLevel.SECTOR.value]
    in_commune = sectors.assign(code=sectors["code"].str[: RULES.commune_digits])
    sums = in_commune.groupby(["code", "year", "source"])["population"].sum().reset_index()
    return sums.assign(level=DistrictLevel.COMMUNE.value, revision=RULES.revision)


def _region_sums(rows: pd.DataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the sums of the neighbourhoods by year, for the years in which each of them has a figure."""
    level = DistrictLevel.NEIGHBOURHOOD.value
    drawn = int((districts["level"] == level).sum())
    of_year = rows[rows["level"] == level].groupby(["year", "source"])["population"]
    years = of_year.agg(["sum", "count"]).reset_index()
    complete = years[years["count"] == drawn].rename(columns={"sum": "population"})
    return complete.assign(level=DistrictLevel.REGION.value, code=RULES.region_code, revision=RULES.revision)
