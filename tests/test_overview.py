"""What a partner is told of its dataset holds nothing of what another withholds."""

from builders import make_dataset, make_record, open_terms
from commons.database.connection import Role
from commons.overview import dataset_overview


def overview(database):
    with database.connect(Role.INGEST) as connection:
        return dataset_overview(connection).set_index("dataset")


def test_a_withheld_record_of_another_is_not_counted_as_shared(database):
    with database.connect() as connection:
        ours, theirs = (
            make_dataset(connection, "ours", open_terms()),
            make_dataset(connection, "theirs", open_terms()),
        )
        open_one, hidden_one = (
            make_record(connection, ours, flags={}),
            make_record(connection, ours, flags={}),
        )
        make_record(connection, ours, flags={"visibility": "withheld"})
        make_record(
            connection, theirs, alternative_id=open_one.alternative_id, flags={"visibility": "partners"}
        )
        make_record(
            connection, theirs, alternative_id=hidden_one.alternative_id, flags={"visibility": "withheld"}
        )
    told = overview(database).loc["ours", ["records", "shared", "public", "partners"]]
    assert told.tolist() == [3, 1, 2, 2]
