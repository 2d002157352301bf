"""Third step: mapped rows to checked records and notices."""

from functools import partial

import geopandas as gpd
import numpy as np
import pandas as pd

from ingest.check.area import area_of
from ingest.check.consent import check_consent
from ingest.check.contacts import check_addresses, check_contacts
from ingest.check.contacts_in_texts import check_contacts_in_texts
from ingest.check.dates import check_dates
from ingest.check.draft import Draft, Memory
from ingest.check.likely import check_hours, check_postcodes, check_repeated, check_told_places
from ingest.check.markup import check_markup
from ingest.check.no_places import check_no_places
from ingest.check.positions import check_positions
from ingest.check.records import CANONICAL_COLUMNS, CheckedRecords
from ingest.check.remarks import check_remarks
from ingest.check.set_aside import set_aside_csv, set_aside_rows
from ingest.check.systems import REGION_BOUNDS, Bounds
from ingest.check.texts import check_keys, check_names, check_nothing, check_texts, clean_text
from ingest.check.words import check_categories, check_participations, check_resources, check_subjects
from ingest.map.mapping import MappedTable
from ingest.notices import NoticeCode, Severity, notice_frame

__all__ = ["CANONICAL_COLUMNS", "REGION_BOUNDS", "CheckedRecords", "Memory", "check", "set_aside_csv"]


ALONE = (NoticeCode.ROW_NO_PLACE, NoticeCode.ROW_RAGGED, NoticeCode.ROW_MISQUOTED)
"""What leaves nothing else to remark: the cells of such a row are not those of its columns."""


def check(
    mapped: MappedTable, region: gpd.GeoDataFrame | Bounds | None = None, memory: Memory | None = None
) -> CheckedRecords:
    """Return the records that can be stored, what was remarked, and the rows that were set aside.

    `region` (any CRS, or bounds in degrees) says where records may lie; by default the Brussels-Capital Region. The
    chunks of one file are checked in order, with the same `memory`.
    """
    draft = Draft(mapped, memory or Memory())
    checks = (
        check_markup,
        check_nothing,
        check_no_places,
        check_texts,
        check_addresses,
        check_names,
        partial(check_positions, area=area_of(region)),
        check_categories,
        check_subjects,
        check_contacts,
        check_hours,
        check_postcodes,
        check_dates,
        check_resources,
        check_participations,
        check_consent,
        check_remarks,
        check_told_places,
        check_contacts_in_texts,
        check_keys,
        check_repeated,
    )
    from_file = notice_frame(mapped.notices)
    in_file = from_file.loc[from_file["severity"].eq(Severity.ERROR.value), "row_number"]
    draft.refused |= draft.index.isin(in_file)
    notices = pd.concat(
        [from_file, *(found for run in checks for found in draft.consume(run(draft)))], ignore_index=True
    )
    notices = _without_contradictions(notices, draft)
    return CheckedRecords(
        frame=_records(draft),
        notices=notices,
        rows_in=len(draft.index),
        set_aside=set_aside_rows(mapped.raw, draft.refused, notices),
        flags_present=mapped.mapping.flags_present,
    )


def _without_contradictions(notices: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Return the notices; of a row that is no place, or torn, nothing else is remarked; no rejected row is kept."""
    is_alone = notices["code"].isin([code.value for code in ALONE])
    of_refused = notices["row_number"].isin(draft.index[draft.refused])
    is_moot = notices["row_number"].isin(notices.loc[is_alone, "row_number"]) & ~is_alone
    return notices[~is_moot & ~(of_refused & notices["code"].eq(NoticeCode.NO_POSITION.value))]


def _records(draft: Draft) -> pd.DataFrame:
    """Return the rows that no error refused, in the canonical columns; a missing value is None, a position NaN."""
    kept = ~draft.refused.to_numpy(dtype=bool)
    nothing = pd.Series(np.full(int(kept.sum()), None), dtype=object)
    columns = {name: draft.columns.get(name) for name in CANONICAL_COLUMNS}
    columns |= {"row_number": draft.index.to_series(), "extras": _extras(draft)}
    values = {}
    for name, column in columns.items():
        if column is not None and name in ("row_number", "lon", "lat"):
            values[name] = column[kept].reset_index(drop=True)
        elif column is None or (missing := column.isna()).all():
            values[name] = nothing
        else:
            chosen = column.to_numpy(dtype=object, copy=True)
            chosen[missing] = None
            values[name] = pd.Series(chosen[kept], dtype=object)  # else pandas makes them `str`, NaN for None
    return pd.DataFrame(values)


def _extras(draft: Draft) -> pd.Series:
    """Return each row's unmapped and not understood texts by the partner's header."""
    texts = {str(name): clean_text(column, is_long=True) for name, column in draft.source.extras.items()}
    told = {name: column for name, column in (texts | draft.leftovers).items() if column.notna().any()}
    if not told:
        return pd.Series([{}] * len(draft.index), index=draft.index, dtype=object)
    rows = zip(*(column.astype(object).where(column.notna(), None) for column in told.values()), strict=True)
    extras = [{name: text for name, text in zip(told, row, strict=True) if text is not None} for row in rows]
    return pd.Series(extras, index=draft.index, dtype=object)
