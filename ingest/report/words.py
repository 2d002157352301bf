"""The sentences and tables in which an upload is told, for its report and for the page alike."""

from datetime import datetime
from typing import Any

import pandas as pd
from pyproj import Geod

from commons.i18n import translate
from commons.i18n.numbers import written_number
from commons.vocabulary import Fate, Language
from ingest.notices import NoticeCode, Severity
from ingest.report.account import UploadAccount
from ingest.report.fates import Fates

COMMUNES_NAMED = 5
"""How many of the communes a sentence names; the table has all."""
METRES = Geod(ellps="WGS84")
FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def moment_text(moment: datetime, language: Language) -> str:
    """Return a day and its time.

    >>> moment_text(datetime(2026, 11, 25, 9, 5), Language.FR)
    '25/11/2026 09:05'
    """
    return f"{moment:%d %b %Y, %H:%M}" if language is Language.EN else f"{moment:%d/%m/%Y %H:%M}"


def place_texts(account: UploadAccount, language: Language) -> list[str]:
    """Return where the file's records lie, and what of the file the map does not show.

    An upload that changed consents alone tells of no record, wherever those lie.
    """
    fates = account.fates
    told = [
        translate("report.no_record", language) if fates.counts.empty else "",
        extent_text(fates, language),
        reach_text(fates, language),
        _counted("nowhere", fates.nowhere, language),
        _counted("off_map", account.sent.rows_set_aside, language),
        cells_text(fates, language),
    ]
    return [text for text in told if text]


def _counted(key: str, count: int, language: Language) -> str:
    """Return a sentence about so many; nothing where there are none."""
    if not count:
        return ""
    return translate(
        f"report.{key}.{'one' if count == 1 else 'many'}", language, count=written_number(count, language)
    )


def extent_text(fates: Fates, language: Language) -> str:
    """Return between which coordinates the file's records lie, and how far apart those are; nothing where none does."""
    if fates.bounds is None:
        return ""
    west, south, east, north = fates.bounds
    middle = (south + north) / 2
    width_m = METRES.inv(west, middle, east, middle)[2]
    height_m = METRES.inv(west, south, west, north)[2]
    degrees = {
        name: written_number(value, language, 4)
        for name, value in zip(("west", "south", "east", "north"), fates.bounds, strict=True)
    }
    width, height = (written_number(metres / 1000, language, 1) for metres in (width_m, height_m))
    return translate("report.extent", language, **degrees, width=width, height=height)


def reach_text(fates: Fates, language: Language) -> str:
    """Return which communes are reached, those with the most records first; nothing where none is."""
    table = communes_table(fates, language).drop(columns=translate("fate.gone", language), errors="ignore")
    name, total = table.columns[0], table.iloc[:, 1:].sum(axis=1)
    table, total = table[total > 0], total[total > 0]
    if table.empty:
        return ""
    most = total.sort_values(ascending=False, kind="stable").head(COMMUNES_NAMED)
    named = ", ".join(
        f"{commune} ({written_number(count, language)})"
        for commune, count in zip(table.loc[most.index, name].tolist(), most.tolist(), strict=True)
    )
    if (rest := len(table) - len(most)) > 0:
        named = translate("report.and_more", language, named=named, count=rest)
    key = "report.reach_one" if len(table) == 1 else "report.reach"
    return translate(key, language, count=len(table), named=named)


def cells_text(fates: Fates, language: Language) -> str:
    """Return that the map counts cells, where there are too many records to draw each."""
    if not fates.in_cells:
        return ""
    return translate("report.in_cells", language, count=written_number(fates.located, language))


def communes_table(fates: Fates, language: Language) -> pd.DataFrame:
    """Return each commune that is reached by name, and how many records of each fate it has."""
    table = fates.by_commune
    names = table[[f"name_{language}", "name_fr", "name_nl"]].astype(object).bfill(axis="columns").iloc[:, 0]
    found = [fate for fate in Fate if fate.value in table.columns]
    title = translate("report.commune", language)
    counts = table[[fate.value for fate in found]].astype("int64")
    told = counts.set_axis([translate(f"fate.{fate}", language) for fate in found], axis="columns")
    told.insert(0, title, names.fillna(table["code"]).astype(str))
    return told.sort_values(title, ignore_index=True)


def rows_text(count: int, first: list[int], language: Language) -> str:
    """Return how many rows, and the numbers of the first of them; nothing for a remark on the whole file."""
    if count == 0:
        return ""
    numbers = ", ".join(map(str, first)) + (" …" if count > len(first) else "")
    key = "report.row" if count == 1 else "report.rows"
    return translate(key, language, count=written_number(count, language), numbers=numbers)


def remarks(notices: pd.DataFrame, language: Language) -> list[tuple[Severity, list[dict[str, Any]]]]:
    """Return the remarks by how grave they are, each code once with the columns and rows that it is about.

    `notices` has a line per code and column: code, column, rows (how many; none: the whole file), first_rows.
    """
    found: dict[Severity, dict[NoticeCode, list[str]]] = {}
    for line in notices.to_dict("records"):
        code = NoticeCode[line["code"]]
        rows = rows_text(int(line["rows"]), line["first_rows"], language)
        column = as_text(line["column"]) if isinstance(line["column"], str) else ""
        where = place_text(column, rows, language)
        found.setdefault(code.severity, {}).setdefault(code, []).extend([where] if where else [])
    return [
        (
            severity,
            [
                {"code": code.value, "what": code.what(language), "fix": code.fix(language), "where": where}
                for code, where in found[severity].items()
            ],
        )
        for severity in Severity
        if severity in found
    ]


def as_text(told: str) -> str:
    r"""Return a partner's text on one line, so that it runs in no spreadsheet into which the page is pasted.

    >>> as_text("=1+1"), as_text(" Mes\nlieux ")
    ("'=1+1", 'Mes lieux')
    """
    text = " ".join(told.split())
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def place_text(column: str, rows: str, language: Language) -> str:
    """Return where a remark applies: a column, rows, or both; nothing for a remark on the whole file."""
    return (
        translate("report.place", language, column=column, rows=rows) if column and rows else column or rows
    )
