"""Every real and awkward file is read or refused with a reason, as docs/files.md says."""

from field_files import HEAD, lines

from tests.conftest import PROJECT

TABLE = (PROJECT / "docs" / "files.md").read_text("utf-8")


def test_every_file_becomes_what_the_table_says(data):
    assert TABLE.startswith(HEAD)
    assert TABLE.removeprefix(HEAD).splitlines() == lines(data)


def test_the_table_adds_up():
    rows = [row.split("|")[1:6] for row in TABLE.splitlines() if row.startswith("| ")]
    counted = [[int(cell) for cell in row[1:4]] for row in rows[1:] if row[1].strip().isdigit()]
    assert len(counted) > 80
    assert all(total == ready + rejected for total, ready, rejected in counted)
