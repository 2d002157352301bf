"""Questions about scale-up by district, answered from what has been released to the one who asks.

>>> from commons.research import change_between  # doctest: +SKIP
>>> change_between(Audience.PUBLIC, DistrictLevel.NEIGHBOURHOOD, date(2015, 1, 1), date(2025, 1, 1))  # doctest: +SKIP
"""

from commons.research.change import change_between, count_by_year
from commons.research.count import count_alternatives
from commons.research.coverage import coverage
from commons.research.freeze import Frozen, freeze_statistics
from commons.research.measure import SHARES, WALK_M, Gap, measure_districts, years_known
from commons.research.overlap import overlap_of_sources
from commons.research.statistics import cells, digest, snapshots, statistics

__all__ = [
    "SHARES",
    "WALK_M",
    "Frozen",
    "Gap",
    "cells",
    "change_between",
    "count_alternatives",
    "count_by_year",
    "coverage",
    "digest",
    "freeze_statistics",
    "measure_districts",
    "overlap_of_sources",
    "snapshots",
    "statistics",
    "years_known",
]
