"""What a partner is shown of a file and of a dataset: columns recognised, remarks, consent, and what is public."""

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from commons.consent.effects import Effect
from commons.errors import CommonsError
from commons.i18n import translate
from commons.partners import Dataset
from commons.vocabulary import Language, UploadMode, Visibility
from dashboard.components.words import category_label, has, percent, plain, text_of
from dashboard.session import say
from ingest.check.records import CheckedRecords
from ingest.map.mapping import Mapping
from ingest.notices import NoticeCode, Severity, summarise
from ingest.report.account import CONSTANT, FILLS, UploadAccount
from ingest.report.words import place_text, rows_text
from ingest.upload import CommittedUpload, PreparedUpload, UploadPreview

UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Report:
    """What an upload did, kept by the visit until the next one is begun.

    Not in the page itself: a page's code runs anew each time, and its classes with it.
    """

    dataset: Dataset
    done: CommittedUpload
    account: UploadAccount
    set_aside: pd.DataFrame


@dataclass
class Sent:
    """A file that the visit has sent: where it lies meanwhile, and what storing it would change.

    `changed` tells why it does not fit the mapping saved for its dataset; it is then mapped anew, and confirmed first.
    """

    file_id: str
    folder: "SentFolder"
    prepared: PreparedUpload
    dataset_id: int
    changed: CommonsError | None = None
    foreseen: dict[tuple[int, UploadMode], UploadPreview] = field(default_factory=dict)


class SentFolder:
    """A folder on disk for a file that a visit has sent; it goes with the visit, or before by `cleanup`."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="commons-"))
        self.cleanup = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def effects_table(effects: Sequence[Effect], language: Language) -> pd.DataFrame:
    """Return for each audience how many alternatives would appear, vanish and show otherwise."""
    rows = []
    for effect in effects:
        reader = effect.partner or translate(f"audience.{effect.audience}", language)
        rows.append((reader, effect.appeared, effect.vanished, effect.changed))
    names = ("audience", "appear", "vanish", "alter")
    return pd.DataFrame(rows, columns=[say(f"column.{name}") for name in names])


def visibility_counts(checked: CheckedRecords) -> dict[str, int] | None:
    """Return how many rows ask for each visibility, or say nothing readable; None where the file has no such column."""
    if "visibility" not in checked.flags_present:
        return None
    said = checked.frame["visibility"].fillna(UNREADABLE).value_counts()
    return {name: int(said.get(name, 0)) for name in (*map(str, Visibility), UNREADABLE)}


def mapping_table(mapping: Mapping, language: Language) -> pd.DataFrame:
    """Return each column of the file, what it is taken for and how surely; then what is the same in every row."""
    uses = [
        *(
            (match.column, match.field, percent(match.confidence, language), match.reason)
            for match in mapping.matches
        ),
        *((split.column, field, "", split.reason) for split in mapping.splits for field in split.fields),
        *((column, field, "", FILLS) for field, columns in mapping.also.items() for column in columns),
        *((f"= {word}", field, "", CONSTANT) for field, word in mapping.constants.items()),
    ]
    rows = [
        (column, say(f"field.{field}"), sure, say(f"reason.{reason}")) for column, field, sure, reason in uses
    ]
    names = ("file_column", "field", "confidence", "reason")
    return pd.DataFrame(rows, columns=[say(f"column.{name}") for name in names])


def notice_lists(notices: pd.DataFrame, language: Language) -> dict[Severity, str]:
    """Return the remarks by how grave they are, each list as Markdown that shows every text as it stands.

    A code is told once, with the columns and rows that it is about under it.
    """
    places: dict[NoticeCode, list[str]] = {}
    for line in summarise(notices).to_dict("records"):
        column = plain(str(line["column"])) if has(line["column"]) else ""
        rows = rows_text(int(line["rows"]), line["first_rows"], language)
        places.setdefault(NoticeCode[line["code"]], []).append(place_text(column, rows, language))
    lines: dict[Severity, list[str]] = {severity: [] for severity in Severity}
    for code, told_of in places.items():
        where = "".join(f"\n  - {place}" for place in told_of if place)
        lines[code.severity].append(f"- **{plain(code.what(language))}** {plain(code.fix(language))}{where}")
    return {severity: "\n".join(told) for severity, told in lines.items() if told}


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
