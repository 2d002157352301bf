"""The districts that ship with the program: the originals made small, each in a file that reads like its original."""

import gzip
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from commons.districts.fetch import Progress, fetch
from commons.districts.official import RULES, named_columns, official_data, read_table
from commons.districts.sources import Source, official_sources
from commons.districts.structure import METRIC_CRS, Districts
from commons.errors import CommonsError
from commons.territory import STORAGE_CRS, territory
from commons.vocabulary import DistrictLevel

PACKAGED = territory().folder / "packaged"
CHECKSUMS = "SHA256SUMS"

GAP_WIDTH_M = 1.0
"""Gaps up to this width between neighbours are closed: the publishers' are at most 0.1 m wide."""

SNAPPING_M = 0.05
"""Vertices nearer than this to another become one, so that rounding cannot make a border cross itself."""

DECIMALS = 7
"""Of a coordinate in degrees: about a centimetre."""


@cache
def packaged_districts() -> Districts:
    """Return the districts and populations that ship with the program, read once in a process.

    Raises CommonsError where a file is not the one that CHECKSUMS tells of: it would be shown as official.
    """
    sums = _read(PACKAGED / CHECKSUMS).decode()
    for name in map(packed_name, official_sources()):
        if f"{hashlib.sha256(_read(PACKAGED / name)).hexdigest()}  {name}\n" not in sums:
            raise CommonsError("district_package_damaged", file=name)
    tables = {source: read_table(source, PACKAGED / packed_name(source)) for source in official_sources()}
    return official_data(tables)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommonsError("district_package_damaged", file=path.name) from error


def packaged_shapes(level: DistrictLevel) -> gpd.GeoSeries:
    """Return the shapes of a level's districts of today, in WGS84, of those that ship: one file is read."""
    (source,) = (
        source
        for source in official_sources()
        if source.districts and source.districts.level is level and source.districts.is_current
    )
    return gpd.GeoDataFrame(read_table(source, PACKAGED / packed_name(source))).geometry


def packed_name(source: Source) -> str:
    """Return the name of the source's shipped file.

    >>> [packed_name(source) for source in official_sources()][3]
    'brussels_724_sectors_pop_epsg31370.geojson.gz'
    """
    return Path(source.file).stem + (".csv.gz" if source.format == "CSV" else ".geojson.gz")


def pack_districts(originals: Path, target: Path, *, progress: Progress | None = None) -> dict[str, int]:
    """Return the size in bytes of each file written to `target`, beside their checksums.

    The originals lie in a folder; one that is missing there is downloaded into it. Of each are kept the rows of the
    region and the columns that are read. Borders are a clean coverage: see `clean_coverage`.
    """
    sources = official_sources()
    tables = {
        source: read_table(source, fetch(source, originals, originals, progress=progress))
        for source in sources
    }
    communes = _commune_codes(tables)
    packed = {packed_name(source): _packed(source, table, communes) for source, table in tables.items()}
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(packed.items())]
    for name, content in {**packed, CHECKSUMS: "".join(sums).encode()}.items():
        part = target / f"{name}.part"
        part.write_bytes(content)
        part.replace(target / name)
    return {name: len(content) for name, content in packed.items()}


def _commune_codes(tables: dict[Source, pd.DataFrame]) -> Iterable[str]:
    (codes,) = (
        table[source.districts.key]
        for source, table in tables.items()
        if source.districts and source.districts.level is DistrictLevel.COMMUNE
    )
    return frozenset(codes)


def _packed(source: Source, table: pd.DataFrame, communes: Iterable[str]) -> bytes:
    counted = [source.population.value] if source.population else []
    kept = table[sorted({*named_columns(source), *counted})]
    if isinstance(table, gpd.GeoDataFrame):
        drawn = gpd.GeoDataFrame(kept, geometry=clean_coverage(table.geometry))
        content = drawn.to_json(drop_id=True, separators=(",", ":"), ensure_ascii=False)
    else:
        assert source.population is not None  # noqa: S101 - a table without geometry holds nothing else
        if source.population.level is DistrictLevel.SECTOR:
            kept = kept[kept[source.population.key].str[: RULES.commune_digits].isin(communes)]
        content = kept.to_csv(index=False)
    return gzip.compress(content.encode(), compresslevel=9, mtime=0)


def clean_coverage(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the shapes as a valid coverage in WGS84, rounded: shared borders are identical, vertex by vertex."""
    flat = shapely.force_2d(shapes.to_crs(METRIC_CRS).to_numpy())
    clean = shapely.coverage_clean(  # type: ignore[attr-defined] # the stubs are older
        flat, gap_width=GAP_WIDTH_M, snapping_distance=SNAPPING_M
    )
    degrees = gpd.GeoSeries(clean, crs=METRIC_CRS, index=shapes.index).to_crs(STORAGE_CRS)
    rounded = shapely.transform(degrees.to_numpy(), lambda vertices: np.round(vertices, DECIMALS))
    if not shapely.coverage_is_valid(rounded):
        raise AssertionError("rounding made a border cross another")
    return gpd.GeoSeries(rounded, crs=STORAGE_CRS, index=shapes.index)
