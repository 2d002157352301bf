"""Every real and awkward file beside the project is read or refused with a reason, as docs/files.md says."""

from shared_files import HEAD, line, shared_files

from ingest.read.recognise import EXTENSIONS
from ingest.read.table import Format
from tests.conftest import PROJECT, SHARED, missing

QUICK = {Format.CSV, Format.GEOJSON, Format.XLSX}
"""Of the others, for each of which a process starts, one in six is tried here; the table is made of all."""


def chosen():
    every = shared_files(SHARED) if SHARED.is_dir() else []
    quick = [path for path in every if EXTENSIONS.get(path.suffix.lower()) in QUICK]
    return quick + [path for path in every if path not in quick][::6]


def test_a_file_becomes_what_the_table_says():
    if not SHARED.is_dir():
        missing("the files beside the project")
    told = (PROJECT / "docs" / "files.md").read_text("utf-8")
    assert told.startswith(HEAD)
    lines = told.splitlines()
    for path in chosen():
        assert line(path, SHARED) in lines


def test_the_table_adds_up():
    rows = [
        row.split("|")[1:6]
        for row in (PROJECT / "docs" / "files.md").read_text("utf-8").splitlines()
        if row.startswith("| ")
    ]
    counted = [[int(cell) for cell in row[1:4]] for row in rows[1:] if row[1].strip().isdigit()]
    assert len(counted) > 80
    assert all(total == ready + aside for total, ready, aside in counted)
