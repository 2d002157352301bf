"""Setting aside the rows of a file that speak of erased records, with nothing kept of them but their numbers."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from commons.consent.erased import COLUMNS, find_erased
from commons.database.connection import Connection
from commons.partners import Dataset
from ingest.check.records import CheckedRecords
from ingest.notices import NoticeCode, coded_frame


def without_erased(
    connection: Connection, dataset: Dataset, checked: CheckedRecords, mapping: Mapping[str, str]
) -> CheckedRecords:
    """Return the same without what speaks of records erased from this dataset.

    A row that another fault set aside goes by its name alone too: it is better forgotten than kept for correction.
    `mapping` names the file's column of each field.
    """
    erased = find_erased(connection, dataset, checked.frame).eq("row")
    texts = {field: checked.set_aside.get(mapping.get(field, "")) for field in COLUMNS}
    aside = pd.DataFrame(
        {field: None if told is None else told.str.strip() for field, told in texts.items()},
        index=checked.set_aside.index,
    ).assign(lon=np.nan, lat=np.nan)
    forgotten = find_erased(connection, dataset, aside).notna()
    if not (erased.any() or forgotten.any()):
        return checked
    numbers = [*checked.frame.loc[erased, "row_number"], *checked.set_aside.loc[forgotten, "_row"]]
    bare = pd.DataFrame({"_row": numbers, "_codes": NoticeCode.ERASED.value})
    notices = coded_frame(NoticeCode.ERASED, [int(number) for number in numbers], None)
    return replace(
        checked,
        frame=checked.frame[~erased].reset_index(drop=True),
        notices=pd.concat([checked.notices, notices], ignore_index=True),
        set_aside=pd.concat(
            [checked.set_aside[~forgotten], bare.astype({"_codes": "str"})], ignore_index=True
        ),
    )
