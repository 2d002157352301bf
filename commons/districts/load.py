"""Districts, population and sources into PostGIS."""

from dataclasses import dataclass

import pandas as pd

from commons.database.connection import Connection
from commons.database.statements import statement
from commons.districts.containment import containment
from commons.districts.grid import SCHEME as GRID_SCHEME
from commons.districts.structure import Districts
from commons.errors import CommonsError
from commons.vocabulary import DistrictLevel

SPARSE_BELOW_INHABITANTS = 20
"""A sector or neighbourhood with fewer inhabitants is sparse: it may hold one address only, and naming it would
give the address away. So may one whose population is unknown."""


class GridNotNeededError(CommonsError):
    """The stand-in grid was about to take the place of official districts."""

    def __init__(self) -> None:
        super().__init__("district_grid_not_needed")


@dataclass(frozen=True)
class LoadReport:
    """What a load stored: the scheme, how many rows of each table, and the sources that could not be had.

    `current` counts the districts of today by level, whose borders are of the year `borders`; `counted_in` is the
    last year with a population, None without one.
    """

    scheme: str
    districts: int
    population: int
    within: int
    missing: tuple[str, ...]
    current: dict[DistrictLevel, int]
    borders: str
    counted_in: int | None


def load_districts(connection: Connection, districts: Districts) -> LoadReport:
    """Return what was stored of the districts; to load them again changes nothing, not even their ids.

    All in the caller's transaction, which the caller commits. Districts that are not among these are no longer current.
    Raises GridNotNeededError where the stand-in grid would take the place of official districts.
    """
    if districts.scheme == GRID_SCHEME and _has_official(connection):
        raise GridNotNeededError
    within = containment(districts)
    _copy_in(connection, districts, within)
    values = {"scheme": districts.scheme, "sparse_below": SPARSE_BELOW_INHABITANTS}
    connection.execute(_sql("store_sources"))
    connection.execute(_sql("store_population"), values)
    connection.execute(_sql("store_districts"), values)
    connection.execute(_sql("retire_districts"), values)
    connection.execute("DELETE FROM reference.district_within")
    connection.execute(_sql("store_within"), values)
    return LoadReport(
        districts.scheme,
        districts=len(districts.districts),
        population=len(districts.population),
        within=len(within),
        missing=districts.missing,
        current={level: len(districts.current(level)) for level in DistrictLevel},
        borders=districts.districts.loc[districts.districts["is_current"], "revision"].max(),
        counted_in=None if districts.population.empty else int(districts.population["year"].max()),
    )


def _has_official(connection: Connection) -> bool:
    query = "SELECT FROM reference.district WHERE scheme <> %s AND is_current LIMIT 1"
    return connection.execute(query, [GRID_SCHEME]).fetchone() is not None


def _copy_in(connection: Connection, districts: Districts, within: pd.DataFrame) -> None:
    """Make the temporary tables and fill them, the columns of each in the order of its frame."""
    connection.execute(_sql("incoming"))
    owed = [(s.key, s.title, s.publisher, s.licence, s.attribution, s.url) for s in districts.sources]
    frames = {
        "incoming_source": pd.DataFrame(owed),
        "incoming_district": pd.DataFrame(districts.districts.to_wkb(hex=True)),
        "incoming_population": districts.population,
        "incoming_within": within.drop(columns="share"),
    }
    with connection.cursor() as cursor:
        for table, frame in frames.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy:
                copy.write(frame.to_csv(index=False, header=False))


def _sql(name: str) -> str:
    return statement("commons.districts", name)
