"""The rows that were set aside, as a file that a partner can put right and send again."""

import pandas as pd

from commons.i18n import default_language
from commons.vocabulary import Language
from ingest.notices import NoticeCode, Severity
from ingest.read.correction import POINT_COLUMNS, made_text
from ingest.read.table import OWN_COLUMNS, RawTable

CODE_SEPARATOR = "|"
CELL_SEPARATOR = {Language.FR: ";", Language.NL: ";", Language.EN: ","}
"""What a spreadsheet expects where French or Dutch is spoken in Belgium, and where English is; reading takes either."""


def set_aside_rows(raw: RawTable, refused: pd.Series, notices: pd.DataFrame) -> pd.DataFrame:
    """Return the refused rows as they stand in the file, `_row` and `_codes` before them.

    A geometry stands in `_x` and `_y`, in the CRS of the file. A row without an error of its own has that of the file.
    """
    rows = raw.rows.loc[refused.to_numpy(dtype=bool)]
    errors = notices[notices["severity"].eq(Severity.ERROR.value)]
    of_file = CODE_SEPARATOR.join(errors.loc[errors["row_number"].isna(), "code"].unique())
    codes = errors.groupby("row_number")["code"].agg(lambda codes: CODE_SEPARATOR.join(codes.unique()))
    if raw.points is not None:
        points = pd.DataFrame(raw.points, index=raw.rows.index, columns=POINT_COLUMNS).loc[rows.index]
        rows = pd.concat([points.astype(object).where(points.notna(), None).astype("str"), rows], axis=1)
    rows.insert(0, "_row", rows.index.to_numpy(dtype="int64"))
    rows.insert(1, "_codes", codes.reindex(rows.index).fillna(of_file).astype("str").to_numpy())
    return rows.reset_index(drop=True)


def set_aside_csv(set_aside: pd.DataFrame, language: Language | None = None) -> bytes:
    """Return the rows set aside as CSV (UTF-8 with a mark, for spreadsheets), each with what to do in `_fix`.

    A cell that a spreadsheet would run begins with an apostrophe, which reading the file again takes away.
    """
    language = language or default_language()
    fix_of = {code.value: code.fix(language) for code in NoticeCode}
    fixes = [" ".join(fix_of[code] for code in codes.split(CODE_SEPARATOR)) for codes in set_aside["_codes"]]
    texts = set_aside.drop(columns="_row").assign(_fix=fixes)
    safe = texts.apply(made_text)
    safe.columns = made_text(safe.columns.to_series()).to_numpy()
    safe.insert(0, "_row", set_aside["_row"])
    front = list(OWN_COLUMNS)
    ordered = safe[[*front, *safe.columns.drop(front)]]
    text: str = ordered.to_csv(index=False, sep=CELL_SEPARATOR[language])
    return text.encode("utf-8-sig")
