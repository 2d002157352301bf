"""After districts change, records lie in the new ones and the release says so."""

from builders import make_dataset, make_record, open_terms
from commons.districts.grid import grid_districts
from commons.districts.load import load_districts
from commons.districts.packaged import packaged_districts
from commons.districts.replace import replace_records
from commons.release import released
from commons.vocabulary import Audience


def test_records_move_from_the_grid_to_the_official_districts(empty_upgraded):
    with empty_upgraded.connect() as connection:
        load_districts(connection, grid_districts())
        make_record(connection, make_dataset(connection, terms=open_terms()))
    assert released(Audience.PUBLIC).alternatives()["neighbourhood"].iloc[0].startswith("88")
    with empty_upgraded.connect() as connection:
        load_districts(connection, packaged_districts())
        assert replace_records(connection) == 1
    row = released(Audience.PUBLIC).alternatives().iloc[0]
    assert (row["neighbourhood"], row["commune"]) == ("36", "21009")
    assert empty_upgraded.rows("SELECT * FROM commons.release_drift()") == []
