"""The rows that were set aside, as a file that a partner can put right and send again."""

import pandas as pd

from commons.vocabulary import Language
from ingest.map.mapping import OWN_COLUMNS
from ingest.notices import NoticeCode, Severity
from ingest.read.table import RawTable

FORMULA_START = r"^(?=[\s]*[=+\-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20])"
"""What a spreadsheet may take for a formula, also after blanks (CWE-1236), and the full-width signs."""
CODE_SEPARATOR = "|"


def set_aside_rows(raw: RawTable, refused: pd.Series, notices: pd.DataFrame) -> pd.DataFrame:
    """Return the refused rows as they stand in the file, `_row` and `_codes` before them.

    A geometry stands in `_x` and `_y`, in the CRS of the file.
    """
    rows = raw.rows.loc[refused.to_numpy(dtype=bool)].drop(columns=list(OWN_COLUMNS), errors="ignore")
    errors = notices[notices["severity"].eq(Severity.ERROR.value) & notices["row_number"].notna()]
    codes = errors.groupby("row_number")["code"].agg(lambda codes: CODE_SEPARATOR.join(codes.unique()))
    if raw.points is not None:
        points = pd.DataFrame(raw.points, index=raw.rows.index, columns=["_x", "_y"]).loc[rows.index]
        rows = pd.concat([points.astype(object).where(points.notna(), None).astype("str"), rows], axis=1)
    rows.insert(0, "_row", rows.index.to_numpy(dtype="int64"))
    rows.insert(1, "_codes", codes.reindex(rows.index).astype("str").to_numpy())
    return rows.reset_index(drop=True)


def set_aside_csv(set_aside: pd.DataFrame, language: Language | None = None) -> bytes:
    """Return the rows set aside as CSV (UTF-8 with a mark, for spreadsheets), each with what to do in `_fix`.

    A cell that a spreadsheet would run begins with an apostrophe, which reading the file again takes away.
    """
    fix_of = {code.value: code.fix(language) for code in NoticeCode}
    fixes = [" ".join(fix_of[code] for code in codes.split(CODE_SEPARATOR)) for codes in set_aside["_codes"]]
    texts = set_aside.drop(columns="_row").assign(_fix=fixes)
    safe = texts.apply(lambda column: column.astype("str").str.replace(FORMULA_START, "'", regex=True))
    safe.columns = safe.columns.str.replace(FORMULA_START, "'", regex=True)
    safe.insert(0, "_row", set_aside["_row"])
    front = ["_row", "_codes", "_fix"]
    text: str = safe[[*front, *safe.columns.drop(front)]].to_csv(index=False)
    return text.encode("utf-8-sig")
