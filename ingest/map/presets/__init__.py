"""Mappings for formats that many lists come in: a TOML file each beside this, recognised by headers or named."""

import tomllib
from collections.abc import Mapping as Table
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from commons.errors import CommonsError
from ingest.headers import fold_header, words_of_fields
from ingest.map.document import read_mapping
from ingest.map.mapping import Mapping
from ingest.map.propose import propose_mapping
from ingest.read.table import RawTable


@dataclass(frozen=True)
class Preset:
    """One format: `enough` of the headers of `recognised_by` are in no list of another. `tree` is as of a document.

    Its `columns` may name one field several times: the column that is filled most often is taken.
    """

    name: str
    recognised_by: tuple[str, ...]
    enough: int
    tree: Table[str, Any]


@cache
def presets() -> tuple[Preset, ...]:
    """Return the presets, by name."""
    found = sorted(
        (entry for entry in files(__name__).iterdir() if entry.name.endswith(".toml")),
        key=lambda entry: entry.name,
    )
    return tuple(_read(entry.name.removesuffix(".toml"), entry.read_text("utf-8")) for entry in found)


def find_preset(name: str) -> Preset:
    """Return the preset of this name, or raise CommonsError."""
    for preset in presets():
        if preset.name == name:
            return preset
    raise CommonsError("mapping.unknown_preset", name=name, known=", ".join(each.name for each in presets()))


def recognise_preset(raw: RawTable) -> Preset | None:
    """Return the preset that most of the file's headers speak for, None where none has enough."""
    headers = {fold_header(str(column)) for column in raw.rows.columns}
    told = [
        (sum(fold_header(word) in headers for word in preset.recognised_by), preset) for preset in presets()
    ]
    count, best = max(told, key=lambda each: each[0] - each[1].enough)
    return best if count >= best.enough else None


def apply_preset(preset: Preset, raw: RawTable) -> Mapping:
    """Return the preset's mapping of this file; what it does not name is proposed as for any file.

    So no consent flag that stands beside the format's own columns is passed over.
    """
    guess = propose_mapping(raw)
    tree = _of_this_file(preset, raw)
    if not (tree["columns"] or tree["splits"]):
        raise CommonsError("mapping.preset_nothing", name=preset.name)
    given = {*tree["columns"].values()}
    tree["constants"] = {
        name: word for name, word in tree["constants"].items() if name not in given | set(guess.column_of)
    }
    mapping = read_mapping({part: told for part, told in tree.items() if told})
    fields, columns = mapping.fields, {*mapping.columns, *mapping.ignore}
    rest = [match for match in guess.matches if match.field not in fields and match.column not in columns]
    parted = [s for s in guess.splits if fields.isdisjoint(s.fields) and s.column not in columns]
    matches = (*(replace(match, reason="preset") for match in mapping.matches), *rest)
    questions = tuple(question for question in guess.questions if question.column not in columns)
    return replace(mapping, matches=matches, splits=(*mapping.splits, *parted), questions=questions)


def _read(name: str, text: str) -> Preset:
    tree = tomllib.loads(text)
    recognised_by, enough = tuple(tree.pop("recognised_by")), tree.pop("enough")
    if tree.pop("own_names", False):
        tree["columns"] = {field: field for field in words_of_fields()}
    return Preset(name, recognised_by, enough, tree)


def _of_this_file(preset: Preset, raw: RawTable) -> dict[str, Any]:
    """Return the preset's tree with the file's own headers, without what the file does not have."""
    header_of = {fold_header(str(column)): str(column) for column in raw.rows.columns}
    filled = {str(column): int(texts.notna().sum()) for column, texts in raw.rows.items()}
    column_of: dict[str, str] = {}
    for word, field in preset.tree.get("columns", {}).items():
        column = header_of.get(fold_header(word))
        if column is not None and (field not in column_of or filled[column] > filled[column_of[field]]):
            column_of[field] = column
    splits: dict[str, Any] = {}
    for word, told in preset.tree.get("splits", {}).items():
        if fold_header(word) in header_of and told not in splits.values():
            splits[header_of[fold_header(word)]] = told
    return {
        "ignore": [
            header_of[folded]
            for word in preset.tree.get("ignore", [])
            if (folded := fold_header(word)) in header_of
        ],
        "columns": {column: field for field, column in column_of.items()},
        "splits": splits,
        "constants": dict(preset.tree.get("constants", {})),
        "values": {
            field: words for field, words in preset.tree.get("values", {}).items() if field in column_of
        },
    }
