"""The districts and their population from the publishers' own files."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from commons.districts.fetch import RETRY_PAUSES_S, Progress, SourceUnreachableError, fetch
from commons.districts.official import official_data, read_table
from commons.districts.sources import Source, official_sources
from commons.districts.structure import Districts
from commons.errors import CommonsError

if TYPE_CHECKING:
    import pandas as pd


def read_districts(
    mirror: Path | None,
    cache: Path,
    *,
    sources: Iterable[Source] | None = None,
    progress: Progress | None = None,
    pauses_s: tuple[float, ...] = RETRY_PAUSES_S,
) -> Districts:
    """Return the official districts read from the originals: the mirror's, else the cache's, else downloaded.

    A source that today's districts can be drawn without (an older revision, a population) may lack, or turn out to be
    something else when it is downloaded: see `missing`. Raises CommonsError where another cannot be had or read.
    """
    tables: dict[Source, pd.DataFrame] = {}
    missing: list[str] = []
    for source in sorted(sources or official_sources(), key=lambda source: not source.is_required):
        try:
            path = fetch(source, cache, mirror, progress=progress, pauses_s=pauses_s)
        except SourceUnreachableError:
            if source.is_required:
                raise
            missing.append(source.key)
            continue
        try:
            tables[source] = read_table(source, path)
        except CommonsError:
            if path.parent != cache:
                raise
            path.unlink()  # what the publisher's address gave was something else; next time it is asked again
            if source.is_required:
                raise
            missing.append(source.key)
    return official_data(tables, tuple(missing))
