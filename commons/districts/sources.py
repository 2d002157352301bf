"""The official sources of districts, read from the territory's `sources.toml`."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from commons.territory import territory
from commons.vocabulary import DistrictLevel


@dataclass(frozen=True)
class DistrictColumns:
    """Which districts a file draws, and the columns of their code and names (None: the file has no names)."""

    level: DistrictLevel
    revision: str
    is_current: bool
    key: str
    name_fr: str | None = None
    name_nl: str | None = None


@dataclass(frozen=True)
class PopulationColumns:
    """Whose population a file gives, in which columns, for one year or for the years of a column."""

    level: DistrictLevel
    revision: str
    key: str
    value: str
    year: int | None = None
    year_column: str | None = None


@dataclass(frozen=True, eq=False)
class Source:
    """One file of one publisher: where it comes from, what is owed to whom, and what it holds."""

    key: str
    title: str
    publisher: str
    licence: str
    attribution: str
    url: str
    file: str = ""
    format: str = ""
    crs: str | None = None
    sha256: str | None = None
    download_differs: bool = False
    rows: dict[str, str] = field(default_factory=dict)
    districts: DistrictColumns | None = None
    population: PopulationColumns | None = None

    @property
    def is_required(self) -> bool:
        """Whether the districts of today cannot be drawn without it."""
        return self.districts is not None and self.districts.is_current


@cache
def official_sources() -> tuple[Source, ...]:
    """Return the sources of `sources.toml` in its order."""
    tree = tomllib.loads((territory().folder / "sources.toml").read_text("utf-8"))
    return tuple(_source(key, table) for key, table in tree.items())


def _source(key: str, table: dict[str, Any]) -> Source:
    parts: dict[str, Any] = {}
    if districts := table.get("districts"):
        parts["districts"] = DistrictColumns(**{**districts, "level": DistrictLevel(districts["level"])})
    if population := table.get("population"):
        parts["population"] = PopulationColumns(**{**population, "level": DistrictLevel(population["level"])})
    return Source(key=key, **{**table, **parts})
