"""The districts and their population: the official ones or, where those cannot be reached, the stand-in grid."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from commons.districts.fetch import RETRY_PAUSES_S, Progress, SourceUnreachableError, fetch
from commons.districts.grid import grid_districts
from commons.districts.official import official_districts, official_population, read_table
from commons.districts.sources import Source, official_sources
from commons.districts.structure import Districts

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Districts", "read_districts"]


def read_districts(
    mirror: Path | None,
    cache: Path,
    offline_ok: bool = True,
    *,
    sources: Iterable[Source] | None = None,
    progress: Progress | None = None,
    pauses_s: tuple[float, ...] = RETRY_PAUSES_S,
) -> Districts:
    """Return the official districts or, where their sources cannot be reached and that is `offline_ok`, a grid.

    A source that today's districts can be drawn without (an older revision, a population) may lack: see `missing`.
    """
    tables: dict[Source, pd.DataFrame] = {}
    missing: list[str] = []
    for source in sorted(sources or official_sources(), key=lambda source: not source.is_required):
        try:
            path = fetch(source, cache, mirror, progress=progress, pauses_s=pauses_s)
            tables[source] = read_table(source, path)
        except SourceUnreachableError:
            if not source.is_required:
                missing.append(source.key)
            elif offline_ok:
                return grid_districts()
            else:
                raise
    districts, repaired = official_districts(tables)
    population = official_population(tables, districts)
    return Districts("official", districts, population, tuple(tables), tuple(missing), repaired)
