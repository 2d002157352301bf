"""A file whose name ends before its end, or is no text, is refused before it is read; the database could not keep the name."""

import pytest

from commons.errors import CommonsError
from ingest.upload import prepare_upload


@pytest.mark.parametrize(
    "name", ["list\0.csv", "a\x1b[31m.csv", "a\nb.csv", "a\udcff.csv", "x" * 252 + ".csv"], ids=ascii
)
def test_a_name_that_is_none_is_refused(tmp_path, name):
    path = tmp_path / "list.csv"
    path.write_text("nom;lat;lon\nA;50.85;4.35\n")
    with pytest.raises(CommonsError) as told:
        prepare_upload(path, name)
    assert told.value.key == "upload.file_name"


@pytest.mark.parametrize("name", ["liste d'été.csv", "a\u00a0b.csv", "名前.csv", "👪.csv", "a%00.csv"])
def test_a_name_that_is_one_is_kept(tmp_path, name):
    path = tmp_path / "list.csv"
    path.write_text("nom;lat;lon\nA;50.85;4.35\n")
    assert prepare_upload(path, name).file_name == name
