"""How many columns of a list are taken for what they are, against a truth by hand."""

import tomllib
from collections import Counter

from ingest.map import propose_mapping
from ingest.read import read_file


def read_truth(path):
    """Return the lists of a file of truth: `path`, `languages`, `columns`."""
    return tomllib.loads(path.read_text("utf-8"))["file"]


def proposed(path):
    """Return what each column of the file is taken for by its headers and values alone, None for no field."""
    raw = read_file(path, path.name)
    taken = {match.column: match.field for match in propose_mapping(raw).matches}
    return {str(column): taken.get(str(column)) for column in raw.rows.columns}


def shares_right(folder, lists):
    """Return the share of all columns that is taken rightly, and that of those which are a field."""
    counted = Counter()
    for truth in lists:
        taken, true = proposed(folder / truth["path"]), truth["columns"]
        assert set(true) <= set(taken), truth["path"]
        right = {column for column, field in taken.items() if field == true.get(column)}
        counted.update(
            columns=len(taken), right=len(right), fields=len(true), fields_right=len(right & set(true))
        )
    return counted["right"] / counted["columns"], counted["fields_right"] / counted["fields"]


def wrong_columns(folder, truth):
    """Return what is taken wrongly in one list, and how many columns it has."""
    taken = proposed(folder / truth["path"])
    return {c: field for c, field in taken.items() if field != truth["columns"].get(c)}, len(taken)
