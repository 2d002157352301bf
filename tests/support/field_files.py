"""What becomes of every real and awkward file of a folder: `make files DATA=FOLDER` writes docs/files.md."""

import sys
from collections import Counter
from pathlib import Path

from commons.errors import CommonsError
from commons.vocabulary import Language
from ingest.upload import prepare_upload

FOLDERS = ("partners", "awkward")
SIDE_FILES = {".shx", ".dbf", ".prj", ".cpg", ".shp", ".md", ".txt"}
"""Parts of a shapefile that nobody sends alone, and what is written about the files."""
NOTES = {"LICENSE", "README"}
HEAD = """# Real and awkward files

What becomes of every file of `partners/` and `awkward/`, the data of `make field` (real open data, and small files that break
readers; not part of the repository): made by `make files DATA=FOLDER`, and held by `tests/field/test_every_file.py`. *Refused* files are refused whole, with the reason that their partner reads. A row that is set
aside has a code of [notices](notices.md); most of these files are of other regions (`OUTSIDE_REGION`).

| file | rows | ready | set aside | why |
|---|---|---|---|---|
"""


def field_files(data):
    """Return the files, in order."""
    every = [path for folder in FOLDERS for path in sorted((data / folder).rglob("*")) if path.is_file()]
    return [path for path in every if path.suffix.lower() not in SIDE_FILES and path.name not in NOTES]


def outcome(path):
    """Return rows in, ready and set aside, and why; of a refused file the reason alone. Nothing but CommonsError may come."""
    try:
        rows = ready = aside = 0
        codes = Counter()
        for chunk in prepare_upload(path).chunks():
            rows, ready, aside = rows + chunk.rows_in, ready + len(chunk.frame), aside + len(chunk.set_aside)
            codes.update(code for told in chunk.set_aside["_codes"] for code in told.split("|"))
    except CommonsError as refused:
        return None, None, None, f"refused: {refused.what(Language.EN)}"
    return rows, ready, aside, ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))


def line(path, data):
    """Return the table's line of one file."""
    *counts, why = outcome(path)
    numbers = " | ".join("-" if count is None else str(count) for count in counts)
    return f"| {path.relative_to(data)} | {numbers} | {why} |"


def lines(data):
    """Return the table's lines, a file each."""
    return [line(path, data) for path in field_files(data)]


if __name__ == "__main__":
    sys.stdout.write(HEAD + "\n".join(lines(Path(sys.argv[1]))) + "\n")
