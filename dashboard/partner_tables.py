"""What a partner is shown of a file and of a dataset: columns recognised, remarks, consent, and what is public."""

import pandas as pd

from commons.vocabulary import Language, Visibility
from dashboard.session import say
from dashboard.words import category_label, percent, text_of
from ingest.check.records import CheckedRecords
from ingest.map.mapping import Mapping
from ingest.notices import NoticeCode, summarise

UNREADABLE = "unreadable"


def visibility_counts(checked: CheckedRecords) -> dict[str, int] | None:
    """Return how many rows ask for each visibility, or say nothing readable; None where the file has no such column."""
    if "visibility" not in checked.flags_present:
        return None
    said = checked.frame["visibility"].fillna(UNREADABLE).value_counts()
    return {name: int(said.get(name, 0)) for name in (*map(str, Visibility), UNREADABLE)}


def mapping_table(mapping: Mapping, language: Language) -> pd.DataFrame:
    """Return each column of the file, what it was taken for, and how sure that is."""
    rows = [
        (
            match.column,
            say(f"field.{match.field}"),
            percent(match.confidence, language),
            say(f"reason.{match.reason}"),
        )
        for match in mapping.matches
    ]
    names = ("file_column", "field", "confidence", "reason")
    return pd.DataFrame(rows, columns=[say(f"column.{name}") for name in names])


def notice_table(notices: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a line per remark: how grave, what it is, on which column and rows, and what to do."""
    summary = summarise(notices)
    codes = [NoticeCode[code] for code in summary["code"]]
    return pd.DataFrame(
        {
            say("column.severity"): [say(f"severity.{code.severity}") for code in codes],
            say("column.notice"): [code.what(language) for code in codes],
            say("column.file_column"): summary["column"].fillna("").to_numpy(),
            say("column.rows"): summary["rows"].to_numpy(),
            say("column.first_rows"): [", ".join(map(str, rows)) for rows in summary["first_rows"]],
            say("column.fix"): [code.fix(language) for code in codes],
        }
    )


def public_table(alternatives: pd.DataFrame, dataset: str, language: Language) -> pd.DataFrame:
    """Return the public alternatives to which the dataset supplies a value: name, category, precision."""
    mine = alternatives[[dataset in told.values() for told in alternatives["provenance"]]]
    rows = mine.to_dict("records")
    return pd.DataFrame(
        {
            say("column.name"): [text_of(row, "name", language) for row in rows],
            say("column.category"): [category_label(row["category"], language) for row in rows],
            say("column.precision"): [say(f"card.precision.{row['precision']}") for row in rows],
        }
    )
