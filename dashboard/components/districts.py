"""The names of the districts and where they lie: open data, read once until the districts change."""

from functools import lru_cache
from typing import NamedTuple

from commons.release import Released
from commons.vocabulary import DistrictLevel, Language
from dashboard.components.tables import name_by_code
from maps.explore import Corners


class Districts(NamedTuple):
    """Each district's name by its code, in the order of the names; and the corners of each neighbourhood."""

    neighbourhoods: dict[str, str]
    communes: dict[str, str]
    corners: dict[str, Corners]

    def where(self, neighbourhood: str | None, commune: str | None) -> str:
        """Return the name of the neighbourhood, else of the commune, else nothing."""
        return self.neighbourhoods.get(neighbourhood or "") or self.communes.get(commune or "") or ""


@lru_cache(maxsize=6)
def districts_of(reader: Released, version: str | None, language: Language) -> Districts:  # noqa: ARG001 - kept by it
    """Return today's communes and neighbourhoods; `version` is `maps.explore.ground_version`."""
    areas = reader.districts(DistrictLevel.NEIGHBOURHOOD)
    corners = {
        code: ((south, west), (north, east))
        for code, (west, south, east, north) in zip(
            areas["code"], areas.geometry.bounds.to_numpy().tolist(), strict=True
        )
    }
    communes = reader.districts(DistrictLevel.COMMUNE)
    return Districts(name_by_code(areas, language), name_by_code(communes, language), corners)
